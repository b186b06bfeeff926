// The operations of two operands on float32 and float64, and clip: the mathematics of each, and the loops of the list.
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/loops.h"
#include "simd/math.h"

namespace fastgrad::FG_LEVEL {

namespace {

namespace functions {

struct Add {
  FG_INLINE auto f(auto a, auto b) { return a + b; }
};
struct Subtract {
  FG_INLINE auto f(auto a, auto b) { return a - b; }
};
struct Multiply {
  FG_INLINE auto f(auto a, auto b) { return a * b; }
};
struct Divide {
  FG_INLINE auto f(auto a, auto b) { return a / b; }
};
struct Remainder {
  FG_INLINE auto f(auto a, auto b) { return remainder(a, b); }
};
struct FloorDivide {
  FG_INLINE auto f(auto a, auto b) { return floor_divide(a, b); }
};
struct Maximum {  // NaN wins
  FG_INLINE auto f(auto a, auto b) { return ((a > b) | (a != a)) ? a : b; }
};
struct Minimum {
  FG_INLINE auto f(auto a, auto b) { return ((a < b) | (a != a)) ? a : b; }
};
struct Atan2 {
  FG_INLINE auto f(auto y, auto x) { return atan2(y, x); }
};
struct Hypot {
  FG_INLINE auto f(auto a, auto b) { return hypot(a, b); }
};

struct Equal {
  FG_INLINE auto f(auto a, auto b) { return a == b; }
};
struct NotEqual {
  FG_INLINE auto f(auto a, auto b) { return a != b; }
};
struct Less {
  FG_INLINE auto f(auto a, auto b) { return a < b; }
};
struct LessEqual {
  FG_INLINE auto f(auto a, auto b) { return a <= b; }
};
struct Greater {
  FG_INLINE auto f(auto a, auto b) { return a > b; }
};
struct GreaterEqual {
  FG_INLINE auto f(auto a, auto b) { return a >= b; }
};

// Powers whose exponent is a number known to all elements: a few products or a root instead of a logarithm.
struct Cube {
  FG_INLINE auto f(auto a, auto) { return a * a * a; }
};
struct Inverse {
  FG_INLINE auto f(auto a, auto) { return 1 / a; }
};
// The base of a half power: the powers of -0 and -inf are positive (C99 Annex F.10.4.4), their roots are not.
template <class V>
FG_INLINE V half_power_base(V a) {
  const V infinity = fill<V>(__builtin_inf());
  return a == -infinity ? infinity : a + V{};
}
struct Root {
  FG_INLINE auto f(auto a, auto) { return sqrt(half_power_base(a)); }
};
struct InverseRoot {
  FG_INLINE auto f(auto a, auto) { return rsqrt(half_power_base(a)); }
};
struct Pow {
  FG_INLINE auto f(auto a, auto b) { return pow(a, b); }

  template <class T>
  static void loop(int64_t n, const void* a, int64_t sa, const void* b, int64_t sb, void* out, const double* params,
                   bool stream) {
    if (params[0] == kExponentIsNumber) {
      const T exponent = *static_cast<const T*>(b);
      if (exponent == T(2)) return light_pair_loop<Multiply, T>(n, a, sa, a, sa, out, params, stream);
      if (exponent == T(3)) return light_pair_loop<Cube, T>(n, a, sa, a, sa, out, params, stream);
      if (exponent == T(0.5)) return light_pair_loop<Root, T>(n, a, sa, a, sa, out, params, stream);
      if (exponent == T(-0.5)) return heavy_pair_loop<InverseRoot, T>(n, a, sa, a, sa, out, params, stream);
      if (exponent == T(-1)) return light_pair_loop<Inverse, T>(n, a, sa, a, sa, out, params, stream);
    }
    heavy_pair_loop<Pow, T>(n, a, sa, b, sb, out, params, stream);
  }
};

// Of integers and bools alone: elementwise_int.cpp has them.
struct BitwiseAnd;
struct BitwiseOr;
struct BitwiseXor;
struct LeftShift;
struct RightShift;
struct LogicalAnd;
struct LogicalOr;
struct LogicalXor;

}  // namespace functions

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
  const auto clipped = [&](Vec<T> v) __attribute__((always_inline)) {  // of equal ones v stays: it may be -0.0
    return functions::Minimum::f(high, functions::Maximum::f(low, v));
  };
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store<T>(out + i, clipped(load(x + i)));
  if (i < n) store_first<T>(out + i, clipped(load_first(x + i, static_cast<int>(n - i))), static_cast<int>(n - i));
}

template <class Op, BinaryOp kOp, class T>
constexpr BinaryLoop loop_of() {
  if constexpr (info(kOp).is_of(facts::Integers) || info(kOp).is_of(facts::Truths)) return nullptr;
  else if constexpr (info(kOp).gives_bool()) return compare_loop<Op, T>;
  else if constexpr (requires { &Op::template loop<T>; }) return Op::template loop<T>;
  else if constexpr (info(kOp).is_heavy()) return heavy_pair_loop<Op, T>;
  else return light_pair_loop<Op, T>;
}

#define FG_LOOP(op, ...) loop_of<functions::op, BinaryOp::op, T>(),
template <class T>
constexpr BinaryTable table_of = {{FG_BINARY_OPERATIONS(FG_LOOP)}};
#undef FG_LOOP

}  // namespace

const BinaryTable binary_tables[2] = {table_of<float>, table_of<double>};
const ClipLoop clip_loops[2] = {clip_loop<float>, clip_loop<double>};

}  // namespace fastgrad::FG_LEVEL
