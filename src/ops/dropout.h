// Dropout, given its mask.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

// x * mask * scale; mask: bool or uint8 of x's shape. Its own derivative along x. Has x's layout.
Array dropout_apply(const Array& x, const Array& mask, double scale);

}  // namespace fastgrad::ops
