// Layer norm and RMS norm, which is the same around 0, over rows of d neighbours. Arrays are dense; nothing may alias.
//
// A row is read three times while it is in L1 (mean, squares around it, result), so the variance is exact to rounding
// for any mean. Where elements differ by little (narrow), mean and squares are taken once more, relative to the first:
// the mean of equal elements is their value, so that they become exactly 0 (and the bias). A row whose squares leave
// the range is normalised scaled by a power of 2, which changes no result. The weight's and bias's gradients are summed
// over chunks of rows, cut by size alone (kChunkBytes, kMostRows), and the chunks' sums are added in order, in double.
#include "kernels/normalization/narrow.h"
#include "simd/integers.h"
#include "simd/lanes.h"
#include "simd/scale.h"
#include "simd/pieces.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kPieceBytes = 128 << 10, kChunkBytes = 64 << 10, kMostRows = 256;

template <class T>
FG_INLINE T total(const Vec<T> (&v)[kParts]) {
  return reduce_add<T>((v[0] + v[1]) + (v[2] + v[3]));
}

// The sum of a row's squares around m.
template <class T>
FG_INLINE T squares_around(const T* p, int64_t d, T m) {
  const Vec<T> centre = splat(m);
  Vec<T> squares[kParts] = {};
  over_parts<T>(d, [&](int64_t i, auto n, int k) {
    const Vec<T> v = first_lanes<T>(load_lanes(p + i, n) - centre, n);
    squares[k] = fma(v, v, squares[k]);
  });
  return total<T>(squares);
}

template <class T>
FG_INLINE T mean_of(const T* p, int64_t d) {
  Vec<T> sum[kParts] = {};
  over_parts<T>(d, [&](int64_t i, auto n, int k) { sum[k] += load_lanes(p + i, n); });
  return total<T>(sum) / static_cast<T>(d);
}
// By way of differences from the first element.
template <class T>
FG_INLINE T shifted_mean(const T* p, int64_t d) {
  const Vec<T> first = splat(p[0]);
  Vec<T> sum[kParts] = {};
  over_parts<T>(d, [&](int64_t i, auto n, int k) { sum[k] += first_lanes<T>(load_lanes(p + i, n) - first, n); });
  return p[0] + total<T>(sum) / static_cast<T>(d);
}

// A row as it is normalised where its squares leave the range: times `factor`, which takes its largest element, or the
// root of eps where that is larger, to about 1. The factor is 1 where there is no such one.
template <class T>
struct ScaledRow {
  const T* p;
  T mean, rstd, factor;
};
template <class T>
__attribute__((noinline)) ScaledRow<T> scaled_row(const T* p, int64_t d, double eps, bool centred) {
  T largest = static_cast<T>(__builtin_sqrt(eps));
  bool finite = true;
  for (int64_t i = 0; i < d; ++i) {
    const T size = p[i] < 0 ? -p[i] : p[i];
    finite &= size <= kMost<T>;
    largest = size > largest ? size : largest;
  }
  const bool scalable = finite && largest > 0;
  const double factor = scalable ? __builtin_ldexp(1, -exponent_of(largest)) : 1;
  T* const scaled = scratch<T>(Scratch::NormRow, d);
  for (int64_t i = 0; i < d; ++i) scaled[i] = p[i] * static_cast<T>(factor);
  T mean = centred ? mean_of(scaled, d) : T{0}, squares = squares_around(scaled, d, mean);
  if (narrow<T>(mean, squares, d) && mean != 0) {
    mean = shifted_mean(scaled, d);
    squares = squares_around(scaled, d, mean);
  }
  const double variance = static_cast<double>(squares) / static_cast<double>(d);
  return {scaled, mean, static_cast<T>(1 / __builtin_sqrt(variance + eps * factor * factor)), static_cast<T>(factor)};
}

// The sum of a row's squares, at least, where none has lost bits that show beside eps.
template <class T>
FG_INLINE T least_squares(int64_t d, double eps) {
  constexpr T least = kLeastStd<T> * kLeastStd<T>;
  return eps < static_cast<double>(least) ? least * static_cast<T>(d) : T{0};
}
template <class T>
FG_INLINE T rstd_of(T squares, int64_t d, double eps) {
  return static_cast<T>(1 / __builtin_sqrt(static_cast<double>(squares) / static_cast<double>(d) + eps));
}
template <class T>
FG_INLINE void normalize_row(const T* p, int64_t d, T m, T s, const T* weight, const T* bias, T* o) {
  const Vec<T> centre = splat(m), scale = splat(s);
  over_parts<T>(d, [&](int64_t i, auto n, int) {
    Vec<T> v = (load_lanes(p + i, n) - centre) * scale;
    if (weight) v *= load_lanes(weight + i, n);
    if (bias) v += load_lanes(bias + i, n);
    store_lanes<T>(o + i, v, n);
  });
}

