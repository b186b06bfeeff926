// What operations ask of an array's dtype, in one sentence each. TypeErrors name op and, of its arguments, `what`.
#pragma once

#include <string>

#include "array/array.h"

namespace fastgrad {

// How an argument gets the dtype that is wanted: "; convert the input with .astype(fg.float32)".
std::string conversion(const char* what, DType to);

[[noreturn]] void refuse_dtype(DType t, const char* op, const char* what);
// float32 or float64: where the result's dtype is asked for by name.
inline void check_float_dtype(DType t, const char* op, const char* what = "dtype") {
  if (!is_computing_float(t)) [[unlikely]]
    refuse_dtype(t, op, what);
}
// A float32 or float64 array, for operations that do not take the narrow floats (array/dtype.h).
[[noreturn]] void refuse_array(const Array& x, const char* op, const char* what);
inline void check_float(const Array& x, const char* op, const char* what = "input") {
  if (!is_computing_float(x.dtype())) [[unlikely]]
    refuse_array(x, op, what);
}

}  // namespace fastgrad
