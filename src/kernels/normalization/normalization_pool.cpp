// Batch norm, ReLU and max pooling over windows side by side, without the full-size result between them: forward keeps
// the largest of each window as it maps them, backward finds each pixel's gradient in the pooled one.
//
// To the bit what the separate operations compute. ReLU never changes which element of a window is the first of the
// largest, except where none is positive, and then no element gets a gradient: such windows have the index kNobody.
// The sums of backward are taken over all pixels, in the order of sums.h, with zeros for those not chosen.
// Arrays are dense, of one layout (BatchNormShape); nothing is aliased.
#include <type_traits>

#include "kernels/normalization/sums.h"
#include "kernels/pool/window.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int kNobody = 255;   // in an index: no element of the window
inline constexpr int kOutside = 256;  // a position that no index has: a pixel of no window

using Index = uint8_t;

// f(kernel_h, kernel_w), as constants where the window is 2x2.
template <class F>
FG_INLINE void with_kernel(const BatchNormWindows& w, const F& f) {
  if (w.kernel_h == 2 && w.kernel_w == 2)
    f(std::integral_constant<int, 2>{}, std::integral_constant<int, 2>{});
  else
    f(w.kernel_h, w.kernel_w);
}

// The largest of a window; centred(kh, kw) gives its elements, less their mean.
template <class T, class F>
FG_INLINE void largest(int64_t kernel_h, int64_t kernel_w, Vec<T> scale, Vec<T> shift, const F& centred, Vec<T>& best,
                       Mask<T>& chosen) {
  best = mapped<T>(centred(0, 0), scale, shift);
  chosen = Mask<T>{};
  for (int64_t kh = 0; kh < kernel_h; ++kh)
    for (int64_t kw = 0; kw < kernel_w; ++kw)
      if (kh + kw > 0)
        take_larger<T>(best, chosen, mapped<T>(centred(kh, kw), scale, shift), position<T>(kh * kernel_w + kw));
  chosen = best <= Vec<T>{} ? position<T>(kNobody) : chosen;
  best = relu(best);
}

template <class T, class Lanes>
FG_INLINE void store_largest(T* out, Index* index, Vec<T> best, Mask<T> chosen, Lanes lanes) {
  store_lanes<T>(out, best, lanes);
  if constexpr (std::is_same_v<Lanes, int>)
    store_index_first<T, Index>(index, chosen, lanes);
  else
    store_index<T, Index>(index, chosen);
}

template <class T>
void forward_channels(const BatchNormShape& s, const BatchNormWindows& w, const T* x, const Epilogue<T>& map, T* out,
                      Index* index) {
  const int64_t row_bytes = s.c * (w.kernel_h * w.w * static_cast<int64_t>(sizeof(T)) +
                                   w.ow * static_cast<int64_t>(sizeof(T) + sizeof(Index)));
  with_kernel(w, [&](auto kernel_h, auto kernel_w) {
    for_ranges(s.n * w.oh, pool_grain(row_bytes), 1, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r)
        for (int64_t ow = 0; ow < w.ow; ++ow) {
          const T* p = x + ((r / w.oh * w.h + r % w.oh * kernel_h) * w.w + ow * kernel_w) * s.c;
          const int64_t at = (r * w.ow + ow) * s.c;
          over_lanes<T>(s.c, [&](int64_t c, auto lanes) {
            const Vec<T> mean = load_lanes(map.mean + c, lanes);
            Vec<T> best;
            Mask<T> chosen;
            largest<T>(kernel_h, kernel_w, load_lanes(map.scale + c, lanes), load_lanes(map.shift + c, lanes),
                       [&](int64_t kh, int64_t kw) { return load_lanes(p + (kh * w.w + kw) * s.c + c, lanes) - mean; },
                       best, chosen);
            store_largest(out + at + c, index + at + c, best, chosen, lanes);
          });
        }
    });
  });
}

