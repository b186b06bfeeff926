#include "ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "array/promotion.h"
#include "kernels/reduce/int.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {

static_assert(kMaxReduceAxes >= kMaxDims);

namespace {

// Ordered for the order of memory: largest stride outermost. Broadcast axes come first of all: they must not hide the
// contiguous one.
void insert_axis(ReduceAxis* axes, int* n, const ReduceAxis& axis) {
  constexpr int64_t far = std::numeric_limits<int64_t>::max();
  const int64_t key = axis.x == 0 ? far : axis.x;
  int at = (*n)++;
  for (; at > 0 && (axes[at - 1].x == 0 ? far : axes[at - 1].x) < key; --at) axes[at] = axes[at - 1];
  axes[at] = axis;
}

int coalesce(ReduceAxis* axes, int n) {
  int kept = 0;
  for (int i = 0; i < n; ++i) {
    if (kept > 0) {
      ReduceAxis& outer = axes[kept - 1];
      if (outer.x == axes[i].x * axes[i].size && outer.out == axes[i].out * axes[i].size) {
        outer = {outer.size * axes[i].size, axes[i].x, axes[i].out};
        continue;
      }
    }
    axes[kept++] = axes[i];
  }
  return kept;
}

struct Reduction {
  ReduceGeometry g;
  const char* x;
  char* out;
};

// x reduced over `axes` into out, which has x's axes (those reduced of length 1). ordered: the reduced axes keep their
// direction (there is one).
Reduction plan(const Array& x, const Dims& axes, const Array& out, bool ordered) {
  Reduction r;
  ReduceGeometry& g = r.g;
  int64_t x_offset = 0, out_offset = 0;
  for (int i = 0, next = 0; i < x.ndim(); ++i) {
    const bool reduced = next < axes.size() && axes[next] == i;
    next += reduced;
    ReduceAxis axis{x.shape(i), x.stride(i), reduced ? 0 : out.stride(i)};
    (reduced ? g.length : g.outputs) *= axis.size;
    if (axis.size == 1) continue;
    if (axis.x < 0 && !(reduced && ordered)) {
      x_offset += (axis.size - 1) * axis.x;
      out_offset += (axis.size - 1) * axis.out;
      axis.x = -axis.x;
      axis.out = -axis.out;
    }
    if (reduced) insert_axis(g.reduced_axes, &g.reduced, axis);
    else insert_axis(g.kept_axes, &g.kept, axis);
  }
  g.kept = coalesce(g.kept_axes, g.kept);
  g.reduced = coalesce(g.reduced_axes, g.reduced);
  if (g.reduced == 0 && (g.kept == 0 || ordered)) g.reduced_axes[g.reduced++] = {1, 1, 0};
  r.x = x.bytes() + x_offset * static_cast<int64_t>(itemsize(x.dtype()));
  r.out = out.bytes() + out_offset * static_cast<int64_t>(itemsize(out.dtype()));
  return r;
}

// An output with x's axes, those reduced of length 1, laid out in x's order.
Array empty_output(const Array& x, const Dims& axes, DType dtype) {
  Dims shape = x.shape();
  for (const int64_t a : axes) shape[static_cast<int>(a)] = 1;
  bool any_order = x.is_contiguous();
  for (int i = 0; i < x.ndim() && !any_order; ++i) any_order = x.stride(i) == 0 && shape[i] > 1;
  if (any_order) return Array::empty(shape, dtype);
  Dims like = x.strides();
  for (const int64_t a : axes) like[static_cast<int>(a)] = std::numeric_limits<int64_t>::max();
  return Array::empty_with_layout(shape, dtype, like);
}

Array drop_axes(const Array& x, const Dims& axes) {
  Dims shape, strides;
  for (int i = 0, next = 0; i < x.ndim(); ++i) {
    if (next < axes.size() && axes[next] == i) {
      ++next;
      continue;
    }
    shape.push_back(x.shape(i));
    strides.push_back(x.stride(i));
  }
  return x.view(shape, strides);
}

void fill(const Array& out, double value) {
  visit_dtype(out.dtype(), [&]<class T>() {
    if constexpr (!std::is_same_v<T, Half> && !std::is_same_v<T, BFloat16>)
      std::fill_n(out.data<T>(), out.size(), static_cast<T>(value));
  });
}

double value_of_nothing(ReduceOp op, const Array& x) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  switch (op) {
    case ReduceOp::Prod:
    case ReduceOp::All: return 1;
    case ReduceOp::Mean:
    case ReduceOp::Var:
    case ReduceOp::Std: return nan;
    case ReduceOp::LogSumExp: return -std::numeric_limits<double>::infinity();
    case ReduceOp::Max:
    case ReduceOp::Min:
      value_error(std::string(reduce_name(op)) + ": no elements to reduce in an array of shape " +
                  to_string(x.shape()) + ", and no value that would stand for none");
    default: return 0;
  }
}

