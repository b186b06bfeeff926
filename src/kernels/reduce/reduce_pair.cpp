// Reductions of floats with two running values: variance (mean, squares) and logsumexp (largest, sum of exponentials).
#include "kernels/reduce/reduce.h"

#include "kernels/reduce/driver.h"
#include "kernels/reduce/fold.h"
#include "kernels/reduce/parts.h"
#include "simd/scale.h"
#include "simd/math.h"

namespace fastgrad::FG_LEVEL {
namespace {

template <class T>
T scaled_moments(ReduceOp op, const T* x, const ReduceGeometry& g, T divisor, T result);

// Mean and sum of squared distances from it: two passes within a block, joined by Chan, Golub and LeVeque's formula
// (Algorithms for computing the sample variance, 1983). Values are taken relative to the first of the line, so that equal
// ones have a variance of exactly 0, and a mean that is large beside the deviations costs no accuracy: what is joined is
// of their size.
template <class T>
struct Moments {
  static constexpr int kFields = 2, kFew = 4;
  static constexpr bool kFoldsRows = false, kHasOrigin = true, kMends = true;
  template <class V>
  using State = Fields<2, V>;

  FG_INLINE State<T> run(const T* p, int64_t n, T origin) {
    const Vec<T> first = splat<T>(origin);
    const T mean = accumulate<8>(p, n, T{0}, [first](Vec<T> x) { return x - first; }, kAdd) / static_cast<T>(n);
    const Vec<T> m = splat<T>(mean);
    const auto distance = [first, m](Vec<T> x) {
      const Vec<T> d = (x - first) - m;
      return d * d;
    };
    return {{mean, accumulate<8>(p, n, T{0}, distance, kAdd)}};
  }
  template <int N>
  FG_INLINE State<T> few(const T* p, int lanes) {
    Vec<T> v[N];
    load_few(p, lanes, p[0], v);
    const Vec<T> first = splat<T>(p[0]);
    for (int k = 0; k < N; ++k) v[k] -= first;
    const Vec<T> mean = fold_few(v, kAdd) / static_cast<T>((N - 1) * kLanes<T> + lanes);
    for (int k = 0; k < N; ++k) {
      v[k] -= mean;
      v[k] *= v[k];
    }
    v[N - 1] = lanes_below<T>(lanes) ? v[N - 1] : Vec<T>{};
    return {{mean[0], fold_few(v, kAdd)[0]}};
  }
  template <class E, class X, class Origin>
  FG_INLINE State<Vec<E>> rows(const X& x, int n, const Origin& origin) {
    if (n == 8) return two_passes<E>(x, 8, origin());
    return two_passes<E>(x, n, origin());
  }
  template <class E, class X>
  FG_INLINE State<Vec<E>> two_passes(const X& x, int n, Vec<E> first) {
    Vec<E> mean = x(0) - first;
    for (int i = 1; i < n; ++i) mean += x(i) - first;
    mean /= static_cast<E>(n);
    Vec<E> squares{};
    for (int i = 0; i < n; ++i) {
      const Vec<E> d = (x(i) - first) - mean;
      squares = fma(d, d, squares);
    }
    return {{mean, squares}};
  }
  template <class V>
  FG_INLINE State<V> merge(const State<V>& a, T na, const State<V>& b, T nb) {
    const T share = nb / (na + nb);
    const V d = b.f[0] - a.f[0];
    return {{a.f[0] + d * share, a.f[1] + b.f[1] + d * d * (na * share)}};
  }
  FG_INLINE Vec<T> finish(ReduceOp op, const State<Vec<T>>& s, T, T divisor) {
    const Vec<T> v = s.f[1] / divisor;
    return op == ReduceOp::Std ? sqrt(v) : v;
  }
  // Squares overflowed, or are so small that their lost bits would show; or something is not finite, or all are equal.
  FG_INLINE Mask<T> doubtful(ReduceOp op, Vec<T> v) {
    const Vec<T> least = splat(op == ReduceOp::Std ? kLeastStd<T> : kLeastStd<T> * kLeastStd<T>);
    return (v < least) | ~(v <= splat(kMost<T>));
  }
  FG_INLINE T again(ReduceOp op, const T* x, const ReduceGeometry& g, T divisor, T result) {
    return scaled_moments<T>(op, x, g, divisor, result);
  }
};

// The line at x, of elements scaled by a power of 2, which rounds nothing, that takes the largest to about 1. `result`
// where there is nothing to scale.
template <class T>
__attribute__((noinline)) T scaled_moments(ReduceOp op, const T* x, const ReduceGeometry& g, T divisor, T result) {
  const auto over_blocks = [&](const auto& f) __attribute__((always_inline)) {
    for (int64_t first = 0; first < g.length; first += kBlock) {
      const int64_t n = smaller(kBlock, g.length - first);
      f(gathered(x, g.reduced_axes, g.reduced, first, n), n);
    }
  };
  if (g.length == 1) return result;
  T low = *x, high = *x;
  over_blocks([&](const T* p, int64_t n) {
    low = kMinimum(low, accumulate<8>(p, n, *p, kIdentity, kMinimum));
    high = kMaximum(high, accumulate<8>(p, n, *p, kIdentity, kMaximum));
  });
  const T largest = -low > high ? -low : high;
  if (low == high || !(largest <= kMost<T>)) return result;
  const int power = exponent_of(largest);
  const T factor = static_cast<T>(__builtin_ldexp(1, -power)), origin = *x * factor;

  Fields<2, double> all{};
  double count = 0;
  over_blocks([&](const T* p, int64_t n) {
    T scaled[kBlock];
    for (int64_t i = 0; i < n; ++i) scaled[i] = p[i] * factor;
    const auto s = Moments<T>::run(scaled, n, origin);
    const Fields<2, double> block{{static_cast<double>(s.f[0]), static_cast<double>(s.f[1])}};
    const double size = static_cast<double>(n);
    all = count > 0 ? Moments<double>::merge<double>(all, count, block, size) : block;
    count += size;
  });
  const double variance = all.f[1] / static_cast<double>(divisor);
  return static_cast<T>(op == ReduceOp::Std ? __builtin_ldexp(__builtin_sqrt(variance), power)
                                            : __builtin_ldexp(variance, 2 * power));
}

// The largest value m and the sum of exp(x - shift), where shift is m, or 0 where m is infinite: so that infinities give
// what exp and log give of them, and NaN (which the maximum passes over) comes back in the sum.
template <class T>
struct Exponentials {
  static constexpr int kFields = 2, kFew = 4;
  static constexpr bool kFoldsRows = false, kHasOrigin = false, kMends = false;
  template <class V>
  using State = Fields<2, V>;

