// Two-dimensional convolution: cross-correlation, as PyTorch defines it, and its gradients. The three are closed under
// differentiation: the gradients of each are the other two.
#pragma once

#include "array/array.h"
#include "ops/normalization.h"

namespace fastgrad::ops {

struct Conv2dParams {
  int64_t stride[2] = {1, 1};  // vertical, horizontal
  int64_t padding[2] = {0, 0};
  int64_t dilation[2] = {1, 1};
  int64_t groups = 1;
};

// x (N, C, H, W), w (K, C / groups, R, S), bias (K,) or null; gives (N, K, H', W') in channels-last memory, then
// normalised by `norm`'s running statistics, if given, with eps, then the activation: in one pass over memory.
// keep: w is likely to come again unchanged. Where images are so few and small that packing it takes long, w's storage
// keeps it packed from then on, twice its memory, until it changes.
Array conv2d(const Array& x, const Array& w, const Array* bias, const Conv2dParams& params, const BatchNormArrays* norm,
             double eps, Activation activation, bool keep);
// g (N, K, H', W'); gives (N, C, in_h, in_w) in channels-last memory.
Array conv2d_grad_input(const Array& g, const Array& w, const Conv2dParams& params, int64_t in_h, int64_t in_w);
struct Conv2dGradients {
  Array x, w, bias;  // undefined where not wanted
};
// g (N, K, H', W'), x (N, C, H, W); gives (K, C / groups, kernel_h, kernel_w) in C order, and the bias's, if wanted.
Conv2dGradients conv2d_grad_weight(const Array& g, const Array& x, const Conv2dParams& params, int64_t kernel_h,
                                   int64_t kernel_w, bool bias);
// The gradients of weight and input, and of the bias, if wanted, in as few passes over memory as there are; the first
// two as the functions above give them, but for the order of their sums.
Conv2dGradients conv2d_gradients(const Array& g, const Array& x, const Array& w, const Conv2dParams& params, bool bias);

}  // namespace fastgrad::ops
