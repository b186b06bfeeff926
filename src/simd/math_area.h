// Area functions (inverse hyperbolic): each is log1p of an expression without cancellation; float32 by way of float64.
#pragma once

#include "simd/math.h"

namespace fastgrad::FG_LEVEL {

inline constexpr double kAreaLarge = 1e10;  // squares of larger numbers swallow a 1 that is added to them
inline constexpr double kAreaLn2 = 0.69314718055994530942;

FG_INLINE F64 asinh(F64 x) {
  const F64 a = abs(x), square = a * a;
  const bool plain = !any<int64_t>(a > kAreaLarge);
  const F64 near = log1p(a + square / (1 + sqrt(1 + square)));
  return copysign(plain ? near : a > kAreaLarge ? log(a) + kAreaLn2 : near, x);
}

FG_INLINE F64 acosh(F64 x) {
  const F64 t = x - 1;
  const F64 near = log1p(t + sqrt(t * (t + 2)));
  const F64 y = any<int64_t>(x > kAreaLarge) ? (x > kAreaLarge ? log(x) + kAreaLn2 : near) : near;
  return x < 1 ? fill<F64>(__builtin_nan("")) : y;
}

FG_INLINE F64 atanh(F64 x) {
  const F64 a = abs(x);
  return copysign(0.5 * log1p(2 * a / (1 - a)), x);
}

FG_INLINE F32 asinh(F32 x) {
  return by_double(x, [](F64 h) __attribute__((always_inline)) { return asinh(h); });
}
FG_INLINE F32 acosh(F32 x) {
  return by_double(x, [](F64 h) __attribute__((always_inline)) { return acosh(h); });
}
FG_INLINE F32 atanh(F32 x) {
  return by_double(x, [](F64 h) __attribute__((always_inline)) { return atanh(h); });
}

}  // namespace fastgrad::FG_LEVEL
