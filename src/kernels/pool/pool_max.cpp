// Max pooling. x: (N, C, H, W) by strides, channels last (stride_c 1) or rows of pixels (stride_w 1); out and index
// dense in the same order. Nothing may alias.
//
// Forward: channels last keeps kBlock vectors of channels of one output in registers over its window; otherwise a
// vector is neighbouring outputs of one row (step 1 and 2 by loads and shuffles, others lane by lane), and outputs
// whose window hangs over the left or right edge are done one by one. A NaN wins, the first of equals wins. A window
// that steps over the whole input by its dilation gives -infinity; its index is 0, an element in the padding: no
// element gets its gradient.
// Backward: channels last gathers (every input pixel sums the outputs that may have chosen it, in their order), or
// where no two windows share a pixel, each output writes its own window; otherwise each (n, c) plane is zeroed and
// scattered to, a plane being one task, except 2x2 windows with step 2, where every output writes its own 2x2 block.
// Neither depends on how the work is cut.
#include <type_traits>

#include "kernels/pool/window.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int kBlock = 4;

template <class T>
inline constexpr T kOfNone = static_cast<T>(-__builtin_inf());

FG_INLINE bool is_empty(WindowRange r) { return r.begin >= r.end; }

// Whether a window may hold no element: padding is at most half of it, so only by stepping over all of them.
FG_INLINE bool may_be_empty(const MaxPoolWindow& w) { return w.dilation_h > 1 || w.dilation_w > 1; }

FG_INLINE bool is_inside(const PoolShape& s, int64_t h, int64_t w) { return h >= 0 && h < s.h && w >= 0 && w < s.w; }

// Forward, channels last: B vectors of channels of one output.
template <class T, class I, int B>
FG_INLINE void max_channels(const PoolShape& s, const MaxPoolWindow& w, const T* x, WindowRange rows,
                            WindowRange columns, T* out, I* index) {
  constexpr int L = kLanes<T>;
  Vec<T> best[B];
  Mask<T> chosen[B];
  const Mask<T> first = position<T>(rows.begin * w.kernel_w + columns.begin);
  const T* p = x + rows.begin * w.dilation_h * s.stride_h + columns.begin * w.dilation_w * s.stride_w;
#pragma GCC unroll kBlock
  for (int b = 0; b < B; ++b) best[b] = load(p + b * L), chosen[b] = first;
  for (int64_t kh = rows.begin; kh < rows.end; ++kh)
    for (int64_t kw = columns.begin; kw < columns.end; ++kw) {
      const T* q = x + kh * w.dilation_h * s.stride_h + kw * w.dilation_w * s.stride_w;
      const Mask<T> k = position<T>(kh * w.kernel_w + kw);
#pragma GCC unroll kBlock
      for (int b = 0; b < B; ++b) take_larger<T>(best[b], chosen[b], load(q + b * L), k);
    }
#pragma GCC unroll kBlock
  for (int b = 0; b < B; ++b) {
    store(out + b * L, best[b]);
    store_index<T, I>(index + b * L, chosen[b]);
  }
}

template <class T, class I>
FG_INLINE void max_channels_tail(const PoolShape& s, const MaxPoolWindow& w, const T* x, WindowRange rows,
                                 WindowRange columns, int n, T* out, I* index) {
  Vec<T> best{};
  Mask<T> chosen{};
  bool any = false;
  for (int64_t kh = rows.begin; kh < rows.end; ++kh)
    for (int64_t kw = columns.begin; kw < columns.end; ++kw) {
      const Vec<T> v = load_first(x + kh * w.dilation_h * s.stride_h + kw * w.dilation_w * s.stride_w, n);
      const Mask<T> k = position<T>(kh * w.kernel_w + kw);
      if (any)
        take_larger<T>(best, chosen, v, k);
      else
        best = v, chosen = k, any = true;
    }
  store_first(out, best, n);
  store_index_first<T, I>(index, chosen, n);
}

