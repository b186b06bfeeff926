// Binary elementwise loops on float32 and float64, comparisons, clip, and the derivatives that networks ask for at
// every step (one pass over memory instead of three).
#include "kernels/elementwise.h"
#include "simd/rounding.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

namespace {

struct Add {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return a + b;
  }
};
struct Subtract {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return a - b;
  }
};
struct Multiply {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return a * b;
  }
};
struct Divide {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return a / b;
  }
};
struct Maximum {  // NaN wins
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return (a > b) | (a != a) ? a : b;
  }
};
struct Minimum {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return (a < b) | (a != a) ? a : b;
  }
};
struct AddScaled {
  template <class V>
  FG_INLINE V f(V a, V b, const double* params) {
    return fma(splat_like(a, params[0]), b, a);
  }
};
struct ReluGrad {
  template <class V>
  FG_INLINE V f(V g, V out, const double*) {
    return out <= V{} ? V{} : g;
  }
};
struct LeakyReluGrad {
  template <class V>
  FG_INLINE V f(V g, V x, const double* params) {
    return x > V{} ? g : g * splat_like(g, params[0]);
  }
};
struct SigmoidGrad {
  template <class V>
  FG_INLINE V f(V g, V out, const double*) {
    return g * (out * (1 - out));
  }
};
struct TanhGrad {
  template <class V>
  FG_INLINE V f(V g, V out, const double*) {
    return g * (1 - out * out);
  }
};

FG_INLINE float scalar_fmod(float a, float b) { return __builtin_fmodf(a, b); }
FG_INLINE double scalar_fmod(double a, double b) { return __builtin_fmod(a, b); }

// C's fmod of magnitudes, exact. With an FMA: while the quotient is far below 2^(mantissa bits), a - trunc(a / b) * b
// is a multiple of b's last place and smaller than b in size, so the FMA gives it without error; the rounded quotient
// can be one too large (the remainder is then negative), never too small.
template <class T>
FG_INLINE Vec<T> fmod_of_sizes(Vec<T> a, Vec<T> b) {
  Vec<T> r = a;
  Mask<T> hard = ~Mask<T>{};
  if constexpr (kHasFma) {
    const Vec<T> q = rounded<Rounding::TowardZero>(a / b);
    r = fma(-q, b, a);
    r = r < Vec<T>{} ? r + b : r;
    r = q == Vec<T>{} ? a : r;
    hard = ~(q < splat<T>(sizeof(T) == 4 ? T(4194304.0) : T(2251799813685248.0)));
    if (__builtin_expect(!any<typename MaskType<T>::type>(hard), 1)) return r;
  }
  for (int i = 0; i < kLanes<T>; ++i)
    if (hard[i]) r[i] = scalar_fmod(a[i], b[i]);
  return r;
}
FG_INLINE F32 fmod_of_sizes(F32 a, F32 b) { return fmod_of_sizes<float>(a, b); }
FG_INLINE F64 fmod_of_sizes(F64 a, F64 b) { return fmod_of_sizes<double>(a, b); }

template <class V>
FG_INLINE V with_sign_of(V size, V sign) {
  const auto mask = bits(-V{});
  return from_bits((bits(size) & ~mask) | (bits(sign) & mask));
}

// Python's: the remainder has the divisor's sign, and the quotient is rounded down.
struct Remainder {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    const V m = with_sign_of(fmod_of_sizes(abs(a), abs(b)), a);
    const V r = (m < V{}) != (b < V{}) ? m + b : m;
    return m == V{} ? with_sign_of(V{}, b) : r;
  }
};
struct FloorDivide {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    const V m = with_sign_of(fmod_of_sizes(abs(a), abs(b)), a);
    V q = (a - m) / b;  // whole but for rounding
    q = (m != V{}) & ((m < V{}) != (b < V{})) ? q - 1 : q;
    V whole = rounded<Rounding::Down>(q);
    whole = q - whole > splat_like(q, 0.5) ? whole + 1 : whole;
    const V quotient = a / b;
    whole = q == V{} ? with_sign_of(V{}, quotient) : whole;
    return b == V{} ? quotient : whole;
  }
};

