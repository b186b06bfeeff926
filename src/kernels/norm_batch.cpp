// Batch norm. Arrays are dense, of one layout (BatchNormShape); grad_x may be grad, nothing else is aliased.
//
// Sums over (n, spatial) are taken in chunks of the array that stay in cache, cut by size alone: kChunkBytes, at most
// kMostRows rows of channels or kMostRun neighbouring elements. A chunk's variance is taken in two passes around the
// chunk's own mean, and chunks are merged in order, in double (Chan, Golub and LeVeque, "Updating formulae and a
// pairwise algorithm for computing sample variances", 1979), so a large mean costs no accuracy.
// Channels last: accumulators lie in L1, one per channel, and take kRows rows at a time, so that any number of channels
// streams. Otherwise a run of neighbours of one channel is added into kRows vectors.
#include <type_traits>

#include "kernels/norm.h"
#include "simd/pieces.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int kRows = 4;
inline constexpr int64_t kChunkBytes = 64 << 10;
inline constexpr int64_t kMostRows = 256, kMostRun = 8192;
// What one piece should touch: some 10 us of work.
inline constexpr int64_t kPieceBytes = 128 << 10;

FG_INLINE int64_t at_least_one(int64_t x) { return x > 0 ? x : 1; }

// How an array is cut into chunks: `size` rows each (channels last), or `size` elements of a run of one channel.
struct Chunks {
  int64_t count, size, per_run;
};
template <class T>
FG_INLINE Chunks cut(const BatchNormShape& s) {
  if (s.channels_last) {
    int64_t size = kChunkBytes / (s.c * static_cast<int64_t>(sizeof(T)));
    size = size < kRows ? kRows : size > kMostRows ? kMostRows : size;
    const int64_t count = (s.n * s.spatial + size - 1) / size;
    return {count, size, count};
  }
  const int64_t size = s.spatial < kMostRun ? s.spatial : kMostRun;
  const int64_t per_run = (s.spatial + size - 1) / size;
  return {s.n * per_run, size, per_run};
}
// Elements of each channel in chunk k.
FG_INLINE int64_t chunk_length(const BatchNormShape& s, const Chunks& cut, int64_t k) {
  const int64_t total = s.channels_last ? s.n * s.spatial : s.spatial;
  const int64_t begin = k % cut.per_run * cut.size;
  return total - begin < cut.size ? total - begin : cut.size;
}

// f(c, lanes): over channels a vector at a time; lanes is kLanes but in the last one.
template <class T, class F>
FG_INLINE void over_channels(int64_t channels, const F& f) {
  constexpr int L = kLanes<T>;
  int64_t c = 0;
  for (; c + L <= channels; c += L) f(c, std::integral_constant<int, L>{});
  if (c < channels) f(c, static_cast<int>(channels - c));
}
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

// Rows of channels. accumulate[i][c] += the sum over `rows` rows of term(i, offset of the element, c, lanes).
template <class T, int Sums, class F>
FG_INLINE void sum_rows(int64_t rows, int64_t channels, T* const (&accumulate)[Sums], const F& terms) {
  for (int i = 0; i < Sums; ++i)
    for (int64_t c = 0; c < channels; ++c) accumulate[i][c] = 0;
  int64_t r = 0;
  for (; r + kRows <= rows; r += kRows)
    over_channels<T>(channels, [&](int64_t c, auto lanes) {
      Vec<T> sums[Sums];
      for (int i = 0; i < Sums; ++i) sums[i] = load_lanes(accumulate[i] + c, lanes);
      Vec<T> part[Sums] = {};
      for (int k = 0; k < kRows; ++k) terms((r + k) * channels + c, c, lanes, part);
      for (int i = 0; i < Sums; ++i) store_lanes<T>(accumulate[i] + c, sums[i] + part[i], lanes);
    });
  for (; r < rows; ++r)
    over_channels<T>(channels, [&](int64_t c, auto lanes) {
      Vec<T> part[Sums];
      for (int i = 0; i < Sums; ++i) part[i] = load_lanes(accumulate[i] + c, lanes);
      terms(r * channels + c, c, lanes, part);
      for (int i = 0; i < Sums; ++i) store_lanes<T>(accumulate[i] + c, part[i], lanes);
    });
}

