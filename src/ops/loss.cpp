#include "ops/loss.h"

#include <cmath>
#include <cstring>
#include <string>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/index/index.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {
namespace {

template <class T>
const ClassLossFunctions<T>& class_functions() {
  return kernels().loss->classes->of<T>();
}

// How a target of as many elements gets the shape that is wanted.
std::string reshape_hint(const Array& target, const Dims& wanted) {
  if (target.size() != count(wanted)) return "";
  if (wanted.size() == 1) return "; use target.reshape(-1)";
  if (wanted.size() == 2 && wanted[1] == 1) return "; use target.reshape(-1, 1)";
  return "; use target.reshape(" + to_string(wanted) + ")";
}

template <class T>
Array scalar(double value, DType dtype) {
  Array a = Array::empty({}, dtype);
  *a.data<T>() = static_cast<T>(value);
  return a;
}

Array empty_like(const Array& x) { return Array::empty_with_layout(x.shape(), x.dtype(), x.strides()); }

// ---- classes

// The arguments, checked, in the form that the kernels take.
struct Classes {
  Array x;       // dense: C order, or channels last
  AxisShape shape;
  Array target;  // int64, C order
  Array weight;  // C order, or undefined
};

Dims target_shape(const Array& x) {
  Dims shape = x.shape();
  shape.erase(x.ndim() == 1 ? 0 : 1);
  return shape;
}

// (N, C, d1, ...) as (N, d1, ..., C).
Array with_classes_last(const Array& x) {
  Dims last;
  for (int i = 0; i < x.ndim(); ++i)
    if (i != 1) last.push_back(i);
  last.push_back(1);
  return x.permute(last);
}

// Labels that were uint64, as int64: one that did not fit is negative now, and might be ignore_index.
void check_unsigned_labels(const Array& target, int64_t classes, const char* op) {
  const int64_t* y = target.data<int64_t>();
  for (int64_t i = 0; i < target.size(); ++i)
    if (y[i] < 0)
      index_error(std::string(op) + ": label " + std::to_string(static_cast<uint64_t>(y[i])) + " (target element " +
                  std::to_string(i) + ") is out of range for " + std::to_string(classes) + " classes");
}

Classes classes(const Array& x, const Array& target, const Array& weight, const char* op) {
  const std::string at = std::string(op) + ": ";
  check_float(x, op);
  if (x.ndim() == 0) value_error(at + "input must have a class axis: (C,), (N, C) or (N, C, ...), got shape ()");
  const int axis = x.ndim() == 1 ? 0 : 1;
  const int64_t count = x.shape(axis);
  if (count == 0) value_error(at + "no classes in input of shape " + to_string(x.shape()));
  if (!is_integer(target.dtype()))
    type_error(at + "target must be integer class indices, got " + name(target.dtype()) +
               conversion("target", DType::I64));
  if (!(target.shape() == target_shape(x)))
    value_error(at + "input of shape " + to_string(x.shape()) + " needs a target of shape " +
                to_string(target_shape(x)) + ", got " + to_string(target.shape()) +
                reshape_hint(target, target_shape(x)));
  if (weight.defined()) {
    if (!(weight.shape() == Dims{count}))
      value_error(at + "weight must have one number for each of the " + std::to_string(count) +
                  " classes, got shape " + to_string(weight.shape()));
    if (weight.dtype() != x.dtype())
      type_error(at + "weight must have the input's dtype " + name(x.dtype()) + ", got " + name(weight.dtype()) +
                 conversion("weight", x.dtype()));
  }
  Classes c{x, {x.size() / count, count, 1},
            contiguous(target.dtype() == DType::I64 ? target : cast(target, DType::I64)),
            weight.defined() ? contiguous(weight) : weight};
  if (target.dtype() == DType::U64) check_unsigned_labels(c.target, count, op);
  if (axis == 0) {
    c.x = contiguous(x);
    return c;
  }
  if (with_classes_last(x).is_contiguous()) return c;
  c.x = contiguous(x);
  c.shape.inner = 1;
  for (int i = 2; i < x.ndim(); ++i) c.shape.inner *= x.shape(i);
  c.shape.outer = x.shape(0);
  return c;
}

// Takes a copy of the labels (another thread may write to the caller's meanwhile), refusing one that is no class; the
// summed weights of those that are not ignored.
template <class T>
double take_labels(Classes& c, int64_t ignore_index, const char* op) {
  const Array own = Array::empty(c.target.shape(), DType::I64);
  const int64_t* const y = own.data<int64_t>();
  const auto [counted, outside] =
      integer::copy_labels(c.target.data<int64_t>(), own.size(), c.shape.d, ignore_index, own.data<int64_t>());
  c.target = own;
  for (int64_t i = 0; outside && i < own.size(); ++i)
    if (y[i] != ignore_index && (y[i] < 0 || y[i] >= c.shape.d))
      index_error(std::string(op) + ": label " + std::to_string(y[i]) + " (target element " + std::to_string(i) +
                  ") is out of range for " + std::to_string(c.shape.d) + " classes");
  if (!c.weight.defined()) return static_cast<double>(counted);
  const T* w = c.weight.data<T>();
  double total = 0;
  for (int64_t i = 0; i < own.size(); ++i)
    if (y[i] != ignore_index) total += static_cast<double>(w[y[i]]);
  return total;
}

// What a mean is still to be divided by. Where the weights that count sum up to so much or so little that their products
// would be out of T's range, that is 1: each weight is divided first.
double divide_weights(Classes& c, Reduction reduction, double total) {
  const double most = c.x.dtype() == DType::F32 ? 1e30 : 1e290;
  if (reduction != Reduction::Mean || !c.weight.defined()) return total;
  if (!(total > most || total < 1 / most) || !(total > 0) || std::isinf(total)) return total;
  visit<ComputingFloats>(c.x.dtype(), [&]<class T>() {
    const Array divided = Array::empty(c.weight.shape(), c.weight.dtype());
    for (int64_t i = 0; i < divided.size(); ++i)
      divided.data<T>()[i] = static_cast<T>(static_cast<double>(c.weight.data<T>()[i]) / total);
    c.weight = divided;
  });
  return 1;
}

template <class T>
Array reduced(const Array& each, Reduction reduction, double divisor) {
  if (reduction == Reduction::None) return each;
  const double sum = kernels().loss->pair->total.of<T>()(each.size(), each.data<T>());
  return scalar<T>(reduction == Reduction::Mean ? sum / divisor : sum, each.dtype());
}

template <class T>
const T* optional_data(const Array& a) {
  return a.defined() ? a.data<T>() : nullptr;
}

// The incoming gradient, as the kernels take it: one for all lines (step 0), or one each.
struct Incoming {
  Array grad;
  int64_t step;
  double scale;
};
Incoming incoming(const Array& grad, const Array& x, const Array& target, Reduction reduction, double divisor,
                  const char* op) {
  const Dims wanted = reduction == Reduction::None ? target.shape() : Dims{};
  if (!(grad.shape() == wanted) || grad.dtype() != x.dtype())
    value_error(std::string(op) + ": gradient must have shape " + to_string(wanted) + " and dtype " +
                name(x.dtype()) + ", got " + to_string(grad.shape()) + " and " + name(grad.dtype()));
  return {contiguous(grad), reduction == Reduction::None ? 1 : 0,
          reduction == Reduction::Mean ? 1 / divisor : 1.0};
}

void check_smoothing(double smoothing, const char* op) {
  if (!(smoothing >= 0 && smoothing <= 1))
    value_error(std::string(op) + ": label_smoothing must be between 0 and 1, got " + std::to_string(smoothing));
}

// ---- pairs

struct Pair {
  Array x, y;  // dense, of one layout
};
Pair pair(const PairLoss& loss, const Array& x, const Array& y) {
  check_pair(loss, x, y);
  const Array dense = x.is_dense() ? x : contiguous(x);
  return {dense, to_layout(y, dense.strides())};
}

template <class T>
void check_probabilities(const Array& x, const char* op) {
  const T* p = x.data<T>();
  for (int64_t i = 0; i < x.size(); ++i)
    if (!(p[i] >= 0 && p[i] <= 1))
      value_error(std::string(op) + ": input must lie between 0 and 1, got " + std::to_string(p[i]));
}

}  // namespace