// Rows of pixels: a vector is neighbouring outputs of one row.
template <class T>
void forward_rows(const BatchNormShape& s, const BatchNormWindows& w, const T* x, const Epilogue<T>& map, T* out,
                  Index* index) {
  constexpr int L = kLanes<T>;
  const int64_t row_bytes =
      w.kernel_h * w.w * static_cast<int64_t>(sizeof(T)) + w.ow * static_cast<int64_t>(sizeof(T) + sizeof(Index));
  with_kernel(w, [&](auto kernel_h, auto kernel_w) {
    for_ranges(s.n * s.c * w.oh, pool_grain(row_bytes), 1, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t plane = r / w.oh, c = plane % s.c;
        const T* p = x + (plane * w.h + r % w.oh * kernel_h) * w.w;
        const Vec<T> mean = splat(map.mean[c]), scale = splat(map.scale[c]), shift = splat(map.shift[c]);
        const auto some = [&](int64_t ow, auto lanes) {
          Vec<T> best;
          Mask<T> chosen;
          largest<T>(kernel_h, kernel_w, scale, shift,
                     [&](int64_t kh, int64_t kw) {
                       const T* q = p + kh * w.w + ow * kernel_w + kw;
                       if constexpr (!std::is_same_v<decltype(lanes), int>) {
                         return load_step(q, kernel_w) - mean;
                       } else if constexpr (kVectorBytes == 64) {
                         return load_step_first(q, kernel_w, lanes) - mean;
                       } else {
                         Vec<T> v{};
                         for (int i = 0; i < lanes; ++i) v[i] = q[i * kernel_w];
                         return v - mean;
                       }
                     },
                     best, chosen);
          store_largest(out + r * w.ow + ow, index + r * w.ow + ow, best, chosen, lanes);
        };
        constexpr std::integral_constant<int, L> whole{};
        int64_t ow = 0;
        for (; ow + L <= w.ow; ow += L) some(ow, whole);
        if (ow < w.ow && w.ow >= L)
          some(w.ow - L, whole);  // some outputs once more
        else if (ow < w.ow)
          some(ow, static_cast<int>(w.ow - ow));
      }
    });
  });
}

template <class T>
void normalize(const BatchNormShape& s, const BatchNormWindows& w, const T* x, const Epilogue<T>& map, T* out,
               Index* index) {
  (s.channels_last ? forward_channels<T> : forward_rows<T>)(s, w, x, map, out, index);
}

// The pooled gradient where index is this position. Pooling adds it to zero, which turns -0 into 0.
template <class T, class Lanes>
FG_INLINE Vec<T> gradient_at(const T* grad, const Index* index, Mask<T> at, Lanes lanes) {
  return load_index_lanes<T, Index>(index, lanes) == at ? Vec<T>{} + load_lanes(grad, lanes) : Vec<T>{};
}

// What a pixel's gradient is found by: the first channel of its window, and its position there.
struct Place {
  int64_t window;
  int32_t position;
};
// The pixels from `pixel` on (of all images, row by row), without a division for each.
FG_INLINE void list_places(const BatchNormWindows& w, int64_t channels, int64_t pixel, int64_t count, Place* places) {
  for (int64_t i = 0; i < count;) {
    const int64_t row = (pixel + i) / w.w, h = row % w.h, oh = h / w.kernel_h;
    int64_t x = (pixel + i) % w.w;
    const int64_t stop = i + w.w - x < count ? i + w.w - x : count;
    if (oh < w.oh) {
      int64_t ow = x / w.kernel_w, kw = x % w.kernel_w;
      int64_t window = ((row / w.h * w.oh + oh) * w.ow + ow) * channels;
      const int64_t first = h % w.kernel_h * w.kernel_w;
      for (; i < stop && ow < w.ow; ++i) {
        places[i] = {window, static_cast<int32_t>(first + kw)};
        if (++kw < w.kernel_w) continue;
        kw = 0;
        ++ow;
        window += channels;
      }
    }
    for (; i < stop; ++i) places[i] = {0, kOutside};
  }
}