// A run of one channel. sums[i] = the sum over n elements of the terms.
template <class T, int Sums, class F>
FG_INLINE void sum_run(int64_t n, T (&sums)[Sums], const F& terms) {
  constexpr int L = kLanes<T>;
  Vec<T> part[kRows][Sums] = {};
  int64_t i = 0;
  for (; i + kRows * L <= n; i += kRows * L)
    for (int k = 0; k < kRows; ++k) terms(i + k * L, std::integral_constant<int, L>{}, part[k]);
  for (; i + L <= n; i += L) terms(i, std::integral_constant<int, L>{}, part[0]);
  if (i < n) terms(i, static_cast<int>(n - i), part[1]);
  for (int j = 0; j < Sums; ++j) sums[j] = reduce_add<T>((part[0][j] + part[1][j]) + (part[2][j] + part[3][j]));
}

// Lanes from n on become zero.
template <class T, int L>
FG_INLINE Vec<T> first_lanes(Vec<T> v, std::integral_constant<int, L>) {
  return v;
}
template <class T>
FG_INLINE Vec<T> first_lanes(Vec<T> v, int n) {
  for (int i = 0; i < kLanes<T>; ++i) v[i] = i < n ? v[i] : T{0};
  return v;
}

template <class T>
void statistics(const BatchNormShape& s, const T* x, double* mean, double* variance) {
  const Chunks chunks = cut<T>(s);
  // of each chunk and channel: the mean, then the sum of squares around it
  auto* means = static_cast<T*>(
      runtime::scratch(0, static_cast<size_t>(chunks.count * s.c) * 2 * sizeof(T)));
  T* squares = means + chunks.count * s.c;
  const int64_t grain = at_least_one(kPieceBytes / (chunks.size * s.c * static_cast<int64_t>(sizeof(T))));
  if (s.channels_last) {
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k) {
        const int64_t rows = chunk_length(s, chunks, k);
        const T* p = x + k * chunks.size * s.c;
        T *m = means + k * s.c, *q = squares + k * s.c;
        sum_rows<T, 1>(rows, s.c, {m}, [&](int64_t at, int64_t, auto lanes, Vec<T>* sum) {
          sum[0] += load_lanes(p + at, lanes);
        });
        for (int64_t c = 0; c < s.c; ++c) m[c] /= static_cast<T>(rows);
        sum_rows<T, 1>(rows, s.c, {q}, [&](int64_t at, int64_t c, auto lanes, Vec<T>* sum) {
          const Vec<T> d = load_lanes(p + at, lanes) - load_lanes(m + c, lanes);
          sum[0] = fma(d, d, sum[0]);
        });
      }
    });
  } else {
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k) {
        const int64_t length = chunk_length(s, chunks, k);
        for (int64_t c = 0; c < s.c; ++c) {
          const T* p = x + (k / chunks.per_run * s.c + c) * s.spatial + k % chunks.per_run * chunks.size;
          T sum[1];
          sum_run<T, 1>(length, sum, [&](int64_t at, auto lanes, Vec<T>* part) { part[0] += load_lanes(p + at, lanes); });
          const T m = sum[0] / static_cast<T>(length);
          sum_run<T, 1>(length, sum, [&](int64_t at, auto lanes, Vec<T>* part) {
            const Vec<T> d = first_lanes<T>(load_lanes(p + at, lanes) - splat(m), lanes);
            part[0] = fma(d, d, part[0]);
          });
          means[k * s.c + c] = m;
          squares[k * s.c + c] = sum[0];
        }
      }
    });
  }

  const double total = static_cast<double>(s.n * s.spatial);
  for (int64_t c = 0; c < s.c; ++c) mean[c] = variance[c] = 0;
  for (int64_t k = 0; k < chunks.count; ++k) {
    const double share = static_cast<double>(chunk_length(s, chunks, k)) / total;
    for (int64_t c = 0; c < s.c; ++c) mean[c] += share * static_cast<double>(means[k * s.c + c]);
  }
  for (int64_t k = 0; k < chunks.count; ++k) {
    const double length = static_cast<double>(chunk_length(s, chunks, k));
    for (int64_t c = 0; c < s.c; ++c) {
      const double d = static_cast<double>(means[k * s.c + c]) - mean[c];
      variance[c] += static_cast<double>(squares[k * s.c + c]) + length * d * d;
    }
  }
  for (int64_t c = 0; c < s.c; ++c) variance[c] /= total;
}

