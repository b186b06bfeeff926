#include "ops/optimizer.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {
namespace {

template <class T>
const OptimizerFunctions<T>& functions() {
  if constexpr (std::is_same_v<T, float>)
    return kernels().optimizer->f32;
  else
    return kernels().optimizer->f64;
}

std::string element(const char* list, size_t i) { return std::string(list) + "[" + std::to_string(i) + "]"; }

struct StateList {
  const char* name;
  ArrayList arrays;  // empty: this state is not used
};

// The lists as the kernels take them. What is not dense, or not in its parameter's memory order, is worked on in a copy
// and written back. Everything is checked by the constructor; nothing is written before run().
class Spans {
 public:
  Spans(const char* op, const char* params_name, ArrayList params, const ArrayList* grads,
        std::initializer_list<StateList> states) {
    check_lengths(op, params_name, params, grads, states);
    for (size_t i = 0; i < params.size(); ++i) {
      const Array& p = params[i];
      if (!is_computing_float(p.dtype()))
        type_error(std::string(op) + ": " + element(params_name, i) + " must be float32 or float64, got " +
                   name(p.dtype()));
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
      char* state[3] = {};
      int k = 0;
      for (const StateList& s : states) {
        if (!s.arrays.empty()) state[k] = place(s.arrays[i], strides, true);
        ++k;
      }
      if (p.dtype() == DType::F32)
        add(f32_, param, grad, state, p.size());
      else
        add(f64_, param, grad, state, p.size());
    }
  }

  // f(spans, count, functions of the dtype): once for each dtype; span by span where two share memory.
  template <class F>
  void run(const F& f) {
    each(f32_, f);
    each(f64_, f);
    for (const auto& [target, copy] : staged_) copy_into(target, copy);
    for (Storage* storage : written_) ++storage->version;
  }
  // For Adam and Adagrad.
  void set_rates(double rate, double correction) {
    for (auto& s : f32_) s.rate = rate, s.correction = correction;
    for (auto& s : f64_) s.rate = rate, s.correction = correction;
  }

