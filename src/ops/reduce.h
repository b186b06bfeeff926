// Reductions, arg-reductions and cumulative sums of arrays, and the sum back to a broadcast operand's shape.
#pragma once

#include <span>

#include "array/array.h"
#include "kernels/reduce.h"

namespace fastgrad::ops {

const char* reduce_name(ReduceOp op);  // "sum", "mean", ...: what error messages say


// Over these axes (normalised and sorted; none: every element is its own reduction). Result types: Sum and Prod
// sum_type(x); Mean, Var, Std, Norm and LogSumExp the float, float32 of integers; Max and Min x's own;
// CountNonzero int64; All and Any bool. The result's axes lie in memory in the order of x's. correction: subtracted from
// the count by Var and Std. Nothing to reduce gives the identity (NaN for Mean, Var and Std); Max and Min are a ValueError.
// A float sum of n terms is off by at most (c + log2 n) u sum|x|, with c below 40 (kernels/reduce_driver.h).
Array reduce(ReduceOp op, const Array& x, const Dims& axes, bool keepdims, double correction = 0);

// int64 positions of the first largest (smallest) element along an axis, or of the flattened array; NaN counts as the
// most extreme.
Array arg_reduce(bool largest, const Array& x, int axis, bool keepdims);

// Sums x over the axes along which an array of this shape was broadcast to x's shape. x itself where nothing was.
Array sum_to(const Array& x, const Dims& shape);

// Running sums along an axis, of dtype sum_type(x), in C order. include_initial puts a zero before them.
Array cumulative_sum(const Array& x, int axis, bool include_initial = false);

}  // namespace fastgrad::ops
