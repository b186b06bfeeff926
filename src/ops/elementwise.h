// Elementwise operations: functions of one array, of two that broadcast together, and of an array and a number.
//
// Result dtypes are SEMANTICS.md's: the arrays' own or their promotion; float32 where a function of floats is given
// integers or bools; bool for comparisons, logic and tests. Bools add as or, multiply as and, and refuse to be
// subtracted or negated; floor_divide, remainder, pow, shifts and square of two bools are int8's (as in NumPy). 16-bit
// floats are computed with in float32, and the result rounded. Results are laid out as the first dense operand of the
// result's shape, else in C order.
#pragma once

#include "array/array.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/copy.h"

namespace fastgrad::ops {

// The operation of this name; ValueError where there is none.
UnaryOp unary_named(const char* name);
BinaryOp binary_named(const char* name);
// What the list of operations says, for fastgrad/ops: whether there is a kernel of the gradient, whether operands are
// converted to floats, whether truths are the result of comparing numbers.
bool has_gradient(UnaryOp op);
bool takes_floats(BinaryOp op);
bool compares(BinaryOp op);

// params: the numbers that the list of operations names, of those that have any.
Array unary(UnaryOp op, const Array& x, const double* params = nullptr);
Array binary(BinaryOp op, const Array& a, const Array& b, double param = 0);
// scalar_left: s op a.
Array binary_scalar(BinaryOp op, const Array& a, Scalar s, bool scalar_left = false);

// dst = op(...), in dst's dtype. A result of another kind (a float into an integer array, any number into bool) is a
// TypeError, inputs that do not broadcast to dst's shape a ValueError; both before anything is written. Sources that
// overlap dst are read first. Bumps dst's version.
void unary_into(const Array& dst, UnaryOp op, const Array& x, const double* params = nullptr);
void binary_into(const Array& dst, BinaryOp op, const Array& a, const Array& b, double param = 0);
void binary_scalar_into(const Array& dst, BinaryOp op, const Array& a, Scalar s, bool scalar_left = false);

// What the operation passes on of g, the gradient of its result, given what its rule keeps, of g's shape and dtype. Into:
// in g's memory, which overlaps `kept` element by element if at all; bumps g's version.
Array unary_gradient(UnaryOp op, const Array& g, const Array& kept, const double* params = nullptr);
void unary_gradient_into(const Array& g, UnaryOp op, const Array& kept, const double* params = nullptr);

// condition ? a : b, all broadcast together; a and b promoted. The condition is true where it is not zero.
Array where(const Array& condition, const Array& a, const Array& b);

// minimum(maximum(x, low), high), in x's dtype (or float32 where x is integer and a bound is a float).
Array clip(const Array& x, const Scalar* low, const Scalar* high);  // null: no bound on that side

}  // namespace fastgrad::ops
