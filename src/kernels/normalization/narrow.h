// When elements differ so little that the rounding of their mean shows.
#pragma once

#include "kernels/normalization/normalization.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

// The standard deviation that is narrow, as a part of the mean. A plain sum's rounding is no longer small beside such
// differences; those from one of the elements are exact, or nearly so.
template <class T>
inline constexpr T kNarrow = static_cast<T>(sizeof(T) == 4 ? 0x1p-12 : 0x1p-26);

// squares: the sum of n squares around the mean. For numbers, or lane by lane. Zeros are narrow, too.
template <class T, class V>
FG_INLINE auto narrow(V mean, V squares, int64_t n) {
  return squares <= mean * mean * (kNarrow<T> * kNarrow<T> * static_cast<T>(n));
}

}  // namespace fastgrad::FG_LEVEL
