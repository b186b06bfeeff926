// Depthwise convolution in place. It has too little arithmetic to pay for a copy of its source: a tap outside the image
// reads zeros kept for it instead. Tiles cover the columns whose taps are all inside the rows; each of the few other
// pixels is a tile of its own, whose taps may be inside or not one by one.
#pragma once

#include "kernels/conv_plan.h"

namespace fastgrad::FG_LEVEL {
namespace {

template <class T>
class DepthRow {
 public:
  // `zeros` has depth_zeros(plan) elements, `taps` room for an offset for each.
  DepthRow(const Plan<T>& plan, const T* zeros, ptrdiff_t* taps) : plan_(plan), zeros_(zeros), taps_(taps) {}

  // Columns [begin, end) of output row y of image n, for panels [first_panel, last_panel).
  void run(int64_t n, int64_t y, int64_t begin, int64_t end, int64_t first_panel, int64_t last_panel) const {
    const int64_t inner = smaller(larger(plan_.inner_begin, begin), end);
    const int64_t inner_end = larger(smaller(plan_.inner_end, end), inner);
    for (int64_t x = begin; x < inner; ++x) run_tile(n, y, x, 1, first_panel, last_panel);
    const int64_t width = inner_end - inner, count = ceil_div(width, kTileRows);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t x = width * i / count;
      run_tile(n, y, inner + x, static_cast<int>(width * (i + 1) / count - x), first_panel, last_panel);
    }
    for (int64_t x = inner_end; x < end; ++x) run_tile(n, y, x, 1, first_panel, last_panel);
  }

 private:
  void run_tile(int64_t n, int64_t y, int64_t x, int columns, int64_t first_panel, int64_t last_panel) const {
    constexpr int L = kLanes<T>;
    const TapConv<T>& c = *plan_.conv;
    const ImageView<T>& s = c.source;
    const T* const image = s.data + n * s.n;
    const ptrdiff_t zeros = distance(image, zeros_);
    ptrdiff_t* tap = taps_;
    int64_t row = y * c.step_h + c.first_h;
    for (int64_t i = 0; i < c.taps_h.count; ++i, row += c.space_h) {
      const bool row_inside = row >= 0 && row < s.height;
      int64_t column = x * c.step_w + c.first_w;
      for (int64_t j = 0; j < c.taps_w.count; ++j, column += c.space_w)
        *tap++ = row_inside && column >= 0 && column < s.width ? row * s.h + column * s.w : zeros;
    }
    T* const out = c.out + n * c.out_n + y * c.out_row + x * c.out_pixel;
    const int half = (columns + 1) / 2;
    ConvTile<T> t{};
    t.a_row = c.step_w * s.w;
    t.segments = taps_;
    t.num_segments = plan_.segments;
    t.c_row = c.out_pixel;
    t.streaming = plan_.streaming;
    for (int64_t panel = first_panel; panel < last_panel; ++panel) {
      const int64_t lane = panel * 2 * L;
      t.columns = panel_lanes(plan_, panel);
      t.a0 = image + lane;
      t.a1 = t.a0 + half * t.a_row;
      t.b = plan_.weights + panel * plan_.panel_size;
      t.init = plan_.bias + lane;
      set_finish(plan_, panel, t);
      t.c0 = out + lane;
      t.c1 = t.c0 + half * t.c_row;
      kConvTiles<T, ConvTileKind::Depth>.of[columns - 1][t.columns > L ? 1 : 0](t);
    }
  }

  // In elements, between different pieces of memory.
  static ptrdiff_t distance(const T* from, const T* to) {
    return static_cast<ptrdiff_t>(reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from)) /
           static_cast<ptrdiff_t>(sizeof(T));
  }

  const Plan<T>& plan_;
  const T* zeros_;
  ptrdiff_t* taps_;
};

// A tile's pixels, each with all its channels.
template <class T>
int64_t depth_zeros(const TapConv<T>& c) {
  return (kTileRows - 1) * c.step_w * c.source.w + c.source.channels;
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
