#include "ops/dropout.h"

#include <string>

#include "kernels/dropout.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {

Array dropout_apply(const Array& input, const Array& given, double scale) {
  if (!is_computing_float(input.dtype()))
    type_error(std::string("dropout: input must be float32 or float64, got ") + name(input.dtype()));
  if (given.dtype() != DType::Bool && given.dtype() != DType::U8)
    type_error(std::string("dropout: mask must be bool or uint8, got ") + name(given.dtype()));
  if (!(given.shape() == input.shape()))
    value_error("dropout: mask of shape " + to_string(given.shape()) + " does not fit input of shape " +
                to_string(input.shape()));
  const Array x = input.is_dense() ? input : contiguous(input);
  const Array mask = to_layout(given, x.strides());
  const Array out = Array::empty_with_layout(x.shape(), x.dtype(), x.strides());
  const auto* bytes = reinterpret_cast<const uint8_t*>(mask.bytes());
  if (x.dtype() == DType::F32)
    kernels().dropout->f32.apply(x.size(), x.data<float>(), bytes, scale, out.data<float>());
  else
    kernels().dropout->f64.apply(x.size(), x.data<double>(), bytes, scale, out.data<double>());
  return out;
}

}  // namespace fastgrad::ops
