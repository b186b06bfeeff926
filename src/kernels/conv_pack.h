// How convolution's operands get into the order that its tiles read: image rows with their padding, channels last;
// weights in panels of vectors. Transposition happens in registers, a block of kLanes x kLanes at a time.
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

FG_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
FG_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
FG_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// a0 b0 a1 b1 ... of the lower, and of the upper halves of a and b.
template <class V>
FG_INLINE void interleave(V a, V b, V* low, V* high) {
  constexpr int kCount = sizeof(V) / sizeof(a[0]);
  if constexpr (kCount == 16) {
    *low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    *high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  } else if constexpr (kCount == 8) {
    *low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    *high = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  } else if constexpr (kCount == 4) {
    *low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    *high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  } else {
    *low = __builtin_shufflevector(a, b, 0, 2);
    *high = __builtin_shufflevector(a, b, 1, 3);
  }
}

// kLanes vectors, transposed in place by log2(kLanes) perfect shuffles.
template <class T>
FG_INLINE void transpose(Vec<T>* v) {
  constexpr int L = kLanes<T>;
#pragma GCC unroll 4
  for (int step = 1; step < L; step *= 2) {
    Vec<T> next[L];
#pragma GCC unroll 8
    for (int i = 0; i < L / 2; ++i) interleave(v[i], v[i + L / 2], &next[2 * i], &next[2 * i + 1]);
#pragma GCC unroll 16
    for (int i = 0; i < L; ++i) v[i] = next[i];
  }
}

// out[j][i] = src[i * stride + j], i < rows, j < width, both at most kLanes; the rest is zero.
template <class T>
FG_INLINE void load_transposed(const T* src, ptrdiff_t stride, int rows, int width, Vec<T>* out) {
  constexpr int L = kLanes<T>;
  if (rows == L && width == L) {
#pragma GCC unroll 16
    for (int i = 0; i < L; ++i) out[i] = load(src + i * stride);
  } else {
    for (int i = 0; i < L; ++i) out[i] = i < rows ? load_first(src + i * stride, width) : Vec<T>{};
  }
  transpose<T>(out);
}

template <class T>
FG_INLINE void copy_elements(T* dst, const T* src, int64_t n) {
  constexpr int L = kLanes<T>;
  int64_t i = 0;
  for (; i + L <= n; i += L) store(dst + i, load(src + i));
  if (i < n) store_first(dst + i, load_first(src + i, static_cast<int>(n - i)), static_cast<int>(n - i));
}

template <class T>
FG_INLINE void clear_elements(T* dst, int64_t n) {
  __builtin_memset(dst, 0, static_cast<size_t>(n) * sizeof(T));
}

// `width` pixels of `channels` channels, from any strides to channels last at `pitch` elements a pixel.
template <class T>
static void copy_pixels(T* dst, int64_t pitch, const T* src, int64_t w_stride, int64_t c_stride, int64_t width,
                        int64_t channels) {
  constexpr int L = kLanes<T>;
  if (c_stride == 1 || channels == 1) {
    if (w_stride == channels && pitch == channels) return copy_elements(dst, src, width * channels);
    if (channels == 2 * L) {
      for (int64_t x = 0; x < width; ++x, dst += pitch, src += w_stride) {
        store(dst, load(src));
        store(dst + L, load(src + L));
      }
      return;
    }
    if (channels > 1) {
      for (int64_t x = 0; x < width; ++x) copy_elements(dst + x * pitch, src + x * w_stride, channels);
      return;
    }
  }
  if (w_stride != 1 || channels < L / 2) {
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t x = 0; x < width; ++x) dst[x * pitch + c] = src[x * w_stride + c * c_stride];
    return;
  }
  for (int64_t c = 0; c < channels; c += L) {
    const int rows = static_cast<int>(smaller(L, channels - c));
    for (int64_t x = 0; x < width; x += L) {
      const int columns = static_cast<int>(smaller(L, width - x));
      Vec<T> block[L];
      load_transposed(src + c * c_stride + x, c_stride, rows, columns, block);
      for (int j = 0; j < columns; ++j) {
        if (rows == L)
          store(dst + (x + j) * pitch + c, block[j]);
        else
          store_first(dst + (x + j) * pitch + c, block[j], rows);
      }
    }
  }
}

// An image seen as channels last (strides in elements).
template <class T>
struct ImageView {
  const T* data;
  int64_t height, width, channels;
  int64_t n, h, w, c;
};

// The window of `rows` x `columns` pixels whose first is (y, x) of image n, zeros where it reaches past the image.
template <class T>
static void copy_window(T* dst, int64_t pitch, const ImageView<T>& image, int64_t n, int64_t y, int64_t x, int64_t rows,
                        int64_t columns) {
  const int64_t row = pitch * columns;
  const int64_t begin = smaller(larger(-x, 0), columns), end = larger(smaller(image.width - x, columns), begin);
  for (int64_t i = 0; i < rows; ++i, dst += row) {
    if (y + i < 0 || y + i >= image.height) {
      clear_elements(dst, row);
      continue;
    }
    clear_elements(dst, begin * pitch);
    if (end > begin)
      copy_pixels(dst + begin * pitch, pitch, image.data + n * image.n + (y + i) * image.h + (x + begin) * image.w,
                  image.w, image.c, end - begin, image.channels);
    clear_elements(dst + end * pitch, (columns - end) * pitch);
  }
}

