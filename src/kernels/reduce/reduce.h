// Reductions, arg-reductions and scans: what the kernels of one instruction set offer.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

// Every reduction, once. A row: its word; its name to Python and in messages; which dtypes have loops; the result's dtype;
// and what it is of no elements. The loops are in reduce.cpp (one running value), reduce_pair.cpp (two) and reduce_int.cpp.
//
//   Numbers   integers and bools have loops of their own
//   Floats    integers and bools become the result's dtype first
//   Anything  the result tells zero from all else: every dtype, in reduce_int.cpp only
//   Int64, Bool   or, of floats, theirs, and of integers and bools:
//   Own       theirs as well
//   Wide      int64 or uint64
//   Float     float32
//   Double    float64: float32 would not hold the mean of large ones
#define FG_REDUCTIONS(X)                                     \
  X(Sum, "sum", Numbers, Wide, 0)                            \
  X(Mean, "mean", Numbers, Double, kNan)                     \
  X(Prod, "prod", Numbers, Wide, 1)                          \
  X(Max, "max", Numbers, Own, kRefused)                      \
  X(Min, "min", Numbers, Own, kRefused)                      \
  X(Norm, "norm", Floats, Float, 0)                          \
  X(Var, "var", Floats, Double, kNan)                        \
  X(Std, "std", Floats, Double, kNan)                        \
  X(LogSumExp, "logsumexp", Floats, Float, -__builtin_inf()) \
  X(CountNonzero, "count_nonzero", Anything, Int64, 0)       \
  X(All, "all", Anything, Bool, 1)                           \
  X(Any, "any", Anything, Bool, 0)

#define FG_MEMBER(op, ...) op,
enum class ReduceOp : uint8_t { FG_REDUCTIONS(FG_MEMBER) Count };
#undef FG_MEMBER

namespace reductions {
enum Domain : uint8_t { Numbers, Floats, Anything };
enum Result : uint8_t { Own, Wide, Float, Double, Int64, Bool };
struct OfNothing {
  constexpr OfNothing(double v, bool is_refused = false) : value(v), refused(is_refused) {}
  double value;
  bool refused;
};
inline constexpr OfNothing kRefused{0, true};
inline constexpr double kNan = __builtin_nan("");
}  // namespace reductions

// What a row says.
struct ReduceInfo {
  const char* name;
  reductions::Domain domain;
  reductions::Result result;
  reductions::OfNothing of_nothing;
};

namespace reductions {
#define FG_ROW(op, ...) {__VA_ARGS__},
inline constexpr ReduceInfo kInfo[] = {FG_REDUCTIONS(FG_ROW)};
#undef FG_ROW
}  // namespace reductions

constexpr const ReduceInfo& info(ReduceOp op) { return reductions::kInfo[static_cast<int>(op)]; }

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
