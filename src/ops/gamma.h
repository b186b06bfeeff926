// The gamma distribution: the incomplete gamma functions, and how a number drawn from it moves with its parameter.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

// log(k!) of an integer k >= 0, to 1e-15 of itself.
double log_factorial(double k);

// The share of the gamma distribution of shape a that lies below x, or above it; both of one shape and of one dtype,
// float32 or float64. NaN where a or x is negative.
Array gammainc(const Array& a, const Array& x, bool upper);

// d log(x) / d a of a number x drawn from the gamma distribution of shape a, at the same place of the distribution: the
// derivative that reparameterisation asks for, x not being a function of a and of noise that is known. Given as log(x),
// for small a have x below every float. As gammainc, but a and x above 0.
Array gamma_log_slope(const Array& a, const Array& log_x);

}  // namespace fastgrad::ops
