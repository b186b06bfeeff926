// All gradients of a depthwise convolution in one pass over memory, which bounds it.
//
// Seen from a pixel of the input, each kernel element ("tap") that reaches it comes from one pixel of the output's
// gradient g, and both products need that: times the weight it adds to the gradient of this pixel, times the pixel to
// the gradient of this weight. So g and x are read, and the input's gradient is written, once; with AVX-512 the weights
// and sums of 3 x 3 taps stay in registers. Input rows are cut into chunks, their number fixed by the sizes, whose sums
// of weight and bias gradients are added in order.
//
// x and g have their channels side by side; pixels and rows may lie anywhere.
#include "kernels/conv/micro.h"
#include "simd/integers.h"
#include "simd/pieces.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int kTapSide = 3;  // rows and columns of taps worked on together
constexpr int64_t kNearBytes = 1 << 20;  // images larger than this are fetched ahead

// Pixels of one row and phase, one vector of channels, R rows by Q columns of taps. Distances in elements.
template <class T>
struct DepthRun {
  const T* g[kTapSide];  // what the first pixel gets from each row's first tap
  ptrdiff_t tap;  // from tap to tap of a row
  const T* weights[kTapSide];  // of each row's first tap,
  T* sums[kTapSide];  // and where the gradients of these weights are added up
  ptrdiff_t next_weight;
  const T* x;
  const T* from;  // what earlier taps gave; null: none
  T* to;
  ptrdiff_t g_step, x_step, from_step, to_step;  // from pixel to pixel
  int64_t width;
  int lanes;  // channels, if these are not a whole vector
  bool streaming;
  const char *g_ahead, *x_ahead;  // memory to fetch ahead, a line with each pixel; null: none
};

template <class T>
using DepthRunFn = void (*)(const DepthRun<T>&);

template <class T, int R, int Q, bool kPartial>
void depth_run(const DepthRun<T>& t) {
  const auto get = [&](const T* p) __attribute__((always_inline)) {
    if constexpr (kPartial) return load_first(p, t.lanes);
    else return load(p);
  };
  Vec<T> w[R][Q], sum[R][Q];
  const T* g[R];
#pragma GCC unroll 3
  for (int r = 0; r < R; ++r) {
    g[r] = t.g[r];
#pragma GCC unroll 3
    for (int q = 0; q < Q; ++q) {
      w[r][q] = load(t.weights[r] + q * t.next_weight);
      sum[r][q] = Vec<T>{};
    }
  }
  const T* x = t.x;
  const T* from = t.from;
  T* to = t.to;
  const ptrdiff_t tap = t.tap, g_step = t.g_step, x_step = t.x_step, from_step = t.from_step, to_step = t.to_step;
  const char *g_ahead = t.g_ahead, *x_ahead = t.x_ahead;
  const bool streaming = t.streaming, fetch = g_ahead != nullptr;
  for (int64_t i = t.width; i > 0; --i) {
    if (fetch) {
      __builtin_prefetch(g_ahead, 0, 2);
      __builtin_prefetch(x_ahead, 0, 2);
      g_ahead += 64;
      x_ahead += 64;
    }
    const Vec<T> pixel = get(x);
    Vec<T> out{};
    if (from) {
      out = get(from);
      from += from_step;
    }
#pragma GCC unroll 3
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 3
      for (int q = 0; q < Q; ++q) {
        const Vec<T> v = get(g[r] + q * tap);
        out = fma(v, w[r][q], out);
        sum[r][q] = fma(v, pixel, sum[r][q]);
      }
      g[r] += g_step;
    }
    if constexpr (kPartial) store_first(to, out, t.lanes);
    else if (streaming) store_streaming(to, out);
    else store(to, out);
    x += x_step;
    to += to_step;
  }
#pragma GCC unroll 3
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 3
    for (int q = 0; q < Q; ++q) {
      T* const to = t.sums[r] + q * t.next_weight;
      store(to, load(to) + sum[r][q]);
    }
}

