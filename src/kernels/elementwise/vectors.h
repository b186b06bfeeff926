// What the loops of elementwise functions share: inputs asked for ahead, results written past the caches.
#pragma once

#include "simd/stream.h"

namespace fastgrad::FG_LEVEL {

// How many elements ahead of its reads a run of n asks for: 4 KB; none in a short run, whose neighbours are nobody's.
// The CPU's window holds few vectors of a function of 20 instructions, and its prefetching follows them; asked ahead,
// arithmetic and memory take the longer of their times instead of the sum.
template <class T>
FG_INLINE int64_t fetch_ahead(int64_t n) {
  constexpr int64_t ahead = 4096 / sizeof(T);
  return n < ahead ? 0 : ahead;
}

// out[i...] = f(i, whole, rest) over n results, a whole vector or the first `rest` lanes of one: by one body, as
// functions are long. stream: whole vectors are written past the caches.
template <class T, class F>
FG_INLINE void over_vectors(int64_t n, T* out, bool stream, const F& f) {
  constexpr int lanes = kLanes<T>;
  for (int64_t i = 0; i < n; i += lanes) {
    const bool whole = i + lanes <= n;
    const int rest = static_cast<int>(n - i);
    const Vec<T> y = f(i, whole, rest);
    if (!whole) store_first<T>(out + i, y, rest);
    else if (stream) store_streaming<T>(out + i, y);
    else store<T>(out + i, y);
  }
}

}  // namespace fastgrad::FG_LEVEL
