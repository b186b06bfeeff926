// Rounding to integers, and the division that goes with it.
#pragma once

#include "simd/math_core.h"

namespace fastgrad::FG_LEVEL {

#if defined(__SSE4_1__)
// Mode 0 to nearest, halves to even; 1 down; 2 up; 3 towards zero: the instruction's immediate (8: no exception).
template <int kMode>
FG_INLINE F32 round_to(F32 x) {
#if defined(__AVX512F__)
  return (F32)_mm512_maskz_roundscale_ps(-1, (__m512)x, kMode | 8);
#elif defined(__AVX2__)
  return (F32)_mm256_round_ps((__m256)x, kMode | 8);
#else
  return (F32)_mm_round_ps((__m128)x, kMode | 8);
#endif
}
template <int kMode>
FG_INLINE F64 round_to(F64 x) {
#if defined(__AVX512F__)
  return (F64)_mm512_maskz_roundscale_pd(-1, (__m512d)x, kMode | 8);
#elif defined(__AVX2__)
  return (F64)_mm256_round_pd((__m256d)x, kMode | 8);
#else
  return (F64)_mm_round_pd((__m128d)x, kMode | 8);
#endif
}
#else
// Adding and subtracting 2^(mantissa bits) rounds halves to even; from there every other mode is one step away.
template <int kMode, class V>
FG_INLINE V round_to(V x) {
  using T = typename Format<V>::T;
  constexpr T big = Format<V>::kTwoToMantissa;
  const V a = abs(x);
  const V nearest = copysign((a + big) - big, x);
  V r = nearest;
  if constexpr (kMode == 1) r = nearest > x ? nearest - 1 : nearest;
  if constexpr (kMode == 2) r = nearest < x ? nearest + 1 : nearest;
  if constexpr (kMode == 3) r = abs(nearest) > a ? nearest - copysign(fill<V>(1), x) : nearest;
  return a < big ? copysign(r, x) : x;
}
#endif

template <class V>
FG_INLINE V round(V x) {  // halves to even, as NumPy
  return round_to<0>(x);
}
template <class V>
FG_INLINE V floor(V x) {
  return round_to<1>(x);
}
template <class V>
FG_INLINE V ceil(V x) {
  return round_to<2>(x);
}
template <class V>
FG_INLINE V trunc(V x) {
  return round_to<3>(x);
}

// C's fmod: exact. r = a - trunc(a / b) b has no rounding error while the quotient, perhaps one too large for its own
// rounding, fits the format; the few lanes beyond (and b = 0, infinities, NaN) go to the C library.
template <class V>
FG_INLINE V fmod(V a, V b) {
  using F = Format<V>;
  using T = typename F::T;
  const V x = abs(a), y = abs(b);
  const V quotient = x / y;
  const V q = trunc(quotient);
  V r = residual(q, y, x);
  r = r < 0 ? r + y : r;
  r = copysign(r, a);
  // two_product splits without overflow or underflow between these bounds
  [[maybe_unused]] constexpr T low = F::kMinNormal * F::kTwoToMantissa * 16, high = 1 / low;
  auto plain = (quotient < F::kTwoToMantissa) & (y < F::kInf);
  if constexpr (!kHasFma) plain &= (x < high) & ((x > low) | (x < y)) & (y < high);
  if (any_lane<V>(~plain)) [[unlikely]] {
    for (int i = 0; i < kLanes<T>; ++i) {
      if (plain[i]) continue;
      if constexpr (sizeof(T) == 4)
        r[i] = __builtin_fmodf(a[i], b[i]);
      else
        r[i] = __builtin_fmod(a[i], b[i]);
    }
  }
  return r;
}

// Python's and NumPy's %: the remainder has the divisor's sign, also where it is 0.
template <class V>
FG_INLINE V remainder(V a, V b) {
  const V m = fmod(a, b);
  return m == 0 ? copysign(V{}, b) : (((m < 0) ^ (b < 0)) & (m == m)) ? m + b : m;
}

// Python's and NumPy's //: floor of the exact quotient; a / b where b is 0.
template <class V>
FG_INLINE V floor_divide(V a, V b) {
  using T = typename Format<V>::T;
  const V m = fmod(a, b);
  const auto wrong_side = (m != 0) & ((m < 0) ^ (b < 0));
  V d = (a - m) / b;
  d = wrong_side ? d - 1 : d;
  const V f = floor(d);
  const V nearest = d - f > T(0.5) ? f + 1 : f;
  const V q = a / b;
  return b == 0 ? q : d == 0 ? copysign(V{}, q) : nearest;
}

}  // namespace fastgrad::FG_LEVEL