template <class T, bool kPartial>
constexpr DepthRunFn<T> kDepthRuns[kTapSide][kTapSide] = {
    {depth_run<T, 1, 1, kPartial>, depth_run<T, 1, 2, kPartial>, depth_run<T, 1, 3, kPartial>},
    {depth_run<T, 2, 1, kPartial>, depth_run<T, 2, 2, kPartial>, depth_run<T, 2, 3, kPartial>},
    {depth_run<T, 3, 1, kPartial>, depth_run<T, 3, 2, kPartial>, depth_run<T, 3, 3, kPartial>}};

// A kernel row that reaches an input row, and the row of g that it comes from.
struct TapRow {
  int64_t kernel, out;
};

template <class T>
class DepthBackward {
 public:
  DepthBackward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, T* grad_x)
      : s_(s), g_(image_view<T>(g, 1, s.out_h, s.out_w, s.filters)),
        x_(image_view<T>(x, 1, s.in_h, s.in_w, s.channels)), grad_x_(grad_x) {
    const int64_t bytes =
        (2 * s.batch * s.in_h * s.in_w + s.batch * s.out_h * s.out_w) * s.channels * static_cast<int64_t>(sizeof(T));
    const bool aligned =
        s.channels % L == 0 && reinterpret_cast<uintptr_t>(grad_x) % static_cast<uintptr_t>(kVectorBytes) == 0;
    fetch_ = bytes > kNearBytes;
    streaming_ = bytes > kStreamTotalBytes && aligned;
  }

  // One vector of weights or sums for each tap.
  int64_t pitch() const { return ceil_div(s_.channels, L) * L; }
  int64_t taps() const { return s_.kernel_h * s_.kernel_w; }
  bool streaming() const { return streaming_; }
  // A vector for each pixel of a row, and a row.
  int64_t buffer_size() const { return s_.in_w * (L + (kHalfLines && streaming_ ? s_.channels : 0)); }

  // Input rows [begin, end) of all images: their gradient, and what they add to the sums of weights (taps() times
  // pitch() elements) and of the bias (pitch() elements; null: none). `rows` has room for a kernel's, `buffer` for
  // buffer_size() elements.
  void run(int64_t begin, int64_t end, const T* weights, T* sums, T* bias_sums, TapRow* rows, T* buffer) {
    buffer_ = buffer;
    weights_ = weights;
    sums_ = sums;
    rows_ = rows;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t n = i / s_.in_h, y = i % s_.in_h;
      image_g_ = g_.data + n * g_.n;
      run_row(n, y);
      // Each row of g once: about those that are in the cache.
      if (bias_sums)
        for (int64_t r = y * s_.out_h / s_.in_h; r < (y + 1) * s_.out_h / s_.in_h; ++r)
          add_pixels(image_g_ + r * g_.h, bias_sums);
    }
  }

 private:
  static constexpr int64_t L = kLanes<T>;
  // Vectors of half a line, a pixel's other one much later, must not go past the caches: a row of them does.
  static constexpr bool kHalfLines = kVectorBytes < 64;

  void run_row(int64_t n, int64_t y) {
    count_ = 0;
    for (int64_t r = 0; r < s_.kernel_h; ++r) {
      const int64_t distance = y + s_.h.padding - r * s_.h.dilation, out = distance / s_.h.stride;
      if (distance >= 0 && out < s_.out_h && out * s_.h.stride == distance) rows_[count_++] = {r, out};
    }
    row_x_ = x_.data + n * x_.n + y * x_.h;
    row_grad_ = grad_x_ + (n * s_.in_h + y) * s_.in_w * s_.channels;
    T* const row = row_grad_;
    if (kHalfLines && streaming_) row_grad_ = buffer_ + s_.in_w * L;
    for (int64_t px = 0; px < smaller(s_.w.stride, s_.in_w); ++px) run_phase(px);
    if (kHalfLines && streaming_)
      for (int64_t k = 0; k < s_.in_w * s_.channels; k += L) store_streaming(row + k, load(row_grad_ + k));
  }

  void run_phase(int64_t px) {
    phase_ = px;
    of_ = phase_taps(px, s_.w, s_.kernel_w);
    const int64_t width = ceil_div(s_.in_w - px, s_.w.stride), count = of_.taps.count;
    const int64_t reach = of_.first + (count - 1) * of_.space;  // of the last tap, from the phase's first pixel
    const int64_t inner = smaller(larger(-of_.first, 0), width);
    const int64_t inner_end = larger(smaller(s_.out_w - reach, width), inner);
    for (int64_t lane = 0; lane < s_.channels; lane += L) {
      for (int64_t i = 0; i < inner; ++i) run_pixel(i, lane);
      if (inner_end > inner) run_pixels(inner, inner_end - inner, 0, count, lane);
      for (int64_t i = inner_end; i < width; ++i) run_pixel(i, lane);
    }
  }

  // Of the taps, those whose output is inside.
  void run_pixel(int64_t i, int64_t lane) {
    const int64_t first = i + of_.first;
    const int64_t begin = smaller(ceil_div(larger(-first, 0), of_.space), of_.taps.count);
    const int64_t end = smaller(ceil_div(larger(s_.out_w - first, 0), of_.space), of_.taps.count);
    run_pixels(i, 1, begin, end, lane);
  }

  void run_pixels(int64_t i, int64_t width, int64_t begin, int64_t end, int64_t lane) {
    DepthRun<T> t;
    const int64_t column = phase_ + i * s_.w.stride;
    t.x = row_x_ + column * x_.w + lane;
    T* const grad_x = row_grad_ + column * s_.channels + lane;
    const ptrdiff_t grad_step = s_.w.stride * s_.channels;
    t.g_step = g_.w;
    t.x_step = s_.w.stride * x_.w;
    t.width = width;
    t.lanes = static_cast<int>(smaller(L, s_.channels - lane));
    t.tap = of_.space * g_.w;
    t.next_weight = of_.taps.step * pitch();
    if (count_ == 0 || begin >= end) {
      for (int64_t k = 0; k < width; ++k) store_first(grad_x + k * grad_step, Vec<T>{}, t.lanes);
      return;
    }
    // This run's part of the next row of x and of g's row behind those that this one needs, in the order in which they
    // lie in memory: fetched as the vectors are worked off, every fourth line, they came a quarter slower.
    t.g_ahead = t.x_ahead = nullptr;
    if (fetch_) {
      const int64_t line = ((lane / L * s_.in_w + phase_ * ceil_div(s_.in_w, s_.w.stride)) + i) * 64;
      t.x_ahead = reinterpret_cast<const char*>(row_x_ + x_.h) + line;
      t.g_ahead = reinterpret_cast<const char*>(image_g_ + (rows_[0].out + 1) * g_.h) + line;
    }
    // More taps than one run takes: sums wait near by.
    t.from = nullptr;
    t.from_step = L;
    for (int64_t r = 0; r < count_; r += kTapSide)
      for (int64_t q = begin; q < end; q += kTapSide) {
        const int rows = static_cast<int>(smaller(kTapSide, count_ - r));
        const int columns = static_cast<int>(smaller(kTapSide, end - q));
        for (int k = 0; k < rows; ++k) {
          const TapRow& row = rows_[r + k];
          const ptrdiff_t at = (row.kernel * s_.kernel_w + of_.taps.first + q * of_.taps.step) * pitch() + lane;
          t.g[k] = image_g_ + row.out * g_.h + (i + of_.first + q * of_.space) * g_.w + lane;
          t.weights[k] = weights_ + at;
          t.sums[k] = sums_ + at;
        }
        const bool last = r + kTapSide >= count_ && q + kTapSide >= end;
        t.to = last ? grad_x : buffer_;
        t.to_step = last ? grad_step : L;
        t.streaming = last && streaming_ && !kHalfLines;
        (t.lanes == L ? kDepthRuns<T, false> : kDepthRuns<T, true>)[rows - 1][columns - 1](t);
        t.from = buffer_;
        t.g_ahead = t.x_ahead = nullptr;
      }
  }

  // Four vectors of channels at a time: one alone would wait for itself.
  void add_pixels(const T* row, T* sums) const {
    constexpr int kTogether = 4;
    int64_t lane = 0;
    for (; lane + kTogether * L <= s_.channels; lane += kTogether * L) {
      Vec<T> sum[kTogether] = {};
      for (int64_t x = 0; x < s_.out_w; ++x)
#pragma GCC unroll kTogether
        for (int v = 0; v < kTogether; ++v) sum[v] += load(row + x * g_.w + lane + v * L);
#pragma GCC unroll kTogether
      for (int v = 0; v < kTogether; ++v) store(sums + lane + v * L, load(sums + lane + v * L) + sum[v]);
    }
    for (; lane < s_.channels; lane += L) {
      const int lanes = static_cast<int>(smaller(L, s_.channels - lane));
      Vec<T> sum{};
      for (int64_t x = 0; x < s_.out_w; ++x) sum += load_first(row + x * g_.w + lane, lanes);
      store(sums + lane, load(sums + lane) + sum);
    }
  }

  const ConvSizes s_;
  const ImageView<T> g_, x_;
  T* const grad_x_;
  bool fetch_, streaming_;
  // Of the row and phase at hand.
  const T* weights_ = nullptr;
  T* sums_ = nullptr;
  TapRow* rows_ = nullptr;
  T* buffer_ = nullptr;
  int64_t count_ = 0, phase_ = 0;
  PhaseTaps of_{};
  const T* image_g_ = nullptr;
  const T* row_x_ = nullptr;
  T* row_grad_ = nullptr;
};

}  // namespace

