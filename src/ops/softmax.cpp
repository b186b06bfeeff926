#include "ops/softmax.h"

#include <cmath>
#include <string>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/softmax/softmax.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {
namespace {

// Of a dense array: what lies inside the axis in memory is exactly its stride.
AxisShape axis_shape(const Array& x, int axis) {
  const int64_t d = x.shape(axis);
  if (d == 1) return {1, 1, x.size()};
  return {x.size() / (d * x.stride(axis)), d, x.stride(axis)};
}

Array dense(const Array& x) { return x.is_dense() ? x : contiguous(x); }

Array empty_like(const Array& x) { return Array::empty_with_layout(x.shape(), x.dtype(), x.strides()); }

// grad in the memory order of y.
Array in_layout_of(const Array& y, const Array& grad) {
  bool same = true;
  for (int i = 0; i < y.ndim(); ++i) same = same && (y.shape(i) == 1 || y.stride(i) == grad.stride(i));
  if (same) return grad;
  Array copy = empty_like(y);
  copy_into(copy, grad);
  return copy;
}

// of_type.operator()<T>() is the kernel.
template <class F>
Array forward(const Array& input, int64_t axis_given, const char* op, const F& of_type) {
  check_float(input, op);
  if (input.ndim() == 0) {  // one line of one element
    normalize_axis(axis_given, 1, op);
    return forward(input.expand_dims(0), 0, op, of_type).squeeze(0);
  }
  const int axis = normalize_axis(axis_given, input.ndim(), op);
  const Array x = dense(input);
  Array out = empty_like(x);
  if (x.size() == 0) return out;
  visit<ComputingFloats>(
      x.dtype(), [&]<class T>() { of_type.template operator()<T>()(axis_shape(x, axis), x.data<T>(), out.data<T>()); });
  return out;
}

template <class F>
Array backward(const Array& grad, const Array& result, int64_t axis_given, const char* op, const F& of_type) {
  check_float(result, op);
  if (!(grad.shape() == result.shape()) || grad.dtype() != result.dtype())
    value_error(std::string(op) + ": gradient (" + to_string(grad.shape()) + ", " + name(grad.dtype()) +
                ") and result (" + to_string(result.shape()) + ", " + name(result.dtype()) + ") must agree");
  if (result.ndim() == 0) {
    normalize_axis(axis_given, 1, op);
    return backward(grad.expand_dims(0), result.expand_dims(0), 0, op, of_type).squeeze(0);
  }
  const int axis = normalize_axis(axis_given, result.ndim(), op);
  const Array y = dense(result), g = in_layout_of(y, grad);
  Array out = empty_like(y);
  if (y.size() == 0) return out;
  visit<ComputingFloats>(y.dtype(), [&]<class T>() {
    of_type.template operator()<T>()(axis_shape(y, axis), g.data<T>(), y.data<T>(), out.data<T>());
  });
  return out;
}

}  // namespace

Array softmax(const Array& x, int64_t axis) {
  return forward(x, axis, "softmax", []<class T>() { return kernels().softmax->of<T>().softmax; });
}
Array log_softmax(const Array& x, int64_t axis) {
  return forward(x, axis, "log_softmax", []<class T>() { return kernels().softmax->of<T>().log_softmax; });
}
Array softmax_backward(const Array& grad, const Array& y, int64_t axis) {
  return backward(grad, y, axis, "softmax_backward",
                  []<class T>() { return kernels().softmax->of<T>().softmax_backward; });
}
Array log_softmax_backward(const Array& grad, const Array& y, int64_t axis) {
  return backward(grad, y, axis, "log_softmax_backward",
                  []<class T>() { return kernels().softmax->of<T>().log_softmax_backward; });
}

}  // namespace fastgrad::ops
