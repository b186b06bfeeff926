// parallel loops for kernels: as runtime/parallel.h's, in the level's own namespace.
#pragma once

#include "runtime/parallel.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

// f(i) for each i in [0, pieces).
template <class F>
FG_INLINE void for_pieces(int64_t pieces, const F& f) {
  if (pieces == 1) {
    f(int64_t{0});
    return;
  }
  runtime::run_pieces(
      pieces, [](void* c, int64_t i) { (*static_cast<const F*>(c))(i); },
      const_cast<void*>(static_cast<const void*>(&f)));
}

// f(begin, end) over [0, n) in pieces of about `grain` items, each boundary a multiple of `align`.
template <class F>
FG_INLINE void for_ranges(int64_t n, int64_t grain, int64_t align, const F& f) {
  if (n <= 0) return;
  const int64_t units = (n + align - 1) / align;
  const int64_t pieces = runtime::count_pieces(units, grain / align > 0 ? grain / align : 1);
  if (pieces == 1) {
    f(int64_t{0}, n);
    return;
  }
  for_pieces(pieces, [&](int64_t i) {
    const int64_t q = units / pieces, r = units % pieces;
    const int64_t begin = (i * q + (i < r ? i : r)) * align;
    const int64_t stop = begin + (q + (i < r ? 1 : 0)) * align;
    f(begin, stop < n ? stop : n);
  });
}

}  // namespace fastgrad::FG_LEVEL
