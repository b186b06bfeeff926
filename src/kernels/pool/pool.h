// Pooling over the last two axes of (N, C, H, W), forward and backward: see pool_max.cpp and pool_avg.cpp.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

// Sizes, and the strides (in elements) of the input-side array. Output-side arrays are dense: N, OH, OW, C where
// channels last (then stride_c is 1), else N, C, OH, OW (then stride_w is 1).
struct PoolShape {
  int64_t n, c, h, w, oh, ow;
  int64_t stride_n, stride_c, stride_h, stride_w;
  bool channels_last;
};

struct MaxPoolWindow {
  int64_t kernel_h, kernel_w, step_h, step_w, pad_h, pad_w, dilation_h, dilation_w;
};

// One axis of an average pool: output o is the mean over inputs [begin[o], end[o]), which both grow with o;
// divisors multiply over the two axes. first[i], last[i]: the outputs [first, last) whose window holds input i.
// step > 0: windows [o * step - pad, + width) hold for every o in [whole_begin, whole_end), divisor equal to the width.
struct AvgPoolAxis {
  const int32_t *begin, *end, *first, *last;
  const double* divisor;
  int64_t step, width, pad, whole_begin, whole_end;
};

// Index of the chosen element within its window (row * kernel_w + column), as uint8 where the window has at most
// 256 elements, else int32. No window is empty.
template <class T>
struct MaxPoolFunctions {
  void (*forward)(const PoolShape&, const MaxPoolWindow&, const T* x, T* out, void* index);
  // grad_x: dense, every element written.
  void (*backward)(const PoolShape&, const MaxPoolWindow&, const T* grad, const void* index, T* grad_x);
  // out = the elements of x that index names.
  void (*gather)(const PoolShape&, const MaxPoolWindow&, const T* x, const void* index, T* out);
};
using MaxPoolKernels = PerFloat<MaxPoolFunctions>;

template <class T>
struct AvgPoolFunctions {
  void (*forward)(const PoolShape&, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* x, T* out);
  void (*backward)(const PoolShape&, const AvgPoolAxis& rows, const AvgPoolAxis& columns, const T* grad, T* grad_x);
};
using AvgPoolKernels = PerFloat<AvgPoolFunctions>;

struct PoolKernels {
  const MaxPoolKernels* max;
  const AvgPoolKernels* avg;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const AvgPoolKernels avg_pool_kernels;
extern const MaxPoolKernels max_pool_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