// Whether every input belongs to at most one window, and every window lies inside the image.
FG_INLINE bool side_by_side(const PoolShape& s, const MaxPoolWindow& w) {
  return w.step_h == w.kernel_h && w.step_w == w.kernel_w && w.pad_h == 0 && w.pad_w == 0 && w.dilation_h == 1 &&
         w.dilation_w == 1 && w.kernel_h * s.oh <= s.h && w.kernel_w * s.ow <= s.w;
}
FG_INLINE bool is_pairs(const PoolShape& s, const MaxPoolWindow& w) {
  return w.kernel_h == 2 && w.kernel_w == 2 && side_by_side(s, w);
}

// What the compiler is told of the windows: their step along the row, which chooses the shuffle outside the loops; that
// they are 2x2 and side by side, which unrolls them. (A window whose address is taken is no constant any more.)
enum class Known { kNothing, kStep1, kStep2, kPairs };
template <Known K>
FG_INLINE MaxPoolWindow known_window(MaxPoolWindow w) {
  if constexpr (K == Known::kPairs) return {2, 2, 2, 2, 0, 0, 1, 1};
  if constexpr (K == Known::kStep1) w.step_w = 1;
  if constexpr (K == Known::kStep2) w.step_w = 2;
  return w;
}

template <class T, class I, Known K>
void max_forward_channels(const PoolShape& s, const MaxPoolWindow& window, const T* x, T* out, I* index) {
  constexpr int L = kLanes<T>;
  constexpr bool kPairs = K == Known::kPairs;
  const int64_t row_bytes = s.c * (window.step_h * s.w * static_cast<int64_t>(sizeof(T)) +
                                   s.ow * static_cast<int64_t>(sizeof(T) + sizeof(I)));
  for_ranges(s.n * s.oh, pool_grain(row_bytes), 1, [&](int64_t begin, int64_t end) {
    const MaxPoolWindow w = known_window<K>(window);
    for (int64_t r = begin; r < end; ++r) {
      const int64_t n = r / s.oh, oh = r % s.oh, ih = oh * w.step_h - w.pad_h;
      const WindowRange rows = kPairs ? WindowRange{0, 2} : clip_window(ih, w.kernel_h, w.dilation_h, s.h);
      for (int64_t ow = 0; ow < s.ow; ++ow) {
        const int64_t iw = ow * w.step_w - w.pad_w;
        const WindowRange columns = kPairs ? WindowRange{0, 2} : clip_window(iw, w.kernel_w, w.dilation_w, s.w);
        // may point before x where the window hangs over the edge: only valid elements are read
        const T* p = x + n * s.stride_n + ih * s.stride_h + iw * s.stride_w;
        T* o = out + (r * s.ow + ow) * s.c;
        I* k = index + (r * s.ow + ow) * s.c;
        if (is_empty(rows) || is_empty(columns)) [[unlikely]] {
          for (int64_t c = 0; c < s.c; ++c) o[c] = kOfNone<T>, k[c] = 0;
          continue;
        }
        int64_t c = 0;
        for (; c + kBlock * L <= s.c; c += kBlock * L)
          max_channels<T, I, kBlock>(s, w, p + c, rows, columns, o + c, k + c);
        for (; c + L <= s.c; c += L) max_channels<T, I, 1>(s, w, p + c, rows, columns, o + c, k + c);
        if (c < s.c) max_channels_tail(s, w, p + c, rows, columns, static_cast<int>(s.c - c), o + c, k + c);
      }
    }
  });
}

template <class T, class I>
void max_forward_channels(const PoolShape& s, const MaxPoolWindow& w, const T* x, T* out, I* index) {
  if constexpr (sizeof(I) == 1)
    if (is_pairs(s, w)) return max_forward_channels<T, I, Known::kPairs>(s, w, x, out, index);
  max_forward_channels<T, I, Known::kNothing>(s, w, x, out, index);
}

