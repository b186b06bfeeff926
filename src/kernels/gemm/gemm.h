// Matrix products. C[M x N] = A[M x K] * B[K x N], then the epilogue, over a batch.
//
// Strides count elements and may have any sign; 0 repeats. A and B may lie anyhow (one unit stride each is fast, none
// is packed first); C is row-major with leading dimension ldc >= N, and overlaps neither A nor B. Every result is a
// chain of multiply-adds fixed by the sizes and strides: the same bits for any number of threads.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"

namespace fastgrad {

inline constexpr int kMaxBatchDims = 16;

template <class T>
struct GemmArgs {
  int64_t m = 0, n = 0, k = 0;
  const T* a = nullptr;
  int64_t a_row = 0, a_col = 0;  // element (i, p) at a[i * a_row + p * a_col]
  const T* b = nullptr;
  int64_t b_row = 0, b_col = 0;  // element (p, j) at b[p * b_row + j * b_col]
  T* c = nullptr;
  int64_t ldc = 0;
  Epilogue<T> epilogue;  // bias and activation; its channels are the columns,
  bool by_rows = false;  // or the rows, of a transposed product
  // Batch axes, outermost first; none: one product. The bias is shared.
  int batch_dims = 0;
  int64_t batch[kMaxBatchDims];
  int64_t a_batch[kMaxBatchDims], b_batch[kMaxBatchDims], c_batch[kMaxBatchDims];
};

struct GemmKernels {
  void (*f32)(const GemmArgs<float>&);
  void (*f64)(const GemmArgs<double>&);
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const GemmKernels gemm_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
