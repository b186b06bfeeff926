// The table of the convolution family.
#include "kernels/conv/parts.h"

namespace fastgrad::FG_LEVEL {

namespace {

template <auto kDepth, auto kInput, auto kWeight>
void gradients(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, const ConvOperand& w, void* grad_x,
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
    conv_grad_input_f32,
    conv_grad_input_f64,
    conv_grad_weight_f32,
    conv_grad_weight_f64,
    gradients<conv_depth_gradients_f32, conv_grad_input_f32, conv_grad_weight_f32>,
    gradients<conv_depth_gradients_f64, conv_grad_input_f64, conv_grad_weight_f64>,
};

}  // namespace fastgrad::FG_LEVEL
