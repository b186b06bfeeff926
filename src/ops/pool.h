// Pooling of (N, C, H, W). Results have their input's layout: channels last stays channels last.
#pragma once

#include <utility>

#include "array/array.h"

namespace fastgrad::ops {

struct Pool2dParams {
  int64_t kernel[2];
  int64_t stride[2];
  int64_t padding[2] = {0, 0};
  int64_t dilation[2] = {1, 1};     // max pooling only
  bool ceil_mode = false;
  bool count_include_pad = true;    // average pooling only
  int64_t divisor_override = 0;     // average pooling only; 0: the window's own size
};

// Throws where no input could be pooled so.
void check_window(const Pool2dParams& params, const char* op);

// Values, and each one's position in its window (row * kernel width + column; uint8, or int32 for windows of more than
// 256 elements). Padding counts as -inf; NaN wins; the first of equals wins.
std::pair<Array, Array> max_pool2d(const Array& x, const Pool2dParams& params, const char* op = "max_pool2d");
// The same positions within images of this height and width (row * width + column), int64. Where a window holds padding
// alone, where its first element would be that is not before the image.
Array max_pool2d_positions(const Array& indices, const Pool2dParams& params, int64_t in_h, int64_t in_w);
// Gradient of x (height in_h, width in_w) from the output's.
Array max_pool2d_backward(const Array& grad, const Array& indices, const Pool2dParams& params, int64_t in_h,
                          int64_t in_w, bool channels_last = false);
// The elements of x that indices name: max_pool2d's derivative along x, and backward's own backward.
Array max_pool2d_gather(const Array& x, const Array& indices, const Pool2dParams& params);

Array avg_pool2d(const Array& x, const Pool2dParams& params, const char* op = "avg_pool2d");
Array avg_pool2d_backward(const Array& grad, const Pool2dParams& params, int64_t in_h, int64_t in_w,
                          bool channels_last = false);

// Output o of an axis averages inputs [floor(o * in / out), ceil((o + 1) * in / out)).
Array adaptive_avg_pool2d(const Array& x, int64_t out_h, int64_t out_w, const char* op = "adaptive_avg_pool2d");
// Where the largest element of each window of an adaptive pool over all axes from 2 on is, int64, (N, C, *to): its place
// in its channel. NaN is larger than any number; of equals the first counts.
Array adaptive_max_positions(const Array& x, const Dims& to, const char* op);
Array adaptive_avg_pool2d_backward(const Array& grad, int64_t in_h, int64_t in_w, bool channels_last = false);

}  // namespace fastgrad::ops
