// softmax and log-softmax. axis as Python counts it; results have the memory order of their input.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

Array softmax(const Array& x, int64_t axis);
Array log_softmax(const Array& x, int64_t axis);
// y: what the forward call returned.
Array softmax_backward(const Array& grad, const Array& y, int64_t axis);
Array log_softmax_backward(const Array& grad, const Array& y, int64_t axis);

}  // namespace fastgrad::ops
