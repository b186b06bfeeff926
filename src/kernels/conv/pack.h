// How convolution's operands get into the order that its tiles read: image rows with their padding, channels last;
// weights in panels of vectors. Transposition happens in registers (simd/transpose.h).
#pragma once

#include "simd/integers.h"
#include "simd/transpose.h"

namespace fastgrad::FG_LEVEL {


// out[j][i] = src[i * stride + j], i < rows, j < width, both at most kLanes; the rest is zero.
template <class T>
FG_INLINE void load_transposed(const T* src, ptrdiff_t stride, int rows, int width, Vec<T> (&out)[kLanes<T>]) {
  constexpr int L = kLanes<T>;
  if (rows == L && width == L) return load_transposed<T, L / kSquareSide<T>>(LaneRows<T>(src, stride), out);
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i) out[i] = load_first(src + i * stride, i < rows ? width : 0);
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
  int64_t depth, height, width, channels;
  int64_t n, d, h, w, c;

  // Plane z of image n; null where that is outside.
  const T* plane(int64_t image, int64_t z) const { return z < 0 || z >= depth ? nullptr : data + image * n + z * d; }
};

// The window of `rows` x `columns` pixels whose first is (y, x) of a plane, zeros where it reaches past the plane and
// where there is none; `row` elements from row to row of dst.
template <class T>
static void copy_window(T* dst, int64_t pitch, int64_t row, const ImageView<T>& image, const T* plane, int64_t y,
                        int64_t x, int64_t rows, int64_t columns) {
  const int64_t begin = smaller(larger(-x, 0), columns), end = larger(smaller(image.width - x, columns), begin);
  for (int64_t i = 0; i < rows; ++i, dst += row) {
    if (!plane || y + i < 0 || y + i >= image.height) {
      clear_elements(dst, pitch * columns);
      continue;
    }
    clear_elements(dst, begin * pitch);
    if (end > begin)
      copy_pixels(dst + begin * pitch, pitch, plane + (y + i) * image.h + (x + begin) * image.w, image.w, image.c,
                  end - begin, image.channels);
    clear_elements(dst + end * pitch, (columns - end) * pitch);
  }
}

// The `width` pixels, step apart, that one tap reads for a row of outputs, the first at (y, x) of a plane; zeros
// outside, and where there is none.
template <class T>
static void copy_tap(T* dst, int64_t pitch, const ImageView<T>& image, const T* plane, int64_t y, int64_t x,
                     int64_t step, int64_t width) {
  for (int64_t i = 0; i < width; ++i, dst += pitch, x += step) {
    if (plane && y >= 0 && y < image.height && x >= 0 && x < image.width)
      copy_pixels(dst, pitch, plane + y * image.h + x * image.w, image.w, image.c, 1, image.channels);
    else
      clear_elements(dst, image.channels);
  }
}

// Which kernel plane, row or column tap i reads: first + i * step, i < count.
struct TapRange {
  int64_t first, step, count;
};

// The weights of one group as a matrix: a lane for each output channel, a row for each tap and reduced channel.
template <class T>
struct WeightView {
  const T* data;
  int64_t lanes, depth;              // output channels; channels summed over
  int64_t lane, c, d, h, w;          // strides
  int64_t kernel_d, kernel_h, kernel_w;
  TapRange taps_d, taps_h, taps_w;
};

template <class T>
FG_INLINE int64_t kernel_size(const WeightView<T>& v) {
  return v.kernel_d * v.kernel_h * v.kernel_w;
}

// Where the rows of a filter's elements go, for runs of elements that begin with any tap: element e of a channel and
// those behind it goes to row rows[e] of a panel, e < kernel_size + kLanes; nowhere where that is negative.
template <class T>
FG_INLINE int64_t tap_rows_count(const WeightView<T>& v) {
  return kernel_size(v) + kLanes<T>;
}
template <class T>
static void list_tap_rows(const WeightView<T>& v, int64_t* rows) {
  const int64_t all = kernel_size(v);
  for (int64_t e = 0; e < all; ++e) rows[e] = -1;
  int64_t row = 0;
  for (int64_t k = 0; k < v.taps_d.count; ++k)
    for (int64_t i = 0; i < v.taps_h.count; ++i)
      for (int64_t j = 0; j < v.taps_w.count; ++j, row += v.depth) {
        const int64_t plane = v.taps_d.first + k * v.taps_d.step, line = v.taps_h.first + i * v.taps_h.step;
        rows[(plane * v.kernel_h + line) * v.kernel_w + v.taps_w.first + j * v.taps_w.step] = row;
      }
  for (int64_t e = all; e < tap_rows_count(v); ++e) rows[e] = rows[e - all] < 0 ? -1 : rows[e - all] + 1;
}

