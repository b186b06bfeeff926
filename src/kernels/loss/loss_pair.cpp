// Losses of pairs of equal arrays, dense, n elements: element by element, or summed in one pass.
//
// Sums are taken in chunks of kChunk elements, 4 vectors side by side in T, and chunks are added in order in double: the
// error grows with the chunk, not with n. (1 - p and log p of binary cross entropy are bounded below as in PyTorch:
// logarithms at -100, the gradient's denominator at 1e-12.)
#include <type_traits>

#include "kernels/loss/loss.h"
#include "simd/integers.h"
#include "simd/lanes.h"
#include "simd/math.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kChunk = 4096;
inline constexpr int64_t kPieceElements = 32 << 10;

template <class T>
FG_INLINE Vec<T> at_least(Vec<T> v, double bound) {
  const Vec<T> b = splat(static_cast<T>(bound));
  return v < b ? b : v;
}

// A loss is a struct: the name of the function that users call; whether its input must be probabilities; value(x, y), of
// an element and its target; and slope(x, y), the derivative along x; or both with a number besides. A new one is such a
// struct, and its row at the end. Its derivatives in plain operations, for higher ones, are beside the function.

struct SquaredError {
  static constexpr const char* kName = "mse_loss";
  static constexpr bool kOfProbabilities = false;
  template <class T>
  FG_INLINE Vec<T> value(Vec<T> x, Vec<T> y) {
    return (x - y) * (x - y);
  }
  template <class T>
  FG_INLINE Vec<T> slope(Vec<T> x, Vec<T> y) {
    return (x - y) * splat(T{2});
  }
};

struct AbsoluteError {
  static constexpr const char* kName = "l1_loss";
  static constexpr bool kOfProbabilities = false;
  template <class T>
  FG_INLINE Vec<T> value(Vec<T> x, Vec<T> y) {
    return abs(x - y);
  }
  template <class T>
  FG_INLINE Vec<T> slope(Vec<T> x, Vec<T> y) {
    const Vec<T> d = x - y, one = splat(T{1});
    return d > 0 ? one : (d < 0 ? -one : d);  // 0 at 0, NaN at NaN
  }
};

struct BinaryCrossEntropy {
  static constexpr const char* kName = "binary_cross_entropy";
  static constexpr bool kOfProbabilities = true;
  template <class T>
  FG_INLINE Vec<T> value(Vec<T> x, Vec<T> y) {
    return -(y * at_least<T>(log(x), -100) + (1 - y) * at_least<T>(log1p(-x), -100));
  }
  template <class T>
  FG_INLINE Vec<T> slope(Vec<T> x, Vec<T> y) {
    return (x - y) / at_least<T>((splat(T{1}) - x) * x, 1e-12);
  }
};

struct BinaryCrossEntropyWithLogits {
  static constexpr const char* kName = "binary_cross_entropy_with_logits";
  static constexpr bool kOfProbabilities = false;
  // log(1 + exp(x)) - x * y without overflow, and without the digits that x - x * y cancels where y is near 1.
  template <class T>
  FG_INLINE Vec<T> value(Vec<T> x, Vec<T> y) {
    return x * (x > 0 ? 1 - y : -y) + log1p(exp(-abs(x)));
  }
  template <class T>
  FG_INLINE Vec<T> slope(Vec<T> x, Vec<T> y) {
    return sigmoid(x) - y;
  }
};

// A parabola as far as the distance beta, straight lines from there: Girshick, 2015.
struct SmoothAbsoluteError {
  static constexpr const char* kName = "smooth_l1_loss";
  static constexpr bool kOfProbabilities = false;
  template <class T>
  FG_INLINE Vec<T> value(Vec<T> x, Vec<T> y, Vec<T> beta) {
    const Vec<T> z = abs(x - y), half = splat(T{0.5});
    return z < beta ? z * z * half / beta : z - beta * half;
  }
  template <class T>
  FG_INLINE Vec<T> slope(Vec<T> x, Vec<T> y, Vec<T> beta) {
    const Vec<T> d = x - y;
    return abs(d) < beta ? d / beta : AbsoluteError::slope<T>(x, y);
  }
};

// The same times delta: Huber, 1964.
struct HuberError {
  static constexpr const char* kName = "huber_loss";
  static constexpr bool kOfProbabilities = false;
  template <class T>
  FG_INLINE Vec<T> value(Vec<T> x, Vec<T> y, Vec<T> delta) {
    const Vec<T> z = abs(x - y), half = splat(T{0.5});
    return z <= delta ? z * z * half : delta * (z - delta * half);
  }
  template <class T>
  FG_INLINE Vec<T> slope(Vec<T> x, Vec<T> y, Vec<T> delta) {
    const Vec<T> d = x - y;
    return abs(d) <= delta ? d : delta * AbsoluteError::slope<T>(x, y);
  }
};

