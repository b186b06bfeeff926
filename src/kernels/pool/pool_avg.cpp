// Average pooling, windows given by tables (AvgPoolAxis), so that the adaptive form is the same code. x: (N, C, H, W)
// by strides, channels last (stride_c 1) or rows of pixels (stride_w 1); out, grad and grad_x dense in the same order.
// Nothing may alias.
//
// A window is summed row by row and the rows' sums added: the error grows with height + width, not with the area.
// Channels last keeps kBlock vectors of channels of one output in registers. Otherwise a window's rows are first added
// as vectors into one scratch row, which is then summed along (a vector of neighbouring outputs where the step is 1 or
// 2, a wide window by vectors, else one by one).
// Backward gathers: an input sums the outputs whose windows hold it, in order; nothing depends on how work is cut.
#include "kernels/pool/window.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int kBlock = 4;

template <class T>
void forward_channels(const PoolShape& s, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* x, T* out) {
  constexpr int L = kLanes<T>;
  const int64_t row_bytes = s.c * (s.h * s.w / s.oh + s.ow) * static_cast<int64_t>(sizeof(T));
  for_ranges(s.n * s.oh, pool_grain(row_bytes), 1, [&](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; ++r) {
      const int64_t n = r / s.oh, oh = r % s.oh;
      for (int64_t ow = 0; ow < s.ow; ++ow) {
        const T* p = x + n * s.stride_n + rows.begin[oh] * s.stride_h + columns.begin[ow] * s.stride_w;
        T* o = out + (r * s.ow + ow) * s.c;
        const int height = rows.end[oh] - rows.begin[oh], width = columns.end[ow] - columns.begin[ow];
        const Vec<T> divisor = splat(static_cast<T>(rows.divisor[oh] * columns.divisor[ow]));
        over_channels<T, kBlock>(s.c, [&](int64_t c, auto blocks, auto lanes) {
          constexpr int B = decltype(blocks)::value;
          Vec<T> sum[B] = {};
          for (int i = 0; i < height; ++i) {
            Vec<T> row[B] = {};
            const T* q = p + i * s.stride_h + c;
            for (int j = 0; j < width; ++j, q += s.stride_w)
#pragma GCC unroll kBlock
              for (int b = 0; b < B; ++b) row[b] += load_lanes(q + b * L, lanes);
#pragma GCC unroll kBlock
            for (int b = 0; b < B; ++b) sum[b] += row[b];
          }
#pragma GCC unroll kBlock
          for (int b = 0; b < B; ++b) store_lanes<T>(o + c + b * L, sum[b] / divisor, lanes);
        });
      }
    }
  });
}

template <class T>
void backward_channels(const PoolShape& s, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* grad,
                       T* grad_x) {
  constexpr int L = kLanes<T>;
  const int64_t row_bytes = s.c * s.w * static_cast<int64_t>(sizeof(T)) * 2;
  const bool streaming = streams_gradient(s, grad_x);
  for_ranges(s.n * s.h, pool_grain(row_bytes), 1, [&](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; ++r) {
      const int64_t n = r / s.h, h = r % s.h;
      for (int64_t w = 0; w < s.w; ++w) {
        T* o = grad_x + (r * s.w + w) * s.c;
        over_channels<T, kBlock>(s.c, [&](int64_t c, auto blocks, auto lanes) {
          constexpr int B = decltype(blocks)::value;
          Vec<T> sum[B] = {};
          for (int64_t oh = rows.first[h]; oh < rows.last[h]; ++oh)
            for (int64_t ow = columns.first[w]; ow < columns.last[w]; ++ow) {
              const Vec<T> scale = splat(static_cast<T>(1 / (rows.divisor[oh] * columns.divisor[ow])));
              const T* g = grad + ((n * s.oh + oh) * s.ow + ow) * s.c + c;
#pragma GCC unroll kBlock
              for (int b = 0; b < B; ++b) sum[b] += load_lanes(g + b * L, lanes) * scale;
            }
#pragma GCC unroll kBlock
          for (int b = 0; b < B; ++b) store_gradient<T>(o + c + b * L, sum[b], lanes, streaming);
        });
      }
    }
    if (streaming) streaming_fence();
  });
}

// sum = the rows [0, height) at p, added in order.
template <class T>
FG_INLINE void add_rows(const T* p, int64_t stride_h, int64_t height, int64_t width, T* sum) {
  constexpr int L = kLanes<T>;
  int64_t w = 0;
  for (; w + L <= width; w += L) {
    Vec<T> v = load(p + w);
    for (int64_t i = 1; i < height; ++i) v += load(p + i * stride_h + w);
    store(sum + w, v);
  }
  if (w < width) {
    const int n = static_cast<int>(width - w);
    Vec<T> v = load_first(p + w, n);
    for (int64_t i = 1; i < height; ++i) v += load_first(p + i * stride_h + w, n);
    store_first(sum + w, v, n);
  }
}

template <class T>
FG_INLINE T sum_along(const T* p, int64_t n) {
  constexpr int L = kLanes<T>;
  T sum = 0;
  int64_t i = 0;
  if (n >= 2 * L) {
    Vec<T> v = load(p);
    for (i = L; i + L <= n; i += L) v += load(p + i);
    sum = reduce_add<T>(v);
  }
  for (; i < n; ++i) sum += p[i];
  return sum;
}

