// Conversions with a float on either side. To an integer: toward zero, out of range saturates, NaN gives 0. To bool:
// not equal to zero (NaN is true). To a narrower float: to nearest, ties to even, one rounding (64-bit integers to the
// 16-bit floats go by way of float64). NaN stays NaN, quiet.
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/vectorize.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

namespace {

template <bool kFirst, class A, class B>
struct Choose {
  using type = A;
};
template <class A, class B>
struct Choose<false, A, B> {
  using type = B;
};

template <class T>
FG_INLINE auto bits_of(T x) {
  using W = typename Choose<sizeof(T) == 4, uint32_t, uint64_t>::type;
  W w;
  __builtin_memcpy(&w, &x, sizeof w);
  return w;
}
FG_INLINE float float_of(uint32_t w) {
  float x;
  __builtin_memcpy(&x, &w, sizeof x);
  return x;
}

template <class T>
inline constexpr bool is_float = false;
template <>
inline constexpr bool is_float<float> = true;
template <>
inline constexpr bool is_float<double> = true;

template <class T>
inline constexpr bool is_signed = static_cast<T>(-1) < static_cast<T>(0);
template <class T>
inline constexpr T highest = static_cast<T>(is_signed<T> ? (uint64_t{1} << (8 * sizeof(T) - 1)) - 1 : ~uint64_t{0});
template <class T>
inline constexpr T lowest = static_cast<T>(is_signed<T> ? uint64_t{1} << (8 * sizeof(T) - 1) : 0);

// A bool as it is read: any byte, true where it is not 0.
struct Truth {
  uint8_t byte;
  explicit operator float() const { return byte != 0; }
  explicit operator double() const { return byte != 0; }
};

template <class To, class From>
FG_INLINE To converted(From x) {
  if constexpr (is_float<From> && !is_float<To>) {
    constexpr From above = static_cast<From>(static_cast<double>(highest<To> / 2 + 1) * 2);  // a power of two: exact
    constexpr From below = static_cast<From>(lowest<To>);
    const From inside = x > below && x < above ? x : From(0);
    using Wide = typename Choose<(sizeof(To) < 4), int32_t, To>::type;
    const To whole = static_cast<To>(static_cast<Wide>(inside));
    return x >= above ? highest<To> : x <= below ? lowest<To> : whole;
  } else {
    return static_cast<To>(x);
  }
}

template <class From, class To>
void cast(int64_t n, const void* x_, void* out_) {
  const From* x = static_cast<const From*>(x_);
  To* out = static_cast<To*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = converted<To>(x[i]);
}

template <class From>
void cast_to_bool(int64_t n, const void* x_, void* out_) {
  const From* x = static_cast<const From*>(x_);
  uint8_t* out = static_cast<uint8_t*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] != From(0);
}

// float16: magnitudes by one multiplication, which is exact and makes subnormals right.
FG_INLINE float from_half(uint16_t h) {
  const uint32_t size = h & 0x7fffu;
  uint32_t w = bits_of(float_of(size << 13) * 0x1p112f);
  w |= size >= 0x7c00 ? 0x7f800000u : 0u;
  w |= size > 0x7c00 ? 0x00400000u : 0u;
  return float_of(w | (static_cast<uint32_t>(h & 0x8000u) << 16));
}
// Below the smallest normal, adding 0.5 rounds at the right place; above it, adding just under half of the last place
// (and the last bit itself, for even) does.
FG_INLINE uint16_t to_half(float x) {
  const uint32_t w = bits_of(x), size = w & 0x7fffffffu;
  const uint32_t nan = 0x7e00u | ((size >> 13) & 0x3ffu);
  const uint32_t large = size > 0x7f800000u ? nan : 0x7c00u;
  const uint32_t tiny = bits_of(float_of(size) + 0.5f) - 0x3f000000u;
  const uint32_t usual = (size - 0x38000000u + 0xfffu + ((size >> 13) & 1u)) >> 13;
  const uint32_t r = size >= 0x47800000u ? large : size < 0x38800000u ? tiny : usual;
  return static_cast<uint16_t>(r | ((w >> 16) & 0x8000u));
}
FG_INLINE float from_bfloat16(uint16_t b) {
  const uint32_t w = static_cast<uint32_t>(b) << 16;
  return float_of((w & 0x7fffffffu) > 0x7f800000u ? w | 0x00400000u : w);
}
FG_INLINE uint16_t to_bfloat16(float x) {
  const uint32_t w = bits_of(x);
  const uint32_t rounded = (w + 0x7fffu + ((w >> 16) & 1u)) >> 16;
  return static_cast<uint16_t>((w & 0x7fffffffu) > 0x7f800000u ? (w >> 16) | 0x40u : rounded);
}

// float64 to float32 rounded to odd, so that a second rounding to fewer bits is as if from the float64.
// Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008.
FG_INLINE float rounded_to_odd(double x) {
  const float nearest = static_cast<float>(x);
  const double size = __builtin_fabs(x), nearest_size = __builtin_fabs(static_cast<double>(nearest));
  uint32_t w = bits_of(nearest);
  w -= nearest_size > size ? 1u : 0u;
  w |= nearest_size != size ? 1u : 0u;
  return float_of(w);
}

void half_to_float(int64_t n, const void* x_, void* out_) {
  const uint16_t* x = static_cast<const uint16_t*>(x_);
  float* out = static_cast<float*>(out_);
  int64_t i = 0;
#if defined(__F16C__)
  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i))));
