// What the files of the convolution family share, and the functions that they give to its table.
#pragma once

#include "kernels/conv/conv.h"
#include "kernels/conv/pack.h"
#include "runtime/parallel.h"
#include "simd/integers.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {

// The family's functions, each defined in the file of its name. (Static members: a symbol of a level may not be a
// function template, whose name begins with what it returns.)
template <class T>
struct Conv {
  static void forward(const ConvSizes& s, const ConvOperand& x, const ConvOperand& w, const Epilogue<T>& epilogue,
                      const ConvPacking& packing, T* y);
  static size_t packed_bytes(const ConvSizes& s);
  static void input_backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& w, const T* bias, T* grad_x);
  static void weight_backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, T* grad_w, T* grad_b);
  // All gradients of a depthwise convolution, if x and g have their channels side by side; else false.
  static bool depth_backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, const ConvOperand& w,
                             T* grad_x, T* grad_w, T* grad_b);
};

// One filter for each channel: vectors run along channels instead of filters.
FG_INLINE bool is_depthwise(const ConvSizes& s) {
  return s.groups > 1 && s.groups == s.channels && s.groups == s.filters;
}

// Whether there is a third axis. What images of few channels and depthwise gradients have of their own knows two.
FG_INLINE bool has_depth(const ConvSizes& s) { return s.in_d != 1 || s.kernel_d != 1 || s.out_d != 1; }

// Whether all outputs' taps along an axis stay inside the image.
FG_INLINE bool inside(int64_t first, int64_t step, int64_t outputs, int64_t span, int64_t size) {
  return first >= 0 && first + (outputs - 1) * step + span <= size;
}

// How a piece gets at the image. Windows that hold mostly pixels between far-spread taps are not copied whole: each
// tap's pixels are gathered instead, [tap][pixel].
enum class Source { InPlace, Window, Gathered };
constexpr int64_t kSpreadWindow = int64_t{1} << 20;  // elements

FG_INLINE bool is_spread(int64_t span_h, int64_t columns, int64_t taps, int64_t width, int64_t pitch) {
  const double window = static_cast<double>(span_h) * static_cast<double>(columns) * static_cast<double>(pitch);
  return window > static_cast<double>(kSpreadWindow) + 2.0 * static_cast<double>(taps * width * pitch);
}

// How many chunks a sum over `units` is cut into, whose sums are added in order: as many as the work is worth (`cost`:
// multiply-adds count 2). Each costs a pass over its sums; at 1.25e-3 of the cost that is a few percent of the work.
inline constexpr int64_t kMostChunks = 32;
inline constexpr double kChunkCost = 4e6;
FG_INLINE int64_t chunk_count(int64_t units, double cost, double sums_bytes) {
  const double wanted = cost / kChunkCost, affordable = cost * 1.25e-3 / sums_bytes;
  const double chunks = wanted < affordable ? wanted : affordable;
  const int64_t most = smaller(kMostChunks, units);
  const int64_t asked = chunks > static_cast<double>(most) ? most : larger(1, static_cast<int64_t>(chunks));
  return smaller(runtime::count_pieces(units, ceil_div(units, asked)), most);
}

FG_INLINE int64_t gcd(int64_t a, int64_t b) {
  while (b != 0) {
    const int64_t r = a % b;
    a = b;
    b = r;
  }
  return a;
}

// Along one axis, the kernel elements that reach input pixels of this phase, in the order of the outputs they read:
// input pixel phase + stride * i takes kernel element r from output i + (phase + padding - r * dilation) / stride.
struct PhaseTaps {
  TapRange taps;
  int64_t first, space;
};

FG_INLINE PhaseTaps phase_taps(int64_t phase, const ConvSizes::Axis& axis, int64_t kernel) {
  const auto [stride, padding, dilation] = axis;
  const int64_t common = gcd(stride, dilation), step = stride / common;
  int64_t lowest = 0;
  while (lowest < step && lowest < kernel && (phase + padding - lowest * dilation) % stride != 0) ++lowest;
  if (lowest >= step || lowest >= kernel) return {{0, 1, 0}, 0, 1};
  const int64_t count = (kernel - 1 - lowest) / step + 1, last = lowest + (count - 1) * step;
  return {{last, -step, count}, (phase + padding - last * dilation) / stride, dilation / common};
}

template <class T>
FG_INLINE ImageView<T> image_view(const ConvOperand& x, int64_t depth, int64_t height, int64_t width,
                                  int64_t channels) {
  ImageView<T> v{static_cast<const T*>(x.data), depth, height, width, channels, x.n, x.d, x.h, x.w,
                 channels == 1 ? 1 : x.c};
  // An axis of length 1 has no stride to speak of.
  if (width == 1) v.w = channels;
  if (height == 1) v.h = v.w * width;
  if (depth == 1) v.d = v.h * height;
  return v;
}

}  // namespace fastgrad::FG_LEVEL