// Either input may be one element repeated. One loop for each case, where the operation costs less than the test.
template <class Op, class T>
void light_loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_, const double* params) {
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  T* out = static_cast<T*>(out_);
  constexpr int lanes = kLanes<T>;
  const int64_t whole = n - n % lanes;
  int64_t i = 0;
  if (sa && sb) {
    for (; i < whole; i += lanes) store<T>(out + i, Op::f(load(a + i), load(b + i), params));
    if (i == n) return;
  } else if (sa) {
    const Vec<T> y = splat<T>(*b);
    for (; i < whole; i += lanes) store<T>(out + i, Op::f(load(a + i), y, params));
  } else {
    const Vec<T> x = splat<T>(*a);
    const T last = sb ? T(0) : *b;
    const Vec<T> y = splat<T>(last);
    for (; i < whole; i += lanes) store<T>(out + i, Op::f(x, sb ? load(b + i) : y, params));
  }
  if (i < n) {
    const int rest = static_cast<int>(n - i);
    const Vec<T> x = sa ? load_first(a + i, rest) : splat<T>(*a);
    const Vec<T> y = sb ? load_first(b + i, rest) : splat<T>(*b);
    store_first<T>(out + i, Op::f(x, y, params), rest);
  }
}

template <class Op, class T>
void loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_, const double* params) {
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  T* out = static_cast<T*>(out_);
  constexpr int lanes = kLanes<T>;
  for (int64_t i = 0; i < n; i += lanes) {
    const int64_t left = n - i;
    if (left >= lanes) {
      const Vec<T> x = sa ? load(a + i) : splat<T>(*a);
      const Vec<T> y = sb ? load(b + i) : splat<T>(*b);
      store<T>(out + i, Op::f(x, y, params));
    } else {
      const int rest = static_cast<int>(left);
      const Vec<T> x = sa ? load_first(a + i, rest) : splat<T>(*a);
      const Vec<T> y = sb ? load_first(b + i, rest) : splat<T>(*b);
      store_first<T>(out + i, Op::f(x, y, params), rest);
    }
  }
}

struct Equal {
  template <class V>
  FG_INLINE auto f(V a, V b) {
    return a == b;
  }
};
struct NotEqual {
  template <class V>
  FG_INLINE auto f(V a, V b) {
    return a != b;
  }
};
struct Less {
  template <class V>
  FG_INLINE auto f(V a, V b) {
    return a < b;
  }
};
struct LessEqual {
  template <class V>
  FG_INLINE auto f(V a, V b) {
    return a <= b;
  }
};
struct Greater {
  template <class V>
  FG_INLINE auto f(V a, V b) {
    return a > b;
  }
};
struct GreaterEqual {
  template <class V>
  FG_INLINE auto f(V a, V b) {
    return a >= b;
  }
};

// One byte, 0 or 1, for each lane of a comparison.
template <class T>
FG_INLINE void store_truth(uint8_t* out, Mask<T> m) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    const __m128i r = _mm_maskz_set1_epi8(_mm512_movepi32_mask((__m512i)m), 1);
    __builtin_memcpy(out, &r, 16);
  } else {
    const __m128i r = _mm_maskz_set1_epi8(_mm512_movepi64_mask((__m512i)m), 1);
    __builtin_memcpy(out, &r, 8);
  }
#elif defined(__SSE2__)
#if defined(__AVX2__)
  __m128i r = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)m), _mm256_extracti128_si256((__m256i)m, 1));
#else
  __m128i r = _mm_packs_epi32((__m128i)m, (__m128i)m);
#endif
  if constexpr (sizeof(T) == 8) r = _mm_packs_epi32(r, r);
  r = _mm_and_si128(_mm_packs_epi16(r, r), _mm_set1_epi8(1));
  __builtin_memcpy(out, &r, kLanes<T>);