// Forward, rows of pixels: outputs [begin, end) of a row, one by one.
template <class T, class I>
[[gnu::noinline]] void max_one_by_one(const PoolShape& s, const MaxPoolWindow& w, const T* x, WindowRange rows,
                                      int64_t begin, int64_t end, T* out, I* index) {
  for (int64_t ow = begin; ow < end; ++ow) {
    const int64_t iw = ow * w.step_w - w.pad_w;
    const WindowRange columns = clip_window(iw, w.kernel_w, w.dilation_w, s.w);
    if (is_empty(columns)) [[unlikely]] {
      out[ow] = kOfNone<T>, index[ow] = 0;
      continue;
    }
    T best = x[rows.begin * w.dilation_h * s.stride_h + iw + columns.begin * w.dilation_w];
    int64_t chosen = rows.begin * w.kernel_w + columns.begin;
    for (int64_t kh = rows.begin; kh < rows.end; ++kh)
      for (int64_t kw = columns.begin; kw < columns.end; ++kw) {
        const T v = x[kh * w.dilation_h * s.stride_h + iw + kw * w.dilation_w];
        if (v > best || v != v) best = v, chosen = kh * w.kernel_w + kw;
      }
    out[ow] = best;
    index[ow] = static_cast<I>(chosen);
  }
}

// A vector of neighbouring outputs, or its first lanes, whose windows are whole along the row.
template <class T, class I, class Lanes>
FG_INLINE void max_neighbours(const MaxPoolWindow& w, const T* x, int64_t stride_h, WindowRange rows, Lanes lanes,
                              T* out, I* index) {
  Vec<T> best = load_step_lanes(x + rows.begin * w.dilation_h * stride_h, w.step_w, lanes);
  Mask<T> chosen = position<T>(rows.begin * w.kernel_w);
  int64_t from = 1;
  for (int64_t kh = rows.begin; kh < rows.end; ++kh, from = 0)
    for (int64_t kw = from; kw < w.kernel_w; ++kw)
      take_larger<T>(best, chosen,
                     load_step_lanes(x + kh * w.dilation_h * stride_h + kw * w.dilation_w, w.step_w, lanes),
                     position<T>(kh * w.kernel_w + kw));
  store_lanes<T>(out, best, lanes);
  store_index_lanes<T, I>(index, chosen, lanes);
}

template <class T, class I, Known K>
void max_forward_rows(const PoolShape& s, const MaxPoolWindow& window, const T* x, T* out, I* index) {
  constexpr int L = kLanes<T>;
  const int64_t row_bytes =
      window.step_h * s.w * static_cast<int64_t>(sizeof(T)) + s.ow * static_cast<int64_t>(sizeof(T) + sizeof(I));
  const WindowRange whole = whole_windows(s.ow, window.kernel_w, window.step_w, window.pad_w, window.dilation_w, s.w);
  for_ranges(s.n * s.c * s.oh, pool_grain(row_bytes), 1, [&](int64_t begin, int64_t end) {
    over_output_rows(s, x, begin, end, [&](int64_t r, const T* plane, int64_t oh) {
      const MaxPoolWindow w = known_window<K>(window);
      const int64_t ih = oh * w.step_h - w.pad_h;
      const WindowRange rows = K == Known::kPairs ? WindowRange{0, 2} : clip_window(ih, w.kernel_h, w.dilation_h, s.h);
      const T* p = plane + ih * s.stride_h;
      T* const o = out + r * s.ow;
      I* const k = index + r * s.ow;
      if (is_empty(rows)) [[unlikely]] {
        for (int64_t ow = 0; ow < s.ow; ++ow) o[ow] = kOfNone<T>, k[ow] = 0;
        return;
      }
      const int64_t count = whole.end - whole.begin;
      int64_t ow = whole.begin;
      if (ow > 0) max_one_by_one(s, window, p, rows, 0, ow, o, k);
      if (count >= L)
        for (; ow < whole.end; ow += L) {
          if (ow + L > whole.end) ow = whole.end - L;  // some outputs once more
          max_neighbours(w, p + ow * w.step_w - w.pad_w, s.stride_h, rows, std::integral_constant<int, L>{}, o + ow,
                         k + ow);
        }
      else if (kMaskedLoads && count > 2) {
        max_neighbours(w, p + ow * w.step_w - w.pad_w, s.stride_h, rows, static_cast<int>(count), o + ow, k + ow);
        ow = whole.end;
      }
      if (ow < s.ow) max_one_by_one(s, window, p, rows, ow, s.ow, o, k);
    });
  });
}