// One output row from the summed input row; step 1 and 2 a vector of outputs at a time.
template <class T>
FG_INLINE void average_row(const AvgPoolAxis& columns, int64_t ow_size, const T* sum, double rows, int64_t step,
                           T* out) {
  constexpr int L = kLanes<T>;
  const auto one = [&](int64_t ow) {
    const int32_t begin = columns.begin[ow];
    out[ow] = sum_along(sum + begin, columns.end[ow] - begin) / static_cast<T>(rows * columns.divisor[ow]);
  };
  int64_t ow = 0;
  if (step == 1 || step == 2) {
    for (; ow < columns.whole_begin; ++ow) one(ow);
    for (; ow + L <= columns.whole_end; ow += L) {
      const T* p = sum + ow * step - columns.pad;
      Vec<T> v = load_step(p, step);
      for (int64_t j = 1; j < columns.width; ++j) v += load_step(p + j, step);
      store(out + ow, v / splat(static_cast<T>(rows * columns.divisor[ow])));
    }
    if constexpr (kVectorBytes == 64)
      if (ow < columns.whole_end) {
        const int n = static_cast<int>(columns.whole_end - ow);
        const T* p = sum + ow * step - columns.pad;
        Vec<T> v = load_step_first(p, step, n);
        for (int64_t j = 1; j < columns.width; ++j) v += load_step_first(p + j, step, n);
        store_first(out + ow, v / splat(static_cast<T>(rows * columns.divisor[ow])), n);
        ow = columns.whole_end;
      }
  }
  for (; ow < ow_size; ++ow) one(ow);
}

template <class T>
void forward_rows(const PoolShape& s, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* x, T* out) {
  const int64_t row_bytes = (s.h * s.w / s.oh + s.ow) * static_cast<int64_t>(sizeof(T));
  for_ranges(s.n * s.c * s.oh, pool_grain(row_bytes), 1, [&](int64_t from, int64_t to) {
    auto* sum = scratch<T>(Scratch::PoolRow, s.w);
    over_output_rows(s, x, from, to, [&](int64_t r, const T* plane, int64_t oh) {
      const T* p = plane + rows.begin[oh] * s.stride_h;
      const int64_t height = rows.end[oh] - rows.begin[oh];
      if (s.ow == 1 && s.stride_h == s.w && columns.begin[0] == 0 && columns.end[0] == s.w && s.w <= kLanes<T>) {
        // few columns, all of them in the one window: its rows are one run of neighbours
        out[r] = sum_along(p, height * s.w) / static_cast<T>(rows.divisor[oh] * columns.divisor[0]);
        return;
      }
      add_rows(p, s.stride_h, height, s.w, sum);
      // a constant step lets the compiler choose the shuffle; windows wider than a vector are summed along instead
      const int64_t step = columns.width <= kLanes<T> ? columns.step : 0;
      if (step == 1)
        average_row(columns, s.ow, sum, rows.divisor[oh], 1, out + r * s.ow);
      else if (step == 2)
        average_row(columns, s.ow, sum, rows.divisor[oh], 2, out + r * s.ow);
      else
        average_row(columns, s.ow, sum, rows.divisor[oh], 0, out + r * s.ow);
    });
  });
}

template <class T>
void backward_rows(const PoolShape& s, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* grad,
                   T* grad_x) {
  constexpr int L = kLanes<T>;
  const int64_t plane_bytes = s.h * s.w * static_cast<int64_t>(sizeof(T)) * 2;
  // every input in exactly one window of two: each value of the output row is written twice
  const bool pairs = columns.step == 2 && columns.width == 2 && columns.pad == 0 && columns.whole_end == s.ow &&
                     2 * s.ow == s.w;
  for_ranges(s.n * s.c, pool_grain(plane_bytes), 1, [&](int64_t from, int64_t to) {
    auto* pooled = scratch<T>(Scratch::PoolRow, s.ow);
    for (int64_t plane = from; plane < to; ++plane) {
      const T* g = grad + plane * s.oh * s.ow;
      T* o = grad_x + plane * s.h * s.w;
      for (int64_t h = 0; h < s.h; ++h, o += s.w) {
        const int32_t first = rows.first[h], last = rows.last[h];
        if (h > 0 && first == rows.first[h - 1] && last == rows.last[h - 1]) {
          __builtin_memcpy(o, o - s.w, static_cast<size_t>(s.w) * sizeof(T));
          continue;
        }
        for (int64_t ow = 0; ow < s.ow; ++ow) pooled[ow] = 0;
        for (int64_t oh = first; oh < last; ++oh)
          for (int64_t ow = 0; ow < s.ow; ++ow)
            pooled[ow] += g[oh * s.ow + ow] / static_cast<T>(rows.divisor[oh] * columns.divisor[ow]);
        int64_t w = 0;
        if (pairs)
          for (; w + 2 * L <= s.w; w += 2 * L) {
            const Vec<T> v = load(pooled + w / 2);
            store(o + w, interleave_low(v, v));
            store(o + w + L, interleave_high(v, v));
          }
        for (; w < s.w; ++w) {
          T sum = 0;
          for (int32_t ow = columns.first[w]; ow < columns.last[w]; ++ow) sum += pooled[ow];
          o[w] = sum;
        }
      }
    }
  });
}

template <class T>
void forward(const PoolShape& s, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* x, T* out) {
  if (s.channels_last)
    forward_channels(s, rows, columns, x, out);
  else
    forward_rows(s, rows, columns, x, out);
}

template <class T>
void backward(const PoolShape& s, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* grad, T* grad_x) {
  if (s.channels_last)
    backward_channels(s, rows, columns, grad, grad_x);
  else
    backward_rows(s, rows, columns, grad, grad_x);
}

}  // namespace

const AvgPoolKernels avg_pool_kernels = {
    {forward<float>, backward<float>},
    {forward<double>, backward<double>},
};

}  // namespace fastgrad::FG_LEVEL
