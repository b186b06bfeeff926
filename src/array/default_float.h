// The floats that integers and bools become: float32, unless the process has chosen another (PyTorch's default dtype).
#pragma once

#include "array/dtype.h"

namespace fastgrad {

void set_default_float(DType t);
DType default_float();

// The result of an operation defined on floats alone (exp, division): a float itself, of anything else the default one.
inline DType to_default_float(DType a) { return is_floating(a) ? a : default_float(); }

}  // namespace fastgrad
