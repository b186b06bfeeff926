// Normalisation: batch norm (normalization_batch.cpp; with max pooling, normalization_pool.cpp) and layer norm
// (normalization_layer.cpp).
#pragma once

#include <cstdint>

#include "array/visit.h"
#include "kernels/epilogue.h"

namespace fastgrad {

// Dense memory: n * spatial rows of c channels where channels last, else n blocks of c planes of `spatial` elements.
struct BatchNormShape {
  int64_t n, c, spatial;
  bool channels_last;
};

// What becomes of each channel is an epilogue without bias. With relu, a gradient counts only where the map's result is
// positive (or NaN): it is computed again from x. Other activations' slopes are the caller's.
template <class T>
struct BatchNormFunctions {
  // Per channel: mean, and the biased variance.
  void (*statistics)(const BatchNormShape&, const T* x, double* mean, double* variance);
  void (*normalize)(const BatchNormShape&, const T* x, const Epilogue<T>&, T* out);
  // Per channel: the sums of grad and of grad * (x - mean).
  void (*sums_backward)(const BatchNormShape&, const T* grad, const T* x, const Epilogue<T>&, double* sum,
                        double* product_sum);
  // grad_x = a * grad + b * (x - mean) + c; where b is null, a * grad.
  void (*input_backward)(const BatchNormShape&, const T* grad, const T* x, const Epilogue<T>&, const T* a, const T* b,
                         const T* c, T* grad_x);
};
using BatchNormKernels = PerFloat<BatchNormFunctions>;

// Windows of a max pooling that follows batch norm and relu: side by side, from the first pixel on. h * w = spatial,
// oh = h / kernel_h, ow = w / kernel_w, and a window has at most 255 elements.
struct BatchNormWindows {
  int64_t h, w, kernel_h, kernel_w, oh, ow;
};
// As BatchNormFunctions with relu. Of each window the largest, and its index (row * kernel_w + column), or 255 where no
// element is positive, so that none gets a gradient.
template <class T>
struct BatchNormPoolFunctions {
  void (*normalize)(const BatchNormShape&, const BatchNormWindows&, const T* x, const Epilogue<T>&, T* out,
                    uint8_t* index);
  void (*sums_backward)(const BatchNormShape&, const BatchNormWindows&, const T* grad, const uint8_t* index, const T* x,
                        const T* mean, double* sum, double* product_sum);
  void (*input_backward)(const BatchNormShape&, const BatchNormWindows&, const T* grad, const uint8_t* index,
                         const T* x, const T* mean, const T* a, const T* b, const T* c, T* grad_x);
};
using BatchNormPoolKernels = PerFloat<BatchNormPoolFunctions>;

// Rows of d elements, dense. weight and bias may be null. Not centred, the mean is 0: the variance is that around it.
template <class T>
struct LayerNormFunctions {
  void (*forward)(int64_t rows, int64_t d, const T* x, const T* weight, const T* bias, double eps, bool centred,
                  T* out, T* mean, T* rstd);
  // Each of the three gradients may be null: not wanted.
  void (*backward)(int64_t rows, int64_t d, const T* grad, const T* x, const T* weight, const T* mean, const T* rstd,
                   double eps, bool centred, T* grad_x, T* grad_weight, T* grad_bias);
};
using LayerNormKernels = PerFloat<LayerNormFunctions>;

struct NormKernels {
  const BatchNormKernels* batch;
  const BatchNormPoolKernels* batch_pool;
  const LayerNormKernels* layer;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const BatchNormKernels batch_norm_kernels;
extern const BatchNormPoolKernels batch_norm_pool_kernels;
extern const LayerNormKernels layer_norm_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
