// Convolution, and its gradient with respect to the input: the same thing with the kernel flipped.
//
// The input gradient of a strided convolution is stride_d * stride_h * stride_w convolutions, one for each phase of the input's
// pixels, each with the kernel elements that reach it: a gather, never a scatter. An input of few channels would leave
// most of a vector's lanes idle: there, one product gives what every output pixel sends through every kernel element,
// and each input pixel adds up what was sent to it (col2im, also as a gather).
#include "kernels/conv/taps.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Planes that are read one by one are images. A 1x1 convolution over memory without gaps is one long row of pixels.
template <class T>
void join_axes(TapConv<T>& c) {
  ImageView<T>& s = c.source;
  const bool apart = c.taps_d.count == 1 && c.step_d == 1 && c.first_d == 0 && c.out_d == s.depth;
  if (!apart || (c.batch != 1 && (s.n != s.d * s.depth || c.out_n != c.out_plane * c.out_d))) return;
  c.batch *= c.out_d;
  s.n = s.d;
  c.out_n = c.out_plane;
  c.out_d = s.depth = 1;
  const bool point = c.taps_h.count == 1 && c.taps_w.count == 1 && c.step_h == 1 && c.step_w == 1 && c.first_h == 0 &&
                     c.first_w == 0 && c.out_h == s.height && c.out_w == s.width;
  const bool dense_in = s.c == 1 && s.h == s.w * s.width && (c.batch == 1 || s.n == s.h * s.height);
  const bool dense_out = c.out_row == c.out_pixel * c.out_w && c.out_n == c.out_row * c.out_h;
  if (!point || !dense_in || !dense_out) return;
  c.out_w = s.width = c.batch * c.out_h * c.out_w;
  c.batch = c.out_h = s.height = 1;
}

}  // namespace

template <class T>
void Conv<T>::forward(const ConvSizes& s, const ConvOperand& x, const ConvOperand& w, const Epilogue<T>& epilogue,
                      const ConvPacking& packing, T* y) {
  const bool depthwise = is_depthwise(s);
  TapConv<T> c{};
  c.source = image_view<T>(x, s.in_d, s.in_h, s.in_w, s.channels);
  c.batch = s.batch;
  c.out_d = s.out_d;
  c.out_h = s.out_h;
  c.out_w = s.out_w;
  c.step_d = s.d.stride;
  c.step_h = s.h.stride;
  c.step_w = s.w.stride;
  c.first_d = -s.d.padding;
  c.first_h = -s.h.padding;
  c.first_w = -s.w.padding;
  c.space_d = s.d.dilation;
  c.space_h = s.h.dilation;
  c.space_w = s.w.dilation;
  c.taps_d = {0, 1, s.kernel_d};
  c.taps_h = {0, 1, s.kernel_h};
  c.taps_w = {0, 1, s.kernel_w};
  c.depthwise = depthwise;
  c.groups = depthwise ? 1 : s.groups;
  c.depth = s.channels / s.groups;
  c.lanes = s.filters / c.groups;
  c.out = y;
  c.out_pixel = s.filters;
  c.out_row = s.out_w * s.filters;
  c.out_plane = s.out_h * c.out_row;
  c.out_n = s.out_d * c.out_plane;
  join_axes(c);
  const WeightView<T> view{static_cast<const T*>(w.data),
                           c.lanes,
                           c.depth,
                           w.n,
                           w.c,
                           w.d,
                           w.h,
                           w.w,
                           s.kernel_d,
                           s.kernel_h,
                           s.kernel_w,
                           c.taps_d,
                           c.taps_h,
                           c.taps_w};
  run_taps(c, view, c.lanes * w.n, epilogue, packing);
}

