#include "ops/optimizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {
namespace {

std::string element(const char* list, size_t i) { return std::string(list) + "[" + std::to_string(i) + "]"; }

template <class T>
using SpanList = std::vector<ParameterSpan<T>>;

struct StateList {
  const char* name;
  ArrayList arrays;  // empty: this state is not used
};

// The lists as the kernels take them. What is not dense, or not in its parameter's memory order, is worked on in a copy
// and written back. Everything is checked by the constructor; nothing is written before run().
class Spans {
 public:
  // grads: null where there are none.
  Spans(const char* op, const char* params_name, ArrayList params, const ArrayList* grads = nullptr,
        std::span<const StateList> states = {}) {
    check_lengths(op, params_name, params, grads, states);
    for (size_t i = 0; i < params.size(); ++i) {
      const Array& p = params[i];
      if (!is_computing_float(p.dtype())) refuse_dtype(p.dtype(), op, element(params_name, i).c_str());
      check_writable(p, op);
      if (grads) check_like(op, params_name, p, i, "grads", (*grads)[i]);
      for (const StateList& s : states) {
        if (s.arrays.empty()) continue;
        check_like(op, params_name, p, i, s.name, s.arrays[i]);
        check_writable(s.arrays[i], op);
      }
    }
    const size_t writes = params.size() * (1 + states.size());
    kept_.reserve(writes + params.size());
    written_.reserve(writes);
    for (size_t i = 0; i < params.size(); ++i) {
      const Array& p = params[i];
      if (p.size() == 0) continue;
      const Dims strides = p.is_dense() ? p.strides() : contiguous_strides(p.shape());
      char* const param = place(p, strides, true);
      const char* const grad = grads ? place((*grads)[i], strides, false) : nullptr;
      char* state[kMaxStates] = {};
      for (size_t k = 0; k < states.size(); ++k)
        if (!states[k].arrays.empty()) state[k] = place(states[k].arrays[i], strides, true);
      visit<ComputingFloats>(p.dtype(), [&]<class T>() { add<T>(param, grad, state, p.size()); });
    }
  }

  // f(spans, count): once for each dtype; span by span where two share memory.
  template <class F>
  void run(const F& f) {
    each(spans_.f32, f);
    each(spans_.f64, f);
    for (const auto& [target, copy] : staged_) copy_into(target, copy);
    for (Storage* storage : written_) ++storage->version;
  }

 private:
  static void check_lengths(const char* op, const char* params_name, ArrayList params, const ArrayList* grads,
                            std::span<const StateList> states) {
    const auto check = [&](const char* what, size_t n) {
      if (n != params.size())
        value_error(std::string(op) + ": " + std::to_string(params.size()) + " " + params_name + " but " +
                    std::to_string(n) + " " + what);
    };
    if (grads) check("grads", grads->size());
    for (const StateList& s : states)
      if (!s.arrays.empty()) check(s.name, s.arrays.size());
  }
  static void check_like(const char* op, const char* params_name, const Array& p, size_t i, const char* list,
                         const Array& a) {
    if (a.shape() == p.shape() && a.dtype() == p.dtype()) return;
    const std::string text = std::string(op) + ": " + element(list, i) + " has shape " + to_string(a.shape()) +
                             " and dtype " + name(a.dtype()) + ", " + element(params_name, i) + " " +
                             to_string(p.shape()) + " and " + name(p.dtype());
    a.dtype() == p.dtype() ? value_error(text) : type_error(text);
  }

  // The elements of a in this dense memory order: its own, or a copy's, which is written back if they are to be
  // `written`.
  char* place(const Array& a, const Dims& strides, bool written) {
    bool as_it_is = true;
    for (int i = 0; i < a.ndim(); ++i) as_it_is &= a.stride(i) == strides[i] || a.shape(i) == 1;
    Array copy;
    if (!as_it_is) copy = to_layout(a, strides);
    const StorageRef& storage = as_it_is ? a.storage() : copy.storage();
    kept_.push_back(storage);
    if (written && as_it_is) written_.push_back(storage.get());
    if (written && !as_it_is) staged_.emplace_back(a, copy);
    return as_it_is ? a.bytes() : copy.bytes();
  }
  template <class T>
  void add(char* param, const char* grad, char* const (&state)[kMaxStates], int64_t n) {
    ParameterSpan<T> span{reinterpret_cast<T*>(param), reinterpret_cast<const T*>(grad), {}, n};
    for (int k = 0; k < kMaxStates; ++k) span.state[k] = reinterpret_cast<T*>(state[k]);
    spans_.of<T>().push_back(span);
  }
  template <class T>
  static bool share_memory(const SpanList<T>& spans) {
    std::vector<std::pair<const T*, const T*>> extents;
    extents.reserve(spans.size());
    for (const auto& s : spans) extents.emplace_back(s.param, s.param + s.n);
    std::sort(extents.begin(), extents.end());
    for (size_t i = 1; i < extents.size(); ++i)
      if (extents[i].first < extents[i - 1].second) return true;
    return false;
  }
  template <class T, class F>
  static void each(const SpanList<T>& spans, const F& f) {
    if (spans.empty()) return;
    if (!share_memory<T>(spans)) return f(spans.data(), static_cast<int64_t>(spans.size()));
    for (const auto& s : spans) f(&s, int64_t{1});
  }