#endif
  FG_INDEPENDENT
  for (; i < n; ++i) out[i] = from_half(x[i]);
}
void float_to_half(int64_t n, const void* x_, void* out_) {
  const float* x = static_cast<const float*>(x_);
  uint16_t* out = static_cast<uint16_t*>(out_);
  int64_t i = 0;
#if defined(__F16C__)
  for (; i + 8 <= n; i += 8)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
#endif
  FG_INDEPENDENT
  for (; i < n; ++i) out[i] = to_half(x[i]);
}
void bfloat16_to_float(int64_t n, const void* x_, void* out_) {
  const uint16_t* x = static_cast<const uint16_t*>(x_);
  float* out = static_cast<float*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = from_bfloat16(x[i]);
}
void float_to_bfloat16(int64_t n, const void* x_, void* out_) {
  const float* x = static_cast<const float*>(x_);
  uint16_t* out = static_cast<uint16_t*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = to_bfloat16(x[i]);
}
void double_to_odd_float(int64_t n, const void* x_, void* out_) {
  const double* x = static_cast<const double*>(x_);
  float* out = static_cast<float*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = rounded_to_odd(x[i]);
}

// Two conversions one after the other, through a buffer that stays in the first cache.
template <CastLoop kFirst, int kFrom, int kBetween, CastLoop kSecond, int kTo>
void cast_twice(int64_t n, const void* x, void* out) {
  alignas(64) char buffer[256 * kBetween];
  for (int64_t i = 0; i < n; i += 256) {
    const int64_t m = n - i < 256 ? n - i : 256;
    kFirst(m, static_cast<const char*>(x) + i * kFrom, buffer);
    kSecond(m, buffer, static_cast<char*>(out) + i * kTo);
  }
}
template <CastLoop kToHalf>
void double_to_narrow(int64_t n, const void* x, void* out) {
  cast_twice<double_to_odd_float, 8, 4, kToHalf, 2>(n, x, out);
}

template <class T>
constexpr void add_number(CastTable& t, DType d) {
  const int k = static_cast<int>(d), f32 = static_cast<int>(DType::F32), f64 = static_cast<int>(DType::F64),
            f16 = static_cast<int>(DType::F16), bf16 = static_cast<int>(DType::BF16);
  constexpr int size = sizeof(T);
  t.loop[k][f32] = cast<T, float>;
  t.loop[k][f64] = cast<T, double>;
  t.loop[f32][k] = cast<float, T>;
  t.loop[f64][k] = cast<double, T>;
  t.loop[f16][k] = cast_twice<half_to_float, 2, 4, cast<float, T>, size>;
  t.loop[bf16][k] = cast_twice<bfloat16_to_float, 2, 4, cast<float, T>, size>;
  if constexpr (sizeof(T) <= 2) {
    t.loop[k][f16] = cast_twice<cast<T, float>, size, 4, float_to_half, 2>;
    t.loop[k][bf16] = cast_twice<cast<T, float>, size, 4, float_to_bfloat16, 2>;
  } else {
    t.loop[k][f16] = cast_twice<cast<T, double>, size, 8, double_to_narrow<float_to_half>, 2>;
    t.loop[k][bf16] = cast_twice<cast<T, double>, size, 8, double_to_narrow<float_to_bfloat16>, 2>;
  }
}

constexpr CastTable make_table() {
  CastTable t{};
  const auto set = [&t](DType from, DType to, CastLoop f) { t.loop[static_cast<int>(from)][static_cast<int>(to)] = f; };
  set(DType::Bool, DType::F32, cast<Truth, float>);
  set(DType::Bool, DType::F64, cast<Truth, double>);
  set(DType::Bool, DType::F16, cast_twice<cast<Truth, float>, 1, 4, float_to_half, 2>);
  set(DType::Bool, DType::BF16, cast_twice<cast<Truth, float>, 1, 4, float_to_bfloat16, 2>);
  add_number<uint8_t>(t, DType::U8);
  add_number<int8_t>(t, DType::I8);
  add_number<uint16_t>(t, DType::U16);
  add_number<int16_t>(t, DType::I16);
  add_number<uint32_t>(t, DType::U32);
  add_number<int32_t>(t, DType::I32);
  add_number<uint64_t>(t, DType::U64);
  add_number<int64_t>(t, DType::I64);
  set(DType::F32, DType::Bool, cast_to_bool<float>);
  set(DType::F64, DType::Bool, cast_to_bool<double>);
  set(DType::F16, DType::Bool, cast_twice<half_to_float, 2, 4, cast_to_bool<float>, 1>);
  set(DType::BF16, DType::Bool, cast_twice<bfloat16_to_float, 2, 4, cast_to_bool<float>, 1>);
  set(DType::F32, DType::F64, cast<float, double>);
  set(DType::F64, DType::F32, cast<double, float>);
  set(DType::F16, DType::F32, half_to_float);
  set(DType::F32, DType::F16, float_to_half);
  set(DType::BF16, DType::F32, bfloat16_to_float);
  set(DType::F32, DType::BF16, float_to_bfloat16);
  set(DType::F16, DType::F64, cast_twice<half_to_float, 2, 4, cast<float, double>, 8>);
  set(DType::BF16, DType::F64, cast_twice<bfloat16_to_float, 2, 4, cast<float, double>, 8>);
  set(DType::F64, DType::F16, double_to_narrow<float_to_half>);
  set(DType::F64, DType::BF16, double_to_narrow<float_to_bfloat16>);
  set(DType::F16, DType::BF16, cast_twice<half_to_float, 2, 4, float_to_bfloat16, 2>);
  set(DType::BF16, DType::F16, cast_twice<bfloat16_to_float, 2, 4, float_to_half, 2>);
  return t;
}

}  // namespace

const CastTable cast_table = make_table();

}  // namespace fastgrad::FG_LEVEL
