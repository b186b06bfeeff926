// Matrix products of arrays. Any strides: transposed and broadcast views are multiplied where they lie.
#pragma once

#include "array/array.h"
#include "kernels/gemm.h"

namespace fastgrad::ops {

// The array API's matmul: (..., M, K) @ (..., K, N) with the leading axes broadcast; a vector on the left is a row, on
// the right a column, and its axis is dropped from the result. The dtypes are promoted; integers wrap around.
// ValueError where a has no axis or K differs; TypeError for bool and storage floats.
Array matmul(const Array& a, const Array& b);

// c = a @ b, or c += a @ b. c has the shape and the dtype of the result, and any strides without overlap; it may share
// memory with a and b.
void matmul_into(const Array& c, const Array& a, const Array& b, bool accumulate);

// activation(x @ w.T + bias): x (..., in), w (out, in), bias (out) or null; one float dtype.
Array linear(const Array& x, const Array& w, const Array* bias, Activation activation = Activation::None);

// Sums of products along an axis (of each input, which must be equally long there); the other axes broadcast.
Array vecdot(const Array& a, const Array& b, int64_t axis = -1);

}  // namespace fastgrad::ops
