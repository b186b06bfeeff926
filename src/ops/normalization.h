// Batch, layer, RMS and group normalisation. Optional arrays are passed undefined (Array()) where there are none. Results have
// their input's layout; weight, bias and statistics have the input's dtype.
#pragma once

#include "array/array.h"
#include "kernels/epilogue.h"

namespace fastgrad::ops {

struct NormResult {
  Array out, mean, rstd;  // rstd: 1 / sqrt(variance + eps)
};
struct NormGrads {
  Array x, weight, bias;  // undefined where not asked for
};

// Each (C,). Optional: weight and bias, in training the others.
struct BatchNormArrays {
  Array weight, bias, running_mean, running_var;
};
struct BatchNormParams {
  bool training;          // by the batch's own statistics, which then depend on x
  double momentum, eps;
  Activation activation = Activation::Identity;  // of the result, in the same pass
  bool pool = false;  // with relu: the largest of each window, of this size, side by side from the first pixel on
  int64_t kernel[2] = {1, 1};
};
// statistics: (5, C), the mean, 1 / sqrt(variance + eps), scale and shift that x was mapped by, and the factor, a power
// of 2, that they are of x times: not 1 where squares of x leave the range of its dtype. indices: with pool, each
// result's position in its window, or 255 where it is not positive.
struct BatchNormResult {
  Array out, statistics, indices;
};

// x: (N, C) or (N, C, ...), with pool (N, C, H, W). In training normalises by the
// batch's mean and biased variance, and moves the running statistics towards them, in place: running = (1 - momentum) *
// running + momentum * batch, with the unbiased variance; else by the running statistics.
BatchNormResult batch_norm(const Array& x, const BatchNormArrays& arrays, const BatchNormParams& params);
// Whether a factor in the statistics is not 1.
bool batch_norm_scales(const Array& statistics);
// What batch_norm made of x, given the statistics that it returned; without activation and pool.
Array batch_norm_again(const Array& x, const Array& statistics);
// `made`: what batch_norm returned; its `out` is not needed. over_grad: x's gradient may be written over `grad`.
NormGrads batch_norm_backward(const Array& grad, const Array& x, const Array& weight, const BatchNormResult& made,
                              const BatchNormParams& params, bool need_x, bool need_weight, bool need_bias,
                              bool over_grad);
// What batch_norm does to the channels of an input of this shape and dtype, without training: (x - mean) * scale +
// shift. The three are dense and lie in `statistics`.
struct ChannelMap {
  Array statistics;
  const void *mean, *scale, *shift;
};
ChannelMap batch_norm_map(const Dims& input, DType dtype, const BatchNormArrays& arrays, double eps);
// Whether windows of this size, side by side and none over an edge, can be pooled by batch_norm.
bool batch_norm_pools(const Array& x, int64_t kernel_h, int64_t kernel_w);

// Over the last `axes` axes; weight, bias: their shape. mean, rstd: the shape of the axes before. Not centred (RMS norm),
// the mean is 0, and the variance that around 0.
NormResult layer_norm(const Array& x, int axes, const Array& weight, const Array& bias, double eps, bool centred,
                      const char* op);
NormGrads layer_norm_backward(const Array& grad, const Array& x, int axes, const Array& weight, const Array& mean,
                              const Array& rstd, double eps, bool centred, bool need_x, bool need_weight,
                              bool need_bias);

// x: (N, C, ...); each sample's channels in groups of neighbours, every group by its own mean and biased variance.
// arrays: weight and bias (C,); running statistics (C,), where there are as many groups as channels, move towards the
// samples' averages as in batch_norm. statistics are those of batch_norm of x as (1, N * groups, ...).
BatchNormResult group_norm(const Array& x, int64_t groups, const BatchNormArrays& arrays, double momentum, double eps,
                           const char* op);
NormGrads group_norm_backward(const Array& grad, const Array& x, int64_t groups, const Array& weight,
                              const Array& statistics, bool need_x, bool need_weight, bool need_bias);

}  // namespace fastgrad::ops
