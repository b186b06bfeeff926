// softmax and log-softmax along one axis: see softmax.cpp.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

// Dense memory around the axis: element j of line (o, i) lies at (o * d + j) * inner + i.
struct AxisShape {
  int64_t outer, d, inner;
};

template <class T>
struct SoftmaxFunctions {
  void (*softmax)(const AxisShape&, const T* x, T* out);
  void (*log_softmax)(const AxisShape&, const T* x, T* out);
  // From the forward result y.
  void (*softmax_backward)(const AxisShape&, const T* grad, const T* y, T* grad_x);
  void (*log_softmax_backward)(const AxisShape&, const T* grad, const T* y, T* grad_x);
};

struct SoftmaxKernels : PerFloat<SoftmaxFunctions> {};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const SoftmaxKernels softmax_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
