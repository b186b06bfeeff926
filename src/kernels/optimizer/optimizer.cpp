// Optimizer steps: one pass over all parameters, as if they were one array, cut into pieces of kPieceBytes; so many
// small parameters cost one region, and a large one fills all threads. Memory-bound from L2 outwards: each of a
// step's arrays is read once and written once. The order of operations is that of torch.optim's formulas.
#include "kernels/optimizer/optimizer.h"

#include <type_traits>

#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kPieceBytes = 256 << 10;
// Elements of one partial sum of a norm.
inline constexpr int64_t kNormChunk = 16 << 10;

template <class T, int L>
FG_INLINE Vec<T> load_lanes(const T* p, std::integral_constant<int, L>) {
  return load(p);
}
template <class T>
FG_INLINE Vec<T> load_lanes(const T* p, int n) {
  return load_first(p, n);
}
template <class T, int L>
FG_INLINE void store_lanes(T* p, Vec<T> v, std::integral_constant<int, L>) {
  store(p, v);
}
template <class T>
FG_INLINE void store_lanes(T* p, Vec<T> v, int n) {
  store_first(p, v, n);
}
template <class T>
FG_INLINE Vec<T> constant(double x) {
  return splat(static_cast<T>(x));
}

// For each span update(span) gives a function of (offset, lanes), which is called over the whole span.
template <class T, class F>
FG_INLINE void over_spans(const ParameterSpan<T>* spans, int64_t count, int64_t arrays, const F& update) {
  constexpr int L = kLanes<T>;
  int64_t total = 0;
  for (int64_t k = 0; k < count; ++k) total += spans[k].n;
  for_ranges(total, kPieceBytes / (arrays * static_cast<int64_t>(sizeof(T))), 4 * L, [&](int64_t begin, int64_t end) {
    int64_t start = 0;  // of the span at hand, in the count over all
    for (int64_t k = 0; k < count && start < end; start += spans[k++].n) {
      if (start + spans[k].n <= begin) continue;
      int64_t i = begin > start ? begin - start : 0;
      const int64_t stop = end - start < spans[k].n ? end - start : spans[k].n;
      const auto apply = update(spans[k]);
      for (; i + L <= stop; i += L) apply(i, std::integral_constant<int, L>{});
      if (i < stop) apply(i, static_cast<int>(stop - i));
    }
  });
}

// The gradient as the formulas begin: its sign for ascent, plus the decay of the parameter.
template <class T>
FG_INLINE Vec<T> decayed(Vec<T> g, Vec<T> p, double weight_decay, bool maximize) {
  if (maximize) g = -g;
  return weight_decay != 0 ? fma(constant<T>(weight_decay), p, g) : g;
}

template <class T>
void sgd(const ParameterSpan<T>* spans, int64_t count, const SgdConfig& config) {
  over_spans<T>(spans, count, config.momentum != 0 ? 3 : 2, [&](const ParameterSpan<T>& s) {
    return [&, descent = constant<T>(-config.lr), momentum = constant<T>(config.momentum),
            fresh = constant<T>(1 - config.dampening), c = config](int64_t i, auto lanes) {
      const Vec<T> p = load_lanes(s.param + i, lanes);
      Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, c.weight_decay, c.maximize);
      if (c.momentum != 0) {
        const Vec<T> buffer = fma(load_lanes(s.state[0] + i, lanes), momentum, fresh * g);
        store_lanes<T>(s.state[0] + i, buffer, lanes);
        g = c.nesterov ? fma(momentum, buffer, g) : buffer;
      }
      store_lanes<T>(s.param + i, fma(descent, g, p), lanes);
    };
  });
}

// a moved towards b by `weight`, from the nearer end.
template <class T>
FG_INLINE Vec<T> lerp(Vec<T> a, Vec<T> b, double weight) {
  return weight < 0.5 ? fma(constant<T>(weight), b - a, a) : fma(constant<T>(weight - 1), b - a, b);
}