bool is_truth(ReduceOp op) {
  return op == ReduceOp::CountNonzero || op == ReduceOp::All || op == ReduceOp::Any;
}

DType result_type(ReduceOp op, DType x) {
  switch (op) {
    case ReduceOp::CountNonzero: return DType::I64;
    case ReduceOp::All:
    case ReduceOp::Any: return DType::Bool;
    default: break;
  }
  const DType computed = to_float(x, reduce_name(op));  // refuses the storage floats
  switch (op) {
    case ReduceOp::Sum:
    case ReduceOp::Prod: return sum_type(x);
    case ReduceOp::Max:
    case ReduceOp::Min: return x;
    case ReduceOp::Mean:
    case ReduceOp::Var:
    case ReduceOp::Std: return is_floating(x) ? x : DType::F64;  // float32 would not hold the mean of large integers
    default: return computed;
  }
}

// Integers reduced as floats.
DType working_type(ReduceOp op, DType x) {
  switch (op) {
    case ReduceOp::Var:
    case ReduceOp::Std: return is_floating(x) ? x : DType::F64;
    case ReduceOp::Norm:
    case ReduceOp::LogSumExp: return to_float(x, reduce_name(op));
    default: return x;
  }
}

}  // namespace

const char* reduce_name(ReduceOp op) {
  static constexpr const char* names[] = {"sum", "mean", "prod",      "max",           "min", "norm",
                                          "var", "std",  "logsumexp", "count_nonzero", "all", "any"};
  return names[static_cast<int>(op)];
}

Array reduce(ReduceOp op, const Array& x, const Dims& axes, bool keepdims, double correction) {
  const DType dtype = result_type(op, x.dtype());
  const DType working = working_type(op, x.dtype());
  if (working != x.dtype()) {
    const Array y = reduce(op, cast(x, working), axes, keepdims, correction);
    return y.dtype() == dtype ? y : cast(y, dtype);
  }
  const Array out = empty_output(x, axes, dtype);
  if (x.size() == 0) {
    if (out.size() > 0) fill(out, value_of_nothing(op, x));
  } else {
    const Reduction r = plan(x, axes, out, false);
    if (is_truth(op) || !is_floating(x.dtype())) {
      integer::reduce(op, x.dtype(), r.x, r.out, r.g);
    } else if (x.dtype() == DType::F32) {
      kernels().reduce->reduce_f32(op, reinterpret_cast<const float*>(r.x), reinterpret_cast<float*>(r.out), r.g,
                                   correction);
    } else {
      kernels().reduce->reduce_f64(op, reinterpret_cast<const double*>(r.x), reinterpret_cast<double*>(r.out), r.g,
                                   correction);
    }
  }
  return keepdims ? out : drop_axes(out, axes);
}

Array scale_of(const Array& x, const Dims& axes, double least) {
  const bool empty = x.size() == 0;
  const Array high = reduce(empty ? ReduceOp::Sum : ReduceOp::Max, x, axes, true);
  const Array low = empty ? high : reduce(ReduceOp::Min, x, axes, true);
  const auto scales = [&]<class T>(int most) {
    T *const to = high.data<T>(), *const from = low.data<T>();
    for (int64_t i = 0; i < high.size(); ++i) {
      const double a = static_cast<double>(to[i]), b = -static_cast<double>(from[i]);
      const double largest = std::max(std::max(a, b), least);
      to[i] = largest > 0 && std::isfinite(largest)
                  ? static_cast<T>(std::ldexp(1, -std::clamp(std::ilogb(largest), -most, most)))
                  : T{1};
    }
  };
  if (x.dtype() == DType::F32) scales.operator()<float>(126);
  else scales.operator()<double>(1022);
  return high;
}

