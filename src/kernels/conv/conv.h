// Two-dimensional convolution and its two gradients, each one an operation of its own.
//
// Operands may have any strides (in elements); results of forward and input_backward are dense channels-last memory
// (N, H, W, C), that of weight_backward is dense (K, C / groups, R, S). Nothing may overlap a result. Every output is
// one chain of multiply-adds (weight_backward: a fixed number of chains, added in order) whose order depends on the
// sizes alone, so results are bit-identical for any number of threads. The gradient of the bias, dense (K,), or null
// where it is not wanted, comes with that of the weights, which reads the same; `backward` gives all at once, in one
// pass over memory where it can.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fastgrad {

struct ConvSizes {
  int64_t batch, channels, in_h, in_w;             // x: N, C, H, W
  int64_t filters, groups, kernel_h, kernel_w;     // w: K, C / groups, R, S
  int64_t out_h, out_w;
  int64_t stride[2], padding[2], dilation[2];      // vertical, horizontal
};

// A four-dimensional array read in place; the strides are named by x's axes: for w, n is the filter's stride, h and w
// those of the kernel's rows and columns.
struct ConvOperand {
  const void* data;
  int64_t n, c, h, w;
};

struct ConvVector {
  const void* data;  // null: zeros
  int64_t stride;
};

// What becomes of an output y of filter k before it is stored: (y - mean[k]) * scale[k] + shift[k], in one multiply-add
// (dense vectors, or all null: y), then ReLU.
struct ConvEpilogue {
  const void *mean, *scale, *shift;
  bool relu;
};

// Where the weights lie, or are to be left, in the order that the kernels read them.
struct ConvPacking {
  void* data;  // as many bytes as packed_bytes tells, aligned to 64; null: nothing is kept
  bool ready;  // whether they lie there
};

struct ConvKernels {
  using Forward = void (*)(const ConvSizes&, const ConvOperand& x, const ConvOperand& w, const ConvVector& bias,
                           const ConvEpilogue& epilogue, const ConvPacking& packing, void* y);
  using PackedBytes = size_t (*)(const ConvSizes&);
  using InputBackward = void (*)(const ConvSizes&, const ConvOperand& g, const ConvOperand& w, void* grad_x);
  using WeightBackward = void (*)(const ConvSizes&, const ConvOperand& g, const ConvOperand& x, void* grad_w,
                                  void* grad_b);
  using Backward = void (*)(const ConvSizes&, const ConvOperand& g, const ConvOperand& x, const ConvOperand& w,
                            void* grad_x, void* grad_w, void* grad_b);

  Forward forward_f32, forward_f64;
  PackedBytes packed_bytes_f32, packed_bytes_f64;
  InputBackward input_backward_f32, input_backward_f64;
  WeightBackward weight_backward_f32, weight_backward_f64;
  Backward backward_f32, backward_f64;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const ConvKernels conv_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
