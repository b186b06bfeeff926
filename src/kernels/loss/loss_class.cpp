// Cross entropy and negative log likelihood of class scores along an axis (AxisShape). Nothing aliases.
//
// Forward keeps two numbers a line, the maximum m and the logarithm s of the sum of exp(x - m), and no probabilities:
// backward makes p = exp(x - m - s) again while it writes the gradient, which costs less than storing them would.
#include <type_traits>

#include "kernels/loss/loss.h"
#include "kernels/softmax/lines.h"

namespace fastgrad::FG_LEVEL {
namespace {

template <class T>
FG_INLINE T weight_of(const T* weight, int64_t c) {
  return weight ? weight[c] : T{1};
}

// What label smoothing spreads over the classes, times the sum of their weights (times 1 without any). Without smoothing
// it is 0, whatever they are: an infinite weight counts where its class is the label, and nowhere else.
template <class T>
FG_INLINE double spread_weight(const T* weight, double smoothing, int64_t d) {
  if (smoothing == 0 || !weight) return smoothing;
  double sum = 0;
  for (int64_t c = 0; c < d; ++c) sum += static_cast<double>(weight[c]);
  return smoothing / static_cast<double>(d) * sum;
}

template <class T>
FG_INLINE T log_of(T x) {
  return log(splat(x))[0];
}

// From the numbers of one line; `score` is x[y] - m, `weighted` the sum over classes of spread * w * (x - m).
template <class T>
FG_INLINE T line_loss(T weight, T score, T log_sum, double smoothing, T spread_weights, T weighted) {
  const T likelihood = weight * (log_sum - score);
  if (smoothing == 0) return likelihood;
  return static_cast<T>(1 - smoothing) * likelihood + (spread_weights * log_sum - weighted);
}

template <class T>
FG_INLINE void cross_entropy_line(const AxisShape& s, const T* x, int64_t line, ClassTargets targets, const T* weight,
                                  double smoothing, T spread_weights, T* loss, T* stats) {
  const T* p = x + line * s.d;
  const T m = line_max(p, s.d);
  const Vec<T> centre = splat(m);
  const T sum = line_sum<T>(s.d, [&](int64_t i, auto n) { return exp(load_lanes(p + i, n) - centre); });
  const T log_sum = log_of(sum);
  stats[line] = m;
  stats[s.outer + line] = log_sum;
  const int64_t y = targets.target[line];
  if (y == targets.ignore) {
    loss[line] = 0;
    return;
  }
  T weighted = 0;
  if (smoothing != 0) {
    const Vec<T> spread = splat(static_cast<T>(smoothing / static_cast<double>(s.d)));
    weighted = line_sum<T>(s.d, [&](int64_t i, auto n) {
      const Vec<T> v = load_lanes(p + i, n) - centre;
      return weight ? v * (spread * load_lanes(weight + i, n)) : v * spread;
    });
  }
  loss[line] = line_loss<T>(weight_of(weight, y), p[y] - m, log_sum, smoothing, spread_weights, weighted);
}

// B vectors of lines side by side: lines[0], neighbours from there on.
template <class T, int B, class Lanes>
FG_INLINE void cross_entropy_side(const AxisShape& s, const T* p, int64_t first, Lanes lanes, ClassTargets targets,
                                  const T* weight, double smoothing, T spread_weights, T* loss, T* stats) {
  constexpr int L = kLanes<T>;
  const int64_t lines = s.outer * s.inner;
  const T spread = static_cast<T>(smoothing / static_cast<double>(s.d));
  Vec<T> m[B], sum[B], weighted[B] = {};
  for (int b = 0; b < B; ++b) m[b] = splat(-kInfinity<T>);
  for (int64_t j = 0; j < s.d; ++j)
    for (int b = 0; b < B; ++b) m[b] = max(load_lanes(p + j * s.inner + b * L, lanes), m[b]);
  side_sum<T, B>(s.d, sum, [&](int64_t j, int b) { return exp(load_lanes(p + j * s.inner + b * L, lanes) - m[b]); });
  if (smoothing != 0)
    side_sum<T, B>(s.d, weighted, [&](int64_t j, int b) {
      return (load_lanes(p + j * s.inner + b * L, lanes) - m[b]) * splat(spread * weight_of(weight, j));
    });
  for (int b = 0; b < B; ++b) {
    const Vec<T> log_sum = log(sum[b]);
    for (int i = 0; i < lanes; ++i) {
      const int64_t line = first + b * L + i, y = targets.target[line];
      stats[line] = m[b][i];
      stats[lines + line] = log_sum[i];
      loss[line] = y == targets.ignore ? T{0}
                                       : line_loss<T>(weight_of(weight, y), p[y * s.inner + b * L + i] - m[b][i],
                                                      log_sum[i], smoothing, spread_weights, weighted[b][i]);
    }
  }
}

template <class T>
void cross_entropy(const AxisShape& s, const T* x, ClassTargets targets, const T* weight, double smoothing, T* loss,
                   T* stats) {
  const T spread_weights = static_cast<T>(spread_weight(weight, smoothing, s.d));
  over_lines<T>(s, [&](int64_t o, int64_t begin, int64_t end) {
    if (s.inner == 1)
      cross_entropy_line(s, x, o, targets, weight, smoothing, spread_weights, loss, stats);
    else
      over_side<T>(begin, end, [&](int64_t i, auto vectors, auto lanes) {
        cross_entropy_side<T, decltype(vectors)::value>(s, x + o * s.d * s.inner + i, o * s.inner + i, lanes, targets,
                                                        weight, smoothing, spread_weights, loss, stats);
      });
  });
}

// The gradient of a line is both * p - one_hot(y) * own - w * spread, each times the incoming gradient. The factors are
// made in double: the scale of a mean over large weights is smaller than what float can hold.
template <class T>
struct LineFactors {
  T both, own, spread;
};
template <class T>
FG_INLINE LineFactors<T> line_factors(int64_t y, const T* weight, double smoothing, double spread_weights, double scale,
                                      const T* grad, int64_t grad_at, int64_t d) {
  const double g = grad ? scale * static_cast<double>(grad[grad_at]) : scale;
  const double own = g * (1 - smoothing) * static_cast<double>(weight_of(weight, y));
  if (smoothing == 0) return {static_cast<T>(own), static_cast<T>(own), T{0}};
  return {static_cast<T>(own + g * spread_weights), static_cast<T>(own),
          static_cast<T>(g * (smoothing / static_cast<double>(d)))};
}

template <class T>
FG_INLINE void backward_line(const AxisShape& s, const T* x, const T* stats, int64_t line, ClassTargets targets,
                             const T* weight, double smoothing, double spread_weights, double scale, const T* grad,
                             int64_t grad_step, T* grad_x) {
  const int64_t y = targets.target[line];
  T* o = grad_x + line * s.d;
  if (y == targets.ignore) {
    for (int64_t j = 0; j < s.d; ++j) o[j] = 0;
    return;
  }
  const T* p = x + line * s.d;
  const LineFactors<T> f = line_factors(y, weight, smoothing, spread_weights, scale, grad, line * grad_step, s.d);
  const Vec<T> m = splat(stats[line]), log_sum = splat(stats[s.outer + line]), both = splat(f.both);
  over_parts<T>(s.d, [&](int64_t i, auto n, int) {
    Vec<T> v = both * exp((load_lanes(p + i, n) - m) - log_sum);
    if (smoothing != 0) v -= splat(f.spread) * (weight ? load_lanes(weight + i, n) : splat(T{1}));
    store_lanes<T>(o + i, v, n);
  });
  o[y] -= f.own;
}

template <class T, int B, class Lanes>
FG_INLINE void backward_side(const AxisShape& s, const T* p, const T* stats, int64_t first, Lanes lanes,
                             ClassTargets targets, const T* weight, double smoothing, double spread_weights,
                             double scale, const T* grad, int64_t grad_step, T* o) {
  constexpr int L = kLanes<T>;
  const int64_t lines = s.outer * s.inner;
  Vec<T> m[B], log_sum[B], both[B] = {}, spread[B] = {};
  Mask<T> counts[B] = {};
  T own[B * L] = {};
  for (int b = 0; b < B; ++b) {
    m[b] = load_lanes(stats + first + b * L, lanes);
    log_sum[b] = load_lanes(stats + lines + first + b * L, lanes);
    for (int i = 0; i < lanes; ++i) {
      const int64_t line = first + b * L + i;
      const int64_t y = targets.target[line];
      if (y == targets.ignore) continue;
      const LineFactors<T> f =
          line_factors(y, weight, smoothing, spread_weights, scale, grad, line * grad_step, s.d);
      counts[b][i] = -1;
      both[b][i] = f.both;
      spread[b][i] = f.spread;
      own[b * L + i] = f.own;
    }
  }
  for (int64_t j = 0; j < s.d; ++j)
    for (int b = 0; b < B; ++b) {
      const int64_t at = j * s.inner + b * L;
      const Vec<T> e = exp((load_lanes(p + at, lanes) - m[b]) - log_sum[b]);
      // an ignored line gets zeros, whatever its scores
      Vec<T> v = counts[b] ? both[b] * e : Vec<T>{};
      if (smoothing != 0) v -= spread[b] * splat(weight_of(weight, j));
      store_lanes<T>(o + at, v, lanes);
    }
  for (int b = 0; b < B; ++b)
    for (int i = 0; i < lanes; ++i) {
      const int64_t y = targets.target[first + b * L + i];
      if (y != targets.ignore) o[y * s.inner + b * L + i] -= own[b * L + i];
    }
}

template <class T>
void cross_entropy_backward(const AxisShape& s, const T* x, const T* stats, ClassTargets targets, const T* weight,
                            double smoothing, double scale, const T* grad, int64_t grad_step, T* grad_x) {
  const double spread_weights = spread_weight(weight, smoothing, s.d);
  over_lines<T>(s, [&](int64_t o, int64_t begin, int64_t end) {
    if (s.inner == 1)
      backward_line(s, x, stats, o, targets, weight, smoothing, spread_weights, scale, grad, grad_step, grad_x);
    else
      over_side<T>(begin, end, [&](int64_t i, auto vectors, auto lanes) {
        const int64_t at = o * s.d * s.inner + i;
        backward_side<T, decltype(vectors)::value>(s, x + at, stats, o * s.inner + i, lanes, targets, weight,
                                                   smoothing, spread_weights, scale, grad, grad_step, grad_x + at);
      });
  });
}

// Where the target's element of a line lies.
FG_INLINE int64_t target_at(const AxisShape& s, int64_t line, int64_t y) {
  return (line / s.inner * s.d + y) * s.inner + line % s.inner;
}

template <class T>
void nll(const AxisShape& s, const T* x, ClassTargets targets, const T* weight, T* loss) {
  for_ranges(s.outer * s.inner, kLinePieceElements, 1, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t y = targets.target[line];
      loss[line] = y == targets.ignore ? T{0} : -weight_of(weight, y) * x[target_at(s, line, y)];
    }
  });
}

template <class T>
void nll_backward(const AxisShape& s, ClassTargets targets, const T* weight, double scale, const T* grad,
                  int64_t grad_step, T* grad_x) {
  for_ranges(s.outer, line_grain(s.d * s.inner), 1, [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      __builtin_memset(grad_x + o * s.d * s.inner, 0, static_cast<size_t>(s.d * s.inner) * sizeof(T));
      for (int64_t line = o * s.inner; line < (o + 1) * s.inner; ++line) {
        const int64_t y = targets.target[line];
        if (y == targets.ignore) continue;
        const double g = grad ? scale * static_cast<double>(grad[line * grad_step]) : scale;
        grad_x[target_at(s, line, y)] = static_cast<T>(-static_cast<double>(weight_of(weight, y)) * g);
      }
    }
  });
}

}  // namespace

const ClassLossKernels class_loss_kernels = {
    {cross_entropy<float>, cross_entropy_backward<float>, nll<float>, nll_backward<float>},
    {cross_entropy<double>, cross_entropy_backward<double>, nll<double>, nll_backward<double>},
};

}  // namespace fastgrad::FG_LEVEL