template <class T, class I>
void max_forward_rows(const PoolShape& s, const MaxPoolWindow& w, const T* x, T* out, I* index) {
  if constexpr (sizeof(I) == 1) {  // others have hundreds of elements
    if (is_pairs(s, w)) return max_forward_rows<T, I, Known::kPairs>(s, w, x, out, index);
    if (w.step_w == 1) return max_forward_rows<T, I, Known::kStep1>(s, w, x, out, index);
    if (w.step_w == 2) return max_forward_rows<T, I, Known::kStep2>(s, w, x, out, index);
  }
  max_forward_rows<T, I, Known::kNothing>(s, w, x, out, index);
}

// Backward, channels last. The outputs whose window can hold an input: position k of output o, o ascending.
struct Holder {
  int32_t out, k;
};
// Fills list[i * kernel ...] and count[i] for every input i of an axis.
FG_INLINE void list_holders(int64_t size, int64_t out, int64_t kernel, int64_t step, int64_t pad, int64_t dilation,
                            Holder* list, int32_t* count) {
  for (int64_t i = 0; i < size; ++i) {
    int32_t n = 0;
    for (int64_t k = kernel - 1; k >= 0; --k) {
      const int64_t t = i + pad - k * dilation;
      if (t < 0 || t % step != 0 || t / step >= out) continue;
      list[i * kernel + n++] = {static_cast<int32_t>(t / step), static_cast<int32_t>(k)};
    }
    count[i] = n;
  }
}

// The same where every input belongs to at most one window: each output writes its own window's gradients.
template <class T, class I, class Kernel>
void max_backward_blocks(const PoolShape& s, Kernel kernel_h, Kernel kernel_w, const T* grad, const I* index,
                         T* grad_x) {
  constexpr int L = kLanes<T>;
  // A band is a row of windows, or what is left below the last.
  const int64_t bands = ceil_div(s.h, kernel_h);
  const int64_t band_bytes = s.c * kernel_h * s.w * static_cast<int64_t>(sizeof(T)) * 2;
  for_ranges(s.n * bands, pool_grain(band_bytes), 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t n = r / bands, oh = r % bands, h = oh * kernel_h, row = s.w * s.c;
      const int64_t columns = oh < s.oh ? s.ow : 0;
      T* const band = grad_x + (n * s.h + h) * row;
      for (int64_t ow = 0; ow < columns; ++ow) {
        const int64_t from = ((n * s.oh + oh) * s.ow + ow) * s.c;
        T* const o = band + ow * kernel_w * s.c;
        over_channels<T, kBlock>(s.c, [&](int64_t c, auto blocks, auto lanes) {
          constexpr int B = decltype(blocks)::value;
          Vec<T> g[B];
          Mask<T> chosen[B];
#pragma GCC unroll kBlock
          for (int b = 0; b < B; ++b) {
            g[b] = Vec<T>{} + load_lanes(grad + from + c + b * L, lanes);  // a sum, of which -0 is no part
            chosen[b] = load_index_lanes<T, I>(index + from + c + b * L, lanes);
          }
          for (int64_t kh = 0; kh < kernel_h; ++kh)
            for (int64_t kw = 0; kw < kernel_w; ++kw)
#pragma GCC unroll kBlock
              for (int b = 0; b < B; ++b)
                store_lanes<T>(o + kh * row + kw * s.c + c + b * L,
                               chosen[b] == position<T>(kh * kernel_w + kw) ? g[b] : Vec<T>{}, lanes);
        });
      }
      const int64_t done = columns * kernel_w * s.c;
      for (int64_t y = 0; y < kernel_h && h + y < s.h; ++y)
        __builtin_memset(band + y * row + done, 0, static_cast<size_t>(row - done) * sizeof(T));
    }
  });
}

