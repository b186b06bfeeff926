// Vector math: every function takes and returns Vec<float> or Vec<double>, lane by lane.
#pragma once

#include "simd/math_arc.h"
#include "simd/math_exp.h"
#include "simd/math_log.h"
#include "simd/math_round.h"
#include "simd/math_trig.h"

namespace fastgrad::FG_LEVEL {

// 1 / sqrt(x), corrected by the remainders of the root and of the division.
template <class V>
FG_INLINE V rsqrt_corrected(V x) {
  using T = typename Format<V>::T;
  const V s = sqrt(x), r = 1 / s;
  const V c = r * (residual(r, s, fill<V>(1)) - residual(s, s, x) * r * r * T(0.5));
  return abs(c) < abs(r) ? r + c : r;  // not where a remainder is NaN or infinite
}
template <class V>
FG_INLINE V rsqrt(V x) {
  if constexpr (kHasFma) {
    return rsqrt_corrected(x);
  } else if constexpr (sizeof(x[0]) == 4) {
    return by_double(x, [](F64 h) __attribute__((always_inline)) { return 1 / sqrt(h); });
  } else {
    // away from where the halves of a split root would be subnormal
    const auto tiny = x < 0x1p-900;
    const V y = rsqrt_corrected(tiny ? x * 0x1p120 : x);
    return tiny ? y * 0x1p60 : y;
  }
}

}  // namespace fastgrad::FG_LEVEL
