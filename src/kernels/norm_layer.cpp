// Layer norm over rows of d neighbours. Arrays are dense; nothing may alias.
//
// A row is read three times while it is in L1 (mean, squares around it, result), so the variance is exact to rounding
// for any mean. Where elements differ by little (narrow), mean and squares are taken once more, relative to the first: the
// mean of equal elements is their value, so that they become exactly 0 (and the bias). The weight's and bias's gradients
// are summed over chunks of rows, cut by size alone (kChunkBytes, kMostRows), and the chunks' sums are added in order, in
// double.
#include "kernels/norm_narrow.h"
#include "simd/pieces.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kPieceBytes = 128 << 10, kChunkBytes = 64 << 10, kMostRows = 256;
inline constexpr int kParts = 4;

FG_INLINE int64_t at_least_one(int64_t x) { return x > 0 ? x : 1; }

// f(i, n, part): over a row a vector at a time, n lanes of it, going round kParts partial sums.
template <class T, class F>
FG_INLINE void over_row(int64_t d, const F& f) {
  constexpr int L = kLanes<T>;
  int64_t i = 0;
  for (; i + kParts * L <= d; i += kParts * L)
    for (int k = 0; k < kParts; ++k) f(i + k * L, L, k);
  for (; i + L <= d; i += L) f(i, L, 0);
  if (i < d) f(i, static_cast<int>(d - i), 1);
}
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
FG_INLINE Vec<T> keep_first(Vec<T> v, int n) {
  if (n == kLanes<T>) return v;
  for (int i = 0; i < kLanes<T>; ++i) v[i] = i < n ? v[i] : T{0};
  return v;
}
template <class T>
FG_INLINE T total(const Vec<T> (&v)[kParts]) {
  return reduce_add<T>((v[0] + v[1]) + (v[2] + v[3]));
}

// The sum of a row's squares around m.
template <class T>
FG_INLINE T squares_around(const T* p, int64_t d, T m) {
  const Vec<T> centre = splat(m);
  Vec<T> squares[kParts] = {};
  over_row<T>(d, [&](int64_t i, int n, int k) {
    const Vec<T> v = keep_first<T>(load_some(p + i, n) - centre, n);
    squares[k] = fma(v, v, squares[k]);
  });
  return total<T>(squares);
}

template <class T>
FG_INLINE T mean_of(const T* p, int64_t d) {
  Vec<T> sum[kParts] = {};
  over_row<T>(d, [&](int64_t i, int n, int k) { sum[k] += load_some(p + i, n); });
  return total<T>(sum) / static_cast<T>(d);
}
// By way of differences from the first element.
template <class T>
FG_INLINE T shifted_mean(const T* p, int64_t d) {
  const Vec<T> first = splat(p[0]);
  Vec<T> sum[kParts] = {};
  over_row<T>(d, [&](int64_t i, int n, int k) { sum[k] += keep_first<T>(load_some(p + i, n) - first, n); });
  return p[0] + total<T>(sum) / static_cast<T>(d);
}

template <class T>
void forward(int64_t rows, int64_t d, const T* x, const T* weight, const T* bias, double eps, T* out, T* mean,
             T* rstd) {
  const int64_t grain = at_least_one(kPieceBytes / (2 * d * static_cast<int64_t>(sizeof(T))));
  const auto finish = [&](int64_t r, T m, T squares) __attribute__((always_inline)) {
    const T* p = x + r * d;
    T* o = out + r * d;
    const double variance = static_cast<double>(squares) / static_cast<double>(d);
    const T s = static_cast<T>(1 / __builtin_sqrt(variance + eps));
    mean[r] = m;
    rstd[r] = s;
    const Vec<T> centre = splat(m), scale = splat(s);
    over_row<T>(d, [&](int64_t i, int n, int) {
      Vec<T> v = (load_some(p + i, n) - centre) * scale;
      if (weight) v *= load_some(weight + i, n);
      if (bias) v += load_some(bias + i, n);
      store_some<T>(o + i, v, n);
    });
  };
  for_ranges(rows, grain, 1, [&](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; ++r) {
      for (; r < to; ++r) {  // leaves its loop for the rare row, so that nothing rare is in it
        const T m = mean_of(x + r * d, d), squares = squares_around(x + r * d, d, m);
        if (narrow<T>(m, squares, d) && m != 0) [[unlikely]] break;
        finish(r, m, squares);
      }
      if (r == to) break;
      const T m = shifted_mean(x + r * d, d);
      finish(r, m, squares_around(x + r * d, d, m));
    }
  });
}