// Filters whose elements lie together, tap by tap: runs of `length` elements from `src` on, `v.lane` apart, are
// transposed; the first is tap 0 of channel `channel`, and those after the last tap belong to the next channel.
template <class T, bool kDense>
FG_INLINE void pack_weight_run(const WeightView<T>& v, const int64_t* tap_rows, const T* src, int lanes,
                               int64_t channel, int64_t length, T* dst, int64_t row) {
  constexpr int L = kLanes<T>, kSide = kSquareSide<T>;
  const int64_t all = kernel_size(v), channels = L / all, taps = L % all;
  const auto put = [&](const Vec<T>& x, const int64_t* to, int k, T* out) __attribute__((always_inline)) {
    if (kDense || to[k] >= 0) store(out + to[k] * row, x);
  };
  T* out = dst + channel * row;
  int64_t tap = 0, start = 0;
  if (lanes == L) {
    LaneRows<T> rows(src, v.lane);
    for (; start + L <= length; start += L, rows.move(L)) {
      Vec<T> x[L];
      load_transposed<T, L / kSide>(rows, x);
      const int64_t* const to = tap_rows + tap;
#pragma GCC unroll 16
      for (int k = 0; k < L; ++k) put(x[k], to, k, out);
      tap += taps;
      out += channels * row;
      if (tap >= all) tap -= all, out += row;
    }
    // The rest in squares, the last of which may begin before the end of the one before it.
    if (length >= kSide)
      for (; start < length; start += kSide) {
        const int64_t back = larger(start + kSide - length, 0);
        rows.move(-back);
        tap -= back;
        for (; tap < 0; tap += all) out -= row;
        Vec<T> x[kSide];
        load_transposed<T, 1>(rows, x);
        const int64_t* const to = tap_rows + tap;
#pragma GCC unroll 4
        for (int k = 0; k < kSide; ++k) put(x[k], to, k, out);
        rows.move(kSide);
        for (tap += kSide; tap >= all; tap -= all) out += row;
      }
  }
  for (; start < length; start += L) {
    const int width = static_cast<int>(smaller(L, length - start));
    Vec<T> x[L];
    load_transposed(src + start, v.lane, lanes, width, x);
    for (int k = 0; k < width; ++k) put(x[k], tap_rows + tap, k, out);
    tap += taps;
    out += channels * row;
    if (tap >= all) tap -= all, out += row;
  }
}

// Rows (tap plane, tap row, tap column, channel) of `lanes` <= kLanes weights, padded with zeros, `row` elements apart.
template <class T>
static void pack_weight_vector(const WeightView<T>& v, const int64_t* tap_rows, int64_t first_lane, T* dst,
                               int64_t row) {
  constexpr int L = kLanes<T>;
  const int lanes = static_cast<int>(larger(smaller(L, v.lanes - first_lane), 0));
  const T* const base = v.data + first_lane * v.lane;
  const int64_t all = kernel_size(v), taps = v.taps_d.count * v.taps_h.count * v.taps_w.count;
  if (v.w == 1 && v.h == v.kernel_w && v.d == v.kernel_h * v.h && all > 1 && v.lane != 1) {
    if (taps < all)
      for (int64_t c = 0; c < v.depth; ++c)
        pack_weight_run<T, false>(v, tap_rows, base + c * v.c, lanes, c, all, dst, row);
    else if (v.c != all)
      for (int64_t c = 0; c < v.depth; ++c)
        pack_weight_run<T, true>(v, tap_rows, base + c * v.c, lanes, c, all, dst, row);
    else
      pack_weight_run<T, true>(v, tap_rows, base, lanes, 0, all * v.depth, dst, row);
    return;
  }
  Vec<T> block[L];
  for (int64_t t = 0; t < taps; ++t) {
    const int64_t line = t / v.taps_w.count;
    const int64_t q = v.taps_d.first + line / v.taps_h.count * v.taps_d.step;
    const int64_t r = v.taps_h.first + line % v.taps_h.count * v.taps_h.step;
    const int64_t s = v.taps_w.first + t % v.taps_w.count * v.taps_w.step;
    const T* const tap = base + q * v.d + r * v.h + s * v.w;
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