#else
  for (int i = 0; i < kLanes<T>; ++i) out[i] = static_cast<uint8_t>(m[i] & 1);
#endif
}

template <class Op, class T>
void compare_loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_, const double*) {
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  uint8_t* out = static_cast<uint8_t*>(out_);
  constexpr int lanes = kLanes<T>;
  const int64_t whole = n - n % lanes;
  int64_t i = 0;
  if (sa && sb) {
    for (; i < whole; i += lanes) store_truth<T>(out + i, Op::f(load(a + i), load(b + i)));
  } else {
    for (; i < whole; i += lanes) {
      const Vec<T> x = sa ? load(a + i) : splat<T>(*a);
      const Vec<T> y = sb ? load(b + i) : splat<T>(*b);
      store_truth<T>(out + i, Op::f(x, y));
    }
  }
  if (i < n) {
    const int rest = static_cast<int>(n - i);
    const Vec<T> x = sa ? load_first(a + i, rest) : splat<T>(*a);
    const Vec<T> y = sb ? load_first(b + i, rest) : splat<T>(*b);
    uint8_t last[lanes];
    store_truth<T>(last, Op::f(x, y));
    for (int k = 0; k < rest; ++k) out[i + k] = last[k];
  }
}

template <class T>
void clip_loop(int64_t n, const void* x_, void* out_, const void* low_, const void* high_) {
  const T* x = static_cast<const T*>(x_);
  T* out = static_cast<T*>(out_);
  const Vec<T> low = splat<T>(*static_cast<const T*>(low_)), high = splat<T>(*static_cast<const T*>(high_));
  constexpr int lanes = kLanes<T>;
  const auto clipped = [&](Vec<T> v) __attribute__((always_inline)) {
    return Minimum::f(Maximum::f(v, low, nullptr), high, nullptr);
  };
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store<T>(out + i, clipped(load(x + i)));
  if (i < n) store_first<T>(out + i, clipped(load_first(x + i, static_cast<int>(n - i))), static_cast<int>(n - i));
}

template <class T>
constexpr BinaryTable table_of() {
  BinaryTable t{};
  const auto set = [&t](BinaryOp op, BinaryLoop f) { t.loop[static_cast<int>(op)] = f; };
  set(BinaryOp::Add, light_loop<Add, T>);
  set(BinaryOp::Subtract, light_loop<Subtract, T>);
  set(BinaryOp::Multiply, light_loop<Multiply, T>);
  set(BinaryOp::Divide, light_loop<Divide, T>);
  set(BinaryOp::Maximum, light_loop<Maximum, T>);
  set(BinaryOp::Minimum, light_loop<Minimum, T>);
  set(BinaryOp::AddScaled, light_loop<AddScaled, T>);
  set(BinaryOp::ReluGrad, light_loop<ReluGrad, T>);
  set(BinaryOp::LeakyReluGrad, light_loop<LeakyReluGrad, T>);
  set(BinaryOp::SigmoidGrad, light_loop<SigmoidGrad, T>);
  set(BinaryOp::TanhGrad, light_loop<TanhGrad, T>);
  set(BinaryOp::Remainder, loop<Remainder, T>);
  set(BinaryOp::FloorDivide, loop<FloorDivide, T>);
  set(BinaryOp::Equal, compare_loop<Equal, T>);
  set(BinaryOp::NotEqual, compare_loop<NotEqual, T>);
  set(BinaryOp::Less, compare_loop<Less, T>);
  set(BinaryOp::LessEqual, compare_loop<LessEqual, T>);
  set(BinaryOp::Greater, compare_loop<Greater, T>);
  set(BinaryOp::GreaterEqual, compare_loop<GreaterEqual, T>);
  return t;
}

}  // namespace

extern const BinaryTable binary_tables[2];
const BinaryTable binary_tables[2] = {table_of<float>(), table_of<double>()};
extern const ClipLoop clip_loops[2];
const ClipLoop clip_loops[2] = {clip_loop<float>, clip_loop<double>};

}  // namespace fastgrad::FG_LEVEL
