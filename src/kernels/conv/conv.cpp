// The table of the convolution family, and which kernels give all gradients.
#include "kernels/conv/parts.h"

namespace fastgrad::FG_LEVEL {

namespace {

template <class T>
void backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, const ConvOperand& w, T* grad_x,
              T* grad_w, T* grad_b) {
  if (Conv<T>::depth_backward(s, g, x, w, grad_x, grad_w, grad_b)) return;
  Conv<T>::input_backward(s, g, w, nullptr, grad_x);
  Conv<T>::weight_backward(s, g, x, grad_w, grad_b);
}

template <class T>
constexpr ConvFunctions<T> kFunctions = {Conv<T>::forward, Conv<T>::packed_bytes, Conv<T>::input_backward,
                                         Conv<T>::weight_backward, backward<T>};

}  // namespace

const ConvKernels conv_kernels = {kFunctions<float>, kFunctions<double>};

}  // namespace fastgrad::FG_LEVEL