// The full-size gradient of one plane, from the pooled one.
template <class T>
FG_INLINE void spread(const BatchNormWindows& w, const T* grad, const Index* index, T* out) {
  if (w.kernel_h == 2 && w.kernel_w == 2) {
    const PoolShape plane{1, 1, w.h, w.w, w.oh, w.ow, w.h * w.w, w.h * w.w, w.w, 1, false};
    max_backward_2x2(plane, grad, index, out);
    return;
  }
  __builtin_memset(out, 0, static_cast<size_t>(w.h * w.w) * sizeof(T));
  for (int64_t oh = 0; oh < w.oh; ++oh)
    for (int64_t ow = 0; ow < w.ow; ++ow) {
      const int64_t at = oh * w.ow + ow, chosen = index[at];
      if (chosen == kNobody) continue;
      out[(oh * w.kernel_h + chosen / w.kernel_w) * w.w + ow * w.kernel_w + chosen % w.kernel_w] += grad[at];
    }
}

template <class T>
void sums_backward(const BatchNormShape& s, const BatchNormWindows& w, const T* grad, const Index* index, const T* x,
                   const T* mean, double* sum, double* product_sum) {
  const Chunks chunks = cut<T>(s);
  auto* sums = scratch<T>(Scratch::NormSums, 2 * chunks.count * s.c);
  T* products = sums + chunks.count * s.c;
  if (s.channels_last) {
    const int64_t grain = larger(1, kPieceBytes / (chunks.size * s.c * 2 * static_cast<int64_t>(sizeof(T))));
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      Place places[kMostRows];
      for (int64_t k = from; k < to; ++k) {
        const int64_t rows = chunk_length(s, chunks, k);
        const T* p = x + k * chunks.size * s.c;
        list_places(w, s.c, k * chunks.size, rows, places);
        sum_rows<T, 2>(rows, s.c, {sums + k * s.c, products + k * s.c},
                       [&](int64_t row, int64_t c, auto lanes, Vec<T>* part) {
                         const Place at = places[row];
                         const Vec<T> d = load_lanes(p + row * s.c + c, lanes) - load_lanes(mean + c, lanes);
                         const Vec<T> v = gradient_at(grad + at.window + c, index + at.window + c,
                                                      position<T>(at.position), lanes);
                         part[0] += v;
                         part[1] = fma(v, d, part[1]);
                       });
      }
    });
  } else {
    const int64_t plane_bytes = s.spatial * static_cast<int64_t>(sizeof(T));
    for_ranges(s.n * s.c, pool_grain(2 * plane_bytes), 1, [&](int64_t from, int64_t to) {
      T* const full = scratch<T>(Scratch::NormRow, s.spatial);
      for (int64_t plane = from; plane < to; ++plane) {
        const int64_t n = plane / s.c, c = plane % s.c;
        spread(w, grad + plane * w.oh * w.ow, index + plane * w.oh * w.ow, full);
        const Vec<T> m = splat(mean[c]);
        for (int64_t run = 0; run < chunks.per_run; ++run) {
          const int64_t k = n * chunks.per_run + run;
          const T *p = x + plane * s.spatial + run * chunks.size, *g = full + run * chunks.size;
          T both[2];
          sum_run<T, 2>(chunk_length(s, chunks, k), both, [&](int64_t at, auto lanes, Vec<T>* part) {
            const Vec<T> v = load_lanes(g + at, lanes);
            part[0] += v;
            part[1] = fma(v, first_lanes<T>(load_lanes(p + at, lanes) - m, lanes), part[1]);
          });
          sums[k * s.c + c] = both[0];
          products[k * s.c + c] = both[1];
        }
      }
    });
  }
  add_chunks(s, chunks, sums, products, sum, product_sum);
}