  static constexpr T kLowest = -static_cast<T>(__builtin_inf());

  template <class V>
  FG_INLINE V shift_of(V m) {
    return m - m == 0 ? m : V{};
  }
  FG_INLINE T exp_of(T x) { return exp(splat<T>(x))[0]; }
  FG_INLINE Vec<T> exp_of(Vec<T> x) { return exp(x); }

  FG_INLINE State<T> run(const T* p, int64_t n, T) {
    constexpr auto known = [](Vec<T> v) { return max(v, splat<T>(kLowest)); };
    const T m = accumulate<8>(p, n, kLowest, known, kMaximumNumber);
    const Vec<T> shift = splat<T>(shift_of(m));
    return {{m, accumulate<4>(p, n, T{0}, [shift](Vec<T> x) { return exp(x - shift); }, kAdd)}};
  }
  template <int N>
  FG_INLINE State<T> few(const T* p, int lanes) {
    Vec<T> v[N], known[N];
    load_few(p, lanes, kLowest, v);
    for (int k = 0; k < N; ++k) known[k] = max(v[k], splat<T>(kLowest));
    const Vec<T> m = fold_few(known, kMaximumNumber), shift = shift_of(m);
    for (int k = 0; k < N; ++k) v[k] = exp(v[k] - shift);
    return {{m[0], fold_few(v, kAdd)[0]}};
  }
  template <class E, class X, class Origin>
  FG_INLINE State<Vec<E>> rows(const X& x, int n, const Origin&) {
    if (n == 8) return side_by_side<E>(x, 8);
    return side_by_side<E>(x, n);
  }
  template <class E, class X>
  FG_INLINE State<Vec<E>> side_by_side(const X& x, int n) {
    Vec<E> m = splat<E>(-static_cast<E>(__builtin_inf()));
    for (int i = 0; i < n; ++i) m = max(x(i), m);
    const Vec<E> shift = shift_of(m);
    Vec<E> sum{};
    for (int i = 0; i < n; ++i) sum += exp(x(i) - shift);
    return {{m, sum}};
  }
  template <class V>
  FG_INLINE State<V> merge(const State<V>& a, T, const State<V>& b, T) {
    const V m = b.f[0] > a.f[0] ? b.f[0] : a.f[0];
    const V shift = shift_of(m);
    // Where a part is empty of finite numbers its m is -inf, and its sum 0 or NaN: 0 times either is that again.
    return {{m, a.f[1] * exp_of(a.f[0] - shift) + b.f[1] * exp_of(b.f[0] - shift)}};
  }
  FG_INLINE Vec<T> finish(ReduceOp, const State<Vec<T>>& s, T, T) { return log(s.f[1]) + shift_of(s.f[0]); }
};

}  // namespace

template <class T>
void reduce_pair(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, double correction) {
  const double degrees = static_cast<double>(g.length) - correction;
  const T divisor = static_cast<T>(degrees > 0 ? degrees : 0);
  if (op == ReduceOp::LogSumExp) run_reduction<Exponentials<T>, T>(op, x, out, g, divisor);
  else run_reduction<Moments<T>, T>(op, x, out, g, divisor);
}

template void reduce_pair(ReduceOp op, const float* x, float* out, const ReduceGeometry& g, double correction);
template void reduce_pair(ReduceOp op, const double* x, double* out, const ReduceGeometry& g, double correction);

}  // namespace fastgrad::FG_LEVEL