bool within(const Array& x, double low, double high) {
  const Array dense = x.is_dense() ? x : contiguous(x);
  const auto inside = [&]<class T>(T from, T to) {
    const T* const p = dense.data<T>();
    bool all = true;
    for (int64_t i = 0; i < dense.size(); ++i) all &= p[i] >= from && p[i] <= to;
    return all;
  };
  if (x.dtype() == DType::F32) return inside(static_cast<float>(low), static_cast<float>(high));
  return inside(low, high);
}

Array arg_reduce(bool largest, const Array& x, int axis, bool keepdims) {
  const char* const op = largest ? "argmax" : "argmin";
  to_float(x.dtype(), op);
  const int a = normalize_axis(axis, x.ndim(), op);
  const Dims axes{a};
  if (x.shape(a) == 0)
    value_error(std::string(op) + ": no elements along axis " + std::to_string(a) + " of an array of shape " +
                to_string(x.shape()));
  const Array out = empty_output(x, axes, DType::I64);
  if (out.size() > 0) {
    const Reduction r = plan(x, axes, out, true);
    auto* const to = reinterpret_cast<int64_t*>(r.out);
    if (x.dtype() == DType::F32) kernels().reduce->arg_f32(largest, reinterpret_cast<const float*>(r.x), to, r.g);
    else if (x.dtype() == DType::F64) kernels().reduce->arg_f64(largest, reinterpret_cast<const double*>(r.x), to, r.g);
    else integer::arg_reduce(largest, x.dtype(), r.x, to, r.g);
  }
  return keepdims ? out : drop_axes(out, axes);
}

Array sum_to(const Array& x, const Dims& shape) {
  if (x.shape() == shape) return x;
  const int lead = x.ndim() - shape.size();
  Dims axes;
  bool fits = lead >= 0;
  for (int i = 0; i < x.ndim() && fits; ++i) {
    if (i < lead || (shape[i - lead] == 1 && x.shape(i) != 1)) axes.push_back(i);
    else fits = shape[i - lead] == x.shape(i);
  }
  if (!fits)
    value_error("sum_to: shape " + to_string(shape) + " does not broadcast to shape " + to_string(x.shape()));
  const Array sums = reduce(ReduceOp::Sum, x, axes, true);
  if (lead == 0) return sums;
  Dims strides;
  for (int i = lead; i < x.ndim(); ++i) strides.push_back(sums.stride(i));
  return sums.view(shape, strides);
}

Array cumulative_sum(const Array& x, int axis, bool include_initial) {
  constexpr const char* op = "cumulative_sum";
  axis = normalize_axis(axis, x.ndim(), op);
  to_float(x.dtype(), op);
  const DType dtype = sum_type(x.dtype());
  const Array from = contiguous(x.dtype() == dtype ? x : cast(x, dtype));
  Dims shape = x.shape();
  shape[axis] += include_initial;
  const Array out = Array::empty(shape, from.dtype());
  if (out.size() == 0) return out;
  ScanGeometry g{1, x.shape(axis), 1, include_initial};
  for (int i = 0; i < axis; ++i) g.outer *= x.shape(i);
  for (int i = axis + 1; i < x.ndim(); ++i) g.inner *= x.shape(i);
  if (from.dtype() == DType::F32) kernels().reduce->scan_f32(from.data<float>(), out.data<float>(), g);
  else if (from.dtype() == DType::F64) kernels().reduce->scan_f64(from.data<double>(), out.data<double>(), g);
  else integer::scan(from.data<uint64_t>(), out.data<uint64_t>(), g);
  return out;
}

}  // namespace fastgrad::ops
