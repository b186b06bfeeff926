// Resampling along two axes, each by a table of taps (ResampleAxis). x: planes of rows of columns of `inner`
// neighbours, by strides; out dense. Nothing may alias.
//
// Where the rows become fewer they are combined first, else last: the less is left for the columns, the better. What
// lies between is a band of rows that stays in the cache. Rows are combined vector by vector. So are columns of several
// neighbours; where pixels are single, as many rows as a vector has lanes are turned on their way to scratch, become
// vectors of one column, and are turned back. Each result is one sum in the order of its taps, however the work is cut.
#include "kernels/resample/resample.h"
#include "simd/integers.h"
#include "simd/lanes.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/stream.h"
#include "simd/transpose.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kBandBytes = 96 << 10;  // what lies between the axes: in the second cache, with its source
inline constexpr int64_t kPieceBytes = 128 << 10;  // some 10 us of work
inline constexpr int kBlock = 4;

// out[0 ... n) = the sum over taps of weight[t] times the n neighbours at x + index[t] * stride.
template <class T>
FG_INLINE void combine(const T* x, int64_t stride, const int32_t* index, const T* weight, int64_t taps, int64_t n,
                       T* out, bool streaming = false) {
  constexpr int L = kLanes<T>;
  const auto block = [&](int64_t i, auto vectors, auto lanes) {
    constexpr int B = decltype(vectors)::value;
    Vec<T> sum[B] = {};
    for (int64_t t = 0; t < taps; ++t) {
      const T* p = x + index[t] * stride + i;
      const Vec<T> w = splat(weight[t]);
      for (int b = 0; b < B; ++b)
        sum[b] = t == 0 ? w * load_lanes(p + b * L, lanes) : fma(w, load_lanes(p + b * L, lanes), sum[b]);
    }
    for (int b = 0; b < B; ++b) {
      if constexpr (!std::is_same_v<decltype(lanes), int>)
        if (streaming) {
          store_streaming(out + i + b * L, sum[b]);
          continue;
        }
      store_lanes<T>(out + i + b * L, sum[b], lanes);
    }
  };
  constexpr std::integral_constant<int, L> whole{};
  int64_t i = 0;
  for (; i + kBlock * L <= n; i += kBlock * L) block(i, std::integral_constant<int, kBlock>{}, whole);
  for (; i + L <= n; i += L) block(i, std::integral_constant<int, 1>{}, whole);
  if (i < n) block(i, std::integral_constant<int, 1>{}, static_cast<int>(n - i));
}

// Columns of `inner` neighbours, of one row.
template <class T>
FG_INLINE void columns_of_vectors(const ResampleAxis<T>& a, int64_t inner, const T* x, T* out) {
  for (int64_t o = 0; o < a.out; ++o)
    combine(x, inner, a.index + a.first[o], a.weight + a.first[o], a.first[o + 1] - a.first[o], inner, out + o * inner);
}

// Columns of single pixels, of `rows` rows (at most a vector's lanes). turned: scratch of a.in vectors.
template <class T>
void columns_of_pixels(const ResampleAxis<T>& a, const T* x, int64_t x_stride, int64_t rows, T* out, int64_t out_stride,
                       T* turned) {
  constexpr int L = kLanes<T>, S = kSquareSide<T>;
  const auto row = [&](int i) { return x + smaller(i, rows - 1) * x_stride; };  // lanes that are left repeat the last
  int64_t w = 0;
  for (; w + S <= a.in; w += S) {
    Vec<T> v[S];
    load_transposed<T, 1>([&](int i) { return row(i) + w; }, v);
    for (int i = 0; i < S; ++i) store(turned + (w + i) * L, v[i]);
  }
  for (; w < a.in; ++w)
    for (int i = 0; i < L; ++i) turned[w * L + i] = row(i)[w];

  for (int64_t o = 0; o < a.out; o += L) {
    const int n = static_cast<int>(smaller(a.out - o, L));
    alignas(kVectorBytes) T sums[L * L];
    for (int j = 0; j < n; ++j) {
      const int32_t *t = &a.first[o + j], taps = t[1] - t[0];
      const int32_t* const index = a.index + t[0];
      const T* const weight = a.weight + t[0];
      Vec<T> sum{};
      if (taps > 0) sum = splat(weight[0]) * load(turned + index[0] * int64_t{L});
      for (int32_t k = 1; k < taps; ++k) sum = fma(splat(weight[k]), load(turned + index[k] * int64_t{L}), sum);
      store(sums + j * L, sum);
    }
    Vec<T> v[L];
    for (int j = 0; j < L; ++j) v[j] = load(sums + j * L);
    transpose<T>(v);
    for (int i = 0; i < rows; ++i) {
      if (n == L) store(out + i * out_stride + o, v[i]);
      else store_first(out + i * out_stride + o, v[i], n);
    }
  }
}