void check_pair(const PairLoss& loss, const Array& x, const Array& y) {
  const char* const op = loss.name;
  check_float(x, op);
  if (x.dtype() != y.dtype())
    type_error(std::string(op) + ": input is " + name(x.dtype()) + " but target is " + name(y.dtype()) +
               (is_computing_float(y.dtype()) ? conversion(x.dtype() == DType::F64 ? "input" : "target", DType::F32)
                                              : conversion("target", x.dtype())));
  if (!(x.shape() == y.shape()))
    value_error(std::string(op) + ": input of shape " + to_string(x.shape()) + " and target of shape " +
                to_string(y.shape()) + " must agree" + reshape_hint(y, x.shape()));
}

ClassLoss cross_entropy(const Array& x, const Array& target, const Array& weight, int64_t ignore_index,
                        double label_smoothing, Reduction reduction) {
  constexpr const char* op = "cross_entropy";
  check_smoothing(label_smoothing, op);
  Classes c = classes(x, target, weight, op);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const double total_weight = take_labels<T>(c, ignore_index, op);
    const double divisor = divide_weights(c, reduction, total_weight);
    const Array each = Array::empty(c.target.shape(), x.dtype());
    const Array stats = Array::empty({2, c.target.size()}, x.dtype());
    if (x.size() > 0)
      class_functions<T>().cross_entropy(c.shape, c.x.data<T>(), {c.target.data<int64_t>(), ignore_index},
                                         optional_data<T>(c.weight), label_smoothing, each.data<T>(), stats.data<T>());
    return ClassLoss{reduced<T>(each, reduction, divisor), stats, total_weight};
  });
}

