// Depthwise convolution in place. It has too little arithmetic to pay for a copy of its source: a tap outside the image
// reads zeros kept for it instead. Tiles cover the columns whose taps are all inside the rows; each of the few other
// pixels is a tile of its own, whose taps may be inside or not one by one.
#pragma once

#include "kernels/conv/plan.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

// From here on a source is fetched ahead: below, it is in the second cache.
constexpr int64_t kNearBytes = 1 << 20;

template <class T>
class DepthRow {
 public:
  // `zeros` has depth_zeros(plan) elements, `taps` room for two offsets for each.
  DepthRow(const Plan<T>& plan, const T* zeros, ptrdiff_t* taps)
      : plan_(plan), zeros_(zeros), taps_(taps), inner_taps_(taps + plan.segments) {
    const TapConv<T>& c = *plan.conv;
    const ImageView<T>& s = c.source;
    ptrdiff_t* tap = inner_taps_;
    for (int64_t i = 0; i < c.taps_h.count; ++i)
      for (int64_t j = 0; j < c.taps_w.count; ++j) *tap++ = i * c.space_h * s.h + j * c.space_w * s.w;
    ahead_ = s.h == s.w * s.width && c.planes() * s.height * s.h * static_cast<int64_t>(sizeof(T)) > kNearBytes;
  }

  // Columns [begin, end) of row y of an output plane, for panels [first_panel, last_panel).
  void run(int64_t plane, int64_t y, int64_t begin, int64_t end, int64_t first_panel, int64_t last_panel) {
    const TapConv<T>& c = *plan_.conv;
    const ImageView<T>& s = c.source;
    first_panel_ = first_panel;
    last_panel_ = last_panel;
    image_ = c.plane(plane, 0);
    out_ = c.output(plane) + y * c.out_row;
    const int64_t inner = smaller(larger(plan_.inner_begin, begin), end);
    const int64_t inner_end = larger(smaller(plan_.inner_end, end), inner);
    for (int64_t x = begin; x < inner; ++x) run_pixel(y, x);
    // Tap rows outside the image are left out.
    const int64_t row = y * c.step_h + c.first_h;
    const int64_t first = smaller(ceil_div(larger(-row, 0), c.space_h), c.taps_h.count);
    const int64_t last = larger(smaller(ceil_div(larger(s.height - row, 0), c.space_h), c.taps_h.count), first);
    const int64_t width = inner_end - inner, count = ceil_div(width, kMR);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t x = inner + width * i / count, columns = inner + width * (i + 1) / count - x;
      const T* const source = image_ + row * s.h + (x * c.step_w + c.first_w) * s.w;
      // Meanwhile, this tile's part of the source rows that the next output row is the first to read.
      const int64_t each = c.step_h * s.h / c.out_w;
      fetch_ = ahead_ ? reinterpret_cast<const char*>(image_ + (row + plan_.span_h) * s.h + x * each) : nullptr;
      run_tile(source, inner_taps_, first * c.taps_w.count, last * c.taps_w.count, x, static_cast<int>(columns),
               ahead_ ? columns * each * static_cast<int64_t>(sizeof(T)) : 0);
    }
    for (int64_t x = inner_end; x < end; ++x) run_pixel(y, x);
    const int64_t channel = first_channel(plan_, first_panel), channels = first_channel(plan_, last_panel) - channel;
    activate_late(plan_.activation, out_ + begin * c.out_pixel + channel, c.out_pixel, end - begin, channels);
  }

 private:
  void run_pixel(int64_t y, int64_t x) {
    const TapConv<T>& c = *plan_.conv;
    const ImageView<T>& s = c.source;
    const ptrdiff_t zeros = distance(image_, zeros_);
    ptrdiff_t* tap = taps_;
    int64_t row = y * c.step_h + c.first_h;
    for (int64_t i = 0; i < c.taps_h.count; ++i, row += c.space_h) {
      const bool row_inside = row >= 0 && row < s.height;
      int64_t column = x * c.step_w + c.first_w;
      for (int64_t j = 0; j < c.taps_w.count; ++j, column += c.space_w)
        *tap++ = row_inside && column >= 0 && column < s.width ? row * s.h + column * s.w : zeros;
    }
    run_tile(image_, taps_, 0, plan_.segments, x, 1, 0);
  }

  // `columns` pixels from x on, whose taps [first, last) are at these offsets from `source`; fetches `bytes` ahead.
  void run_tile(const T* source, const ptrdiff_t* taps, int64_t first, int64_t last, int64_t x, int columns,
                int64_t bytes) const {
    constexpr int L = kLanes<T>;
    const TapConv<T>& c = *plan_.conv;
    const int half = (columns + 1) / 2;
    ConvTile<T> t{};
    t.a_row = c.step_w * c.source.w;
    t.segments = taps + first;
    t.num_segments = last - first;
    t.c_row = c.out_pixel;
    t.streaming = plan_.streaming;
    t.ahead_lines = bytes > 0 ? ceil_div(bytes, 64 * larger(t.num_segments, 1) * (last_panel_ - first_panel_)) : 0;
    t.ahead = fetch_;
    for (int64_t panel = first_panel_; panel < last_panel_; ++panel) {
      const int64_t lane = panel * 2 * L;
      t.columns = panel_lanes(plan_, panel);
      const int vectors = t.columns > L ? 2 : 1;
      t.a0 = source + lane;
      t.a1 = t.a0 + half * t.a_row;
      t.b = plan_.weights + panel * plan_.panel_size + first * vectors * L;
      t.init = plan_.bias + lane;
      set_epilogue(plan_, panel, t);
      t.c0 = out_ + x * c.out_pixel + lane;
      t.c1 = t.c0 + half * t.c_row;
      kConvTiles<T, ConvTileKind::Depth>.of[columns - 1][vectors - 1](t);
      t.ahead += t.ahead_lines * t.num_segments * 64;
    }
  }

  // In elements, between different allocations.
  static ptrdiff_t distance(const T* from, const T* to) {
    return static_cast<ptrdiff_t>(reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from)) /
           static_cast<ptrdiff_t>(sizeof(T));
  }

  const Plan<T>& plan_;
  const T* zeros_;
  ptrdiff_t* taps_;        // of one pixel, from its image
  ptrdiff_t* inner_taps_;  // of a pixel whose taps are all inside, from the first of them
  bool ahead_;
  int64_t first_panel_ = 0, last_panel_ = 0;
  const T* image_ = nullptr;
  T* out_ = nullptr;
  const char* fetch_ = nullptr;
};

// A tile's pixels, each with all its channels.
template <class T>
int64_t depth_zeros(const TapConv<T>& c) {
  return (kMR - 1) * c.step_w * c.source.w + c.source.channels;
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