template <class T, class I>
void max_backward_channels(const PoolShape& s, const MaxPoolWindow& w, const T* grad, const I* index, T* grad_x) {
  constexpr int L = kLanes<T>;
  if (side_by_side(s, w)) {
    if constexpr (sizeof(I) == 1)
      if (is_pairs(s, w)) {
        constexpr std::integral_constant<int64_t, 2> two{};
        return max_backward_blocks(s, two, two, grad, index, grad_x);
      }
    return max_backward_blocks(s, w.kernel_h, w.kernel_w, grad, index, grad_x);
  }
  const int64_t rows = s.h * w.kernel_h, columns = s.w * w.kernel_w;
  auto* row_list =
      static_cast<Holder*>(runtime::scratch(Scratch::PoolLists, static_cast<size_t>(rows + columns) * sizeof(Holder) +
                                                                    static_cast<size_t>(s.h + s.w) * sizeof(int32_t)));
  Holder* column_list = row_list + rows;
  auto* row_count = reinterpret_cast<int32_t*>(column_list + columns);
  int32_t* column_count = row_count + s.h;
  list_holders(s.h, s.oh, w.kernel_h, w.step_h, w.pad_h, w.dilation_h, row_list, row_count);
  list_holders(s.w, s.ow, w.kernel_w, w.step_w, w.pad_w, w.dilation_w, column_list, column_count);

  const int64_t row_bytes = s.c * s.w * static_cast<int64_t>(sizeof(T)) * 2;
  const bool streaming = streams_gradient(s, grad_x);
  for_ranges(s.n * s.h, pool_grain(row_bytes), 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t n = r / s.h, h = r % s.h;
      const Holder* in_row = row_list + h * w.kernel_h;
      for (int64_t iw = 0; iw < s.w; ++iw) {
        const Holder* in_column = column_list + iw * w.kernel_w;
        T* o = grad_x + (r * s.w + iw) * s.c;
        const int holders_h = row_count[h], holders_w = column_count[iw];
        over_channels<T, kBlock>(s.c, [&](int64_t c, auto blocks, auto lanes) {
          constexpr int B = decltype(blocks)::value;
          Vec<T> sum[B] = {};
          for (int i = 0; i < holders_h; ++i)
            for (int j = 0; j < holders_w; ++j) {
              const int64_t at = ((n * s.oh + in_row[i].out) * s.ow + in_column[j].out) * s.c + c;
              const Mask<T> k = position<T>(in_row[i].k * w.kernel_w + in_column[j].k);
#pragma GCC unroll kBlock
              for (int b = 0; b < B; ++b) {
                const Vec<T> g = load_lanes(grad + at + b * L, lanes);
                sum[b] = load_index_lanes<T, I>(index + at + b * L, lanes) == k ? sum[b] + g : sum[b];
              }
            }
#pragma GCC unroll kBlock
          for (int b = 0; b < B; ++b) store_gradient<T>(o + c + b * L, sum[b], lanes, streaming);
        });
      }
    }
    if (streaming) streaming_fence();
  });
}