// The `width` pixels, step apart, that one tap reads for a row of outputs, the first at (y, x); zeros outside.
template <class T>
static void copy_tap(T* dst, int64_t pitch, const ImageView<T>& image, int64_t n, int64_t y, int64_t x, int64_t step,
                     int64_t width) {
  for (int64_t i = 0; i < width; ++i, dst += pitch, x += step) {
    if (y >= 0 && y < image.height && x >= 0 && x < image.width)
      copy_pixels(dst, pitch, image.data + n * image.n + y * image.h + x * image.w, image.w, image.c, 1,
                  image.channels);
    else
      clear_elements(dst, image.channels);
  }
}

// Which kernel row (or column) tap i reads: first + i * step, i < count.
struct TapRange {
  int64_t first, step, count;
};

// The weights of one group as a matrix: a lane for each output channel, a row for each tap and reduced channel.
template <class T>
struct WeightView {
  const T* data;
  int64_t lanes, depth;              // output channels; channels summed over
  int64_t lane, c, h, w;             // strides
  int64_t kernel_h, kernel_w;
  TapRange taps_h, taps_w;
};

// The tap that reads kernel element (r, s), or -1.
template <class T>
FG_INLINE int64_t tap_of(const WeightView<T>& v, int64_t r, int64_t s) {
  const int64_t dr = r - v.taps_h.first, ds = s - v.taps_w.first;
  const int64_t i = dr / v.taps_h.step, j = ds / v.taps_w.step;
  const bool hit = i * v.taps_h.step == dr && j * v.taps_w.step == ds && i >= 0 && i < v.taps_h.count && j >= 0 &&
                   j < v.taps_w.count;
  return hit ? i * v.taps_w.count + j : -1;
}

// Rows (tap row, tap column, channel) of `lanes` <= kLanes weights, padded with zeros, `row` elements apart.
template <class T>
static void pack_weight_vector(const WeightView<T>& v, int64_t first_lane, T* dst, int64_t row) {
  constexpr int L = kLanes<T>;
  const int lanes = static_cast<int>(larger(smaller(L, v.lanes - first_lane), 0));
  const T* const base = v.data + first_lane * v.lane;
  const int64_t taps = v.taps_h.count * v.taps_w.count;
  const bool dense_taps = v.taps_h.count == v.kernel_h && v.taps_w.count == v.kernel_w;
  Vec<T> block[L];
  if (v.w == 1 && v.h == v.kernel_w && v.kernel_h * v.kernel_w > 1 && v.lane != 1) {
    // A filter's taps lie together (and its channels after each other): transpose runs of them.
    const int64_t all = v.kernel_h * v.kernel_w;
    const int64_t sign_h = v.taps_h.step > 0 ? 1 : -1, sign_w = v.taps_w.step > 0 ? 1 : -1;  // dense: steps of 1
    const bool joined = v.c == all && dense_taps;
    const int64_t runs = joined ? 1 : v.depth, length = joined ? all * v.depth : all;
    for (int64_t run = 0; run < runs; ++run) {
      int64_t c = run, r = 0, s = 0;
      for (int64_t start = 0; start < length; start += L) {
        const int width = static_cast<int>(smaller(L, length - start));
        load_transposed(base + run * v.c + start, v.lane, lanes, width, block);
        for (int k = 0; k < width; ++k) {
          const int64_t i = (r - v.taps_h.first) * sign_h, j = (s - v.taps_w.first) * sign_w;
          const int64_t tap = dense_taps ? i * v.taps_w.count + j : tap_of(v, r, s);
          if (tap >= 0) store(dst + (tap * v.depth + c) * row, block[k]);
          if (++s == v.kernel_w) {
            s = 0;
            if (++r == v.kernel_h) r = 0, ++c;
          }
        }
      }
    }
    return;
  }
  for (int64_t t = 0; t < taps; ++t) {
    const int64_t r = v.taps_h.first + t / v.taps_w.count * v.taps_h.step;
    const int64_t s = v.taps_w.first + t % v.taps_w.count * v.taps_w.step;
    const T* const tap = base + r * v.h + s * v.w;
    T* const out = dst + t * v.depth * row;
    if (v.lane == 1) {
      for (int64_t c = 0; c < v.depth; ++c) store(out + c * row, load_first(tap + c * v.c, lanes));
    } else if (v.c == 1) {
      for (int64_t c = 0; c < v.depth; c += L) {
        const int width = static_cast<int>(smaller(L, v.depth - c));
        load_transposed(tap + c, v.lane, lanes, width, block);
        for (int k = 0; k < width; ++k) store(out + (c + k) * row, block[k]);
      }
    } else {
      for (int64_t c = 0; c < v.depth; ++c) {
        Vec<T> x{};
        for (int k = 0; k < lanes; ++k) x[k] = tap[k * v.lane + c * v.c];
        store(out + c * row, x);
      }
    }
  }
}

}  // namespace fastgrad::FG_LEVEL
