// softmax, log-softmax and log-sum-exp along one axis of dense memory (AxisShape). out and grad_x may be x or grad.
//
// Three passes over a line: maximum, exponentials and their sum, result; a line is in cache after the first. A NaN, or
// a line of nothing but -inf, gives NaN all along a softmax, as the formula does; log-sum-exp of the latter is -inf.
#include <type_traits>

#include "kernels/softmax_lines.h"

namespace fastgrad::FG_LEVEL {
namespace {

// ---- lines of neighbours

template <class T>
FG_INLINE void softmax_line(const T* x, int64_t d, T* out) {
  const Vec<T> m = splat(line_max(x, d));
  const T sum = line_sum<T>(d, [&](int64_t i, int n) {
    const Vec<T> e = exp(load_some(x + i, n) - m);
    store_some<T>(out + i, e, n);
    return e;
  });
  const Vec<T> scale = splat(1 / sum);
  over_line<T>(d, [&](int64_t i, int n, int) { store_some<T>(out + i, load_some(out + i, n) * scale, n); });
}

template <class T>
FG_INLINE T line_sum_exp(const T* x, int64_t d, Vec<T> m) {
  return line_sum<T>(d, [&](int64_t i, int n) { return exp(load_some(x + i, n) - m); });
}

template <class T>
FG_INLINE void log_softmax_line(const T* x, int64_t d, T* out) {
  const Vec<T> m = splat(line_max(x, d)), log_sum = log(splat(line_sum_exp(x, d, m)));
  over_line<T>(d, [&](int64_t i, int n, int) { store_some<T>(out + i, (load_some(x + i, n) - m) - log_sum, n); });
}

template <class T>
FG_INLINE T logsumexp_line(const T* x, int64_t d) {
  const Vec<T> m = finite_shift(splat(line_max(x, d)));
  return (log(splat(line_sum_exp(x, d, m))) + m)[0];
}

template <class T>
FG_INLINE void softmax_backward_line(const T* grad, const T* y, int64_t d, T* grad_x) {
  const Vec<T> sum = splat(line_sum<T>(d, [&](int64_t i, int n) { return load_some(grad + i, n) * load_some(y + i, n); }));
  over_line<T>(d, [&](int64_t i, int n, int) {
    store_some<T>(grad_x + i, (load_some(grad + i, n) - sum) * load_some(y + i, n), n);
  });
}

template <class T>
FG_INLINE void log_softmax_backward_line(const T* grad, const T* y, int64_t d, T* grad_x) {
  const Vec<T> sum = splat(line_sum<T>(d, [&](int64_t i, int n) { return load_some(grad + i, n); }));
  over_line<T>(d, [&](int64_t i, int n, int) {
    store_some<T>(grad_x + i, load_some(grad + i, n) - exp(load_some(y + i, n)) * sum, n);
  });
}

// ---- lines side by side: B vectors of them, `lanes` lanes used of each, steps `step` apart

template <class T, int B>
FG_INLINE void side_max(const T* x, int64_t d, int64_t step, int lanes, Vec<T> (&m)[B]) {
  for (int b = 0; b < B; ++b) m[b] = splat(-kInfinity<T>);
  for (int64_t j = 0; j < d; ++j)
    for (int b = 0; b < B; ++b) m[b] = max(load_some(x + j * step + b * kLanes<T>, lanes), m[b]);
}

template <class T, int B>
FG_INLINE void side_sum_exp(const T* x, int64_t d, int64_t step, int lanes, const Vec<T> (&m)[B], Vec<T> (&sum)[B]) {
  side_sum<T, B>(d, sum,
                 [&](int64_t j, int b) { return exp(load_some(x + j * step + b * kLanes<T>, lanes) - m[b]); });
}

// out = f(step's offset, b) all along.
template <class T, int B, class F>
FG_INLINE void side_store(int64_t d, int64_t step, int lanes, T* out, const F& f) {
  for (int64_t j = 0; j < d; ++j)
    for (int b = 0; b < B; ++b) {
      const int64_t at = j * step + b * kLanes<T>;
      store_some<T>(out + at, f(at, b), lanes);
    }
}

template <class T, int B>
FG_INLINE void softmax_side(const T* x, int64_t d, int64_t step, int lanes, T* out) {
  Vec<T> m[B], sum[B];
  side_max<T, B>(x, d, step, lanes, m);
  side_sum<T, B>(d, sum, [&](int64_t j, int b) {
    const int64_t at = j * step + b * kLanes<T>;
    const Vec<T> e = exp(load_some(x + at, lanes) - m[b]);
    store_some<T>(out + at, e, lanes);
    return e;
  });
  for (int b = 0; b < B; ++b) sum[b] = 1 / sum[b];
  side_store<T, B>(d, step, lanes, out, [&](int64_t at, int b) { return load_some(out + at, lanes) * sum[b]; });
}

template <class T, int B>
FG_INLINE void log_softmax_side(const T* x, int64_t d, int64_t step, int lanes, T* out) {
  Vec<T> m[B], sum[B];
  side_max<T, B>(x, d, step, lanes, m);
  side_sum_exp<T, B>(x, d, step, lanes, m, sum);
  for (int b = 0; b < B; ++b) sum[b] = log(sum[b]);
  side_store<T, B>(d, step, lanes, out, [&](int64_t at, int b) { return (load_some(x + at, lanes) - m[b]) - sum[b]; });
}

template <class T, int B>
FG_INLINE void logsumexp_side(const T* x, int64_t d, int64_t step, int lanes, T* out) {
  Vec<T> m[B], sum[B];
  side_max<T, B>(x, d, step, lanes, m);
  for (int b = 0; b < B; ++b) m[b] = finite_shift(m[b]);
  side_sum_exp<T, B>(x, d, step, lanes, m, sum);
  for (int b = 0; b < B; ++b) store_some<T>(out + b * kLanes<T>, log(sum[b]) + m[b], lanes);
}

template <class T, int B>
FG_INLINE void softmax_backward_side(const T* grad, const T* y, int64_t d, int64_t step, int lanes, T* grad_x) {
  Vec<T> sum[B];
  side_sum<T, B>(d, sum, [&](int64_t j, int b) {
    const int64_t at = j * step + b * kLanes<T>;
    return load_some(grad + at, lanes) * load_some(y + at, lanes);
  });
  side_store<T, B>(d, step, lanes, grad_x, [&](int64_t at, int b) {
    return (load_some(grad + at, lanes) - sum[b]) * load_some(y + at, lanes);
  });
}

template <class T, int B>
FG_INLINE void log_softmax_backward_side(const T* grad, const T* y, int64_t d, int64_t step, int lanes, T* grad_x) {
  Vec<T> sum[B];
  side_sum<T, B>(d, sum, [&](int64_t j, int b) { return load_some(grad + j * step + b * kLanes<T>, lanes); });
  side_store<T, B>(d, step, lanes, grad_x, [&](int64_t at, int b) {
    return load_some(grad + at, lanes) - exp(load_some(y + at, lanes)) * sum[b];
  });
}

// ---- whole arrays: line(offset) where lines are neighbours, side(offset, vectors, lanes) where side by side

template <class T, class Line, class Side>
FG_INLINE void whole(const AxisShape& s, const Line& line, const Side& side) {
  over_lines<T>(s, [&](int64_t o, int64_t begin, int64_t end) {
    if (s.inner == 1)
      line(o * s.d);
    else
      over_side<T>(begin, end, [&](int64_t i, auto vectors, int lanes) { side(o * s.d * s.inner + i, vectors, lanes); });
  });
}

template <class T>
void softmax(const AxisShape& s, const T* x, T* out) {
  whole<T>(
      s, [&](int64_t at) { softmax_line(x + at, s.d, out + at); },
      [&](int64_t at, auto vectors, int lanes) {
        softmax_side<T, decltype(vectors)::value>(x + at, s.d, s.inner, lanes, out + at);
      });
}

template <class T>
void log_softmax(const AxisShape& s, const T* x, T* out) {
  whole<T>(
      s, [&](int64_t at) { log_softmax_line(x + at, s.d, out + at); },
      [&](int64_t at, auto vectors, int lanes) {
        log_softmax_side<T, decltype(vectors)::value>(x + at, s.d, s.inner, lanes, out + at);
      });
}

template <class T>
void logsumexp(const AxisShape& s, const T* x, T* out) {
  over_lines<T>(s, [&](int64_t o, int64_t begin, int64_t end) {
    if (s.inner == 1)
      out[o] = logsumexp_line(x + o * s.d, s.d);
    else
      over_side<T>(begin, end, [&](int64_t i, auto vectors, int lanes) {
        logsumexp_side<T, decltype(vectors)::value>(x + o * s.d * s.inner + i, s.d, s.inner, lanes,
                                                    out + o * s.inner + i);
      });
  });
}

template <class T>
void softmax_backward(const AxisShape& s, const T* grad, const T* y, T* grad_x) {
  whole<T>(
      s, [&](int64_t at) { softmax_backward_line(grad + at, y + at, s.d, grad_x + at); },
      [&](int64_t at, auto vectors, int lanes) {
        softmax_backward_side<T, decltype(vectors)::value>(grad + at, y + at, s.d, s.inner, lanes, grad_x + at);
      });
}

template <class T>
void log_softmax_backward(const AxisShape& s, const T* grad, const T* y, T* grad_x) {
  whole<T>(
      s, [&](int64_t at) { log_softmax_backward_line(grad + at, y + at, s.d, grad_x + at); },
      [&](int64_t at, auto vectors, int lanes) {
        log_softmax_backward_side<T, decltype(vectors)::value>(grad + at, y + at, s.d, s.inner, lanes, grad_x + at);
      });
}

}  // namespace

extern const SoftmaxKernels softmax_kernels;
const SoftmaxKernels softmax_kernels = {
    {softmax<float>, log_softmax<float>, logsumexp<float>, softmax_backward<float>, log_softmax_backward<float>},
    {softmax<double>, log_softmax<double>, logsumexp<double>, softmax_backward<double>, log_softmax_backward<double>},
};

}  // namespace fastgrad::FG_LEVEL
