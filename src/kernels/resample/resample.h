// Resampling: each output is a weighted sum of inputs, along two axes one after the other (resample_axes.cpp), or at
// places of an image (resample_places.cpp). Interpolation, smoothing and their gradients are this with other tables.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

// One axis: output o is the sum of weight[t] times input index[t] over its taps, first[o] <= t < first[o + 1]. The axis
// stays as it is where `first` is null.
template <class T>
struct ResampleAxis {
  int64_t in, out;
  const int32_t *first, *index;
  const T* weight;
};

// Planes of rows of `inner` neighbours each: channels last a plane is an image and inner its channels, else a plane is
// a channel's pixels and inner is 1. x: (outer, planes, rows, columns, inner) with these strides, in elements, the rest
// dense; out is dense.
struct ResampleShape {
  int64_t outer, planes, inner;
  int64_t stride_outer, stride_plane, stride_row;
};

// Places in images: output p of each of n images is the sum over k of weight[n][k][p] times the pixel index[n][k][p] of
// every channel; nothing where that is negative. All arrays are dense: pixels (n, c, in), outputs (n, c, out), weights
// and indices (n, taps, out).
struct PlacesShape {
  int64_t n, c, in, taps, out;
};

template <class T>
struct AxesFunctions {
  void (*resample)(const ResampleShape&, const ResampleAxis<T>& rows, const ResampleAxis<T>& columns, const T* x,
                   T* out);
};
using AxesKernels = PerFloat<AxesFunctions>;

// Where places lie among the pixels of an image: grid (n, places, axes) from -1 to 1, the last axis of the image first,
// whose lengths are `size`. What a place is made of, and what is outside, in the order of ops/resample.h's enumerations.
enum class PlaceMode : uint8_t { Linear, Nearest, Cubic };
enum class PlaceBeyond : uint8_t { Zeros, Border, Reflection };
struct GridShape {
  int64_t n, places, axes, taps;
  int64_t size[3];
  PlaceMode mode;
  PlaceBeyond beyond;
  bool align_corners;
};

template <class T>
struct PlacesFunctions {
  // The pixel of each tap (n, taps, places), -1 where there is none, the first axis varying fastest among them; and of
  // each axis how far a place is from the pixel before it, and that one's derivative along the grid (n, axes, places).
  void (*locate)(const GridShape&, const T* grid, int32_t* index, T* part, T* slope);
  void (*gather)(const PlacesShape&, const int32_t* index, const T* weight, const T* x, T* out);
  // The transposes of gather: along the pixels, and along the weights.
  void (*scatter)(const PlacesShape&, const int32_t* index, const T* weight, const T* grad, T* x);
  void (*match)(const PlacesShape&, const int32_t* index, const T* grad, const T* x, T* weight);
};
using PlacesKernels = PerFloat<PlacesFunctions>;

struct ResampleKernels {
  const AxesKernels* axes;
  const PlacesKernels* places;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const AxesKernels resample_axes_kernels;
extern const PlacesKernels resample_places_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