// https://arxiv.org/abs/1412.6980; decoupled decay: https://arxiv.org/abs/1711.05101
template <class T>
void adam(const ParameterSpan<T>* spans, int64_t count, const AdamConfig& config) {
  over_spans<T>(spans, count, config.amsgrad ? 8 : 6, [&](const ParameterSpan<T>& s) {
    return [&, descent = constant<T>(-s.rate), correction = constant<T>(1 / s.correction),
            keep = constant<T>(config.beta2), fresh = constant<T>(1 - config.beta2), eps = constant<T>(config.eps),
            shrink = constant<T>(1 - config.lr * config.weight_decay), weight = 1 - config.beta1,
            c = config](int64_t i, auto lanes) {
      Vec<T> p = load_lanes(s.param + i, lanes);
      Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, c.decoupled_decay ? 0 : c.weight_decay, c.maximize);
      if (c.decoupled_decay) p *= shrink;
      const Vec<T> m = lerp<T>(load_lanes(s.state[0] + i, lanes), g, weight);
      Vec<T> v = fma(load_lanes(s.state[1] + i, lanes), keep, fresh * g * g);
      store_lanes<T>(s.state[0] + i, m, lanes);
      store_lanes<T>(s.state[1] + i, v, lanes);
      if (c.amsgrad) {
        const Vec<T> most = load_lanes(s.state[2] + i, lanes);
        v = v < most ? most : v;  // a NaN passes
        store_lanes<T>(s.state[2] + i, v, lanes);
      }
      const Vec<T> denominator = fma(sqrt(v), correction, eps);
      store_lanes<T>(s.param + i, p + descent * m / denominator, lanes);
    };
  });
}

// Hinton's lecture; centered: https://arxiv.org/abs/1308.0850
template <class T>
void rmsprop(const ParameterSpan<T>* spans, int64_t count, const RmspropConfig& config) {
  const int64_t arrays = 4 + (config.centered ? 2 : 0) + (config.momentum != 0 ? 2 : 0);
  over_spans<T>(spans, count, arrays, [&](const ParameterSpan<T>& s) {
    return [&, descent = constant<T>(-config.lr), keep = constant<T>(config.alpha),
            fresh = constant<T>(1 - config.alpha), eps = constant<T>(config.eps),
            momentum = constant<T>(config.momentum), c = config](int64_t i, auto lanes) {
      const Vec<T> p = load_lanes(s.param + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, c.weight_decay, c.maximize);
      Vec<T> v = fma(load_lanes(s.state[0] + i, lanes), keep, fresh * g * g);
      store_lanes<T>(s.state[0] + i, v, lanes);
      if (c.centered) {
        const Vec<T> mean = lerp<T>(load_lanes(s.state[1] + i, lanes), g, 1 - c.alpha);
        store_lanes<T>(s.state[1] + i, mean, lanes);
        v = fma(-mean, mean, v);
        v = v < constant<T>(0) ? constant<T>(0) : v;  // below 0 by rounding only; a NaN passes
      }
      const Vec<T> denominator = sqrt(v) + eps;
      if (c.momentum != 0) {
        const Vec<T> buffer = fma(load_lanes(s.state[2] + i, lanes), momentum, g / denominator);
        store_lanes<T>(s.state[2] + i, buffer, lanes);
        store_lanes<T>(s.param + i, fma(descent, buffer, p), lanes);
      } else {
        store_lanes<T>(s.param + i, p + descent * g / denominator, lanes);
      }
    };
  });
}

// https://jmlr.org/papers/v12/duchi11a.html
template <class T>
void adagrad(const ParameterSpan<T>* spans, int64_t count, const AdagradConfig& config) {
  over_spans<T>(spans, count, 4, [&](const ParameterSpan<T>& s) {
    return [&, descent = constant<T>(-s.rate), eps = constant<T>(config.eps), c = config](int64_t i, auto lanes) {
      const Vec<T> p = load_lanes(s.param + i, lanes);
      const Vec<T> g = decayed<T>(load_lanes(s.grad + i, lanes), p, c.weight_decay, c.maximize);
      const Vec<T> sum = fma(g, g, load_lanes(s.state[0] + i, lanes));
      store_lanes<T>(s.state[0] + i, sum, lanes);
      store_lanes<T>(s.param + i, p + descent * g / (sqrt(sum) + eps), lanes);
    };
  });
}

template <class T>
FG_INLINE F64 low_half(Vec<T> v) {
  if constexpr (std::is_same_v<T, double>) {
    return v;
  } else {
    typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
    Half h;
    __builtin_memcpy(&h, &v, sizeof h);
    return __builtin_convertvector(h, F64);
  }
}
FG_INLINE F64 high_half(F32 v) {
  typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
  Half h;
  __builtin_memcpy(&h, reinterpret_cast<const char*>(&v) + sizeof h, sizeof h);
  return __builtin_convertvector(h, F64);
}

