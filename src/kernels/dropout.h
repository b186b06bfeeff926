// Dropout, given its mask: see dropout.cpp.
#pragma once

#include <cstdint>

namespace fastgrad {

template <class T>
struct DropoutFunctions {
  // out = x * scale where mask is not 0, else x * 0 (so that a NaN stays). n elements, dense; out may be x.
  void (*apply)(int64_t n, const T* x, const uint8_t* mask, double scale, T* out);
};
struct DropoutKernels {
  DropoutFunctions<float> f32;
  DropoutFunctions<double> f64;
};

}  // namespace fastgrad
