// Losses of pairs of equal arrays, dense, n elements: element by element, or summed in one pass.
//
// Sums are taken in chunks of kChunk elements, 4 vectors side by side in T, and chunks are added in order in double: the
// error grows with the chunk, not with n. (1 - p and log p of binary cross entropy are bounded below as in PyTorch:
// logarithms at -100, the gradient's denominator at 1e-12.)
#include <type_traits>

#include "kernels/loss/loss.h"
#include "simd/integers.h"
#include "simd/math.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kChunk = 4096;
inline constexpr int64_t kPieceElements = 32 << 10;

template <class T>
FG_INLINE Vec<T> load_some(const T* p, int n) {
  return n == kLanes<T> ? load(p) : load_first(p, n);
}
template <class T>
FG_INLINE void store_some(T* p, Vec<T> v, int n) {
  if (n == kLanes<T>)
    store(p, v);
  else
    store_first(p, v, n);
}
template <class T>
FG_INLINE Vec<T> at_least(Vec<T> v, double bound) {
  const Vec<T> b = splat(static_cast<T>(bound));
  return v < b ? b : v;
}

template <PairLoss Kind>
using KindOf = std::integral_constant<PairLoss, Kind>;

template <class T, PairLoss Kind>
FG_INLINE Vec<T> value(KindOf<Kind>, Vec<T> x, Vec<T> y) {
  if constexpr (Kind == PairLoss::SquaredError) {
    return (x - y) * (x - y);
  } else if constexpr (Kind == PairLoss::AbsoluteError) {
    return abs(x - y);
  } else if constexpr (Kind == PairLoss::BinaryCrossEntropy) {
    return -(y * at_least<T>(log(x), -100) + (1 - y) * at_least<T>(log1p(-x), -100));
  } else {
    // log(1 + exp(x)) - x * y without overflow, and without the digits that x - x * y cancels where y is near 1
    return x * (x > 0 ? 1 - y : -y) + log1p(exp(-abs(x)));
  }
}
template <class T, PairLoss Kind>
FG_INLINE Vec<T> slope(KindOf<Kind>, Vec<T> x, Vec<T> y) {
  const Vec<T> one = splat(T{1});
  if constexpr (Kind == PairLoss::SquaredError) {
    return (x - y) * splat(T{2});
  } else if constexpr (Kind == PairLoss::AbsoluteError) {
    const Vec<T> d = x - y;
    return d > 0 ? one : (d < 0 ? -one : d);  // 0 at 0, NaN at NaN
  } else if constexpr (Kind == PairLoss::BinaryCrossEntropy) {
    return (x - y) / at_least<T>((one - x) * x, 1e-12);
  } else {
    return sigmoid(x) - y;
  }
}

template <class F>
FG_INLINE void with_kind(PairLoss kind, const F& f) {
  switch (kind) {
    case PairLoss::SquaredError: return f(KindOf<PairLoss::SquaredError>{});
    case PairLoss::AbsoluteError: return f(KindOf<PairLoss::AbsoluteError>{});
    case PairLoss::BinaryCrossEntropy: return f(KindOf<PairLoss::BinaryCrossEntropy>{});
    case PairLoss::BinaryCrossEntropyWithLogits: return f(KindOf<PairLoss::BinaryCrossEntropyWithLogits>{});
  }
}

// The sum over n elements of term(i, lanes); lanes past the end are dropped.
template <class T, class F>
FG_INLINE double sum_chunks(int64_t n, const F& term) {
  constexpr int L = kLanes<T>;
  const int64_t chunks = ceil_div(n, kChunk);
  auto* parts =
      static_cast<double*>(runtime::scratch(Scratch::LossSums, static_cast<size_t>(chunks + 1) * sizeof(double)));
  for_ranges(chunks, kPieceElements / kChunk, 1, [&](int64_t from, int64_t to) {
    for (int64_t c = from; c < to; ++c) {
      const int64_t end = (c + 1) * kChunk < n ? (c + 1) * kChunk : n;
      int64_t i = c * kChunk;
      Vec<T> sum[4] = {};
      for (; i + 4 * L <= end; i += 4 * L)
        for (int k = 0; k < 4; ++k) sum[k] += term(i + k * L, L);
      for (; i + L <= end; i += L) sum[0] += term(i, L);
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
    int64_t i = begin;
    for (; i + L <= end; i += L) f(i, L);
    if (i < end) f(i, static_cast<int>(end - i));
  });
}

template <class T>
double sum(PairLoss kind, int64_t n, const T* x, const T* y) {
  double result = 0;
  with_kind(kind, [&](auto k) {
    result = sum_chunks<T>(n, [&](int64_t i, int lanes) { return value<T>(k, load_some(x + i, lanes), load_some(y + i, lanes)); });
  });
  return result;
}

template <class T>
void each(PairLoss kind, int64_t n, const T* x, const T* y, T* loss) {
  with_kind(kind, [&](auto k) {
    over_elements<T>(n, [&](int64_t i, int lanes) {
      store_some<T>(loss + i, value<T>(k, load_some(x + i, lanes), load_some(y + i, lanes)), lanes);
    });
  });
}

template <class T>
void backward(PairLoss kind, int64_t n, const T* x, const T* y, double scale, const T* grad, T* grad_x) {
  const Vec<T> factor = splat(static_cast<T>(scale));
  with_kind(kind, [&](auto k) {
    over_elements<T>(n, [&](int64_t i, int lanes) {
      Vec<T> v = slope<T>(k, load_some(x + i, lanes), load_some(y + i, lanes)) * factor;
      if (grad) v *= load_some(grad + i, lanes);
      store_some<T>(grad_x + i, v, lanes);
    });
  });
}

template <class T>
double total(int64_t n, const T* x) {
  return sum_chunks<T>(n, [&](int64_t i, int lanes) { return load_some(x + i, lanes); });
}

}  // namespace

const PairLossKernels pair_loss_kernels = {
    {sum<float>, each<float>, backward<float>, total<float>},
    {sum<double>, each<double>, backward<double>, total<double>},
};

}  // namespace fastgrad::FG_LEVEL
