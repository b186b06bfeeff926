// The loop planner of elementwise work: from arrays of any strides to runs that a kernel's contiguous loop can handle.
//
// Operand 0 is written, the others are read and broadcast to its shape. Axes of length 1 are dropped, the rest sorted
// by the output's strides (innermost first, made positive) and merged where every operand steps over them as one. What
// is left is cut into blocks of two axes: the innermost, and the one along which a badly strided operand is contiguous
// (or the next one). In a block, an operand that is neither contiguous nor repeated is copied through a small buffer,
// transposed on the way if need be; blocks are shared out to threads by size.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "array/array.h"

namespace fastgrad::ops {

inline constexpr int kMaxOperands = 4;

// Runs over n elements: operand 0 is contiguous, each other one contiguous (step 1) or, where the loop takes that, one
// element repeated (step 0). stream: operand 0, a multiple of 64 bytes, is written past the caches; for loops that can.
using InnerLoop = void (*)(const void* context, int64_t n, char* const* operands, const int64_t* steps, bool stream);

// Elements a piece: work that is bound by memory, and work that computes (vector math).
inline constexpr int64_t kLightGrain = 65536;
inline constexpr int64_t kHeavyGrain = 16384;

struct Loop {
  InnerLoop run;
  const void* context;
  int64_t grain;
  unsigned takes_repeated;  // bit k: operand k may come with step 0
  bool streams;             // writes past the caches by itself; what does not goes through a buffer
};

// Runs the loop over all elements of out; inputs broadcast to it. The output may be exactly an input's view; any other
// overlap must have been resolved by the caller.
void run_elementwise(const Loop& loop, const Array& out, std::initializer_list<const Array*> inputs);

// dst = src, of one dtype, src already of dst's shape (stride 0 where broadcast), not overlapping. Bools of memory that
// others write to are copied as truths.
void run_copy(const Array& dst, const Array& src);
// Bools: true, the byte 1, where the source's byte is not 0. dst may be src.
void run_copy_of_truths(const Array& dst, const Array& src);

// An uninitialised array for the result of elementwise work on these: of the layout of the first dense operand whose
// shape is the result's, else with its axes in the order of the first such operand of any layout that repeats nothing,
// else in C order.
Array empty_result(const Dims& shape, DType dtype, std::initializer_list<const Array*> inputs);

// Outputs from this size on are written past the caches: nothing of them would be left in the second cache for the next
// operation, and writing past it saves reading every line first (four operations in a row, one thread, GB/s with and
// without: 24 and 29 at 4 MB, 23 and 27 at 9 MB, 24 and 22 at 16 MB, 24 and 16 at 36 MB).
inline constexpr size_t kStreamResultBytes = size_t{12} << 20;

}  // namespace fastgrad::ops
