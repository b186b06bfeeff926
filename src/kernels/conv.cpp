// The table of the convolution family.
#include "kernels/conv_parts.h"

namespace fastgrad::FG_LEVEL {

extern const ConvKernels conv_kernels;
const ConvKernels conv_kernels = {
    conv_forward_f32,    conv_forward_f64,    conv_packed_bytes_f32, conv_packed_bytes_f64,
    conv_grad_input_f32, conv_grad_input_f64, conv_grad_weight_f32,  conv_grad_weight_f64,
};

}  // namespace fastgrad::FG_LEVEL
