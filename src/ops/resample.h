// Images at other sizes, and at places of one's choice.
#pragma once

#include "array/array.h"
#include "kernels/resample/resample.h"

namespace fastgrad::ops {

// What an output is made of: the nearest input, or several, weighed by their distance. The smooth ones (antialiased)
// reach further where the image becomes smaller.
enum class Filter : uint8_t {
  Identity,
  Nearest,
  NearestExact,
  Linear,
  Cubic,
  SmoothLinear,
  SmoothCubic,
  SmoothLanczos
};

// Identity keeps an axis as it is. `scale`: outputs per input; 0: that of the sizes.
struct ResampleAxisParams {
  int64_t size;
  double scale;
  Filter filter;
};
struct ResampleParams {
  ResampleAxisParams rows, columns;
  bool align_corners;
};

// x: (N, C, H, W). Results have their input's layout: channels last stays channels last.
Array resample2d(const Array& x, const ResampleParams& params);
// Gradient of x (height in_h, width in_w) from the output's: the transposed sums.
Array resample2d_backward(const Array& grad, const ResampleParams& params, int64_t in_h, int64_t in_w,
                          bool channels_last);
// The input that each output of an axis is, by one of the nearest filters: int64.
Array nearest_inputs(const ResampleAxisParams& params, int64_t in);

// Where a grid's places lie among the pixels of images (kernels/resample/resample.h): grid (N, places, axes).
struct GridPlaces {
  // (N, taps, places), int32: pixels, the first axis varying fastest among the taps; -1 where there is none.
  Array index;
  Array part;   // (N, axes, places): how far a place is on the way from the pixel before it to the next
  Array slope;  // the derivative of part along the grid
};
GridPlaces grid_places(const Array& grid, const Dims& sizes, PlaceMode mode, PlaceBeyond beyond, bool align_corners);

// out[n, c, p] = the sum over k of weight[n, k, p] * x[n, c, index[n, k, p]], without the terms whose index is negative.
// x: (N, C, pixels), weight and index (int32): (N, taps, outputs).
Array sample_places(const Array& x, const Array& weight, const Array& index);
// Its transposes: along x, of `pixels` a channel, and along the weights.
Array sample_places_scatter(const Array& grad, const Array& weight, const Array& index, int64_t pixels);
Array sample_places_match(const Array& grad, const Array& x, const Array& index);

}  // namespace fastgrad::ops