template <class T>
void backward(int64_t rows, int64_t d, const T* grad, const T* x, const T* weight, const T* mean, const T* rstd,
              T* grad_x, T* grad_weight, T* grad_bias) {
  const int64_t row_bytes = d * static_cast<int64_t>(sizeof(T));
  int64_t size = kChunkBytes / row_bytes;
  size = size < 16 ? 16 : size > kMostRows ? kMostRows : size;
  const int64_t chunks = (rows + size - 1) / size;
  const bool sums = grad_weight || grad_bias;
  T* products = sums ? static_cast<T*>(runtime::scratch(0, static_cast<size_t>(chunks * row_bytes) * 2)) : nullptr;
  T* plain = products + (sums ? chunks * d : 0);
  for_ranges(chunks, at_least_one(kPieceBytes / (3 * size * row_bytes)), 1, [&](int64_t from, int64_t to) {
    for (int64_t chunk = from; chunk < to; ++chunk) {
      T *product_sum = products + chunk * d, *sum = plain + chunk * d;
      const int64_t end = (chunk + 1) * size < rows ? (chunk + 1) * size : rows;
      for (int64_t r = chunk * size; r < end; ++r) {
        const T *p = x + r * d, *g = grad + r * d;
        const Vec<T> centre = splat(mean[r]), scale = splat(rstd[r]);
        const bool first = r == chunk * size;
        Vec<T> s1[kParts] = {}, s2[kParts] = {};
        over_row<T>(d, [&](int64_t i, int n, int k) {
          const Vec<T> normal = (load_some(p + i, n) - centre) * scale;
          Vec<T> v = load_some(g + i, n);
          if (sums) {
            const Vec<T> product = v * normal;
            store_some<T>(product_sum + i, first ? product : load_some(product_sum + i, n) + product, n);
            store_some<T>(sum + i, first ? v : load_some(sum + i, n) + v, n);
          }
          if (weight) v *= load_some(weight + i, n);
          s1[k] += v;
          s2[k] += keep_first<T>(v * normal, n);
        });
        if (!grad_x) continue;
        const Vec<T> a = splat(total<T>(s1) / static_cast<T>(d)), b = splat(total<T>(s2) / static_cast<T>(d));
        T* o = grad_x + r * d;
        over_row<T>(d, [&](int64_t i, int n, int) {
          const Vec<T> normal = (load_some(p + i, n) - centre) * scale;
          Vec<T> v = load_some(g + i, n);
          if (weight) v *= load_some(weight + i, n);
          store_some<T>(o + i, (v - fma(normal, b, a)) * scale, n);
        });
      }
    }
  });
  if (!sums) return;
  for (int64_t i = 0; i < d; ++i) {
    double w = 0, b = 0;
    for (int64_t k = 0; k < chunks; ++k) {
      w += static_cast<double>(products[k * d + i]);
      b += static_cast<double>(plain[k * d + i]);
    }
    if (grad_weight) grad_weight[i] = static_cast<T>(w);
    if (grad_bias) grad_bias[i] = static_cast<T>(b);
  }
}

}  // namespace

extern const LayerNormKernels layer_norm_kernels;
const LayerNormKernels layer_norm_kernels = {
    {forward<float>, backward<float>},
    {forward<double>, backward<double>},
};

}  // namespace fastgrad::FG_LEVEL
