// Reductions, arg-reductions and scans: what the kernels of one instruction set offer.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

// Of each, ops/reduce.cpp has a row: its name, its dtypes, and what it is of nothing.
enum class ReduceOp : uint8_t {
  Sum,
  Mean,
  Prod,
  Max,  // Max and Min: NaN where any element is NaN
  Min,
  Norm,  // square root of the sum of squares
  Var,
  Std,
  LogSumExp,
  // The rest exist for every dtype, in reduce_int.cpp only.
  CountNonzero,
  All,
  Any,
};

inline constexpr int kMaxReduceAxes = 16;

struct ReduceAxis {
  int64_t size;
  int64_t x;    // stride of the input, in elements
  int64_t out;  // stride of the output; unused for a reduced axis
};

// A reduction with its axes put in order for the memory: no axis of length 1, each list from the largest stride to the
// smallest, neighbours that form one run joined. outputs and length are the products of the two lists' sizes.
struct ReduceGeometry {
  int kept = 0, reduced = 0;
  int64_t outputs = 1, length = 1;
  ReduceAxis kept_axes[kMaxReduceAxes];
  ReduceAxis reduced_axes[kMaxReduceAxes];
};

// A scan along the middle axis of a dense C-order block of outer x n x inner elements.
struct ScanGeometry {
  int64_t outer, n, inner;
  bool include_initial;  // the output has n + 1 elements a line, the first the identity
};

template <class T>
struct ReduceFunctions {
  // correction: subtracted from the count by Var and Std.
  void (*reduce)(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, double correction);
  // Position of the first largest (smallest) element along the one reduced axis, whose order is kept; NaN comes first.
  void (*arg)(bool largest, const T* x, int64_t* out, const ReduceGeometry& g);
  // Cumulative sums; out does not overlap x.
  void (*scan)(const T* x, T* out, const ScanGeometry& g);
};
struct ReduceKernels : PerFloat<ReduceFunctions> {};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const ReduceKernels reduce_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
