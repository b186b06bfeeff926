// What both loops of a reduction (driver.h) walk and cut with.
#pragma once

#include <type_traits>

#include "kernels/reduce/reduce.h"
#include "kernels/reduce/fold.h"
#include "simd/integers.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

// A policy's state: N running values.
template <int N, class V>
struct Fields {
  V f[N];
};

inline constexpr int64_t kBlock = 1024;
inline constexpr int64_t kPanel = 1024;
inline constexpr int kRowsPerBlock = 8;
inline constexpr int64_t kGrain = 64 * 1024;  // elements a piece: 256 KB of float32
inline constexpr int kMaxLevels = 60;

// f(begin, end) over [0, units) in the given number of pieces (at most one a unit).
template <class F>
FG_INLINE void split(int64_t units, int64_t pieces, const F& f) {
  if (pieces > units) pieces = units;
  if (pieces <= 1) {
    f(int64_t{0}, units);
    return;
  }
  for_pieces(pieces, [&](int64_t i) {
    const int64_t q = units / pieces, r = units % pieces;
    const int64_t begin = i * q + (i < r ? i : r);
    f(begin, begin + q + (i < r ? 1 : 0));
  });
}

// Short lines next to each other are read several at once, in an order that no hardware prefetcher follows: what lies
// this far ahead is fetched in good time, where all of it is more than the second cache holds.
inline constexpr int64_t kAheadBytes = 2048, kFarBytes = 1 << 20;

FG_INLINE void fetch_ahead(const void* p, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(static_cast<const char*>(p) + kAheadBytes + i);
}

// Walks a list of axes in C order.
struct Cursor {
  const ReduceAxis* axes;
  int n;
  int64_t x, out;
  int64_t index[kMaxReduceAxes];

  __attribute__((noinline)) static Cursor at(const ReduceAxis* axes, int n, int64_t linear) {
    Cursor c;
    c.axes = axes;
    c.n = n;
    c.x = c.out = 0;
    for (int i = n - 1; i >= 0; --i) {
      const int64_t q = i > 0 ? linear / axes[i].size : 0;
      c.index[i] = linear - q * axes[i].size;
      c.x += c.index[i] * axes[i].x;
      c.out += c.index[i] * axes[i].out;
      linear = q;
    }
    return c;
  }
  __attribute__((noinline)) void next() {
    for (int i = n - 1; i >= 0; --i) {
      x += axes[i].x;
      out += axes[i].out;
      if (++index[i] < axes[i].size || i == 0) return;
      x -= axes[i].x * axes[i].size;
      out -= axes[i].out * axes[i].size;
      index[i] = 0;
    }
  }
};

// How many pieces, and how many blocks (a power of two) each output's chunk takes where outputs alone are too few.
struct Cut {
  int64_t pieces, chunk, chunks;
};
FG_INLINE Cut cut(int64_t elements, int64_t outputs, int64_t blocks) {
  Cut c{runtime::count_pieces(elements, kGrain), 1, 1};
  const int64_t wanted = ceil_div(c.pieces, outputs);
  if (wanted == 1) {
    c.chunk = blocks;
    return c;
  }
  while (c.chunk * wanted < blocks) c.chunk *= 2;
  c.chunks = ceil_div(blocks, c.chunk);
  return c;
}

// Copies are out of line: they are the same for every policy.
template <class T>
__attribute__((noinline)) void copy_strided(T* to, const T* from, int64_t stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = from[i * stride];
}

// n elements from `first` of these axes in C order, copied next to each other.
template <class T>
__attribute__((noinline)) const T* gathered(const T* x, const ReduceAxis* axes, int count, int64_t first, int64_t n) {
  const ReduceAxis inner = axes[count - 1];
  T* const copy = static_cast<T*>(runtime::scratch(Scratch::ReduceCopy, kBlock * sizeof(T)));
  int64_t at = first % inner.size;
  Cursor c = Cursor::at(axes, count - 1, first / inner.size);
  for (int64_t done = 0; done < n; c.next()) {
    const int64_t take = smaller(n - done, inner.size - at);
    copy_strided(copy + done, x + c.x + at * inner.x, inner.x, take);
    done += take;
    at = 0;
  }
  return copy;
}

// States of several outputs in memory: field f of output j at p[f * pitch + j].
template <class P, class T>
FG_INLINE typename P::template State<Vec<T>> load_state(const T* p, int64_t pitch) {
  typename P::template State<Vec<T>> s;
  for (int f = 0; f < P::kFields; ++f) s.f[f] = load(p + f * pitch);
  return s;
}
template <class P, class T>
FG_INLINE void store_state(T* p, int64_t pitch, const typename P::template State<Vec<T>>& s) {
  for (int f = 0; f < P::kFields; ++f) store(p + f * pitch, s.f[f]);
}

// The finished results v of `count` outputs, whose lines begin at line(0), line(1) ...
template <class P, class T, class Line>
FG_INLINE Vec<T> mended(ReduceOp op, Vec<T> v, int64_t count, const ReduceGeometry& g, T divisor, const Line& line) {
  if constexpr (P::kMends) {
    const Mask<T> doubtful = P::doubtful(op, v) & lanes_below<T>(static_cast<int>(count));
    if (any<typename MaskType<T>::type>(doubtful)) [[unlikely]]
      for (int64_t i = 0; i < count; ++i)
        if (doubtful[i]) v[i] = P::again(op, line(i), g, divisor, v[i]);
  }
  return v;
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
