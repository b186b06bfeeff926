// Batch norm, alone or with ReLU. Arrays are dense, of one layout (BatchNormShape); grad_x may be grad, nothing else is
// aliased.
#include <type_traits>

#include "kernels/normalization/sums.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

// n elements `step` apart: mean and sum of squares around it, by way of differences from the first.
template <class T>
__attribute__((noinline)) void shifted_moments(const T* p, int64_t step, int64_t n, T& mean, T& squares) {
  if (mean == 0) return;
  double sum = 0, square = 0;
  for (int64_t i = 1; i < n; ++i) sum += static_cast<double>(p[i * step] - p[0]);
  mean = p[0] + static_cast<T>(sum / static_cast<double>(n));
  for (int64_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(p[i * step] - mean);
    square += d * d;
  }
  squares = static_cast<T>(square);
}

template <class T>
void statistics(const BatchNormShape& s, const T* x, double* mean, double* variance) {
  const Chunks chunks = cut<T>(s);
  // of each chunk and channel: the mean, then the sum of squares around it
  auto* means = scratch<T>(Scratch::NormSums, 2 * chunks.count * s.c);
  T* squares = means + chunks.count * s.c;
  // Of chunk k, the channels that are narrow; start(c) is where those elements of channel c begin.
  const auto sharpen = [&](int64_t k, int64_t n, const auto& start, int64_t step) {
    T *m = means + k * s.c, *q = squares + k * s.c;
    over_lanes<T>(s.c, [&](int64_t first, auto lanes) {
      const Mask<T> again = narrow<T>(load_lanes(m + first, lanes), load_lanes(q + first, lanes), n);
      if (!any<typename MaskType<T>::type>(again)) return;
      for (int i = 0; i < lanes; ++i)
        if (again[i]) shifted_moments(start(first + i), step, n, m[first + i], q[first + i]);
    });
  };
  const int64_t grain = larger(1, kPieceBytes / (chunks.size * s.c * static_cast<int64_t>(sizeof(T))));
  if (s.channels_last) {
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k) {
        const int64_t rows = chunk_length(s, chunks, k);
        const T* p = x + k * chunks.size * s.c;
        T *m = means + k * s.c, *q = squares + k * s.c;
        sum_rows<T, 1>(rows, s.c, {m}, [&](int64_t row, int64_t c, auto lanes, Vec<T>* sum) {
          sum[0] += load_lanes(p + row * s.c + c, lanes);
        });
        for (int64_t c = 0; c < s.c; ++c) m[c] /= static_cast<T>(rows);
        sum_rows<T, 1>(rows, s.c, {q}, [&](int64_t row, int64_t c, auto lanes, Vec<T>* sum) {
          const Vec<T> d = load_lanes(p + row * s.c + c, lanes) - load_lanes(m + c, lanes);
          sum[0] = fma(d, d, sum[0]);
        });
        sharpen(k, rows, [&](int64_t c) { return p + c; }, s.c);
      }
    });
  } else {
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k) {
        const int64_t length = chunk_length(s, chunks, k);
        const auto run = [&](int64_t c) {
          return x + (k / chunks.per_run * s.c + c) * s.spatial + k % chunks.per_run * chunks.size;
        };
        for (int64_t c = 0; c < s.c; ++c) {
          const T* p = run(c);
          T sum[1];
          sum_run<T, 1>(length, sum,
                        [&](int64_t at, auto lanes, Vec<T>* part) { part[0] += load_lanes(p + at, lanes); });
          const T m = sum[0] / static_cast<T>(length);
          sum_run<T, 1>(length, sum, [&](int64_t at, auto lanes, Vec<T>* part) {
            const Vec<T> d = first_lanes<T>(load_lanes(p + at, lanes) - splat(m), lanes);
            part[0] = fma(d, d, part[0]);
          });
          means[k * s.c + c] = m;
          squares[k * s.c + c] = sum[0];
        }
        sharpen(k, length, run, 1);
      }
    });
  }

  const double total = static_cast<double>(s.n * s.spatial);
  double* const base = variance;  // until that is computed
  for (int64_t c = 0; c < s.c; ++c) {
    base[c] = static_cast<double>(means[c]);
    mean[c] = 0;
  }
  for (int64_t k = 1; k < chunks.count; ++k) {
    const double weight = static_cast<double>(chunk_length(s, chunks, k)) / total;
    for (int64_t c = 0; c < s.c; ++c) mean[c] += weight * (static_cast<double>(means[k * s.c + c]) - base[c]);
  }
  for (int64_t c = 0; c < s.c; ++c) {
    mean[c] += base[c];
    variance[c] = 0;
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

template <class T, bool Relu>
void sums_backward(const BatchNormShape& s, const T* grad, const T* x, const Epilogue<T>& map, double* sum,
                   double* product_sum) {
  const Chunks chunks = cut<T>(s);
  auto* sums = scratch<T>(Scratch::NormSums, 2 * chunks.count * s.c);
  T* products = sums + chunks.count * s.c;
  const int64_t grain = larger(1, kPieceBytes / (chunks.size * s.c * 2 * static_cast<int64_t>(sizeof(T))));
  if (s.channels_last) {
    for_ranges(chunks.count, grain, 1, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k) {
        const T *p = x + k * chunks.size * s.c, *g = grad + k * chunks.size * s.c;
        sum_rows<T, 2>(chunk_length(s, chunks, k), s.c, {sums + k * s.c, products + k * s.c},
                       [&](int64_t row, int64_t c, auto lanes, Vec<T>* part) {
                         const int64_t at = row * s.c + c;
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
  add_chunks(s, chunks, sums, products, sum, product_sum);
}

// out[at] = f(at, lanes, coefficient), where coefficient(array) gives the vector of the channels at hand.
template <class T, class F>
FG_INLINE void transform(const BatchNormShape& s, int64_t arrays, T* out, const F& f) {
  const int64_t bytes = arrays * static_cast<int64_t>(sizeof(T));
  if (s.channels_last) {
    for_ranges(s.n * s.spatial, larger(1, kPieceBytes / (s.c * bytes)), 1, [&](int64_t from, int64_t to) {
      for (int64_t r = from; r < to; ++r)
        over_lanes<T>(s.c, [&](int64_t c, auto lanes) {
          const int64_t at = r * s.c + c;
          store_lanes<T>(out + at, f(at, lanes, [&](const T* p) { return load_lanes(p + c, lanes); }), lanes);
        });
    });
    return;
  }
  for_ranges(s.n * s.c, larger(1, kPieceBytes / (s.spatial * bytes)), 1, [&](int64_t from, int64_t to) {
    for (int64_t plane = from; plane < to; ++plane) {
      const int64_t c = plane % s.c;
      over_lanes<T>(s.spatial, [&](int64_t i, auto lanes) {
        const int64_t at = plane * s.spatial + i;
        store_lanes<T>(out + at, f(at, lanes, [&](const T* p) { return splat(p[c]); }), lanes);
      });
    }
  });
}

template <class T>
void normalize(const BatchNormShape& s, const T* x, const Epilogue<T>& map, T* out) {
  constexpr int64_t kLateArrays = 8;  // an activation that is no tile's takes as long as so many more arrays
  const int64_t arrays = fits_tiles(map.activation) ? 2 : kLateArrays;
  with_activation(map.activation, [&](auto activation) {
    transform<T>(s, arrays, out, [&](int64_t at, auto lanes, const auto& of) {
      return activation.f(mapped<T>(load_lanes(x + at, lanes) - of(map.mean), of(map.scale), of(map.shift)));
    });
  });
}

template <class T, bool Relu>
void input_backward(const BatchNormShape& s, const T* grad, const T* x, const Epilogue<T>& map, const T* a, const T* b,
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
void sums_backward(const BatchNormShape& s, const T* grad, const T* x, const Epilogue<T>& map, double* sum,
                   double* product_sum) {
  (map.activation == Activation::Relu ? sums_backward<T, true> : sums_backward<T, false>)(s, grad, x, map, sum,
                                                                                          product_sum);
}
template <class T>
void input_backward(const BatchNormShape& s, const T* grad, const T* x, const Epilogue<T>& map, const T* a, const T* b,
                    const T* c, T* grad_x) {
  (map.activation == Activation::Relu ? input_backward<T, true> : input_backward<T, false>)(s, grad, x, map, a, b, c,
                                                                                            grad_x);
}

template <class T>
inline constexpr BatchNormFunctions<T> kFunctions = {statistics<T>, normalize<T>, sums_backward<T>, input_backward<T>};

}  // namespace

const BatchNormKernels batch_norm_kernels = {kFunctions<float>, kFunctions<double>};

}  // namespace fastgrad::FG_LEVEL
