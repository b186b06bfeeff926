// What the batch norm kernels share: their sums, and what becomes of each element.
//
// Sums over (n, spatial) are taken in chunks of the array that stay in cache, cut by size alone: kChunkBytes, at most
// kMostRows rows of channels or kMostRun neighbouring elements. A chunk's variance is taken in two passes around the
// chunk's own mean, and chunks are merged in order, in double (Chan, Golub and LeVeque, "Updating formulae and a
// pairwise algorithm for computing sample variances", 1979), so a large mean costs no accuracy. Where a chunk's
// elements differ by little (narrow) both are taken once more, relative to the first of them; and chunks' means
// relative to that of the first chunk: the mean of equal elements is their value, and they are normalised to exactly 0.
// Channels last: accumulators lie in L1, one per channel, and take kRows rows at a time, so that any number of channels
// streams. Otherwise a run of neighbours of one channel is added into kRows vectors.
#pragma once

#include <type_traits>

#include "kernels/normalization/narrow.h"
#include "simd/integers.h"
#include "simd/lanes.h"
#include "simd/pieces.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {

inline constexpr int kRows = 4;
inline constexpr int64_t kChunkBytes = 64 << 10;
inline constexpr int64_t kMostRows = 256, kMostRun = 8192;
// What one piece should touch: some 10 us of work.
inline constexpr int64_t kPieceBytes = 128 << 10;


// How an array is cut into chunks: `size` rows each (channels last), or `size` elements of a run of one channel.
struct Chunks {
  int64_t count, size, per_run;
};
template <class T>
FG_INLINE Chunks cut(const BatchNormShape& s) {
  if (s.channels_last) {
    int64_t size = kChunkBytes / (s.c * static_cast<int64_t>(sizeof(T)));
    size = size < kRows ? kRows : size > kMostRows ? kMostRows : size;
    const int64_t count = ceil_div(s.n * s.spatial, size);
    return {count, size, count};
  }
  const int64_t size = s.spatial < kMostRun ? s.spatial : kMostRun;
  const int64_t per_run = ceil_div(s.spatial, size);
  return {s.n * per_run, size, per_run};
}
// Elements of each channel in chunk k.
FG_INLINE int64_t chunk_length(const BatchNormShape& s, const Chunks& cut, int64_t k) {
  const int64_t total = s.channels_last ? s.n * s.spatial : s.spatial;
  const int64_t begin = k % cut.per_run * cut.size;
  return total - begin < cut.size ? total - begin : cut.size;
}

// Rows of channels. accumulate[i][c] += the sum over `rows` rows of terms(row, c, lanes, part).
template <class T, int Sums, class F>
FG_INLINE void sum_rows(int64_t rows, int64_t channels, T* const (&accumulate)[Sums], const F& terms) {
  for (int i = 0; i < Sums; ++i)
    for (int64_t c = 0; c < channels; ++c) accumulate[i][c] = 0;
  int64_t r = 0;
  for (; r + kRows <= rows; r += kRows)
    over_lanes<T>(channels, [&](int64_t c, auto lanes) {
      Vec<T> sums[Sums];
      for (int i = 0; i < Sums; ++i) sums[i] = load_lanes(accumulate[i] + c, lanes);
      Vec<T> part[Sums] = {};
      for (int k = 0; k < kRows; ++k) terms(r + k, c, lanes, part);
      for (int i = 0; i < Sums; ++i) store_lanes<T>(accumulate[i] + c, sums[i] + part[i], lanes);
    });
  for (; r < rows; ++r)
    over_lanes<T>(channels, [&](int64_t c, auto lanes) {
      Vec<T> part[Sums];
      for (int i = 0; i < Sums; ++i) part[i] = load_lanes(accumulate[i] + c, lanes);
      terms(r, c, lanes, part);
      for (int i = 0; i < Sums; ++i) store_lanes<T>(accumulate[i] + c, part[i], lanes);
    });
}

// A run of one channel. sums[i] = the sum over n elements of the terms.
template <class T, int Sums, class F>
FG_INLINE void sum_run(int64_t n, T (&sums)[Sums], const F& terms) {
  constexpr int L = kLanes<T>;
  Vec<T> part[kRows][Sums] = {};
  int64_t i = 0;
  for (; i + kRows * L <= n; i += kRows * L)
    for (int k = 0; k < kRows; ++k) terms(i + k * L, std::integral_constant<int, L>{}, part[k]);
  for (; i + L <= n; i += L) terms(i, std::integral_constant<int, L>{}, part[0]);
  if (i < n) terms(i, static_cast<int>(n - i), part[1]);
  for (int j = 0; j < Sums; ++j) sums[j] = reduce_add<T>((part[0][j] + part[1][j]) + (part[2][j] + part[3][j]));
}

// Adds up the two sums of every chunk.
template <class T>
FG_INLINE void add_chunks(const BatchNormShape& s, const Chunks& chunks, const T* sums, const T* products, double* sum,
                          double* product_sum) {
  for (int64_t c = 0; c < s.c; ++c) sum[c] = product_sum[c] = 0;
  for (int64_t k = 0; k < chunks.count; ++k)
    for (int64_t c = 0; c < s.c; ++c) {
      sum[c] += static_cast<double>(sums[k * s.c + c]);
      product_sum[c] += static_cast<double>(products[k * s.c + c]);
    }
}

// The map's result, before relu.
template <class T>
FG_INLINE Vec<T> mapped(Vec<T> centred, Vec<T> scale, Vec<T> shift) {
  return fma(centred, scale, shift);
}
// relu's gradient, to the bit what the operation computes.
template <class V>
FG_INLINE V relu_grad(V grad, V y) {
  return y <= V{} ? V{} : grad;
}

}  // namespace fastgrad::FG_LEVEL