namespace {

constexpr int64_t kSentBytes = 8 << 20;  // of images worked on together: in the last-level cache

// Whether summing what is sent costs at most half of the multiply-adds, idle lanes included.
template <class T>
bool few_channels(const ConvSizes& s) {
  constexpr int64_t L = kLanes<T>;
  const int64_t taps = s.kernel_h * s.kernel_w;
  return s.groups == 1 && !has_depth(s) && s.filters >= 4 && s.channels > 0 &&
         taps * ceil_div(s.channels, L) >= 2 * ceil_div(taps * s.channels, L);
}

// Adds up, for input rows [begin, end) of these images' rows, what came through the kernel: sent[pixel][tap][channel].
// reach[x] lists the offsets in a row of `sent` that hold something for column x, its count first.
template <class T>
void sum_sent(const ConvSizes& s, const T* sent, int64_t sent_pixel, const ptrdiff_t* reach, const T* bias,
              int64_t begin, int64_t end, T* grad_x) {
  const int64_t sent_row = s.out_w * sent_pixel;
  const int channels = static_cast<int>(s.channels);
  const T** const rows = const_cast<const T**>(scratch<T*>(Scratch::ConvLists, s.kernel_h));
  const Vec<T> start = bias ? load_first(bias, channels) : Vec<T>{};
  for (int64_t i = begin; i < end; ++i) {
    const int64_t n = i / s.in_h, y = i % s.in_h;
    int64_t count = 0;
    for (int64_t r = 0; r < s.kernel_h; ++r) {
      const int64_t distance = y + s.h.padding - r * s.h.dilation, oy = distance / s.h.stride;
      if (distance >= 0 && oy < s.out_h && oy * s.h.stride == distance)
        rows[count++] = sent + (n * s.out_h + oy) * sent_row + r * s.kernel_w * s.channels;
    }
    T* out = grad_x + i * s.in_w * s.channels;
    const ptrdiff_t* offsets = reach;
    for (int64_t x = 0; x < s.in_w; ++x, out += s.channels, offsets += s.kernel_w + 1) {
      if (channels == 1) {
        T sum = start[0];
        for (int64_t r = 0; r < count; ++r)
          for (ptrdiff_t k = 1; k <= offsets[0]; ++k) sum += rows[r][offsets[k]];
        *out = sum;
      } else {
        // Whole vectors: what is past the channels is not stored.
        Vec<T> sum = start;
        for (int64_t r = 0; r < count; ++r)
          for (ptrdiff_t k = 1; k <= offsets[0]; ++k) sum += load(rows[r] + offsets[k]);
        store_first(out, sum, channels);
      }
    }
  }
}

// In scratch: what is sent, the weights as (K, R, S, C) and the lists of columns.
template <class T>
void input_backward_few_channels(const ConvSizes& s, const ConvOperand& g, const ConvOperand& w, const T* bias,
                                 T* grad_x) {
  constexpr int64_t L = kLanes<T>;
  const int64_t taps = s.kernel_h * s.kernel_w, lanes = taps * s.channels, image = s.out_h * s.out_w * lanes;
  const int64_t images = larger(1, smaller(s.batch, kSentBytes / static_cast<int64_t>(sizeof(T)) / larger(image, 1)));
  const int64_t weights_size = s.filters * lanes, reach_size = s.in_w * (s.kernel_w + 1);
  char* const scratch = static_cast<char*>(runtime::scratch(
      Scratch::ConvSent,
      static_cast<size_t>(images * image + 2 * L + weights_size) * sizeof(T) + static_cast<size_t>(reach_size) * 8));
  ptrdiff_t* const reach = reinterpret_cast<ptrdiff_t*>(scratch);
  T* const weights = reinterpret_cast<T*>(reach + reach_size);
  T* const sent = weights + weights_size;

  for (int64_t x = 0; x < s.in_w; ++x) {
    ptrdiff_t* const list = reach + x * (s.kernel_w + 1);
    list[0] = 0;
    for (int64_t q = 0; q < s.kernel_w; ++q) {
      const int64_t distance = x + s.w.padding - q * s.w.dilation, ox = distance / s.w.stride;
      if (distance >= 0 && ox < s.out_w && ox * s.w.stride == distance) list[++list[0]] = ox * lanes + q * s.channels;
    }
  }
  const T* const w_data = static_cast<const T*>(w.data);
  for (int64_t k = 0; k < s.filters; ++k)
    for (int64_t t = 0; t < taps; ++t)
      for (int64_t c = 0; c < s.channels; ++c)
        weights[(k * taps + t) * s.channels + c] =
            w_data[k * w.n + c * w.c + t / s.kernel_w * w.h + t % s.kernel_w * w.w];

  TapConv<T> c{};
  c.source = image_view<T>(g, 1, s.out_h, s.out_w, s.filters);
  c.step_d = c.step_h = c.step_w = c.space_d = c.space_h = c.space_w = 1;
  c.taps_d = c.taps_h = c.taps_w = {0, 1, 1};
  c.groups = 1;
  c.depth = s.filters;
  c.lanes = lanes;
  c.out = sent;
  c.out_pixel = lanes;
  c.out_row = s.out_w * lanes;
  c.out_n = c.out_plane = image;
  const WeightView<T> view{weights, lanes, s.filters, 1, lanes, 0, 0, 0, 1, 1, 1, c.taps_d, c.taps_h, c.taps_w};
  for (int64_t n = 0; n < s.batch; n += images) {
    TapConv<T> part = c;
    part.source.data += n * c.source.n;
    part.batch = smaller(images, s.batch - n);
    part.out_d = 1;
    part.out_h = s.out_h;
    part.out_w = s.out_w;
    join_axes(part);
    run_taps(part, view, 0, Epilogue<T>{}, ConvPacking{});
    T* const out = grad_x + n * s.in_h * s.in_w * s.channels;
    const int64_t rows = smaller(images, s.batch - n) * s.in_h;
    const int64_t row_cost = s.in_w * taps * 4;
    for_ranges(rows, larger((int64_t{1} << 18) / row_cost, 1), 1,
               [&](int64_t begin, int64_t end) { sum_sent(s, sent, lanes, reach, bias, begin, end, out); });
  }
}

}  // namespace

