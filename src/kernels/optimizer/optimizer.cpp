// Optimizer steps: one pass over all parameters, in which each of a step's arrays is read once and written once. The
// order of operations is that of torch.optim's formulas.
//
// An optimizer is a struct: its name, its states (tensors that it remembers of each parameter) and hyperparameters by
// their names in Python, betas[0] for the first of a pair, flags being numbers, too; the Config that these fill in their
// order; uses(config), a bit for each state that is in use; and step(config, t), for update number t: a function of a
// span, an offset and a number of lanes. A new one is such a struct, and its row at the end. Those whose step gives the
// same type of function share the loop that is compiled of it.
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

// 1, 0 or -1; 0 of a NaN.
template <class T>
FG_INLINE Vec<T> sign(Vec<T> v) {
  const Vec<T> zero = constant<T>(0);
  return v > zero ? constant<T>(1) : v < zero ? constant<T>(-1) : zero;
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

// What the family of Adam does: it keeps the moments of the gradient, and steps along the first (and the gradient, where
// it looks ahead), divided by the root of the second (where it is adaptive).
template <class T>
struct MomentsStep {
  Vec<T> along, ahead, keep, fresh, correction, eps, shrink;
  double weight, weight_decay;
  bool looks_ahead, adaptive, decoupled, amsgrad, maximize;

  // The step is `of_moment` times the first moment plus `of_gradient` times the gradient, over the root of the second
  // times `correction` plus eps.
  template <class Config>
  FG_INLINE MomentsStep of(const Config& c, double of_moment, double of_gradient, double correction, bool amsgrad,
                           bool adaptive = true) {
    return {constant<T>(of_moment),
            constant<T>(of_gradient),
            constant<T>(c.beta2),
            constant<T>(1 - c.beta2),
            constant<T>(correction),
            constant<T>(c.eps),
            constant<T>(1 - c.lr * c.weight_decay),
            1 - c.beta1,
            c.decoupled_weight_decay != 0 ? 0 : c.weight_decay,
            of_gradient != 0,
            adaptive,
            c.decoupled_weight_decay != 0 && c.weight_decay != 0,
            amsgrad,
            c.maximize != 0};
  }

  [[gnu::always_inline]] void operator()(const ParameterSpan<T>& s, int64_t i, auto lanes) const {
    Vec<T> p = load_lanes(s.param + i, lanes);
    const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, weight_decay, maximize);
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
    Vec<T> step = along * m;
    if (looks_ahead) step = fma(ahead, g, step);
    if (adaptive) step = step / fma(sqrt(v), correction, eps);
    store_lanes<T>(s.param + i, p + step, lanes);
  }
};