// Columns of several rows.
template <class T>
FG_INLINE void resample_columns(const ResampleAxis<T>& a, int64_t inner, const T* x, int64_t x_stride, int64_t rows,
                                T* out, int64_t out_stride, T* turned) {
  if (inner > 1) {
    for (int64_t r = 0; r < rows; ++r) columns_of_vectors(a, inner, x + r * x_stride, out + r * out_stride);
    return;
  }
  for (int64_t r = 0; r < rows; r += kLanes<T>)
    columns_of_pixels(a, x + r * x_stride, x_stride, smaller(rows - r, kLanes<T>), out + r * out_stride, out_stride,
                      turned);
}

// Rows `from` to `to` of the output, each a sum of rows of n neighbours.
template <class T>
FG_INLINE void resample_rows(const ResampleAxis<T>& a, const T* x, int64_t x_stride, int64_t from, int64_t to,
                             int64_t n, T* out, bool streaming) {
  for (int64_t r = from; r < to; ++r)
    combine(x, x_stride, a.index + a.first[r], a.weight + a.first[r], a.first[r + 1] - a.first[r], n,
            out + (r - from) * n, streaming);
}

template <class T>
void resample(const ResampleShape& s, const ResampleAxis<T>& rows, const ResampleAxis<T>& columns, const T* x, T* out) {
  constexpr int64_t kItem = sizeof(T), L = kLanes<T>;
  const bool by_row = rows.first != nullptr, by_column = columns.first != nullptr;
  const bool rows_first = by_row && by_column && rows.out < rows.in, rows_last = by_row && by_column && !rows_first;
  const int64_t in_row = columns.in * s.inner, out_row = columns.out * s.inner;
  const int64_t between = by_row && by_column ? (rows_first ? in_row : out_row) : 0;
  int64_t band = rows.out;
  if (band * larger(between, out_row) * kItem > kBandBytes) {
    band = larger(kBandBytes / (larger(between, out_row) * kItem), 1);
    if (by_column && !rows_last && s.inner == 1) band = ceil_div(band, L) * L;
  }
  const int64_t bands = ceil_div(rows.out, band), band_bytes = (band * out_row + rows.in * in_row / bands) * kItem;
  const bool streaming =
      !by_column || rows_last
          ? s.outer * s.planes * (rows.in * in_row + rows.out * out_row) * kItem > kStreamTotalBytes &&
                out_row % L == 0 && reinterpret_cast<uintptr_t>(out) % (L * kItem) == 0
          : false;
  const int64_t grain = larger(kPieceBytes / larger(band_bytes, 1), 1);
  for_ranges(s.outer * s.planes * bands, grain, 1, [&](int64_t begin, int64_t end) {
    T* turned = by_column && s.inner == 1 ? scratch<T>(Scratch::ResampleColumns, columns.in * L) : nullptr;
    for (int64_t u = begin; u < end; ++u) {
      const int64_t plane = u / bands, from = u % bands * band, to = smaller(from + band, rows.out);
      const T* p = x + plane / s.planes * s.stride_outer + plane % s.planes * s.stride_plane;
      T* o = out + (plane * rows.out + from) * out_row;
      if (rows_first) {
        T* const kept = scratch<T>(Scratch::ResampleBand, (to - from) * in_row);
        resample_rows(rows, p, s.stride_row, from, to, in_row, kept, false);
        resample_columns(columns, s.inner, kept, in_row, to - from, o, out_row, turned);
      } else if (rows_last) {
        int32_t low = rows.index[rows.first[from]], high = low;  // the rows that are asked for
        for (int32_t t = rows.first[from]; t < rows.first[to]; ++t) {
          low = rows.index[t] < low ? rows.index[t] : low;
          high = rows.index[t] > high ? rows.index[t] : high;
        }
        T* const kept = scratch<T>(Scratch::ResampleBand, (high + 1 - low) * out_row);
        resample_columns(columns, s.inner, p + low * s.stride_row, s.stride_row, high + 1 - low, kept, out_row, turned);
        resample_rows(rows, kept - low * out_row, out_row, from, to, out_row, o, streaming);
      } else if (by_row) {
        resample_rows(rows, p, s.stride_row, from, to, in_row, o, streaming);
      } else {
        resample_columns(columns, s.inner, p + from * s.stride_row, s.stride_row, to - from, o, out_row, turned);
      }
    }
    if (streaming) streaming_fence();
  });
}

}  // namespace

const AxesKernels resample_axes_kernels = {{resample<float>}, {resample<double>}};

}  // namespace fastgrad::FG_LEVEL
