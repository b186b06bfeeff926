// Batch and layer normalisation. Optional arrays are passed undefined (Array()) where there are none. Results have
// their input's layout; weight, bias and statistics have the input's dtype.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

struct NormResult {
  Array out, mean, rstd;  // rstd: 1 / sqrt(variance + eps)
};
struct NormGrads {
  Array x, weight, bias;  // undefined where not asked for
};

// statistics: (4, C), the mean, 1 / sqrt(variance + eps), scale and shift that the batch was mapped by.
struct BatchNormResult {
  Array out, statistics;
};
struct BatchNormArrays {
  Array weight, bias, running_mean, running_var;  // (C,); weight and bias may be undefined
  double eps;
};
// What batch_norm_inference does to the channels of an input of this shape and dtype: (x - mean) * scale + shift. The
// three are dense and lie in `statistics`.
struct ChannelMap {
  Array statistics;
  const void *mean, *scale, *shift;
};
ChannelMap batch_norm_map(const Dims& input, DType dtype, const BatchNormArrays& arrays);

// x: (N, C) or (N, C, ...); weight, bias, running_*: (C,). Normalises by the batch's mean and biased variance, and
// moves the running statistics towards them, in place: running = (1 - momentum) * running + momentum * batch, with the
// unbiased variance. relu: of the result, in the same pass.
BatchNormResult batch_norm(const Array& x, const Array& weight, const Array& bias, const Array& running_mean,
                           const Array& running_var, double momentum, double eps, bool relu);
// By the running statistics.
BatchNormResult batch_norm_inference(const Array& x, const BatchNormArrays& arrays, bool relu);
// What batch_norm made of x, given the statistics it returned; without relu.
Array batch_norm_again(const Array& x, const Array& statistics);
// training: the statistics are the batch's, and depend on x. relu: grad is that of relu's result. over_grad: x's
// gradient may be written over `grad`.
NormGrads batch_norm_backward(const Array& grad, const Array& x, const Array& weight, const Array& statistics,
                              bool relu, bool training, bool need_x, bool need_weight, bool need_bias, bool over_grad);

// Over the last `axes` axes; weight, bias: their shape. mean, rstd: the shape of the axes before.
NormResult layer_norm(const Array& x, int axes, const Array& weight, const Array& bias, double eps);
NormGrads layer_norm_backward(const Array& grad, const Array& x, int axes, const Array& weight, const Array& mean,
                              const Array& rstd, bool need_x, bool need_weight, bool need_bias);

}  // namespace fastgrad::ops