template <class T, bool Training>
void input_backward_channels(const BatchNormShape& s, const BatchNormWindows& w, const T* grad, const Index* index,
                             const T* x, const T* mean, const T* a, const T* b, const T* c, T* grad_x) {
  const auto of = [&](int64_t at, auto lanes, Vec<T> g, Vec<T> m, Vec<T> va, Vec<T> vb, Vec<T> vc) {
    if constexpr (Training)
      g = fma(g, va, fma(load_lanes(x + at, lanes) - m, vb, vc));
    else
      g = g * va;
    store_lanes<T>(grad_x + at, g, lanes);
  };
  const auto channels = [&](const auto& f) {
    over_lanes<T>(s.c, [&](int64_t i, auto lanes) {
      Vec<T> m{}, vb{}, vc{};
      if constexpr (Training)
        m = load_lanes(mean + i, lanes), vb = load_lanes(b + i, lanes), vc = load_lanes(c + i, lanes);
      const Vec<T> va = load_lanes(a + i, lanes);
      f(i, lanes, [&](int64_t at, Vec<T> g) { of(at + i, lanes, g, m, va, vb, vc); });
    });
  };
  // A band is a row of windows, or what is left below the last.
  const int64_t bands = (w.h + w.kernel_h - 1) / w.kernel_h;
  const int64_t band_bytes = s.c * w.kernel_h * w.w * static_cast<int64_t>(sizeof(T)) * 3;
  with_kernel(w, [&](auto kernel_h, auto kernel_w) {
    for_ranges(s.n * bands, pool_grain(band_bytes), 1, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t n = r / bands, oh = r % bands, h = oh * kernel_h;
        const int64_t columns = oh < w.oh ? w.ow : 0;
        for (int64_t ow = 0; ow < columns; ++ow)
          channels([&](int64_t i, auto lanes, const auto& put) {
            const int64_t at = ((n * w.oh + oh) * w.ow + ow) * s.c + i;
            const Vec<T> g = Vec<T>{} + load_lanes(grad + at, lanes);
            const Mask<T> chosen = load_index_lanes<T, Index>(index + at, lanes);
            for (int64_t kh = 0; kh < kernel_h; ++kh)
              for (int64_t kw = 0; kw < kernel_w; ++kw)
                put(((n * w.h + h + kh) * w.w + ow * kernel_w + kw) * s.c,
                    chosen == position<T>(kh * kernel_w + kw) ? g : Vec<T>{});
          });
        for (int64_t y = h; y < h + kernel_h && y < w.h; ++y)
          for (int64_t q = columns * kernel_w; q < w.w; ++q)
            channels([&](int64_t, auto, const auto& put) { put(((n * w.h + y) * w.w + q) * s.c, Vec<T>{}); });
      }
    });
  });
}

template <class T>
void input_backward_rows(const BatchNormShape& s, const BatchNormWindows& w, const T* grad, const Index* index,
                         const T* x, const T* mean, const T* a, const T* b, const T* c, T* grad_x) {
  const int64_t plane_bytes = s.spatial * static_cast<int64_t>(sizeof(T));
  for_ranges(s.n * s.c, pool_grain(3 * plane_bytes), 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t channel = plane % s.c;
      const T* p = x + plane * s.spatial;
      T* g = grad_x + plane * s.spatial;
      spread(w, grad + plane * w.oh * w.ow, index + plane * w.oh * w.ow, g);
      const Vec<T> va = splat(a[channel]);
      if (!b) {
        over_lanes<T>(s.spatial, [&](int64_t i, auto lanes) {
          store_lanes<T>(g + i, load_lanes(g + i, lanes) * va, lanes);
        });
        continue;
      }
      const Vec<T> m = splat(mean[channel]), vb = splat(b[channel]), vc = splat(c[channel]);
      over_lanes<T>(s.spatial, [&](int64_t i, auto lanes) {
        store_lanes<T>(g + i, fma(load_lanes(g + i, lanes), va, fma(load_lanes(p + i, lanes) - m, vb, vc)), lanes);
      });
    }
  });
}

template <class T>
void input_backward(const BatchNormShape& s, const BatchNormWindows& w, const T* grad, const Index* index, const T* x,
                    const T* mean, const T* a, const T* b, const T* c, T* grad_x) {
  const auto in_channels = b ? input_backward_channels<T, true> : input_backward_channels<T, false>;
  (s.channels_last ? in_channels : input_backward_rows<T>)(s, w, grad, index, x, mean, a, b, c, grad_x);
}

template <class T>
inline constexpr BatchNormPoolFunctions<T> kFunctions = {normalize<T>, sums_backward<T>, input_backward<T>};

}  // namespace

const BatchNormPoolKernels batch_norm_pool_kernels = {kFunctions<float>, kFunctions<double>};

}  // namespace fastgrad::FG_LEVEL
