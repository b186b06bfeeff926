// Moments of numbers whose squares leave the range of their format: they are taken of numbers scaled by a power of 2.
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

template <class T>
inline constexpr T kMost = static_cast<T>(sizeof(T) == 4 ? 0x1.fffffep127 : 0x1.fffffffffffffp1023);
// Of a smaller standard deviation the squares are so small that bits they lost would show.
template <class T>
inline constexpr T kLeastStd = static_cast<T>(sizeof(T) == 4 ? 0x1p-50 : 0x1p-450);

// Of a positive number's power of 2, as near as one whose reciprocal is a normal number.
template <class T>
FG_INLINE int exponent_of(T x) {
  constexpr int most = sizeof(T) == 4 ? 126 : 1022;
  const int e = __builtin_ilogb(static_cast<double>(x));
  return e > most ? most : e < -most ? -most : e;
}

}  // namespace fastgrad::FG_LEVEL