Array cross_entropy_backward(const Array& grad, const Array& x, const Array& stats, const Array& target,
                             const Array& weight, int64_t ignore_index, double label_smoothing, Reduction reduction,
                             double total_weight) {
  constexpr const char* op = "cross_entropy_backward";
  check_smoothing(label_smoothing, op);
  Classes c = classes(x, target, weight, op);
  const Incoming in = incoming(grad, x, target, reduction, divide_weights(c, reduction, total_weight), op);
  if (!(stats.shape() == Dims{2, target.size()}) || stats.dtype() != x.dtype())
    value_error(std::string(op) + ": stats must be what cross_entropy returned, got shape " +
                to_string(stats.shape()));
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    take_labels<T>(c, ignore_index, op);
    const Array grad_x = empty_like(c.x), dense_stats = contiguous(stats);
    if (x.size() > 0)
      class_functions<T>().cross_entropy_backward(
          c.shape, c.x.data<T>(), dense_stats.data<T>(), {c.target.data<int64_t>(), ignore_index},
          optional_data<T>(c.weight), label_smoothing, in.scale, in.grad.data<T>(), in.step, grad_x.data<T>());
    return grad_x;
  });
}

ClassLoss nll_loss(const Array& x, const Array& target, const Array& weight, int64_t ignore_index,
                   Reduction reduction) {
  constexpr const char* op = "nll_loss";
  Classes c = classes(x, target, weight, op);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const double total_weight = take_labels<T>(c, ignore_index, op);
    const double divisor = divide_weights(c, reduction, total_weight);
    const Array each = Array::empty(c.target.shape(), x.dtype());
    if (x.size() > 0)
      class_functions<T>().nll(c.shape, c.x.data<T>(), {c.target.data<int64_t>(), ignore_index},
                               optional_data<T>(c.weight), each.data<T>());
    return ClassLoss{reduced<T>(each, reduction, divisor), Array(), total_weight};
  });
}