  PerFloat<SpanList> spans_;
  std::vector<StorageRef> kept_;   // what the spans point into
  std::vector<Storage*> written_;  // those of them whose version this bumps
  std::vector<std::pair<Array, Array>> staged_;  // where it belongs, the copy
};

template <class T>
const ClipFunctions<T>& clip_functions() {
  return kernels().optimizer->clip->of<T>();
}

}  // namespace

const OptimizerStep& optimizer_named(std::string_view name) {
  const OptimizerKernels& k = *kernels().optimizer;
  const OptimizerStep* const found =
      std::find_if(k.steps, k.steps + k.step_count, [&](const OptimizerStep& s) { return name == s.name; });
  if (found == k.steps + k.step_count) value_error("there is no optimizer step named " + std::string(name));
  return *found;
}

void optimizer_step(const OptimizerStep& optimizer, ArrayList params, ArrayList grads,
                    std::span<const std::vector<Array>> states, int64_t t, std::span<const double> hyperparameters) {
  const char* const op = optimizer.name;
  if (t < 1) value_error(std::string(op) + ": step must count from 1, got " + std::to_string(t));
  if (std::ssize(states) != optimizer.state_count || std::ssize(hyperparameters) != optimizer.hyperparameter_count)
    value_error(std::string(op) + ": there must be " + std::to_string(optimizer.state_count) + " states and " +
                std::to_string(optimizer.hyperparameter_count) + " hyperparameters, got " +
                std::to_string(states.size()) + " and " + std::to_string(hyperparameters.size()));
  const unsigned uses = optimizer.uses(hyperparameters.data());
  StateList lists[kMaxStates];
  for (int k = 0; k < optimizer.state_count; ++k) {
    lists[k] = {optimizer.states[k], {}};
    if (!(uses >> k & 1)) continue;
    if (states[static_cast<size_t>(k)].size() != params.size())
      value_error(std::string(op) + ": " + optimizer.states[k] + " must have a tensor for each of the " +
                  std::to_string(params.size()) + " params, got " +
                  std::to_string(states[static_cast<size_t>(k)].size()));
    lists[k].arrays = states[static_cast<size_t>(k)];
  }
  Spans spans(op, "params", params, &grads, std::span(lists, static_cast<size_t>(optimizer.state_count)));
  spans.run([&]<class T>(const ParameterSpan<T>* s, int64_t n) { optimizer.of<T>()(s, n, t, hyperparameters.data()); });
}

double total_norm(ArrayList arrays, double norm_type) {
  if (!(norm_type > 0)) value_error("total_norm: norm_type must be positive, got " + std::to_string(norm_type));
  std::vector<Array> dense;
  dense.reserve(arrays.size());
  PerFloat<SpanList> spans;
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (!is_computing_float(arrays[i].dtype()))
      refuse_dtype(arrays[i].dtype(), "total_norm", element("arrays", i).c_str());
    const Array& a = dense.emplace_back(arrays[i].is_dense() ? arrays[i] : contiguous(arrays[i]));
    visit<ComputingFloats>(a.dtype(),
                           [&]<class T>() { spans.of<T>().push_back({a.data<T>(), nullptr, {}, a.size()}); });
  }
  const NormKind kind = norm_type == 2         ? NormKind::Two
                        : norm_type == 1       ? NormKind::One
                        : std::isinf(norm_type) ? NormKind::Max
                                               : NormKind::Power;
  const auto sum_of = [&]<class T>(const SpanList<T>& list) {
    return clip_functions<T>().norm_sum(list.data(), static_cast<int64_t>(list.size()), kind, norm_type);
  };
  const double a = sum_of(spans.f32), b = sum_of(spans.f64);
  if (kind == NormKind::Max) return b > a || std::isnan(b) ? b : a;
  if (kind == NormKind::One) return a + b;
  // float32 squares fit in double; other powers may leave its range, or lose bits at its lower end.
  if (!(a + b < std::numeric_limits<double>::max()) || a + b < 0x1p-960) {
    const double largest = total_norm(arrays, std::numeric_limits<double>::infinity());
    const int exponent = std::clamp(largest > 0 && std::isfinite(largest) ? std::ilogb(largest) : 0, -1000, 1000);
    if (exponent != 0) {
      std::vector<Array> scaled;
      for (const Array& x : arrays) scaled.push_back(x.dtype() == DType::F64 ? clone(x) : cast(x, DType::F64));
      scale_all(scaled, std::ldexp(1.0, -exponent));
      return std::ldexp(total_norm(scaled, norm_type), exponent);
    }
  }
  return kind == NormKind::Two ? std::sqrt(a + b) : std::pow(a + b, 1 / norm_type);
}

void scale_all(ArrayList arrays, double factor) {
  Spans("scale_", "arrays", arrays).run([&]<class T>(const ParameterSpan<T>* s, int64_t n) {
    clip_functions<T>().scale(s, n, factor);
  });
}

void clip_all(ArrayList arrays, double bound) {
  if (!(bound >= 0)) value_error("clip_: bound must not be negative, got " + std::to_string(bound));
  Spans("clip_", "arrays", arrays).run([&]<class T>(const ParameterSpan<T>* s, int64_t n) {
    clip_functions<T>().clip(s, n, bound);
  });
}

}  // namespace fastgrad::ops
