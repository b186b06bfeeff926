// Operations that only move elements: joining, padding, repeating, cutting triangles.
#pragma once

#include <optional>
#include <span>

#include "array/array.h"
#include "ops/copy.h"

namespace fastgrad::ops {

// Along an axis that exists. dtypes are promoted; the result lies in memory as the first array does.
Array concat(std::span<const Array> arrays, int axis);
// Along a new axis.
Array stack(std::span<const Array> arrays, int axis);

enum class PadMode { Constant, Edge, Reflect, Wrap };
// before[i] and after[i] elements more along axis i. Reflect does not repeat the edge, and takes less than the axis'
// length; Edge, Reflect and Wrap need an axis that is not empty.
Array pad(const Array& x, const Dims& before, const Dims& after, PadMode mode, Scalar value);

// A view.
Array flip(const Array& x, const Dims& axes);
// Elements move by shifts[i] along axes[i], and those moved past the end come back at the start.
Array roll(const Array& x, std::span<const int64_t> shifts, std::span<const int64_t> axes);
// The whole, repeated along each axis (axes of length 1 are put before, or repetitions of 1).
Array tile(const Array& x, std::span<const int64_t> repetitions);
// Each element `count` times, or counts[i] times, along an axis. No axis: of the flattened array.
Array repeat(const Array& x, int64_t count, std::optional<int> axis);
Array repeat(const Array& x, std::span<const int64_t> counts, std::optional<int> axis);

// Elements of the last two axes on and below (above) the k-th diagonal; zero elsewhere.
Array tril(const Array& x, int64_t k = 0);
Array triu(const Array& x, int64_t k = 0);

}  // namespace fastgrad::ops
