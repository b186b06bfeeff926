#include "ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "array/default_float.h"
#include "array/promotion.h"
#include "array/visit.h"
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

DType result_type(const ReduceInfo& about, DType x) {
  switch (about.result) {
    case reductions::Own: return x;
    case reductions::Wide: return sum_type(x);
    case reductions::Float: return is_floating(x) ? x : computing_type(to_default_float(x));
    case reductions::Double: return is_floating(x) ? x : DType::F64;
    case reductions::Int64: return DType::I64;
    case reductions::Bool: return DType::Bool;
  }
  __builtin_unreachable();
}

// What x is converted to first.
DType working_type(const ReduceInfo& about, DType x) {
  if (about.domain == reductions::Anything) return x;
  if (is_floating(x)) return computing_type(x);
  return about.domain == reductions::Floats ? result_type(about, x) : x;
}

void set_to_value_of_nothing(const Array& out, const ReduceInfo& about, const Array& x) {
  if (about.of_nothing.refused)
    value_error(std::string(about.name) + ": no elements to reduce in an array of shape " + to_string(x.shape()) +
                ", and no value that would stand for none");
  copy_into(out, scalar_array(Scalar::of_float(about.of_nothing.value), DType::F64, about.name));
}

}  // namespace

ReduceOp reduction_named(const char* name) {
  for (int i = 0; i < static_cast<int>(ReduceOp::Count); ++i)
    if (std::strcmp(info(static_cast<ReduceOp>(i)).name, name) == 0) return static_cast<ReduceOp>(i);
  value_error(std::string("no reduction is called ") + name);
}

Array reduce(ReduceOp op, const Array& x, const Dims& axes, bool keepdims, double correction) {
  const ReduceInfo& about = info(op);
  const DType dtype = result_type(about, x.dtype());
  const DType working = working_type(about, x.dtype());
  if (working != x.dtype()) {
    const Array y = reduce(op, cast(x, working), axes, keepdims, correction);
    return y.dtype() == dtype ? y : cast(y, dtype);
  }
  const Array out = empty_output(x, axes, dtype);
  if (x.size() == 0) {
    if (out.size() > 0) set_to_value_of_nothing(out, about, x);
  } else {
    const Reduction r = plan(x, axes, out, false);
    if (about.domain == reductions::Anything || !is_floating(x.dtype())) {
      integer::reduce(op, x.dtype(), r.x, r.out, r.g);
    } else {
      visit<ComputingFloats>(x.dtype(), [&]<class T>() {
        kernels().reduce->of<T>().reduce(op, reinterpret_cast<const T*>(r.x), reinterpret_cast<T*>(r.out), r.g,
                                         correction);
      });
    }
  }
  return keepdims ? out : drop_axes(out, axes);
}

Array scale_of(const Array& x, const Dims& axes, double least) {
  const bool empty = x.size() == 0;
  const Array high = reduce(empty ? ReduceOp::Sum : ReduceOp::Max, x, axes, true);
  const Array low = empty ? high : reduce(ReduceOp::Min, x, axes, true);
  visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    constexpr int most = std::numeric_limits<T>::max_exponent - 2;
    T *const to = high.data<T>(), *const from = low.data<T>();
    for (int64_t i = 0; i < high.size(); ++i) {
      const double a = static_cast<double>(to[i]), b = -static_cast<double>(from[i]);
      const double largest = std::max(std::max(a, b), least);
      to[i] = largest > 0 && std::isfinite(largest)
                  ? static_cast<T>(std::ldexp(1, -std::clamp(std::ilogb(largest), -most, most)))
                  : T{1};
    }
  });
  return high;
}

bool within(const Array& x, double low, double high) {
  const Array dense = x.is_dense() ? x : contiguous(x);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const T *const p = dense.data<T>(), from = static_cast<T>(low), to = static_cast<T>(high);
    bool all = true;
    for (int64_t i = 0; i < dense.size(); ++i) all &= p[i] >= from && p[i] <= to;
    return all;
  });
}

Array arg_reduce(bool largest, const Array& x, int axis, bool keepdims) {
  if (is_narrow_float(x.dtype())) return arg_reduce(largest, cast(x, DType::F32), axis, keepdims);
  const char* const op = largest ? "argmax" : "argmin";
  const int a = normalize_axis(axis, x.ndim(), op);
  const Dims axes{a};
  if (x.shape(a) == 0)
    value_error(std::string(op) + ": no elements along axis " + std::to_string(a) + " of an array of shape " +
                to_string(x.shape()));
  const Array out = empty_output(x, axes, DType::I64);
  if (out.size() > 0) {
    const Reduction r = plan(x, axes, out, true);
    auto* const to = reinterpret_cast<int64_t*>(r.out);
    if (is_floating(x.dtype()))
      visit<ComputingFloats>(x.dtype(), [&]<class T>() {
        kernels().reduce->of<T>().arg(largest, reinterpret_cast<const T*>(r.x), to, r.g);
      });
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
  axis = normalize_axis(axis, x.ndim(), "cumulative_sum");
  const DType dtype = sum_type(x.dtype()), working = computing_type(dtype);
  const Array from = contiguous(x.dtype() == working ? x : cast(x, working));
  Dims shape = x.shape();
  if (__builtin_add_overflow(shape[axis], include_initial ? 1 : 0, &shape[axis]))
    value_error("cumulative_sum: an axis of length " + std::to_string(x.shape(axis)) + " has no room for one more");
  const Array out = Array::empty(shape, working);
  if (out.size() > 0) {
    ScanGeometry g{1, x.shape(axis), 1, include_initial};
    for (int i = 0; i < axis; ++i) g.outer *= x.shape(i);
    for (int i = axis + 1; i < x.ndim(); ++i) g.inner *= x.shape(i);
    if (is_floating(working))
      visit<ComputingFloats>(working,
                             [&]<class T>() { kernels().reduce->of<T>().scan(from.data<T>(), out.data<T>(), g); });
    else integer::scan(from.data<uint64_t>(), out.data<uint64_t>(), g);
  }
  return working == dtype ? out : cast(out, dtype);
}

}  // namespace fastgrad::ops