template <class T>
void Conv<T>::input_backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& w, const T* bias, T* grad_x) {
  if (few_channels<T>(s)) return input_backward_few_channels<T>(s, g, w, bias, grad_x);
  Epilogue<T> epilogue;
  epilogue.bias = bias;
  // The phases of the input's pixels: what all have in common, and what each has of its own.
  const bool depthwise = is_depthwise(s);
  TapConv<T> common{};
  common.source = image_view<T>(g, s.out_d, s.out_h, s.out_w, s.filters);
  common.batch = s.batch;
  common.step_d = common.step_h = common.step_w = 1;
  common.depthwise = depthwise;
  common.groups = depthwise ? 1 : s.groups;
  common.depth = s.filters / s.groups;
  common.lanes = s.channels / common.groups;
  const int64_t row = s.in_w * s.channels, plane = s.in_h * row;
  common.out_pixel = s.channels * s.w.stride;
  common.out_row = row * s.h.stride;
  common.out_plane = plane * s.d.stride;
  common.out_n = s.in_d * plane;
  const int64_t phases_d = smaller(s.d.stride, s.in_d), phases_h = smaller(s.h.stride, s.in_h);
  const int64_t phases_w = smaller(s.w.stride, s.in_w);
  for (int64_t phase = 0; phase < phases_d * phases_h * phases_w; ++phase) {
    const int64_t pz = phase / phases_w / phases_h, py = phase / phases_w % phases_h, px = phase % phases_w;
    const PhaseTaps d = phase_taps(pz, s.d, s.kernel_d), v = phase_taps(py, s.h, s.kernel_h);
    const PhaseTaps h = phase_taps(px, s.w, s.kernel_w);
    TapConv<T> c = common;
    c.out_d = ceil_div(s.in_d - pz, s.d.stride);
    c.out_h = ceil_div(s.in_h - py, s.h.stride);
    c.out_w = ceil_div(s.in_w - px, s.w.stride);
    c.first_d = d.first;
    c.first_h = v.first;
    c.first_w = h.first;
    c.space_d = d.space;
    c.space_h = v.space;
    c.space_w = h.space;
    c.taps_d = d.taps;
    c.taps_h = v.taps;
    c.taps_w = h.taps;
    if (c.taps() == 0) c.taps_d.count = c.taps_h.count = c.taps_w.count = 0;
    c.out = grad_x + pz * plane + py * row + px * s.channels;
    join_axes(c);
    // Depthwise: the lanes are the filters, one a group.
    const WeightView<T> view{static_cast<const T*>(w.data),
                             c.lanes,
                             c.depth,
                             depthwise ? w.n : w.c,
                             depthwise ? w.c : w.n,
                             w.d,
                             w.h,
                             w.w,
                             s.kernel_d,
                             s.kernel_h,
                             s.kernel_w,
                             c.taps_d,
                             c.taps_h,
                             c.taps_w};
    run_taps(c, view, c.depth * w.n, epilogue, ConvPacking{});
  }
}

// What forward packs.
template <class T>
size_t Conv<T>::packed_bytes(const ConvSizes& s) {
  const int64_t groups = is_depthwise(s) ? 1 : s.groups;
  const int64_t panels = groups * ceil_div(s.filters / groups, 2 * kLanes<T>);
  const int64_t steps = s.kernel_d * s.kernel_h * s.kernel_w * (s.channels / s.groups);
  return static_cast<size_t>(panels * steps) * 2 * kVectorBytes;
}

template void Conv<float>::forward(const ConvSizes&, const ConvOperand&, const ConvOperand&, const Epilogue<float>&,
                                   const ConvPacking&, float*);
template void Conv<double>::forward(const ConvSizes&, const ConvOperand&, const ConvOperand&, const Epilogue<double>&,
                                    const ConvPacking&, double*);
template size_t Conv<float>::packed_bytes(const ConvSizes&);
template size_t Conv<double>::packed_bytes(const ConvSizes&);
template void Conv<float>::input_backward(const ConvSizes&, const ConvOperand&, const ConvOperand&, const float*,
                                          float*);
template void Conv<double>::input_backward(const ConvSizes&, const ConvOperand&, const ConvOperand&, const double*,
                                           double*);

}  // namespace fastgrad::FG_LEVEL
