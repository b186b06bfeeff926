// Arrays from nothing but numbers.
#pragma once

#include "array/array.h"
#include "ops/copy.h"

namespace fastgrad::ops {

Array full(const Dims& shape, Scalar value, DType dtype);
Array ones(const Dims& shape, DType dtype);

// start, start + step, ... below stop (above it where step is negative): ceil((stop - start) / step) elements.
// ValueError of a step of 0, of NaN and of infinite bounds.
Array arange(Scalar start, Scalar stop, Scalar step, DType dtype);
// n numbers from start to stop, stop itself only with endpoint. Computed in float64.
Array linspace(double start, double stop, int64_t n, bool endpoint, DType dtype);
// Ones on the k-th diagonal.
Array eye(int64_t rows, int64_t columns, int64_t k, DType dtype);

}  // namespace fastgrad::ops
