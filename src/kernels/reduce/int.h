// Reductions of integers and bools, and the counts and truth tests of every dtype: exact, so their order is free.
#pragma once

#include "array/dtype.h"
#include "kernels/reduce/reduce.h"

namespace fastgrad::integer {

// Sum and Prod of integers and bools (uint64 or int64 out, modulo 2^64), Max and Min (the dtype itself), Mean (float32
// out), of any dtype CountNonzero (int64), All and Any (bool). Lengths are at least 1.
void reduce(ReduceOp op, DType dtype, const void* x, void* out, const ReduceGeometry& g);
// Position of the first largest (smallest) element along the one reduced axis.
void arg_reduce(bool largest, DType dtype, const void* x, int64_t* out, const ReduceGeometry& g);
// Cumulative sums of a dense block of int64 or uint64 (modulo 2^64).
void scan(const uint64_t* x, uint64_t* out, const ScanGeometry& g);

}  // namespace fastgrad::integer