// https://arxiv.org/abs/1412.6980; decoupled decay: https://arxiv.org/abs/1711.05101
struct Adam {
  static constexpr const char* kName = "adam";
  static constexpr const char* kStates[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  static constexpr const char* kHyperparameters[] = {
      "lr", "betas[0]", "betas[1]", "eps", "weight_decay", "decoupled_weight_decay", "amsgrad", "maximize"};
  struct Config {
    double lr, beta1, beta2, eps, weight_decay, decoupled_weight_decay, amsgrad, maximize;
  };
  FG_INLINE unsigned uses(const Config& c) { return c.amsgrad != 0 ? 0b111 : 0b011; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t t) {
    const double n = static_cast<double>(t);
    const double rate = c.lr / (1 - __builtin_pow(c.beta1, n)), bias = __builtin_sqrt(1 - __builtin_pow(c.beta2, n));
    return MomentsStep<T>::of(c, -rate, 0, 1 / bias, c.amsgrad != 0);
  }
};

// https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ. mu_product: of all mu so far, this update's included.
struct Nadam {
  static constexpr const char* kName = "nadam";
  static constexpr const char* kStates[] = {"exp_avg", "exp_avg_sq"};
  static constexpr const char* kHyperparameters[] = {
      "lr",       "betas[0]", "betas[1]", "eps",       "weight_decay", "decoupled_weight_decay",
      "maximize", "mu",       "next_mu",  "mu_product"};
  struct Config {
    double lr, beta1, beta2, eps, weight_decay, decoupled_weight_decay, maximize, mu, next_mu, mu_product;
  };
  FG_INLINE unsigned uses(const Config&) { return 0b11; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t t) {
    const double bias = __builtin_sqrt(1 - __builtin_pow(c.beta2, static_cast<double>(t)));
    const double of_moment = -c.lr * c.next_mu / (1 - c.mu_product * c.next_mu);
    const double of_gradient = -c.lr * (1 - c.mu) / (1 - c.mu_product);
    return MomentsStep<T>::of(c, of_moment, of_gradient, 1 / bias, false);
  }
};

// https://arxiv.org/abs/1908.03265: adaptive once the second moment is of gradients enough to have a variance.
struct Radam {
  static constexpr const char* kName = "radam";
  static constexpr const char* kStates[] = {"exp_avg", "exp_avg_sq"};
  static constexpr const char* kHyperparameters[] = {
      "lr", "betas[0]", "betas[1]", "eps", "weight_decay", "decoupled_weight_decay", "maximize"};
  struct Config {
    double lr, beta1, beta2, eps, weight_decay, decoupled_weight_decay, maximize;
  };
  FG_INLINE unsigned uses(const Config&) { return 0b11; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t t) {
    const double n = static_cast<double>(t), power = __builtin_pow(c.beta2, n), bias = 1 - power;
    const double rate = c.lr / (1 - __builtin_pow(c.beta1, n));
    const double longest = 2 / (1 - c.beta2) - 1, length = longest - 2 * n * power / bias;
    if (!(length > 5)) return MomentsStep<T>::of(c, -rate, 0, 1, false, false);
    const double rectified =
        __builtin_sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
    return MomentsStep<T>::of(c, -rate * rectified * __builtin_sqrt(bias), 0, 1, false);
  }
};

// https://arxiv.org/abs/1412.6980, section 7.1; eps beside the magnitude as PyTorch has it.
struct Adamax {
  static constexpr const char* kName = "adamax";
  static constexpr const char* kStates[] = {"exp_avg", "exp_inf"};
  static constexpr const char* kHyperparameters[] = {"lr", "betas[0]", "betas[1]", "eps", "weight_decay", "maximize"};
  struct Config {
    double lr, beta1, beta2, eps, weight_decay, maximize;
  };
  FG_INLINE unsigned uses(const Config&) { return 0b11; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t t) {
    const double rate = c.lr / (1 - __builtin_pow(c.beta1, static_cast<double>(t)));
    return
        [descent = constant<T>(-rate), keep = constant<T>(c.beta2), eps = constant<T>(c.eps), weight = 1 - c.beta1,
         maximize = c.maximize != 0, weight_decay = c.weight_decay](const ParameterSpan<T>& s, int64_t i, auto lanes) {
          const Vec<T> p = load_lanes(s.param + i, lanes);
          const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, weight_decay, maximize);
          const Vec<T> m = lerp<T>(load_lanes(s.state[0] + i, lanes), g, weight);
          const Vec<T> kept = load_lanes(s.state[1] + i, lanes) * keep, fresh = abs(g) + eps;
          const Vec<T> most = kept >= fresh ? kept : (kept == kept ? fresh : kept);  // a NaN passes
          store_lanes<T>(s.state[0] + i, m, lanes);
          store_lanes<T>(s.state[1] + i, most, lanes);
          store_lanes<T>(s.param + i, p + descent * m / most, lanes);
        };
  }
};

