// Reductions, arg-reductions and cumulative sums of arrays, and the sum back to a broadcast operand's shape.
#pragma once

#include <span>

#include "array/array.h"
#include "kernels/reduce/reduce.h"

namespace fastgrad::ops {

// The one of this name; ValueError where there is none.
ReduceOp reduction_named(const char* name);

// Over these axes (normalised and sorted; none: every element is its own reduction). Result types: of floats their own, of
// integers and bools for Sum and Prod sum_type, for Mean, Var and Std float64, for Norm and LogSumExp float32, for Max and
// Min their own; CountNonzero int64; All and Any bool. Narrow floats are reduced in float32. The result's axes lie in
// memory in the order of x's. correction: subtracted from the count by Var and Std. Nothing to reduce gives the identity
// (NaN for Mean, Var and Std); Max and Min are a ValueError. A float sum of n terms is off by at most
// (c + log2 n) u sum|x|, with c below 40 (kernels/reduce/driver.h).
Array reduce(ReduceOp op, const Array& x, const Dims& axes, bool keepdims, double correction = 0);

// For each line along the axes, kept as by keepdims, a power of 2 that takes its largest element, or `least` where that
// is larger, to between 1 and 2, so that no square leaves the range: as nearly as normal numbers can. 1 where that is 0
// or not finite. x is float32 or float64.
Array scale_of(const Array& x, const Dims& axes, double least = 0);
// Whether every element of a float32 or float64 array lies from low to high; NaN does not.
bool within(const Array& x, double low, double high);

// int64 positions of the first largest (smallest) element along an axis, or of the flattened array; NaN counts as the
// most extreme.
Array arg_reduce(bool largest, const Array& x, int axis, bool keepdims);

// Sums x over the axes along which an array of this shape was broadcast to x's shape. x itself where nothing was.
Array sum_to(const Array& x, const Dims& shape);

// Running sums along an axis, of dtype sum_type(x), in C order. include_initial puts a zero before them.
Array cumulative_sum(const Array& x, int axis, bool include_initial = false);

}  // namespace fastgrad::ops
