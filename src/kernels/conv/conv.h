// Two-dimensional convolution and its two gradients, each one an operation of its own.
//
// Operands may have any strides (in elements); results of forward and input_backward are dense channels-last memory
// (N, H, W, C), that of weight_backward is dense (K, C / groups, R, S). Nothing may overlap a result. Every output is
// one chain of multiply-adds (weight_backward: a fixed number of chains, added in order) whose order depends on the
// sizes alone, so results are bit-identical for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue.h"

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

// Where the weights lie, or are to be left, in the order that the kernels read them.
struct ConvPacking {
  void* data;  // as many bytes as packed_bytes tells, aligned to 64; null: nothing is kept
  bool ready;  // whether they lie there
};

template <class T>
struct ConvFunctions {
  // The epilogue's bias is what the sums start from.
  void (*forward)(const ConvSizes&, const ConvOperand& x, const ConvOperand& w, const Epilogue<T>&, const ConvPacking&,
                  T* y);
  size_t (*packed_bytes)(const ConvSizes&);
  void (*input_backward)(const ConvSizes&, const ConvOperand& g, const ConvOperand& w, T* grad_x);
  // With the gradient of the bias, dense (K,), which reads the same; null where it is not wanted.
  void (*weight_backward)(const ConvSizes&, const ConvOperand& g, const ConvOperand& x, T* grad_w, T* grad_b);
  // All at once, in one pass over memory where it can.
  void (*backward)(const ConvSizes&, const ConvOperand& g, const ConvOperand& x, const ConvOperand& w, T* grad_x,
                   T* grad_w, T* grad_b);
};

struct ConvKernels {
  ConvFunctions<float> f32;
  ConvFunctions<double> f64;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const ConvKernels conv_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