// https://arxiv.org/abs/2302.06675
struct Lion {
  static constexpr const char* kName = "lion";
  static constexpr const char* kStates[] = {"exp_avg"};
  static constexpr const char* kHyperparameters[] = {"lr", "betas[0]", "betas[1]", "weight_decay", "maximize"};
  struct Config {
    double lr, beta1, beta2, weight_decay, maximize;
  };
  FG_INLINE unsigned uses(const Config&) { return 1; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t) {
    return [descent = constant<T>(-c.lr), shrink = constant<T>(1 - c.lr * c.weight_decay), looked = 1 - c.beta1,
            weight = 1 - c.beta2, maximize = c.maximize != 0](const ParameterSpan<T>& s, int64_t i, auto lanes) {
      const Vec<T> m = load_lanes(s.state[0] + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), m, 0, maximize);
      const Vec<T> mean = lerp<T>(m, g, looked), way = mean == mean ? sign<T>(mean) : mean;  // a NaN passes
      store_lanes<T>(s.state[0] + i, lerp<T>(m, g, weight), lanes);
      store_lanes<T>(s.param + i, fma(descent, way, load_lanes(s.param + i, lanes) * shrink), lanes);
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

// https://arxiv.org/abs/1212.5701
struct Adadelta {
  static constexpr const char* kName = "adadelta";
  static constexpr const char* kStates[] = {"square_avg", "acc_delta"};
  static constexpr const char* kHyperparameters[] = {"lr", "rho", "eps", "weight_decay", "maximize"};
  struct Config {
    double lr, rho, eps, weight_decay, maximize;
  };
  FG_INLINE unsigned uses(const Config&) { return 0b11; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t) {
    return [descent = constant<T>(-c.lr), keep = constant<T>(c.rho), fresh = constant<T>(1 - c.rho),
            eps = constant<T>(c.eps), maximize = c.maximize != 0,
            weight_decay = c.weight_decay](const ParameterSpan<T>& s, int64_t i, auto lanes) {
      const Vec<T> p = load_lanes(s.param + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, weight_decay, maximize);
      const Vec<T> v = fma(load_lanes(s.state[0] + i, lanes), keep, fresh * g * g);
      const Vec<T> moved = load_lanes(s.state[1] + i, lanes);
      const Vec<T> delta = sqrt(moved + eps) / sqrt(v + eps) * g;
      store_lanes<T>(s.state[0] + i, v, lanes);
      store_lanes<T>(s.state[1] + i, fma(moved, keep, fresh * delta * delta), lanes);
      store_lanes<T>(s.param + i, fma(descent, delta, p), lanes);
    };
  }
};

// https://doi.org/10.1109/ICNN.1993.298623, the variant that does not take the step before back.
struct Rprop {
  static constexpr const char* kName = "rprop";
  static constexpr const char* kStates[] = {"prev", "step_size"};
  static constexpr const char* kHyperparameters[] = {"etas[0]", "etas[1]", "step_sizes[0]", "step_sizes[1]",
                                                     "maximize"};
  struct Config {
    double slower, faster, least, most, maximize;
  };
  FG_INLINE unsigned uses(const Config&) { return 0b11; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t) {
    return [slower = constant<T>(c.slower), faster = constant<T>(c.faster), least = constant<T>(c.least),
            most = constant<T>(c.most), maximize = c.maximize != 0](const ParameterSpan<T>& s, int64_t i, auto lanes) {
      const Vec<T> zero = constant<T>(0), one = constant<T>(1);
      const Vec<T> p = load_lanes(s.param + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, 0, maximize);
      const Vec<T> agrees = g * load_lanes(s.state[0] + i, lanes);
      Vec<T> size = load_lanes(s.state[1] + i, lanes) * (agrees > zero ? faster : agrees < zero ? slower : one);
      size = size < least ? least : size;
      size = size > most ? most : size;
      const Vec<T> used = agrees < zero ? zero : g;
      store_lanes<T>(s.state[0] + i, used, lanes);
      store_lanes<T>(s.state[1] + i, size, lanes);
      store_lanes<T>(s.param + i, fma(-sign<T>(used), size, p), lanes);
    };
  }
};

// https://doi.org/10.1137/0330046. eta: the rate of this update; mu: what the average takes of the new parameter.
struct Asgd {
  static constexpr const char* kName = "asgd";
  static constexpr const char* kStates[] = {"ax"};
  static constexpr const char* kHyperparameters[] = {"lambd", "eta", "mu", "weight_decay", "maximize"};
  struct Config {
    double lambd, eta, mu, weight_decay, maximize;
  };
  FG_INLINE unsigned uses(const Config&) { return 1; }

  template <class T>
  FG_INLINE auto step(const Config& c, int64_t) {
    return [descent = constant<T>(-c.eta), shrink = constant<T>(1 - c.lambd * c.eta), mu = constant<T>(c.mu),
            averages = c.mu != 1, maximize = c.maximize != 0,
            weight_decay = c.weight_decay](const ParameterSpan<T>& s, int64_t i, auto lanes) {
      Vec<T> p = load_lanes(s.param + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, weight_decay, maximize);
      p = fma(descent, g, p * shrink);
      const Vec<T> mean = load_lanes(s.state[0] + i, lanes);
      store_lanes<T>(s.state[0] + i, averages ? fma(p - mean, mu, mean) : p, lanes);
      store_lanes<T>(s.param + i, p, lanes);
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

// The loop: compiled once for each type of step.
template <class T, class Step>
[[gnu::noinline]] void sweep(const ParameterSpan<T>* spans, int64_t count, int64_t arrays, const Step& step) {
  over_spans<T>(spans, count, arrays, [&](const ParameterSpan<T>& span) {
    return [span, step](int64_t i, auto lanes) { step(span, i, lanes); };
  });
}

template <class O, class T>
void run(const ParameterSpan<T>* spans, int64_t count, int64_t t, const double* config) {
  const auto c = config_of<O>(config);
  sweep<T>(spans, count, 2 + 2 * __builtin_popcount(O::uses(c)), O::template step<T>(c, t));
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

constexpr OptimizerStep kSteps[] = {row<Sgd>(),      row<Adam>(),  row<Nadam>(),   row<Radam>(),
                                    row<Adamax>(),   row<Lion>(),  row<Rmsprop>(), row<Adagrad>(),
                                    row<Adadelta>(), row<Rprop>(), row<Asgd>()};

}  // namespace

const OptimizerKernels optimizer_kernels = {kSteps, count_of(kSteps), &clip_kernels};

}  // namespace fastgrad::FG_LEVEL
