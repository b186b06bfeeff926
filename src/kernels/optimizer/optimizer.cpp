// Optimizer steps: one pass over all parameters, in which each of a step's arrays is read once and written once. The
// order of operations is that of torch.optim's formulas.
//
// An optimizer is a struct: its name, its states (tensors that it remembers of each parameter) and hyperparameters by
// their names in Python, betas[0] for the first of a pair; flags are numbers, too; the Config that these fill in their order; uses(config), a bit for
// each state that is in use; and step(config, t), for update number t: a function of a span, an offset and a number of
// lanes. A new one is such a struct, and its row at the end.
#include "kernels/optimizer/spans.h"

namespace fastgrad::FG_LEVEL {
namespace {

// The gradient as the formulas begin: its sign for ascent, plus the decay of the parameter.
template <class T>
FG_INLINE Vec<T> decayed(Vec<T> g, Vec<T> p, double weight_decay, bool maximize) {
  if (maximize) g = -g;
  return weight_decay != 0 ? fma(constant<T>(weight_decay), p, g) : g;
}

// a moved towards b by `weight`, from the nearer end.
template <class T>
FG_INLINE Vec<T> lerp(Vec<T> a, Vec<T> b, double weight) {
  return weight < 0.5 ? fma(constant<T>(weight), b - a, a) : fma(constant<T>(weight - 1), b - a, b);
}

struct Sgd {
  static constexpr const char* kName = "sgd";
  static constexpr const char* kStates[] = {"momentum_buffer"};  // zeros at first
  static constexpr const char* kHyperparameters[] = {"lr",           "momentum", "dampening",
                                                     "weight_decay", "nesterov", "maximize"};
  struct Config {
    double lr, momentum, dampening, weight_decay, nesterov, maximize;
  };
  FG_INLINE unsigned uses(const Config& c) { return c.momentum != 0; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t t) {
    // The first gradient enters the buffer undamped.
    return
        [descent = constant<T>(-c.lr), momentum = constant<T>(c.momentum),
         fresh = constant<T>(1 - (t > 1 ? c.dampening : 0)), remembers = c.momentum != 0, nesterov = c.nesterov != 0,
         maximize = c.maximize != 0, weight_decay = c.weight_decay](const ParameterSpan<T>& s, int64_t i, auto lanes) {
          const Vec<T> p = load_lanes(s.param + i, lanes);
          Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, weight_decay, maximize);
          if (remembers) {
            const Vec<T> buffer = fma(load_lanes(s.state[0] + i, lanes), momentum, fresh * g);
            store_lanes<T>(s.state[0] + i, buffer, lanes);
            g = nesterov ? fma(momentum, buffer, g) : buffer;
          }
          store_lanes<T>(s.param + i, fma(descent, g, p), lanes);
        };
  }
};

// https://arxiv.org/abs/1412.6980; decoupled decay: https://arxiv.org/abs/1711.05101
struct Adam {
  static constexpr const char* kName = "adam";
  static constexpr const char* kStates[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  static constexpr const char* kHyperparameters[] = {"lr",           "betas[0]",        "betas[1]", "eps",
                                                     "weight_decay", "decoupled_decay", "amsgrad",  "maximize"};
  struct Config {
    double lr, beta1, beta2, eps, weight_decay, decoupled_decay, amsgrad, maximize;
  };
  FG_INLINE unsigned uses(const Config& c) { return c.amsgrad != 0 ? 0b111 : 0b011; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t t) {
    const double n = static_cast<double>(t);
    const double rate = c.lr / (1 - __builtin_pow(c.beta1, n)), bias = __builtin_sqrt(1 - __builtin_pow(c.beta2, n));
    return
        [descent = constant<T>(-rate), correction = constant<T>(1 / bias), keep = constant<T>(c.beta2),
         fresh = constant<T>(1 - c.beta2), eps = constant<T>(c.eps), shrink = constant<T>(1 - c.lr * c.weight_decay),
         weight = 1 - c.beta1, decoupled = c.decoupled_decay != 0, amsgrad = c.amsgrad != 0, maximize = c.maximize != 0,
         weight_decay = c.weight_decay](const ParameterSpan<T>& s, int64_t i, auto lanes) {
          Vec<T> p = load_lanes(s.param + i, lanes);
          const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, decoupled ? 0 : weight_decay, maximize);
          if (decoupled) p *= shrink;
          const Vec<T> m = lerp<T>(load_lanes(s.state[0] + i, lanes), g, weight);
          Vec<T> v = fma(load_lanes(s.state[1] + i, lanes), keep, fresh * g * g);
          store_lanes<T>(s.state[0] + i, m, lanes);
          store_lanes<T>(s.state[1] + i, v, lanes);
          if (amsgrad) {
            const Vec<T> most = load_lanes(s.state[2] + i, lanes);
            v = v < most ? most : v;  // a NaN passes
            store_lanes<T>(s.state[2] + i, v, lanes);
          }
          const Vec<T> denominator = fma(sqrt(v), correction, eps);
          store_lanes<T>(s.param + i, p + descent * m / denominator, lanes);
        };
  }
};

// Hinton's lecture; centered: https://arxiv.org/abs/1308.0850
struct Rmsprop {
  static constexpr const char* kName = "rmsprop";
  static constexpr const char* kStates[] = {"square_avg", "grad_avg", "momentum_buffer"};
  static constexpr const char* kHyperparameters[] = {"lr",       "alpha",    "eps",     "weight_decay",
                                                     "momentum", "centered", "maximize"};
  struct Config {
    double lr, alpha, eps, weight_decay, momentum, centered, maximize;
  };
  FG_INLINE unsigned uses(const Config& c) { return 1u | (c.centered != 0) << 1 | (c.momentum != 0) << 2; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t) {
    return [descent = constant<T>(-c.lr), keep = constant<T>(c.alpha), fresh = constant<T>(1 - c.alpha),
            eps = constant<T>(c.eps), momentum = constant<T>(c.momentum), weight = 1 - c.alpha,
            centered = c.centered != 0, remembers = c.momentum != 0, maximize = c.maximize != 0,
            weight_decay = c.weight_decay](const ParameterSpan<T>& s, int64_t i, auto lanes) {
      const Vec<T> p = load_lanes(s.param + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, weight_decay, maximize);
      Vec<T> v = fma(load_lanes(s.state[0] + i, lanes), keep, fresh * g * g);
      store_lanes<T>(s.state[0] + i, v, lanes);
      if (centered) {
        const Vec<T> mean = lerp<T>(load_lanes(s.state[1] + i, lanes), g, weight);
        store_lanes<T>(s.state[1] + i, mean, lanes);
        v = fma(-mean, mean, v);
        v = v < constant<T>(0) ? constant<T>(0) : v;  // below 0 by rounding only; a NaN passes
      }
      const Vec<T> denominator = sqrt(v) + eps;
      if (remembers) {
        const Vec<T> buffer = fma(load_lanes(s.state[2] + i, lanes), momentum, g / denominator);
        store_lanes<T>(s.state[2] + i, buffer, lanes);
        store_lanes<T>(s.param + i, fma(descent, buffer, p), lanes);
      } else {
        store_lanes<T>(s.param + i, p + descent * g / denominator, lanes);
      }
    };
  }
};

// https://jmlr.org/papers/v12/duchi11a.html
struct Adagrad {
  static constexpr const char* kName = "adagrad";
  static constexpr const char* kStates[] = {"sum"};
  static constexpr const char* kHyperparameters[] = {"lr", "lr_decay", "eps", "weight_decay", "maximize"};
  struct Config {
    double lr, lr_decay, eps, weight_decay, maximize;
  };
  FG_INLINE unsigned uses(const Config&) { return 1; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t t) {
    const double rate = c.lr / (1 + static_cast<double>(t - 1) * c.lr_decay);
    return [descent = constant<T>(-rate), eps = constant<T>(c.eps), maximize = c.maximize != 0,
            weight_decay = c.weight_decay](const ParameterSpan<T>& s, int64_t i, auto lanes) {
      const Vec<T> p = load_lanes(s.param + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, weight_decay, maximize);
      const Vec<T> sum = fma(g, g, load_lanes(s.state[0] + i, lanes));
      store_lanes<T>(s.state[0] + i, sum, lanes);
      store_lanes<T>(s.param + i, p + descent * g / (sqrt(sum) + eps), lanes);
    };
  }
};

template <class O>
FG_INLINE typename O::Config config_of(const double* numbers) {
  typename O::Config c;
  __builtin_memcpy(&c, numbers, sizeof c);
  return c;
}

template <class O>
unsigned uses(const double* config) {
  return O::uses(config_of<O>(config));
}

template <class O, class T>
void run(const ParameterSpan<T>* spans, int64_t count, int64_t t, const double* config) {
  const auto c = config_of<O>(config);
  const auto step = O::template step<T>(c, t);
  const int64_t arrays = 2 + 2 * __builtin_popcount(O::uses(c));
  over_spans<T>(spans, count, arrays, [&](const ParameterSpan<T>& span) {
    return [span, step](int64_t i, auto lanes) { step(span, i, lanes); };
  });
}

template <class E, size_t N>
consteval int count_of(const E (&)[N]) {
  return static_cast<int>(N);
}

template <class O>
consteval OptimizerStep row() {
  constexpr int states = count_of(O::kStates), hyperparameters = count_of(O::kHyperparameters);
  static_assert(states <= kMaxStates && sizeof(typename O::Config) == hyperparameters * sizeof(double));
  return {{run<O, float>, run<O, double>}, O::kName, O::kStates, states, O::kHyperparameters, hyperparameters, uses<O>};
}

constexpr OptimizerStep kSteps[] = {row<Sgd>(), row<Adam>(), row<Rmsprop>(), row<Adagrad>()};

}  // namespace

const OptimizerKernels optimizer_kernels = {kSteps, count_of(kSteps), &clip_kernels};

}  // namespace fastgrad::FG_LEVEL
