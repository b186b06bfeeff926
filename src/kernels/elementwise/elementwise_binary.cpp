// Binary elementwise loops on float32 and float64, comparisons, clip, and the derivatives that networks ask for at
// every step (one pass over memory instead of three).
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/vectors.h"
#include "simd/math.h"

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
    return ((a > b) | (a != a)) ? a : b;
  }
};
struct Minimum {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return ((a < b) | (a != a)) ? a : b;
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
    return x > V{} ? g : g * fill<V>(static_cast<typename Format<V>::T>(params[0]));
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
    return g * ((1 - out) * (1 + out));  // next to 1, out * out would have lost the difference
  }
};

struct Atan2 {
  template <class V>
  FG_INLINE V f(V y, V x, const double*) {
    return atan2(y, x);
  }
};
// x, or the bound beyond which a factor that vanishes makes its size irrelevant, and infinity times it would be NaN.
template <class V>
FG_INLINE V limited(V x, typename Format<V>::T bound) {
  return max(fill<V>(-bound), min(fill<V>(bound), x));
}
struct SoftplusGrad {
  template <class V>
  FG_INLINE V f(V g, V x, const double*) {
    return g * sigmoid(x);
  }
};
struct LogSigmoidGrad {
  template <class V>
  FG_INLINE V f(V g, V x, const double*) {
    return g * sigmoid(-x);
  }
};
struct SiluGrad {
  template <class V>
  FG_INLINE V f(V g, V x, const double*) {
    const V s = sigmoid(x);
    return g * (s * (1 + limited(x, 1000) * (1 - s)));  // beyond, s or 1 - s is 0
  }
};
struct GeluGrad {  // the normal distribution function, and x times its density
  template <class V>
  FG_INLINE V f(V g, V x, const double*) {
    using T = typename Format<V>::T;
    const NormalTail<V> n = normal_tail(abs(x));
    const V slope = limited(x, 100) * T(0.39894228040143267794);  // beyond, the exponential is 0
    const V below = n.exponential * (n.factor + slope);
    return g * (x < 0 ? below : 1 - n.exponential * (n.factor - slope));
  }
};
struct Hypot {  // scaled by the larger, so that no square overflows; infinity wins over NaN
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    const V x = abs(a), y = abs(b);
    const V large = x > y ? x : y, small = x > y ? y : x;
    const V ratio = small / large;
    const V length = large * sqrt(1 + ratio * ratio);
    const V infinity = fill<V>(__builtin_inf());
    const V r = large == V{} ? V{} : length;
    return ((x == infinity) | (y == infinity)) ? infinity : ((a != a) | (b != b)) ? a + b : r;
  }
};
struct Remainder {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return remainder(a, b);
  }
};
struct FloorDivide {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return floor_divide(a, b);
  }
};
struct Pow {
  template <class V>
  FG_INLINE V f(V a, V b, const double*) {
    return pow(a, b);
  }
};

// Either input may be one element repeated.
template <class Op, class T>
void loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out, const double* params,
          bool stream) {
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  const int64_t ahead = fetch_ahead<T>(n);
  over_vectors(n, static_cast<T*>(out), stream, [&](int64_t i, bool whole, int rest) __attribute__((always_inline)) {
    __builtin_prefetch(a + (i + ahead) * sa);
    __builtin_prefetch(b + (i + ahead) * sb);
    const Vec<T> x = !sa ? splat<T>(*a) : whole ? load(a + i) : load_first(a + i, rest);
    const Vec<T> y = !sb ? splat<T>(*b) : whole ? load(b + i) : load_first(b + i, rest);
    return Op::f(x, y, params);
  });
}