template <class T>
bool Conv<T>::depth_backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, const ConvOperand& w,
                             T* grad_x, T* grad_w, T* grad_b) {
  constexpr int64_t L = kLanes<T>;
  const auto fits = [](const ConvOperand& a) {
    return a.c == 1 && reinterpret_cast<uintptr_t>(a.data) % sizeof(T) == 0;
  };
  if (!is_depthwise(s) || has_depth(s) || s.batch == 0 || s.in_h == 0 || s.in_w == 0 || !fits(g) || !fits(x))
    return false;
  const DepthBackward<T> all(s, g, x, grad_x);
  const int64_t taps = all.taps(), pitch = all.pitch(), rows = s.batch * s.in_h, sums_size = (taps + 1) * pitch;
  const double cost = 4.0 * static_cast<double>(rows * s.in_w) * static_cast<double>(taps * pitch);
  const int64_t chunks = chunk_count(rows, cost, static_cast<double>(sums_size) * sizeof(T));
  T* const weights = scratch<T>(Scratch::ConvSums, taps * pitch + chunks * sums_size);
  T* const sums = weights + taps * pitch;
  const T* const from = static_cast<const T*>(w.data);
  for (int64_t k = 0; k < taps; ++k)
    for (int64_t c = 0; c < pitch; ++c)
      weights[k * pitch + c] = c < s.channels ? from[c * w.n + k / s.kernel_w * w.h + k % s.kernel_w * w.w] : T{0};

  for_pieces(chunks, [&](int64_t chunk) {
    T* const buffer = scratch<T>(Scratch::ConvWindow, all.buffer_size());
    TapRow* const list = scratch<TapRow>(Scratch::ConvLists, s.kernel_h);
    T* const mine = sums + chunk * sums_size;
    clear_elements(mine, sums_size);
    DepthBackward<T> piece = all;
    T* const bias_sums = grad_b ? mine + taps * pitch : nullptr;
    piece.run(rows * chunk / chunks, rows * (chunk + 1) / chunks, weights, mine, bias_sums, list, buffer);
    if (all.streaming()) streaming_fence();
  });
  for (int64_t k = 0; k < (grad_b ? taps + 1 : taps); ++k)
    for (int64_t lane = 0; lane < s.channels; lane += L) {
      Vec<T> sum = load(sums + k * pitch + lane);
      for (int64_t chunk = 1; chunk < chunks; ++chunk) sum += load(sums + chunk * sums_size + k * pitch + lane);
      const int lanes = static_cast<int>(smaller(L, s.channels - lane));
      if (k == taps) store_first(grad_b + lane, sum, lanes);
      else
        for (int c = 0; c < lanes; ++c) grad_w[(lane + c) * taps + k] = sum[c];
    }
  return true;
}

template bool Conv<float>::depth_backward(const ConvSizes&, const ConvOperand&, const ConvOperand&, const ConvOperand&,
                                          float*, float*, float*);
template bool Conv<double>::depth_backward(const ConvSizes&, const ConvOperand&, const ConvOperand&, const ConvOperand&,
                                           double*, double*, double*);

}  // namespace fastgrad::FG_LEVEL
