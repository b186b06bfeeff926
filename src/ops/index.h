// Reading and writing by integer arrays and masks: NumPy's advanced indexing, and what is built on it.
//
// Indices are of any integer dtype, negative ones count from the end. They are checked before anything is written: an
// IndexError names the index, the axis and its size. Writes to one place keep the order of the indices (the last one
// wins, sums have one order), whatever the number of threads.
#pragma once

#include <span>
#include <vector>

#include "array/array.h"

namespace fastgrad::ops {

// x[i0, :, i2, ...]: one entry per axis, an integer array or, for a full slice, an undefined Array; missing entries at
// the end are full slices. The index arrays are broadcast together; their axes stand where the first of them does if
// they are neighbours, else first (NumPy's rule). At least one entry is defined.
using Indices = std::span<const Array>;

Dims index_shape(const Array& x, Indices indices, const char* op = "indexing");
Array index_get(const Array& x, Indices indices, const char* op = "indexing");
// x[indices] = values, or += values: values broadcast to index_shape and converted to x's dtype. Bumps x's version.
void index_put(const Array& x, Indices indices, const Array& values, bool accumulate, const char* op = "indexing");

// x[..., indices, ...] along an axis; indices of any shape take the axis' place.
Array take(const Array& x, const Array& indices, int axis);
// IndexError where one of these (int64) is no row of a table: negative, or not less than `rows`.
void check_rows(const Array& indices, int64_t rows, const char* op);
// x[..., indices, ...] += values along an axis (the gradient of take; rows of an embedding).
void index_add(const Array& x, int axis, const Array& indices, const Array& values);

// out[i, j, k] = x[i, indices[i, j, k], k] for axis 1: x and indices have as many axes, and broadcast but for this one.
Array take_along_axis(const Array& x, const Array& indices, int axis);
// x[i, indices[i, j, k], k] = (or +=) values[i, j, k]; indices and values broadcast. Bumps x's version.
void put_along_axis(const Array& x, const Array& indices, const Array& values, int axis, bool accumulate);

// Positions of the elements that are not zero, in C order: one int64 array per axis. ValueError of a 0-dimensional x.
std::vector<Array> nonzero(const Array& x);

// Zeros of shape indices.shape + (n,), with a one at each index. Indices are not wrapped: 0 <= index < n.
Array one_hot(const Array& indices, int64_t n, DType dtype);

}  // namespace fastgrad::ops
