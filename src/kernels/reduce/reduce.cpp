// Reductions of floats with one running value: policies for the loops of driver.h. Inputs have any strides and do not
// overlap the output. Lengths are at least 1 (src/ops answers for empty ones).
#include "kernels/reduce/reduce.h"

#include "kernels/reduce/driver.h"
#include "kernels/reduce/fold.h"
#include "kernels/reduce/parts.h"

namespace fastgrad::FG_LEVEL {
namespace {

// The policy of a fold: a struct that has its identity; map, what is taken of an element; combine, of two; and
// end(op, v, n), the result for n elements.
template <class T, class F>
struct Fold {
  static constexpr int kFields = 1, kFew = 4;
  static constexpr bool kFoldsRows = true, kHasOrigin = false, kMends = false;
  template <class V>
  using State = Fields<1, V>;

  FG_INLINE State<T> run(const T* p, int64_t n, T) { return {{accumulate<8>(p, n, F::identity, F::map, F::combine)}}; }
  // Of several lines a few vectors long, or of one: line(i) is where the i-th begins.
  template <int N, class Line>
  FG_INLINE State<Vec<T>> few(const Line& line, int64_t lines, int lanes) {
    const auto row = [&](int i) {
      Vec<T> v[N];
      load_few(line(i), lanes, F::identity, v);
      for (int k = 0; k < N; ++k) v[k] = F::map(v[k]);
      return join_few(v, F::combine);
    };
    if (lines == 1) return {{fold_lanes<kLanes<T> / 2>(row(0), F::combine)}};
    return {{fold_rows<T>(row, F::combine)}};
  }
  template <class E, class X, class Origin>
  FG_INLINE State<Vec<E>> rows(const X& x, int n, const Origin&) {
    // Spelt out: as a loop over an array GCC keeps the tree in memory, three times the instructions.
    const auto pair = [&](int i) __attribute__((always_inline)) { return F::combine(F::map(x(i)), F::map(x(i + 1))); };
    if (n == 8) return {{F::combine(F::combine(pair(0), pair(2)), F::combine(pair(4), pair(6)))}};
    Vec<E> v = F::map(x(0));
    for (int i = 1; i < n; ++i) v = F::combine(v, F::map(x(i)));
    return {{v}};
  }
  template <class V>
  FG_INLINE State<V> merge(const State<V>& a, T, const State<V>& b, T) {
    return {{F::combine(a.f[0], b.f[0])}};
  }
  FG_INLINE Vec<T> finish(ReduceOp op, const State<Vec<T>>& s, T n, T) { return F::end(op, s.f[0], n); }
};

struct AsItIs {
  static constexpr auto map = kIdentity;
  template <class V, class T>
  FG_INLINE V end(ReduceOp, V v, T) {
    return v;
  }
};

template <class T>
struct Sum : AsItIs {
  static constexpr T identity = -T{0};  // the sum of -0.0 alone is -0.0
  static constexpr auto combine = kAdd;
  FG_INLINE Vec<T> end(ReduceOp op, Vec<T> v, T n) { return op == ReduceOp::Mean ? v / n : v; }
};
template <class T>
struct Norm {
  static constexpr T identity = 0;
  static constexpr auto map = kSquare;
  static constexpr auto combine = kAdd;
  FG_INLINE Vec<T> end(ReduceOp, Vec<T> v, T) { return sqrt(v); }
};
template <class T>
struct Prod : AsItIs {
  static constexpr T identity = 1;
  static constexpr auto combine = kMultiply;
};
template <class T>
struct Max : AsItIs {
  static constexpr T identity = -static_cast<T>(__builtin_inf());
  static constexpr auto combine = kMaximum;
};
template <class T>
struct Min : AsItIs {
  static constexpr T identity = static_cast<T>(__builtin_inf());
  static constexpr auto combine = kMinimum;
};

template <class T>
void reduce(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, double correction) {
  const auto fold = [&]<class F>() { run_reduction<Fold<T, F>, T>(op, x, out, g, T{0}); };
  switch (op) {
    case ReduceOp::Sum:
    case ReduceOp::Mean: return fold.template operator()<Sum<T>>();
    case ReduceOp::Prod: return fold.template operator()<Prod<T>>();
    case ReduceOp::Max: return fold.template operator()<Max<T>>();
    case ReduceOp::Min: return fold.template operator()<Min<T>>();
    case ReduceOp::Norm: return fold.template operator()<Norm<T>>();
    default: return reduce_pair(op, x, out, g, correction);
  }
}

template <class T>
constexpr ReduceFunctions<T> kFunctions = {reduce<T>, arg_reduce<T>, scan<T>};

}  // namespace

const ReduceKernels reduce_kernels = {{kFunctions<float>, kFunctions<double>}};

}  // namespace fastgrad::FG_LEVEL
