// Result types: the array API's tables, and what SEMANTICS adds.
#pragma once

#include "array/dtype.h"

namespace fastgrad {

// Of two arrays. TypeError names op where there is none (uint64 with a signed integer).
DType promote(DType a, DType b, const char* op);
// The same of arrays of so many axes. Where the process has chosen PyTorch's rule (the array API's is the other), an array
// without axes beside one that has some takes that one's dtype, if its kind of number is no wider.
DType promote(DType a, int a_ndim, DType b, int b_ndim, const char* op);
void set_zero_dimensional_weak(bool weak);
bool zero_dimensional_weak();
// Of an array and a weak Python scalar of this kind (Kind::Bool, Signed or Float): the array's dtype where its kind is
// at least the scalar's; int with a float scalar gives the default float; bool with an int scalar gives int64.
DType promote_weak(DType a, Kind scalar, const char* op);
// sum and prod: bool and intN give int64, uintN gives uint64, floats themselves.
DType sum_type(DType a);

}  // namespace fastgrad
