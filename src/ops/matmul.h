// Matrix products of arrays. Any strides: transposed and broadcast views are multiplied where they lie.
#pragma once

#include "array/array.h"
#include "kernels/gemm/gemm.h"

namespace fastgrad::ops {

// The array API's matmul: (..., M, K) @ (..., K, N) with the leading axes broadcast; a vector on the left is a row, on
// the right a column, and its axis is dropped from the result. The dtypes are promoted; integers wrap around;
// narrow floats are computed in float32 and rounded once. ValueError where a has no axis or K differs; TypeError for
// bool.
Array matmul(const Array& a, const Array& b);

// activation(x @ w.T + bias): x (..., in), w (out, in), bias (out) or null; one float dtype.
Array linear(const Array& x, const Array& w, const Array* bias, Activation activation = Activation::Identity);

}  // namespace fastgrad::ops