// The map's result, before relu.
template <class T>
FG_INLINE Vec<T> mapped(Vec<T> centred, Vec<T> scale, Vec<T> shift) {
  return fma(centred, scale, shift);
}
// relu and its gradient, to the bit what those operations compute: zeros of both signs give 0, NaN stays.
template <class V>
FG_INLINE V relu(V y) {
  return y <= V{} ? V{} : y;
}
template <class V>
FG_INLINE V relu_grad(V grad, V y) {
  return y <= V{} ? V{} : grad;
}

template <class T, bool Relu>
void grad_sums(const BatchNormShape& s, const T* grad, const T* x, const BatchNormMap<T>& map, double* sum,
               double* product_sum) {
  const Chunks chunks = cut<T>(s);
  auto* sums = static_cast<T*>(runtime::scratch(0, static_cast<size_t>(chunks.count * s.c) * 2 * sizeof(T)));
  T* products = sums + chunks.count * s.c;
  const int64_t grain = at_least_one(kPieceBytes / (chunks.size * s.c * 2 * static_cast<int64_t>(sizeof(T))));
  if (s.channels_last) {
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k) {
        const T *p = x + k * chunks.size * s.c, *g = grad + k * chunks.size * s.c;
        sum_rows<T, 2>(chunk_length(s, chunks, k), s.c, {sums + k * s.c, products + k * s.c},
                       [&](int64_t at, int64_t c, auto lanes, Vec<T>* part) {
                         const Vec<T> d = load_lanes(p + at, lanes) - load_lanes(map.mean + c, lanes);
                         Vec<T> v = load_lanes(g + at, lanes);
                         if constexpr (Relu)
                           v = relu_grad(v, mapped<T>(d, load_lanes(map.scale + c, lanes),
                                                      load_lanes(map.shift + c, lanes)));
                         part[0] += v;
                         part[1] = fma(v, d, part[1]);
                       });
      }
    });
  } else {
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k)
        for (int64_t c = 0; c < s.c; ++c) {
          const int64_t start = (k / chunks.per_run * s.c + c) * s.spatial + k % chunks.per_run * chunks.size;
          const T *p = x + start, *g = grad + start;
          const Vec<T> m = splat(map.mean[c]), scale = splat(map.scale[c]), shift = splat(map.shift[c]);
          T both[2];
          sum_run<T, 2>(chunk_length(s, chunks, k), both, [&](int64_t at, auto lanes, Vec<T>* part) {
            const Vec<T> d = first_lanes<T>(load_lanes(p + at, lanes) - m, lanes);
            Vec<T> v = load_lanes(g + at, lanes);
            if constexpr (Relu) v = relu_grad(v, mapped<T>(d, scale, shift));
            part[0] += v;
            part[1] = fma(v, d, part[1]);
          });
          sums[k * s.c + c] = both[0];
          products[k * s.c + c] = both[1];
        }
    });
  }

  for (int64_t c = 0; c < s.c; ++c) sum[c] = product_sum[c] = 0;
  for (int64_t k = 0; k < chunks.count; ++k)
    for (int64_t c = 0; c < s.c; ++c) {
      sum[c] += static_cast<double>(sums[k * s.c + c]);
      product_sum[c] += static_cast<double>(products[k * s.c + c]);
    }
}

