// Numbers drawn by rejection: gamma, Poisson, binomial. Element i reads the Philox blocks of its own place, one after
// another by the counter's word for attempts, so that how many it takes moves no other element.
#include <atomic>
#include <cmath>
#include <string>

#include "array/check.h"
#include "array/visit.h"
#include "ops/copy.h"
#include "ops/gamma.h"
#include "ops/random.h"
#include "runtime/parallel.h"
#include "runtime/random.h"

namespace fastgrad::ops {
namespace {

constexpr int64_t kGrain = 512;

// The random numbers of one element.
class Words {
 public:
  Words(const Generator& start, int64_t element)
      : seed_(start.seed), group_(start.offset + static_cast<uint64_t>(element / runtime::kPhiloxLanes)),
        lane_(static_cast<uint32_t>(element % runtime::kPhiloxLanes)) {}

  // One of 2^53 equally spaced numbers, above 0 and below 1.
  double uniform() {
    if (left_ == 0) {
      runtime::philox(seed_, group_, lane_, attempt_++, word_);
      left_ = 2;
    }
    --left_;
    const uint64_t bits = uint64_t{word_[2 * left_]} << 32 | word_[2 * left_ + 1];
    return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
  }
  // Standard normal: Box and Muller, 1958.
  double normal() {
    const double u = uniform(), v = uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
  }

 private:
  uint64_t seed_, group_;
  uint32_t lane_, attempt_ = 0, word_[4];
  int left_ = 0;
};

// The logarithm: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM Trans. Math. Softw. 26
// (2000). Of a shape below 1, that of 1 more times u^(1 / shape).
double draw_log_gamma(Words& words, double shape) {
  const double boost = shape < 1 ? std::log(words.uniform()) / shape : 0;
  const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double z = words.normal(), root = 1 + c * z;
    if (root <= 0) continue;
    const double v = root * root * root, log_v = 3 * std::log(root);
    if (std::log(words.uniform()) < 0.5 * z * z + d - d * v + d * log_v) return std::log(d) + log_v + boost;
  }
}

// Below 10 by inversion; from there on W. Hoermann, "The transformed rejection method for generating Poisson random
// variables", Insurance: Mathematics and Economics 12 (1993), algorithm PTRS.
double draw_poisson(Words& words, double rate) {
  if (rate < 10) {
    double u = words.uniform(), p = std::exp(-rate), k = 0;
    while (u > p && k < 200) {
      u -= p;
      p *= rate / ++k;
    }
    return k;
  }
  const double log_rate = std::log(rate), b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double inverse = 1.1239 + 1.1328 / (b - 3.4), accepted = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = words.uniform() - 0.5, v = words.uniform();
    const double us = 0.5 - std::abs(u), k = std::floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= accepted) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v * inverse / (a / (us * us) + b)) <= k * log_rate - rate - log_factorial(k)) return k;
  }
}

// Of a mean below 10 by inversion; else W. Hoermann, "The generation of binomial random variates", J. Stat. Comput. Simul.
// 46 (1993), algorithm BTRS. For p <= 1/2.
double draw_binomial(Words& words, double n, double p) {
  const double q = 1 - p;
  if (n * p < 10) {
    double u = words.uniform(), mass = std::exp(n * std::log1p(-p)), k = 0;
    while (u > mass && k < n) {
      u -= mass;
      mass *= (n - k) / (k + 1) * (p / q);
      ++k;
    }
    return k;
  }
  const double spread = std::sqrt(n * p * q), b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double centre = n * p + 0.5, accepted = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * spread;
  const double mode = std::floor((n + 1) * p), log_odds = std::log(p / q);
  const double peak = log_factorial(mode) + log_factorial(n - mode);
  for (;;) {
    const double u = words.uniform() - 0.5, v = words.uniform();
    const double us = 0.5 - std::abs(u), k = std::floor((2 * a / us + b) * u + centre);
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= accepted) return k;
    if (std::log(v * alpha / (a / (us * us) + b)) <=
        peak - log_factorial(k) - log_factorial(n - k) + (k - mode) * log_odds)
      return k;
  }
}

// Where an array's elements start, and the generator moved past them.
Generator take(Generator& generator, int64_t n) {
  const Generator start = generator;
  generator.offset += static_cast<uint64_t>((n + runtime::kPhiloxLanes - 1) / runtime::kPhiloxLanes);
  return start;
}

// out[i] = draw(words, parameters[i]...), once every parameter is `good`; else false, and the generator is as it was.
template <class Good, class Draw, class... More>
bool draw_each(Generator& generator, const Array& out, const Good& good, const Draw& draw, const More&... parameters) {
  return visit<ComputingFloats>(out.dtype(), [&]<class T>() {
    std::atomic<bool> all{true};
    runtime::parallel_for(out.size(), 65536, [&](int64_t begin, int64_t end) {
      bool mine = true;
      for (int64_t i = begin; i < end; ++i) mine &= good(double{parameters.template data<T>()[i]}...);
      if (!mine) all.store(false, std::memory_order_relaxed);
    });
    if (!all.load()) return false;
    const Generator start = take(generator, out.size());
    runtime::parallel_for(out.size(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Words words(start, i);
        out.data<T>()[i] = static_cast<T>(draw(words, double{parameters.template data<T>()[i]}...));
      }
    });
    return true;
  });
}

}  // namespace

Array standard_gamma(Generator& generator, const Array& shape, bool logarithm) {
  check_float(shape, "standard_gamma", "shape");
  const Array of = contiguous(shape), out = Array::empty(shape.shape(), shape.dtype());
  const auto good = [](double a) { return a > 0 && a < 1e300; };
  const bool drawn = draw_each(generator, out, good, [logarithm](Words& words, double a) {
    const double log_x = draw_log_gamma(words, a);
    return logarithm ? log_x : std::exp(log_x);
  }, of);
  if (!drawn) value_error("standard_gamma: every shape parameter must be above 0 and finite");
  return out;
}

Array poisson(Generator& generator, const Array& rate) {
  check_float(rate, "poisson", "rate");
  const Array of = contiguous(rate), out = Array::empty(rate.shape(), rate.dtype());
  const auto good = [](double r) { return r >= 0 && r < 1e15; };
  if (!draw_each(generator, out, good, draw_poisson, of))
    value_error("poisson: every rate must be in [0, 1e15)");
  return out;
}

Array binomial(Generator& generator, const Array& count, const Array& p) {
  check_float(count, "binomial", "count");
  check_float(p, "binomial", "prob");
  if (count.dtype() != p.dtype() || count.shape() != p.shape())
    type_error("binomial: count and prob must have one shape and dtype, got " + to_string(count.shape()) + " of " +
               name(count.dtype()) + " and " + to_string(p.shape()) + " of " + name(p.dtype()));
  const Array of = contiguous(count), with = contiguous(p), out = Array::empty(p.shape(), p.dtype());
  const auto good = [](double n, double q) { return n >= 0 && n < 1e15 && n == std::floor(n) && q >= 0 && q <= 1; };
  const auto draw = [](Words& words, double n, double q) {
    return q <= 0.5 ? draw_binomial(words, n, q) : n - draw_binomial(words, n, 1 - q);
  };
  if (!draw_each(generator, out, good, draw, of, with))
    value_error("binomial: every count must be an integer in [0, 1e15), and every probability in [0, 1]");
  return out;
}

}  // namespace fastgrad::ops