 private:
  static void check_lengths(const char* op, const char* params_name, ArrayList params, const ArrayList* grads,
                            std::initializer_list<StateList> states) {
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
  static void add(std::vector<ParameterSpan<T>>& spans, char* param, const char* grad, char* const (&state)[3],
                  int64_t n) {
    const auto at = [](char* bytes) { return reinterpret_cast<T*>(bytes); };
    spans.push_back({at(param), reinterpret_cast<const T*>(grad), {at(state[0]), at(state[1]), at(state[2])}, n, 0, 1});
  }
  template <class T>
  static bool share_memory(const std::vector<ParameterSpan<T>>& spans) {
    std::vector<std::pair<const T*, const T*>> extents;
    extents.reserve(spans.size());
    for (const auto& s : spans) extents.emplace_back(s.param, s.param + s.n);
    std::sort(extents.begin(), extents.end());
    for (size_t i = 1; i < extents.size(); ++i)
      if (extents[i].first < extents[i - 1].second) return true;
    return false;
  }
  template <class T, class F>
  static void each(const std::vector<ParameterSpan<T>>& spans, const F& f) {
    if (spans.empty()) return;
    if (!share_memory(spans)) {
      f(spans.data(), static_cast<int64_t>(spans.size()), functions<T>());
      return;
    }
    for (const auto& s : spans) f(&s, int64_t{1}, functions<T>());
  }

  std::vector<ParameterSpan<float>> f32_;
  std::vector<ParameterSpan<double>> f64_;
  std::vector<StorageRef> kept_;   // what the spans point into
  std::vector<Storage*> written_;  // those of them whose version this bumps
  std::vector<std::pair<Array, Array>> staged_;  // where it belongs, the copy
};

}  // namespace

void sgd_step(ArrayList params, ArrayList grads, ArrayList buffers, const SgdConfig& config) {
  if (config.momentum != 0 && buffers.size() != params.size())
    value_error("sgd: momentum needs a buffer for each of the " + std::to_string(params.size()) + " params, got " +
                std::to_string(buffers.size()));
  Spans spans("sgd", "params", params, &grads, {{"momentum buffers", buffers}});
  spans.run([&](const auto* s, int64_t n, const auto& k) { k.sgd(s, n, config); });
}

void adam_step(ArrayList params, ArrayList grads, ArrayList first_moments, ArrayList second_moments,
               ArrayList max_second_moments, int64_t step, const AdamConfig& config) {
  const char* op = config.decoupled_decay ? "adamw" : "adam";
  if (step < 1) value_error(std::string(op) + ": step counts from 1, got " + std::to_string(step));
  for (const ArrayList* list : {&first_moments, &second_moments, &max_second_moments}) {
    if (list == &max_second_moments && !config.amsgrad) continue;
    if (list->size() != params.size())
      value_error(std::string(op) + ": needs a moment for each of the " + std::to_string(params.size()) +
                  " params, got " + std::to_string(list->size()));
  }
  Spans spans(op, "params", params, &grads,
              {{"first moments", first_moments},
               {"second moments", second_moments},
               {"maximal second moments", config.amsgrad ? max_second_moments : ArrayList{}}});
  const double t = static_cast<double>(step);
  spans.set_rates(config.lr / (1 - std::pow(config.beta1, t)), std::sqrt(1 - std::pow(config.beta2, t)));
  spans.run([&](const auto* s, int64_t n, const auto& k) { k.adam(s, n, config); });
}

void rmsprop_step(ArrayList params, ArrayList grads, ArrayList mean_squares, ArrayList buffers, ArrayList mean_grads,
                  const RmspropConfig& config) {
  if (mean_squares.size() != params.size() || (config.centered && mean_grads.size() != params.size()) ||
      (config.momentum != 0 && buffers.size() != params.size()))
    value_error("rmsprop: needs its states for each of the " + std::to_string(params.size()) + " params");
  Spans spans("rmsprop", "params", params, &grads,
              {{"mean squares", mean_squares},
               {"mean gradients", config.centered ? mean_grads : ArrayList{}},
               {"momentum buffers", config.momentum != 0 ? buffers : ArrayList{}}});
  spans.run([&](const auto* s, int64_t n, const auto& k) { k.rmsprop(s, n, config); });
}

void adagrad_step(ArrayList params, ArrayList grads, ArrayList sums, double lr, const AdagradConfig& config) {
  if (sums.size() != params.size())
    value_error("adagrad: needs a sum for each of the " + std::to_string(params.size()) + " params, got " +
                std::to_string(sums.size()));
  Spans spans("adagrad", "params", params, &grads, {{"sums", sums}});
  spans.set_rates(lr, 1);
  spans.run([&](const auto* s, int64_t n, const auto& k) { k.adagrad(s, n, config); });
}

double total_norm(ArrayList arrays, double norm_type) {
  if (!(norm_type > 0)) value_error("total_norm: norm_type must be positive, got " + std::to_string(norm_type));
  std::vector<Array> dense;
  dense.reserve(arrays.size());
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (!is_computing_float(arrays[i].dtype()))
      type_error("total_norm: " + element("arrays", i) + " must be float32 or float64, got " +
                 name(arrays[i].dtype()));
    dense.push_back(arrays[i].is_dense() ? arrays[i] : contiguous(arrays[i]));
  }
  std::vector<ParameterSpan<float>> f32;
  std::vector<ParameterSpan<double>> f64;
  for (const Array& a : dense) {
    if (a.dtype() == DType::F32)
      f32.push_back({a.data<float>(), nullptr, {}, a.size(), 0, 1});
    else
      f64.push_back({a.data<double>(), nullptr, {}, a.size(), 0, 1});
  }
  const NormKind kind = norm_type == 2         ? NormKind::Two
                        : norm_type == 1       ? NormKind::One
                        : std::isinf(norm_type) ? NormKind::Max
                                               : NormKind::Power;
  const double a = functions<float>().norm_sum(f32.data(), static_cast<int64_t>(f32.size()), kind, norm_type);
  const double b = functions<double>().norm_sum(f64.data(), static_cast<int64_t>(f64.size()), kind, norm_type);
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
  Spans spans("scale_", "arrays", arrays, nullptr, {});
  spans.run([&](const auto* s, int64_t n, const auto& k) { k.scale(s, n, factor); });
}

void clip_all(ArrayList arrays, double bound) {
  if (!(bound >= 0)) value_error("clip_: bound must not be negative, got " + std::to_string(bound));
  Spans spans("clip_", "arrays", arrays, nullptr, {});
  spans.run([&](const auto* s, int64_t n, const auto& k) { k.clip(s, n, bound); });
}

}  // namespace fastgrad::ops
