// Elementwise kernels: what each works on and how it is found.
//
// A loop handles n elements of contiguous memory (any alignment); an input of a binary or ternary loop may also be one
// element repeated (stride 0 instead of 1). Strides, broadcasting, threads and conversions are the business of
// ops/plan.h, which copies what is neither contiguous nor repeated through small buffers with the moves below: the
// vector code exists once for each operation and type. The output may be exactly an input; other overlaps are not
// allowed. An element's result does not depend on where in the run it stands.
#pragma once

#include <cstddef>
#include <cstdint>

#include "array/dtype.h"
#include "kernels/elementwise/operations.h"

namespace fastgrad {

// Pow's params where the right operand is one number for the whole call (an array's elements are not looked at: a result
// does not depend on strides).
inline constexpr double kExponentIsNumber = 1;

// stream: results are written past the caches, out a multiple of 64 bytes. Loops from floats to floats alone heed it.
using UnaryLoop = void (*)(int64_t n, const void* x, void* out, const double* params, bool stream);
using BinaryLoop = void (*)(int64_t n, const void* a, int64_t a_stride, const void* b, int64_t b_stride, void* out,
                            const double* params, bool stream);
using ClipLoop = void (*)(int64_t n, const void* x, void* out, const void* low, const void* high);
// out = condition ? a : b by element size; conditions are bytes, zero or not.
using SelectLoop = void (*)(int64_t n, const uint8_t* condition, const void* a, int64_t a_stride, const void* b,
                            int64_t b_stride, void* out);
using CastLoop = void (*)(int64_t n, const void* x, void* out);
// Copies a block of `rows` by `columns` elements; strides in bytes. stream: runs of whole cache lines are written past
// the caches, for outputs that would not stay in them anyway.
using Move = void (*)(int64_t rows, int64_t columns, char* dst, int64_t dst_row, int64_t dst_column, const char* src,
                      int64_t src_row, int64_t src_column, bool stream);

// By operation; null where an operation is not defined on the type.
struct UnaryTable {
  UnaryLoop loop[kUnaryOps];
};
struct BinaryTable {
  BinaryLoop loop[kBinaryOps];
};
// What an operation of one operand passes on of a gradient: of that, and of what its rule keeps, its operand or its result.
struct GradientTable {
  BinaryLoop loop[kUnaryOps];
};
// By [from][to]; null where integer::casts has it, or where a plain copy does it.
struct CastTable {
  CastLoop loop[kNumDTypes][kNumDTypes];
};
struct MoveTable {
  Move move[4];          // elements of 1, 2, 4 and 8 bytes
  SelectLoop select[4];
};

struct ElementwiseKernels {
  const UnaryTable* unary;         // float32, float64
  const GradientTable* gradients;  // float32, float64
  const BinaryTable* binary;       // float32, float64
  const ClipLoop* clip;            // float32, float64
  const CastTable* casts;          // all that have a float on either side
  const MoveTable* moves;
};

// Integers and bool, at the baseline instruction set. Arithmetic wraps; floor_divide and remainder by zero give 0; a
// shift by the width or more (or by a negative count) gives 0, or -1 for right_shift of a negative number.
namespace integer {
extern const UnaryTable unary[kNumDTypes];
extern const BinaryTable binary[kNumDTypes];
extern const ClipLoop clip[kNumDTypes];
extern const CastTable casts;
}  // namespace integer

constexpr int size_index(size_t itemsize) { return itemsize == 1 ? 0 : itemsize == 2 ? 1 : itemsize == 4 ? 2 : 3; }

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const BinaryTable binary_tables[2];
extern const CastTable cast_table;
extern const ClipLoop clip_loops[2];
extern const GradientTable gradient_tables[2];
extern const MoveTable move_table;
extern const UnaryTable unary_tables[2];
}  // namespace fastgrad::FG_LEVEL
#endif