template <class T, class I>
void max_backward_rows(const PoolShape& s, const MaxPoolWindow& w, const T* grad, const I* index, T* grad_x) {
  const bool blocks_of_4 = is_pairs(s, w), gaps = may_be_empty(w);
  const int64_t plane_bytes = s.h * s.w * static_cast<int64_t>(sizeof(T)) * 2;
  for_ranges(s.n * s.c, pool_grain(plane_bytes), 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const T* g = grad + plane * s.oh * s.ow;
      const I* k = index + plane * s.oh * s.ow;
      T* gx = grad_x + plane * s.h * s.w;
      if (blocks_of_4) {
        max_backward_2x2(s, g, k, gx);
        continue;
      }
      __builtin_memset(gx, 0, static_cast<size_t>(s.h * s.w) * sizeof(T));
      for (int64_t oh = 0; oh < s.oh; ++oh)
        for (int64_t ow = 0; ow < s.ow; ++ow) {
          const int32_t chosen = k[oh * s.ow + ow], width = static_cast<int32_t>(w.kernel_w);
          const int64_t ih = oh * w.step_h - w.pad_h + chosen / width * w.dilation_h;
          const int64_t iw = ow * w.step_w - w.pad_w + chosen % width * w.dilation_w;
          if (gaps && !is_inside(s, ih, iw)) continue;
          gx[ih * s.w + iw] += g[oh * s.ow + ow];
        }
    }
  });
}

template <class T, class I>
void max_gather(const PoolShape& s, const MaxPoolWindow& w, const T* x, const I* index, T* out) {
  const int64_t row_bytes = s.ow * s.c * static_cast<int64_t>(2 * sizeof(T) + sizeof(I));
  const int64_t inner = s.channels_last ? s.c : 1, planes = s.channels_last ? s.n : s.n * s.c;
  const bool gaps = may_be_empty(w);
  for_ranges(planes * s.oh, pool_grain(row_bytes), 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t plane = r / s.oh, ih = r % s.oh * w.step_h - w.pad_h;
      const T* p = x + (s.channels_last ? plane * s.stride_n : plane / s.c * s.stride_n + plane % s.c * s.stride_c);
      for (int64_t ow = 0; ow < s.ow; ++ow)
        for (int64_t c = 0; c < inner; ++c) {
          const int64_t at = (r * s.ow + ow) * inner + c;
          const int32_t chosen = index[at], width = static_cast<int32_t>(w.kernel_w);
          const int64_t h = ih + chosen / width * w.dilation_h;
          const int64_t iw = ow * w.step_w - w.pad_w + chosen % width * w.dilation_w;
          out[at] = gaps && !is_inside(s, h, iw) ? T{0} : p[h * s.stride_h + iw * s.stride_w + c];
        }
    }
  });
}

// Calls f with the index array as its own type.
template <class P, class F>
FG_INLINE void with_index(const MaxPoolWindow& w, P* index, const F& f) {
  if (w.kernel_h * w.kernel_w > 256) {
    using I = std::conditional_t<std::is_const_v<P>, const int32_t, int32_t>;
    f(static_cast<I*>(index));
  } else {
    using I = std::conditional_t<std::is_const_v<P>, const uint8_t, uint8_t>;
    f(static_cast<I*>(index));
  }
}

template <class T>
void max_forward(const PoolShape& s, const MaxPoolWindow& w, const T* x, T* out, void* index) {
  with_index(w, index, [&](auto* k) {
    if (s.channels_last)
      max_forward_channels(s, w, x, out, k);
    else
      max_forward_rows(s, w, x, out, k);
  });
}

template <class T>
void max_backward(const PoolShape& s, const MaxPoolWindow& w, const T* grad, const void* index, T* grad_x) {
  with_index(w, index, [&](const auto* k) {
    if (s.channels_last)
      max_backward_channels(s, w, grad, k, grad_x);
    else
      max_backward_rows(s, w, grad, k, grad_x);
  });
}

template <class T>
void gather(const PoolShape& s, const MaxPoolWindow& w, const T* x, const void* index, T* out) {
  with_index(w, index, [&](const auto* k) { max_gather(s, w, x, k, out); });
}

}  // namespace

const MaxPoolKernels max_pool_kernels = {
    {max_forward<float>, max_backward<float>, gather<float>},
    {max_forward<double>, max_backward<double>, gather<double>},
};

}  // namespace fastgrad::FG_LEVEL
