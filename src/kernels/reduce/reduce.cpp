// Reductions of floats with one running value: policies for the loops of driver.h. Inputs have any strides and do not
// overlap the output. Lengths are at least 1 (src/ops answers for empty ones).
#include "kernels/reduce/reduce.h"

#include "kernels/reduce/driver.h"
#include "kernels/reduce/fold.h"

namespace fastgrad::FG_LEVEL {

// Var, Std, LogSumExp.
void reduce_pair(ReduceOp op, const float* x, float* out, const ReduceGeometry& g, double correction);
void reduce_pair(ReduceOp op, const double* x, double* out, const ReduceGeometry& g, double correction);
void arg_reduce_f32(bool largest, const float* x, int64_t* out, const ReduceGeometry& g);
void arg_reduce_f64(bool largest, const double* x, int64_t* out, const ReduceGeometry& g);
void scan_f32(const float* x, float* out, const ScanGeometry& g);
void scan_f64(const double* x, double* out, const ScanGeometry& g);

namespace {

// A single running value.
template <class T, class Traits>
struct Fold {
  static constexpr int kFields = 1, kFew = 4;
  static constexpr bool kFoldsRows = true, kHasOrigin = false, kMends = false;
  template <class V>
  using State = Fields<1, V>;

  FG_INLINE State<T> run(const T* p, int64_t n, T) {
    return {{accumulate<8>(p, n, Traits::identity, Traits::map, Traits::combine)}};
  }
  // Of several lines a few vectors long: line(i) is where the i-th begins.
  template <int N, class Line>
  FG_INLINE State<Vec<T>> few(const Line& line, int lanes) {
    const auto row = [&](int i) {
      Vec<T> v[N];
      load_few(line(i), lanes, Traits::identity, v);
      for (int k = 0; k < N; ++k) v[k] = Traits::map(v[k]);
      return join_few(v, Traits::combine);
    };
    return {{fold_rows<T>(row, Traits::combine)}};
  }
  template <class E, class X, class Origin>
  FG_INLINE State<Vec<E>> rows(const X& x, int n, const Origin&) {
    // Spelt out: as a loop over an array GCC keeps the tree in memory, three times the instructions.
    const auto pair = [&](int i) __attribute__((always_inline)) {
      return Traits::combine(Traits::map(x(i)), Traits::map(x(i + 1)));
    };
    if (n == 8) return {{Traits::combine(Traits::combine(pair(0), pair(2)), Traits::combine(pair(4), pair(6)))}};
    Vec<E> v = Traits::map(x(0));
    for (int i = 1; i < n; ++i) v = Traits::combine(v, Traits::map(x(i)));
    return {{v}};
  }
  template <class V>
  FG_INLINE State<V> merge(const State<V>& a, T, const State<V>& b, T) {
    return {{Traits::combine(a.f[0], b.f[0])}};
  }
  FG_INLINE Vec<T> finish(ReduceOp op, const State<Vec<T>>& s, T n, T) {
    if (op == ReduceOp::Mean) return s.f[0] / n;
    if (op == ReduceOp::Norm) return sqrt(s.f[0]);
    return s.f[0];
  }
};

template <class T>
struct SumTraits {
  static constexpr T identity = -T{0};  // the sum of -0.0 alone is -0.0
  static constexpr auto map = kIdentity;
  static constexpr auto combine = kAdd;
};
template <class T>
struct SquaresTraits {
  static constexpr T identity = 0;
  static constexpr auto map = kSquare;
  static constexpr auto combine = kAdd;
};
template <class T>
struct ProdTraits {
  static constexpr T identity = 1;
  static constexpr auto map = kIdentity;
  static constexpr auto combine = kMultiply;
};
template <class T>
struct MaxTraits {
  static constexpr T identity = -static_cast<T>(__builtin_inf());
  static constexpr auto map = kIdentity;
  static constexpr auto combine = kMaximum;
};
template <class T>
struct MinTraits {
  static constexpr T identity = static_cast<T>(__builtin_inf());
  static constexpr auto map = kIdentity;
  static constexpr auto combine = kMinimum;
};

template <class T>
void reduce(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, double correction) {
  const auto with = [&]<class P>() { run_reduction<P, T>(op, x, out, g, T{0}); };
  switch (op) {
    case ReduceOp::Prod: return with.template operator()<Fold<T, ProdTraits<T>>>();
    case ReduceOp::Max: return with.template operator()<Fold<T, MaxTraits<T>>>();
    case ReduceOp::Min: return with.template operator()<Fold<T, MinTraits<T>>>();
    case ReduceOp::Norm: return with.template operator()<Fold<T, SquaresTraits<T>>>();
    case ReduceOp::Var:
    case ReduceOp::Std:
    case ReduceOp::LogSumExp: return reduce_pair(op, x, out, g, correction);
    default: return with.template operator()<Fold<T, SumTraits<T>>>();
  }
}

}  // namespace

const ReduceKernels reduce_kernels = {
    reduce<float>, reduce<double>, arg_reduce_f32, arg_reduce_f64, scan_f32, scan_f64,
};

}  // namespace fastgrad::FG_LEVEL
