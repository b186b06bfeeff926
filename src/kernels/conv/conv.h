// Convolution of one to three axes and its two gradients, each one an operation of its own. Of images the depth is 1, of
// signals the height, too.
//
// Operands may have any strides (in elements); results of forward and input_backward are dense channels-last memory
// (N, D, H, W, C), that of weight_backward is dense (K, C / groups, Q, R, S). Nothing may overlap a result. Every output is
// one chain of multiply-adds (weight_backward: a fixed number of chains, added in order) whose order depends on the
// sizes alone, so results are bit-identical for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue.h"

namespace fastgrad {

struct ConvSizes {
  int64_t batch, channels, in_d, in_h, in_w;  // x: N, C, D, H, W
  int64_t filters, groups, kernel_d, kernel_h, kernel_w;  // w: K, C / groups, Q, R, S
  int64_t out_d, out_h, out_w;
  struct Axis {
    int64_t stride, padding, dilation;
  } d, h, w;
};

// A five-dimensional array read in place; the strides are named by x's axes: for w, n is the filter's stride, d, h and w
// those of the kernel's planes, rows and columns. An axis of length 1 has the stride of the axes inside it.
struct ConvOperand {
  const void* data;
  int64_t n, c, d, h, w;
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
  // The bias is what the sums start from: of a transposed convolution, which is this; null: none.
  void (*input_backward)(const ConvSizes&, const ConvOperand& g, const ConvOperand& w, const T* bias, T* grad_x);
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