// Of n elements, in double: nothing overflows or vanishes that the result could show.
template <class T>
FG_INLINE double norm_chunk(const T* p, int64_t n, NormKind kind, double power) {
  constexpr int L = kLanes<T>;
  if (kind == NormKind::Power) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += __builtin_pow(__builtin_fabs(static_cast<double>(p[i])), power);
    return sum;
  }
  if (kind == NormKind::Max) {
    double most = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double a = __builtin_fabs(static_cast<double>(p[i]));
      most = a > most || a != a ? a : most;
    }
    return most;
  }
  F64 sums[4] = {};
  const auto add = [&](F64 v, int k) { sums[k] = kind == NormKind::Two ? fma(v, v, sums[k]) : sums[k] + abs(v); };
  int64_t i = 0;
  for (; i + 2 * L <= n; i += 2 * L)
    for (int k = 0; k < 2; ++k) {
      const Vec<T> v = load(p + i + k * L);
      add(low_half<T>(v), 2 * k);
      if constexpr (std::is_same_v<T, float>) add(high_half(v), 2 * k + 1);
    }
  for (; i < n; i += L) {
    const Vec<T> v = load_first(p + i, static_cast<int>(n - i < L ? n - i : L));
    add(low_half<T>(v), 0);
    if constexpr (std::is_same_v<T, float>) add(high_half(v), 1);
  }
  return reduce_add<double>((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

template <class T>
double norm_sum(const ParameterSpan<T>* spans, int64_t count, NormKind kind, double power) {
  int64_t chunks = 0;
  for (int64_t k = 0; k < count; ++k) chunks += (spans[k].n + kNormChunk - 1) / kNormChunk;
  auto* parts =
      static_cast<double*>(runtime::scratch(Scratch::OptimizerSums, static_cast<size_t>(chunks + 1) * sizeof(double)));
  for_ranges(chunks, kPieceBytes / (kNormChunk * static_cast<int64_t>(sizeof(T))), 1, [&](int64_t begin, int64_t end) {
    int64_t start = 0;
    for (int64_t k = 0; k < count && start < end; ++k) {
      const int64_t here = (spans[k].n + kNormChunk - 1) / kNormChunk;
      for (int64_t c = begin > start ? begin : start; c < start + here && c < end; ++c) {
        const int64_t i = (c - start) * kNormChunk, left = spans[k].n - i;
        parts[c] = norm_chunk(spans[k].param + i, left < kNormChunk ? left : kNormChunk, kind, power);
      }
      start += here;
    }
  });
  double sum = 0;
  for (int64_t c = 0; c < chunks; ++c) {
    if (kind == NormKind::Max)
      sum = parts[c] > sum || parts[c] != parts[c] ? parts[c] : sum;
    else
      sum += parts[c];
  }
  return sum;
}

template <class T>
void scale(const ParameterSpan<T>* spans, int64_t count, double factor) {
  over_spans<T>(spans, count, 2, [&](const ParameterSpan<T>& s) {
    return [&, f = constant<T>(factor)](int64_t i, auto lanes) {
      store_lanes<T>(s.param + i, load_lanes(s.param + i, lanes) * f, lanes);
    };
  });
}

template <class T>
void clip(const ParameterSpan<T>* spans, int64_t count, double bound) {
  over_spans<T>(spans, count, 2, [&](const ParameterSpan<T>& s) {
    return [&, high = constant<T>(bound), low = constant<T>(-bound)](int64_t i, auto lanes) {
      const Vec<T> v = load_lanes(s.param + i, lanes);
      store_lanes<T>(s.param + i, v > high ? high : (v < low ? low : v), lanes);
    };
  });
}

}  // namespace

const OptimizerKernels optimizer_kernels = {
    {sgd<float>, adam<float>, rmsprop<float>, adagrad<float>, norm_sum<float>, scale<float>, clip<float>},
    {sgd<double>, adam<double>, rmsprop<double>, adagrad<double>, norm_sum<double>, scale<double>, clip<double>},
};

}  // namespace fastgrad::FG_LEVEL
