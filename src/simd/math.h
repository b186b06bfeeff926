// Vector math: every function takes and returns Vec<float> or Vec<double>, lane by lane.
#pragma once

#include "simd/math_exp.h"
#include "simd/math_log.h"
#include "simd/math_round.h"
#include "simd/math_trig.h"

namespace fastgrad::FG_LEVEL {

// 1 / sqrt(x), corrected by the remainders of the root and of the division.
template <class V>
FG_INLINE V rsqrt(V x) {
  if constexpr (kByDouble<V>) {
    return by_double(x, [](F64 h) __attribute__((always_inline)) { return 1 / sqrt(h); });
  } else {
    using T = typename Format<V>::T;
    const V s = sqrt(x), r = 1 / s;
    const Pair<V> ss = two_product(s, s), rs = two_product(r, s);
    const V root = (x - ss.hi) - ss.lo;       // x - s^2
    const V quotient = (1 - rs.hi) - rs.lo;   // 1 - r s
    const V c = r * (quotient - root * r * r * T(0.5));
    return abs(c) < abs(r) ? r + c : r;  // not where a remainder is NaN or infinite
  }
}

}  // namespace fastgrad::FG_LEVEL