// One loop for each case, where the operation costs less than the test.
template <class Op, class T>
void light_loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_, const double* params,
                bool stream) {
  if (stream) return loop<Op, T>(n, a_, sa, b_, sb, out_, params, true);
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

// Powers whose exponent is a number known to all elements: a few products or a root instead of a logarithm.
struct Cube {
  template <class V>
  FG_INLINE V f(V a, V, const double*) {
    return a * a * a;
  }
};
struct Inverse {
  template <class V>
  FG_INLINE V f(V a, V, const double*) {
    return 1 / a;
  }
};
// The base of a half power: the powers of -0 and -inf are positive (C99 Annex F.10.4.4), their roots are not.
template <class V>
FG_INLINE V half_power_base(V a) {
  const V infinity = fill<V>(__builtin_inf());
  return a == -infinity ? infinity : a + V{};
}
struct Root {
  template <class V>
  FG_INLINE V f(V a, V, const double*) {
    return sqrt(half_power_base(a));
  }
};
struct InverseRoot {
  template <class V>
  FG_INLINE V f(V a, V, const double*) {
    return rsqrt(half_power_base(a));
  }
};
template <class T>
void pow_loop(int64_t n, const void* a, int64_t sa, const void* b, int64_t sb, void* out, const double* params,
              bool stream) {
  if (params[0] == kExponentIsNumber) {
    const T exponent = *static_cast<const T*>(b);
    if (exponent == T(2)) return light_loop<Multiply, T>(n, a, sa, a, sa, out, params, stream);
    if (exponent == T(3)) return light_loop<Cube, T>(n, a, sa, a, sa, out, params, stream);
    if (exponent == T(0.5)) return light_loop<Root, T>(n, a, sa, a, sa, out, params, stream);
    if (exponent == T(-0.5)) return loop<InverseRoot, T>(n, a, sa, a, sa, out, params, stream);
    if (exponent == T(-1)) return light_loop<Inverse, T>(n, a, sa, a, sa, out, params, stream);
  }
  loop<Pow, T>(n, a, sa, b, sb, out, params, stream);
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
void compare_loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_, const double*,
                  bool) {
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
  set(BinaryOp::ReluGrad, light_loop<ReluGrad, T>);
  set(BinaryOp::LeakyReluGrad, light_loop<LeakyReluGrad, T>);
  set(BinaryOp::SigmoidGrad, light_loop<SigmoidGrad, T>);
  set(BinaryOp::TanhGrad, light_loop<TanhGrad, T>);
  set(BinaryOp::Remainder, loop<Remainder, T>);
  set(BinaryOp::FloorDivide, loop<FloorDivide, T>);
  set(BinaryOp::Pow, pow_loop<T>);
  set(BinaryOp::Atan2, loop<Atan2, T>);
  set(BinaryOp::Hypot, loop<Hypot, T>);
  set(BinaryOp::SoftplusGrad, loop<SoftplusGrad, T>);
  set(BinaryOp::LogSigmoidGrad, loop<LogSigmoidGrad, T>);
  set(BinaryOp::SiluGrad, loop<SiluGrad, T>);
  set(BinaryOp::GeluGrad, loop<GeluGrad, T>);
  set(BinaryOp::Equal, compare_loop<Equal, T>);
  set(BinaryOp::NotEqual, compare_loop<NotEqual, T>);
  set(BinaryOp::Less, compare_loop<Less, T>);
  set(BinaryOp::LessEqual, compare_loop<LessEqual, T>);
  set(BinaryOp::Greater, compare_loop<Greater, T>);
  set(BinaryOp::GreaterEqual, compare_loop<GreaterEqual, T>);
  return t;
}

// Bits are integers' alone, and logical_and, _or and _xor look at bools.
constexpr bool has_every_loop(const BinaryTable& t) {
  for (int i = 0; i < kBinaryOps; ++i) {
    const BinaryOp op = static_cast<BinaryOp>(i);
    const bool of_bits = op >= BinaryOp::BitwiseAnd && op <= BinaryOp::RightShift;
    const bool of_bools = op >= BinaryOp::LogicalAnd && op <= BinaryOp::LogicalXor;
    if (!t.loop[i] && !of_bits && !of_bools) return false;
  }
  return true;
}
static_assert(has_every_loop(table_of<float>()), "an operation of BinaryOp has no line in table_of");

}  // namespace

const BinaryTable binary_tables[2] = {table_of<float>(), table_of<double>()};
const ClipLoop clip_loops[2] = {clip_loop<float>, clip_loop<double>};

}  // namespace fastgrad::FG_LEVEL
