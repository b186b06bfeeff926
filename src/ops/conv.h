// Convolution of one, two or three axes: cross-correlation, as PyTorch defines it, and its gradients. The three are
// closed under differentiation: the gradients of each are the other two. The input's gradient is also known as the
// transposed convolution.
//
// Shapes below are those of three axes, D, H and W: fewer lack the first of them.
#pragma once

#include "array/array.h"
#include "ops/normalization.h"

namespace fastgrad::ops {

// Depth, height, width: one number for each axis. Of fewer axes the last ones count, the others are not looked at.
struct ConvAxes {
  int64_t of[3];
};

struct ConvParams {
  int axes = 2;
  ConvAxes stride{{1, 1, 1}}, padding{{0, 0, 0}}, dilation{{1, 1, 1}};
  int64_t groups = 1;
};

// x (N, C, D, H, W), w (K, C / groups, Q, R, S), bias (K,) or null; gives (N, K, D', H', W') in channels-last memory,
// then normalised by `norm`'s running statistics, if given, with eps, then the activation: in one pass over memory.
// keep: w is likely to come again unchanged. Where images are so few and small that packing it takes long, w's storage
// keeps it packed from then on, twice its memory, until it changes.
Array conv(const Array& x, const Array& w, const Array* bias, const ConvParams& params, const BatchNormArrays* norm,
           double eps, Activation activation, bool keep);
// x (N, K, D', H', W'), w (K, C / groups, Q, R, S), bias (C,) or null; gives (N, C, D, H, W) in channels-last memory,
// the sizes those of the smallest input that conv makes x's size of, and so much more as is said, less than the stride.
Array conv_transpose(const Array& x, const Array& w, const Array* bias, const ConvParams& params,
                     const ConvAxes& output_padding);
// g (N, K, D', H', W'); gives (N, C, in) in channels-last memory.
Array conv_grad_input(const Array& g, const Array& w, const ConvParams& params, const ConvAxes& in);
struct ConvGradients {
  Array x, w, bias;  // undefined where not wanted
};
// g (N, K, D', H', W'), x (N, C, D, H, W); gives (K, C / groups, kernel) in C order, and the bias's, if wanted.
ConvGradients conv_grad_weight(const Array& g, const Array& x, const ConvParams& params, const ConvAxes& kernel,
                               bool bias);
// The gradients of weight and input, and of the bias, if wanted, in as few passes over memory as there are; the first
// two as the functions above give them, but for the order of their sums.
ConvGradients conv_gradients(const Array& g, const Array& x, const Array& w, const ConvParams& params, bool bias);

}  // namespace fastgrad::ops
