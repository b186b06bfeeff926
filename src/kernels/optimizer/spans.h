// One pass over all parameters of a call, as if they were one array, cut into pieces of kPieceBytes: so many small
// parameters cost one region, and a large one fills all threads. Memory-bound from L2 outwards.
#pragma once

#include <type_traits>

#include "kernels/optimizer/optimizer.h"
#include "simd/lanes.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kPieceBytes = 256 << 10;

template <class T>
FG_INLINE Vec<T> constant(double x) {
  return splat(static_cast<T>(x));
}

// For each span update(span) gives a function of (offset, lanes), which is called over the whole span.
template <class T, class F>
FG_INLINE void over_spans(const ParameterSpan<T>* spans, int64_t count, int64_t arrays, const F& update) {
  constexpr int L = kLanes<T>;
  int64_t total = 0;
  for (int64_t k = 0; k < count; ++k) total += spans[k].n;
  // Not inlined, of which there would be two, for one piece and for several.
  const auto over_range = [&](int64_t begin, int64_t end) __attribute__((noinline)) {
    int64_t start = 0;  // of the span at hand, in the count over all
    for (int64_t k = 0; k < count && start < end; start += spans[k++].n) {
      if (start + spans[k].n <= begin) continue;
      int64_t i = begin > start ? begin - start : 0;
      const int64_t stop = end - start < spans[k].n ? end - start : spans[k].n;
      const auto apply = update(spans[k]);
      for (; i + L <= stop; i += L) apply(i, std::integral_constant<int, L>{});
      if (i < stop) apply(i, static_cast<int>(stop - i));
    }
  };
  for_ranges(total, kPieceBytes / (arrays * static_cast<int64_t>(sizeof(T))), 4 * L, over_range);
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
