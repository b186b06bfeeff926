// The table of the convolution family.
#include "kernels/conv/parts.h"

namespace fastgrad::FG_LEVEL {

namespace {

template <auto kDepth, auto kInput, auto kWeight>
void backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, const ConvOperand& w, void* grad_x,
              void* grad_w, void* grad_b) {
  if (kDepth(s, g, x, w, grad_x, grad_w, grad_b)) return;
  kInput(s, g, w, grad_x);
  kWeight(s, g, x, grad_w, grad_b);
}

}  // namespace

const ConvKernels conv_kernels = {
    conv_forward_f32,
    conv_forward_f64,
    conv_packed_bytes_f32,
    conv_packed_bytes_f64,
    conv_input_backward_f32,
    conv_input_backward_f64,
    conv_weight_backward_f32,
    conv_weight_backward_f64,
    backward<conv_depth_backward_f32, conv_input_backward_f32, conv_weight_backward_f32>,
    backward<conv_depth_backward_f64, conv_input_backward_f64, conv_weight_backward_f64>,
};

}  // namespace fastgrad::FG_LEVEL
