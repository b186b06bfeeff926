// A convolution as forward and input gradient have it in common, and how its work is to be cut.
#pragma once

#include "kernels/conv/micro.h"
#include "kernels/conv/parts.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

enum class Form { Rows, Pairs, Gather };

template <class T>
struct TapConv {
  ImageView<T> source;
  int64_t batch, out_d, out_h, out_w;
  int64_t step_d, step_h, step_w, first_d, first_h, first_w, space_d, space_h, space_w;
  TapRange taps_d, taps_h, taps_w;   // of the kernel
  int64_t groups, depth, lanes;      // per group: channels summed over, channels made
  bool depthwise;                    // groups of 1 and 1: lanes are all the channels, depth is 1
  T* out;
  int64_t out_n, out_plane, out_row, out_pixel;  // strides

  // Planes of the result are counted through all images.
  int64_t planes() const { return batch * out_d; }
  T* output(int64_t plane) const { return out + plane / out_d * out_n + plane % out_d * out_plane; }
  // Of the source, the first that one of them reads (which may be outside), and the one that tap i reads; null: none.
  int64_t first_plane(int64_t plane) const { return plane % out_d * step_d + first_d; }
  const T* plane(int64_t plane, int64_t i) const {
    return source.plane(plane / out_d, first_plane(plane) + i * space_d);
  }
  int64_t taps() const { return taps_d.count * taps_h.count * taps_w.count; }
};

// What is decided once, before the work is cut: from the sizes, and how it is cut also from the number of threads.
template <class T>
struct Plan {
  const TapConv<T>* conv;
  const T* weights;                    // panels of 2 vectors of lanes
  const T* bias;                       // 2 vectors for each panel
  const T* map;                        // the epilogue's, 2 vectors each, for each panel; or null
  Activation activation;
  int64_t panel_size, panels_per_group, panels;
  Source access;
  int64_t pitch;                       // elements from pixel to pixel in scratch
  int64_t span_d, span_h, span_w;  // source pixels from the first tap to the last
  int64_t block_bytes, block_columns, column_blocks, rows, panel_ranges, grain;
  size_t window_bytes;
  bool joined, triples;                // a tap row is one segment: all its columns, or channels for columns at once
  int64_t segments, length, part;      // segments in one part of a long panel
  Form form;
  int64_t crossing;                    // rows form: pixels of a tile that may go on in the next row, or 0
  bool tiles_outer, streaming;
  bool packs_own;  // so few pixels that a piece is a range of panels, which it packs itself:
  // what another thread has just written is slow to read
  bool depth_in_place;                 // depthwise, as depth.h has it
  int64_t inner_begin, inner_end;      // output columns whose taps are all inside the image
};

// What a panel's tiles do to their results in the end.
template <class T>
FG_INLINE void set_epilogue(const Plan<T>& p, int64_t panel, ConvTile<T>& t) {
  t.map = p.map ? p.map + panel * 3 * kMapRow<T> : nullptr;
  t.relu = p.activation == Activation::Relu;
}

template <class T>
FG_INLINE int panel_lanes(const Plan<T>& p, int64_t panel) {
  return static_cast<int>(smaller(2 * kLanes<T>, p.conv->lanes - panel % p.panels_per_group * 2 * kLanes<T>));
}

// A panel's first channel of the result.
template <class T>
FG_INLINE int64_t first_channel(const Plan<T>& p, int64_t panel) {
  return panel / p.panels_per_group * p.conv->lanes + panel % p.panels_per_group * 2 * kLanes<T>;
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
