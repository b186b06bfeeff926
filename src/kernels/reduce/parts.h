// What the sources of this folder give to reduce.cpp, which collects them.
#pragma once

#include "kernels/reduce/reduce.h"

namespace fastgrad::FG_LEVEL {

// Var, Std and LogSumExp (reduce_pair.cpp).
template <class T>
void reduce_pair(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, double correction);
template <class T>
void arg_reduce(bool largest, const T* x, int64_t* out, const ReduceGeometry& g);
template <class T>
void scan(const T* x, T* out, const ScanGeometry& g);

}  // namespace fastgrad::FG_LEVEL