// A row that is narrow, or whose squares leave the range.
template <class T>
__attribute__((noinline)) void rare_row(const T* p, int64_t d, const T* weight, const T* bias, double eps, bool centred,
                                        T* out, T* mean, T* rstd) {
  const T m = centred ? shifted_mean(p, d) : T{0}, squares = squares_around(p, d, m);
  if (squares >= least_squares<T>(d, eps) && squares <= kMost<T>) {
    *mean = m;
    *rstd = rstd_of(squares, d, eps);
    return normalize_row(p, d, m, *rstd, weight, bias, out);
  }
  const ScaledRow<T> row = scaled_row(p, d, eps, centred);
  *mean = row.mean / row.factor;
  *rstd = row.rstd * row.factor;
  normalize_row(row.p, d, row.mean, row.rstd, weight, bias, out);
}

template <class T>
void forward(int64_t rows, int64_t d, const T* x, const T* weight, const T* bias, double eps, bool centred, T* out,
             T* mean, T* rstd) {
  const int64_t grain = larger(1, kPieceBytes / (2 * d * static_cast<int64_t>(sizeof(T))));
  for_ranges(rows, grain, 1, [&](int64_t from, int64_t to) {
    const T least = least_squares<T>(d, eps);
    for (int64_t r = from; r < to; ++r) {
      for (; r < to; ++r) {  // leaves its loop for the rare row, so that nothing rare is in it
        const T m = centred ? mean_of(x + r * d, d) : T{0}, squares = squares_around(x + r * d, d, m);
        const bool usual = squares >= least && squares <= kMost<T>;
        if (!usual || (narrow<T>(m, squares, d) && m != 0)) [[unlikely]]
          break;
        mean[r] = m;
        rstd[r] = rstd_of(squares, d, eps);
        normalize_row(x + r * d, d, m, rstd[r], weight, bias, out + r * d);
      }
      if (r == to) break;
      rare_row(x + r * d, d, weight, bias, eps, centred, out + r * d, mean + r, rstd + r);
    }
  });
}

// Beyond, or below its reciprocal, the differences from the mean may overflow, or rstd has lost bits.
template <class T>
inline constexpr T kMostRstd = static_cast<T>(sizeof(T) == 4 ? 0x1p60 : 0x1p500);

template <class T>
void backward(int64_t rows, int64_t d, const T* grad, const T* x, const T* weight, const T* mean, const T* rstd,
              double eps, bool centred, T* grad_x, T* grad_weight, T* grad_bias) {
  const int64_t row_bytes = d * static_cast<int64_t>(sizeof(T));
  int64_t size = kChunkBytes / row_bytes;
  size = size < 16 ? 16 : size > kMostRows ? kMostRows : size;
  const int64_t chunks = ceil_div(rows, size);
  const bool sums = grad_weight || grad_bias;
  T* products = sums ? scratch<T>(Scratch::NormSums, 2 * chunks * d) : nullptr;
  T* plain = products + (sums ? chunks * d : 0);
  for_ranges(chunks, larger(1, kPieceBytes / (3 * size * row_bytes)), 1, [&](int64_t from, int64_t to) {
    for (int64_t chunk = from; chunk < to; ++chunk) {
      T *product_sum = products + chunk * d, *sum = plain + chunk * d;
      const int64_t end = (chunk + 1) * size < rows ? (chunk + 1) * size : rows;
      for (int64_t r = chunk * size; r < end; ++r) {
        const T *p = x + r * d, *g = grad + r * d;
        Vec<T> centre = splat(mean[r]), scale = splat(rstd[r]), slope = scale;
        if (!(rstd[r] >= 1 / kMostRstd<T> && rstd[r] <= kMostRstd<T>)) [[unlikely]] {
          const ScaledRow<T> row = scaled_row(p, d, eps, centred);
          p = row.p;
          centre = splat(row.mean);
          scale = splat(row.rstd);
          slope = splat(row.rstd * row.factor);
        }
        const bool first = r == chunk * size;
        Vec<T> s1[kParts] = {}, s2[kParts] = {};
        over_parts<T>(d, [&](int64_t i, auto n, int k) {
          const Vec<T> normal = (load_lanes(p + i, n) - centre) * scale;
          Vec<T> v = load_lanes(g + i, n);
          if (sums) {
            const Vec<T> product = v * normal;
            store_lanes<T>(product_sum + i, first ? product : load_lanes(product_sum + i, n) + product, n);
            store_lanes<T>(sum + i, first ? v : load_lanes(sum + i, n) + v, n);
          }
          if (weight) v *= load_lanes(weight + i, n);
          s1[k] += v;
          s2[k] += first_lanes<T>(v * normal, n);
        });
        if (!grad_x) continue;
        const Vec<T> a = splat(centred ? total<T>(s1) / static_cast<T>(d) : T{0}), b = splat(total<T>(s2) / static_cast<T>(d));
        T* o = grad_x + r * d;
        over_parts<T>(d, [&](int64_t i, auto n, int) {
          const Vec<T> normal = (load_lanes(p + i, n) - centre) * scale;
          Vec<T> v = load_lanes(g + i, n);
          if (weight) v *= load_lanes(weight + i, n);
          store_lanes<T>(o + i, (v - fma(normal, b, a)) * slope, n);
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

const LayerNormKernels layer_norm_kernels = {
    {forward<float>, backward<float>},
    {forward<double>, backward<double>},
};

}  // namespace fastgrad::FG_LEVEL