// out[at] = f(at, lanes, coefficient), where coefficient(array) gives the vector of the channels at hand.
template <class T, class F>
FG_INLINE void transform(const BatchNormShape& s, int64_t arrays, T* out, const F& f) {
  const int64_t bytes = arrays * static_cast<int64_t>(sizeof(T));
  if (s.channels_last) {
    for_ranges(s.n * s.spatial, at_least_one(kPieceBytes / (s.c * bytes)), 1, [&](int64_t from, int64_t to) {
      for (int64_t r = from; r < to; ++r)
        over_channels<T>(s.c, [&](int64_t c, auto lanes) {
          const int64_t at = r * s.c + c;
          store_lanes<T>(out + at, f(at, lanes, [&](const T* p) { return load_lanes(p + c, lanes); }), lanes);
        });
    });
    return;
  }
  for_ranges(s.n * s.c, at_least_one(kPieceBytes / (s.spatial * bytes)), 1, [&](int64_t from, int64_t to) {
    for (int64_t plane = from; plane < to; ++plane) {
      const int64_t c = plane % s.c;
      over_channels<T>(s.spatial, [&](int64_t i, auto lanes) {
        const int64_t at = plane * s.spatial + i;
        store_lanes<T>(out + at, f(at, lanes, [&](const T* p) { return splat(p[c]); }), lanes);
      });
    }
  });
}

template <class T>
void normalize(const BatchNormShape& s, const T* x, const BatchNormMap<T>& map, T* out) {
  const auto at_once = [&](auto with_relu) {
    transform<T>(s, 2, out, [&](int64_t at, auto lanes, const auto& of) {
      const Vec<T> y = mapped<T>(load_lanes(x + at, lanes) - of(map.mean), of(map.scale), of(map.shift));
      return with_relu ? relu(y) : y;
    });
  };
  if (map.relu)
    at_once(std::true_type{});
  else
    at_once(std::false_type{});
}

template <class T, bool Relu>
void grad_input(const BatchNormShape& s, const T* grad, const T* x, const BatchNormMap<T>& map, const T* a, const T* b,
                const T* c, T* grad_x) {
  const auto through_relu = [&](int64_t at, auto lanes, const auto& of, Vec<T> centred) {
    const Vec<T> v = load_lanes(grad + at, lanes);
    return Relu ? relu_grad(v, mapped<T>(centred, of(map.scale), of(map.shift))) : v;
  };
  if (!b) {
    transform<T>(s, Relu ? 3 : 2, grad_x, [&](int64_t at, auto lanes, const auto& of) {
      return through_relu(at, lanes, of, load_lanes(x + at, lanes) - of(map.mean)) * of(a);
    });
    return;
  }
  transform<T>(s, 3, grad_x, [&](int64_t at, auto lanes, const auto& of) {
    const Vec<T> centred = load_lanes(x + at, lanes) - of(map.mean);
    return fma(through_relu(at, lanes, of, centred), of(a), fma(centred, of(b), of(c)));
  });
}

template <class T>
void grad_sums(const BatchNormShape& s, const T* grad, const T* x, const BatchNormMap<T>& map, double* sum,
               double* product_sum) {
  (map.relu ? grad_sums<T, true> : grad_sums<T, false>)(s, grad, x, map, sum, product_sum);
}
template <class T>
void grad_input(const BatchNormShape& s, const T* grad, const T* x, const BatchNormMap<T>& map, const T* a, const T* b,
                const T* c, T* grad_x) {
  (map.relu ? grad_input<T, true> : grad_input<T, false>)(s, grad, x, map, a, b, c, grad_x);
}

template <class T>
inline constexpr BatchNormFunctions<T> functions = {statistics<T>, normalize<T>, grad_sums<T>, grad_input<T>};

}  // namespace

extern const BatchNormKernels batch_norm_kernels;
const BatchNormKernels batch_norm_kernels = {functions<float>, functions<double>};

}  // namespace fastgrad::FG_LEVEL