bool classes_innermost(const Array& x) {
  return x.ndim() > 1 && !x.is_contiguous() && with_classes_last(x).is_contiguous();
}

Array nll_loss_backward(const Array& grad, const Dims& shape, bool classes_innermost, const Array& target,
                        const Array& weight, int64_t ignore_index, Reduction reduction, double total_weight) {
  constexpr const char* op = "nll_loss_backward";
  Dims order(shape.size(), 0);  // of the axes in memory, as strides
  for (int i = 0; i < shape.size(); ++i) order[i] = classes_innermost && i == 1 ? 1 : shape.size() + 1 - i;
  const Array grad_x = Array::empty_with_layout(shape, grad.dtype(), order);
  Classes c = classes(grad_x, target, weight, op);
  const Incoming in = incoming(grad, grad_x, target, reduction, divide_weights(c, reduction, total_weight), op);
  return visit<ComputingFloats>(grad.dtype(), [&]<class T>() {
    take_labels<T>(c, ignore_index, op);
    if (grad_x.size() > 0)
      class_functions<T>().nll_backward(c.shape, {c.target.data<int64_t>(), ignore_index}, optional_data<T>(c.weight),
                                        in.scale, in.grad.data<T>(), in.step, grad_x.data<T>());
    return grad_x;
  });
}

const PairLoss* pair_loss_named(const char* name) {
  const PairLossKernels& k = *kernels().loss->pair;
  for (int i = 0; i < k.count; ++i)
    if (std::strcmp(k.losses[i].name, name) == 0) return &k.losses[i];
  value_error(std::string("there is no loss of pairs named ") + name);
}

Array pair_loss(const PairLoss& loss, const Array& x, const Array& y, double param, Reduction reduction) {
  const Pair p = pair(loss, x, y);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    if (loss.of_probabilities) check_probabilities<T>(p.x, loss.name);
    const PairLossFunctions<T>& k = loss.of<T>();
    if (reduction == Reduction::None) {
      const Array each = empty_like(p.x);
      k.each(p.x.size(), p.x.data<T>(), p.y.data<T>(), param, each.data<T>());
      return each;
    }
    const double sum = k.sum(p.x.size(), p.x.data<T>(), p.y.data<T>(), param);
    return scalar<T>(reduction == Reduction::Mean ? sum / static_cast<double>(x.size()) : sum, x.dtype());
  });
}

Array pair_loss_backward(const PairLoss& loss, const Array& grad, const Array& x, const Array& y, double param,
                         Reduction reduction) {
  const Pair p = pair(loss, x, y);
  const Dims wanted = reduction == Reduction::None ? x.shape() : Dims{};
  if (!(grad.shape() == wanted) || grad.dtype() != x.dtype())
    value_error(std::string(loss.name) + ": gradient must have shape " + to_string(wanted) + " and dtype " +
                name(x.dtype()) + ", got " + to_string(grad.shape()) + " and " + name(grad.dtype()));
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const Array grad_x = empty_like(p.x);
    const PairLossFunctions<T>& k = loss.of<T>();
    if (reduction == Reduction::None) {
      const Array g = to_layout(grad, p.x.strides());
      k.backward(p.x.size(), p.x.data<T>(), p.y.data<T>(), param, 1, g.data<T>(), grad_x.data<T>());
      return grad_x;
    }
    double scale = static_cast<double>(*grad.data<T>());
    if (reduction == Reduction::Mean) scale /= static_cast<double>(x.size());
    k.backward(p.x.size(), p.x.data<T>(), p.y.data<T>(), param, scale, nullptr, grad_x.data<T>());
    return grad_x;
  });
}

}  // namespace fastgrad::ops