template <class L, class T>
FG_INLINE Vec<T> value_of(Vec<T> x, Vec<T> y, Vec<T> param) {
  if constexpr (requires { L::template value<T>(x, y, param); }) return L::template value<T>(x, y, param);
  else return L::template value<T>(x, y);
}
template <class L, class T>
FG_INLINE Vec<T> slope_of(Vec<T> x, Vec<T> y, Vec<T> param) {
  if constexpr (requires { L::template slope<T>(x, y, param); }) return L::template slope<T>(x, y, param);
  else return L::template slope<T>(x, y);
}

// The sum over n elements of term(i, lanes); lanes past the end are dropped.
template <class T, class F>
FG_INLINE double sum_chunks(int64_t n, const F& term) {
  constexpr int L = kLanes<T>;
  constexpr std::integral_constant<int, L> whole{};
  const int64_t chunks = ceil_div(n, kChunk);
  auto* parts =
      static_cast<double*>(runtime::scratch(Scratch::LossSums, static_cast<size_t>(chunks + 1) * sizeof(double)));
  for_ranges(chunks, kPieceElements / kChunk, 1, [&](int64_t from, int64_t to) {
    for (int64_t c = from; c < to; ++c) {
      const int64_t end = (c + 1) * kChunk < n ? (c + 1) * kChunk : n;
      int64_t i = c * kChunk;
      Vec<T> sum[4] = {};
      for (; i + 4 * L <= end; i += 4 * L)
        for (int k = 0; k < 4; ++k) sum[k] += term(i + k * L, whole);
      for (; i + L <= end; i += L) sum[0] += term(i, whole);
      if (i < end) {
        const int lanes = static_cast<int>(end - i);
        const Vec<T> v = term(i, lanes);
        for (int k = 0; k < L; ++k) sum[1][k] += k < lanes ? v[k] : T{0};
      }
      parts[c] = static_cast<double>(reduce_add<T>((sum[0] + sum[1]) + (sum[2] + sum[3])));
    }
  });
  double sum = 0;
  for (int64_t c = 0; c < chunks; ++c) sum += parts[c];
  return sum;
}

template <class T, class F>
FG_INLINE void over_elements(int64_t n, const F& f) {
  constexpr int L = kLanes<T>;
  for_ranges(n, kPieceElements, L, [&](int64_t begin, int64_t end) {
    over_lanes<T>(end - begin, [&](int64_t i, auto lanes) { f(begin + i, lanes); });
  });
}

template <class L, class T>
double sum(int64_t n, const T* x, const T* y, double param) {
  const Vec<T> number = splat(static_cast<T>(param));
  return sum_chunks<T>(n, [&](int64_t i, auto lanes) {
    return value_of<L, T>(load_lanes(x + i, lanes), load_lanes(y + i, lanes), number);
  });
}

template <class L, class T>
void each(int64_t n, const T* x, const T* y, double param, T* loss) {
  const Vec<T> number = splat(static_cast<T>(param));
  over_elements<T>(n, [&](int64_t i, auto lanes) {
    store_lanes<T>(loss + i, value_of<L, T>(load_lanes(x + i, lanes), load_lanes(y + i, lanes), number), lanes);
  });
}

template <class L, class T>
void backward(int64_t n, const T* x, const T* y, double param, double scale, const T* grad, T* grad_x) {
  const Vec<T> factor = splat(static_cast<T>(scale)), number = splat(static_cast<T>(param));
  over_elements<T>(n, [&](int64_t i, auto lanes) {
    Vec<T> v = slope_of<L, T>(load_lanes(x + i, lanes), load_lanes(y + i, lanes), number) * factor;
    if (grad) v *= load_lanes(grad + i, lanes);
    store_lanes<T>(grad_x + i, v, lanes);
  });
}

template <class T>
double total(int64_t n, const T* x) {
  return sum_chunks<T>(n, [&](int64_t i, auto lanes) { return load_lanes(x + i, lanes); });
}

template <class L, class T>
constexpr PairLossFunctions<T> kFunctions = {sum<L, T>, each<L, T>, backward<L, T>};
template <class L>
constexpr PairLoss kRow = {{kFunctions<L, float>, kFunctions<L, double>}, L::kName, L::kOfProbabilities};

constexpr PairLoss kLosses[] = {
    kRow<SquaredError>,        kRow<AbsoluteError>, kRow<BinaryCrossEntropy>, kRow<BinaryCrossEntropyWithLogits>,
    kRow<SmoothAbsoluteError>, kRow<HuberError>,
};

}  // namespace

const PairLossKernels pair_loss_kernels = {kLosses, sizeof kLosses / sizeof *kLosses, {total<float>, total<double>}};

}  // namespace fastgrad::FG_LEVEL
