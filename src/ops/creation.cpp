#include "ops/creation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>

#include "runtime/parallel.h"

namespace fastgrad::ops {

namespace {

constexpr int64_t kGrain = 64 * 1024;

// The one of a dtype.
Scalar one_of(DType dtype) {
  return is_floating(dtype) ? Scalar::of_float(1) : dtype == DType::Bool ? Scalar::of_bool(true) : Scalar::of_int(1);
}

// value(i) for each i, computed in T and converted.
template <class T, class F>
Array sequence(int64_t n, DType dtype, const F& value) {
  const Array out = Array::empty({n}, dtype_of<T>);
  T* const p = out.data<T>();
  runtime::parallel_for(n, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) p[i] = value(i);
  });
  return dtype == dtype_of<T> ? out : cast(out, dtype);
}

template <class T, class F>
Array float_sequence(int64_t n, DType dtype, const F& value) {
  if (dtype == DType::F32)
    return sequence<float>(n, dtype, [&](int64_t i) { return static_cast<float>(value(i)); });
  return sequence<double>(n, dtype, value);
}

bool is_whole(Scalar s) { return s.kind == Kind::Bool || s.kind == Kind::Signed; }

std::string text(double x) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", x);
  return buffer;
}

}  // namespace

Array full(const Dims& shape, Scalar value, DType dtype) {
  char element[8];
  store_scalar(value, dtype, element, "full");  // before the allocation
  const Array out = Array::empty(shape, dtype);
  if (out.size() > 0) fill(out, value);
  return out;
}

Array ones(const Dims& shape, DType dtype) { return full(shape, one_of(dtype), dtype); }

Array arange(Scalar start, Scalar stop, Scalar step, DType dtype) {
  if (dtype == DType::Bool) type_error("arange: dtype bool has no steps");
  const auto absurd = [&](double n) {
    value_error("arange: " + text(n) + " elements are more than can be addressed");
  };
  if (is_whole(start) && is_whole(stop) && is_whole(step)) {
    if (step.i == 0) value_error("arange: the step may not be 0");
    const __int128 span = static_cast<__int128>(stop.i) - start.i, by = step.i;
    const __int128 n = span == 0 || (span > 0) != (by > 0) ? 0 : (span + by + (by > 0 ? -1 : 1)) / by;
    if (n > (__int128{1} << 60)) absurd(static_cast<double>(n));
    const auto count = static_cast<int64_t>(n);
    if (count > 0 && is_integer(dtype)) {  // both ends must fit
      char element[8];
      store_scalar(start, dtype, element, "arange");
      store_scalar(Scalar::of_int(start.i + (count - 1) * step.i), dtype, element, "arange");
    }
    const int64_t first = start.i, pace = step.i;
    if (is_floating(dtype))
      return float_sequence<double>(count, dtype, [=](int64_t i) { return static_cast<double>(first + i * pace); });
    return sequence<int64_t>(count, dtype, [=](int64_t i) { return first + i * pace; });
  }
  const double first = start.as_double(), last = stop.as_double(), pace = step.as_double();
  if (!std::isfinite(first) || !std::isfinite(last) || std::isnan(pace))
    value_error("arange: start and stop must be finite and the step a number, got " + text(first) + ", " + text(last) +
                " and " + text(pace));
  if (pace == 0) value_error("arange: the step may not be 0");
  const double n = std::max(0.0, std::ceil((last - first) / pace));
  if (!(n < 1e18)) absurd(n);
  return float_sequence<double>(static_cast<int64_t>(n), dtype,
                                [=](int64_t i) { return i == 0 ? first : first + static_cast<double>(i) * pace; });
}

Array linspace(double start, double stop, int64_t n, bool endpoint, DType dtype) {
  if (n < 0) value_error("linspace: the number of elements may not be negative, got " + std::to_string(n));
  if (dtype == DType::Bool) type_error("linspace: dtype bool has no steps");
  const int64_t steps = endpoint ? n - 1 : n;
  const double step = steps > 0 ? (stop - start) / static_cast<double>(steps) : 0;
  const auto value = [=](int64_t i) {
    if (endpoint && i == n - 1 && n > 1) return stop;
    return i == 0 ? start : start + static_cast<double>(i) * step;
  };
  if (!is_integer(dtype)) return float_sequence<double>(n, dtype, value);
  return sequence<double>(n, dtype, [=](int64_t i) { return std::floor(value(i)); });
}

Array eye(int64_t rows, int64_t columns, int64_t k, DType dtype) {
  if (rows < 0 || columns < 0)
    value_error("eye: the shape may not be negative, got " + std::to_string(rows) + " x " + std::to_string(columns));
  const Array out = Array::zeros({rows, columns}, dtype);
  if (out.size() == 0 || k >= columns || k <= -rows) return out;
  char one[8];
  store_scalar(one_of(dtype), dtype, one, "eye");
  const size_t item = itemsize(dtype);
  for (int64_t r = std::max<int64_t>(0, -k); r < rows && r + k < columns; ++r)
    std::memcpy(out.bytes() + static_cast<size_t>(r * columns + r + k) * item, one, item);
  return out;
}

}  // namespace fastgrad::ops
