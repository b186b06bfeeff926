// softmax and log-softmax along one axis of dense memory (AxisShape). out and grad_x may be x or grad.
//
// Three passes over a line: maximum, exponentials and their sum, result; a line is in cache after the first. A NaN, or
// a line of nothing but -inf, gives NaN all along, as the formula does.
#include <type_traits>

#include "kernels/softmax/lines.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {
namespace {

// ---- lines of neighbours

template <class T>
FG_INLINE void softmax_line(const T* x, int64_t d, T* out) {
  const Vec<T> m = splat(line_max(x, d));
  const T sum = line_sum<T>(d, [&](int64_t i, auto n) {
    const Vec<T> e = exp(load_lanes(x + i, n) - m);
    store_lanes<T>(out + i, e, n);
    return e;
  });
  const Vec<T> scale = splat(1 / sum);
  over_parts<T>(d, [&](int64_t i, auto n, int) { store_lanes<T>(out + i, load_lanes(out + i, n) * scale, n); });
}

template <class T>
FG_INLINE T line_sum_exp(const T* x, int64_t d, Vec<T> m) {
  return line_sum<T>(d, [&](int64_t i, auto n) { return exp(load_lanes(x + i, n) - m); });
}

template <class T>
FG_INLINE void log_softmax_line(const T* x, int64_t d, T* out) {
  const Vec<T> m = splat(line_max(x, d)), log_sum = log(splat(line_sum_exp(x, d, m)));
  over_parts<T>(d, [&](int64_t i, auto n, int) { store_lanes<T>(out + i, (load_lanes(x + i, n) - m) - log_sum, n); });
}

template <class T>
FG_INLINE void softmax_backward_line(const T* grad, const T* y, int64_t d, T* grad_x) {
  const Vec<T> sum =
      splat(line_sum<T>(d, [&](int64_t i, auto n) { return load_lanes(grad + i, n) * load_lanes(y + i, n); }));
  over_parts<T>(d, [&](int64_t i, auto n, int) {
    store_lanes<T>(grad_x + i, (load_lanes(grad + i, n) - sum) * load_lanes(y + i, n), n);
  });
}

template <class T>
FG_INLINE void log_softmax_backward_line(const T* grad, const T* y, int64_t d, T* grad_x) {
  const Vec<T> sum = splat(line_sum<T>(d, [&](int64_t i, auto n) { return load_lanes(grad + i, n); }));
  over_parts<T>(d, [&](int64_t i, auto n, int) {
    store_lanes<T>(grad_x + i, load_lanes(grad + i, n) - exp(load_lanes(y + i, n)) * sum, n);
  });
}

// ---- short lines of neighbours, in registers: V vectors, the last of `lanes` lanes

template <class T, int V>
FG_INLINE Vec<T> short_max(const Vec<T> (&v)[V]) {
  return splat(reduce_max<T>(join_vectors(v, [](Vec<T> a, Vec<T> b) { return max(a, b); })));
}
template <class T, int V>
FG_INLINE T short_sum(const Vec<T> (&v)[V]) {
  return reduce_add<T>(join_vectors(v, [](Vec<T> a, Vec<T> b) { return a + b; }));
}

// As in the long lines a NaN is passed over by the maximum, and comes back in the sum: max(a, b) is b where either is.
template <class T, int V>
FG_INLINE Vec<T> short_max_of(const T* x, int lanes, Vec<T> (&v)[V]) {
  load_line(x, lanes, -kInfinity<T>, v);
  Vec<T> known[V];
  for (int k = 0; k < V; ++k) known[k] = max(v[k], splat(-kInfinity<T>));
  return short_max<T>(known);
}

template <class T, int V>
FG_INLINE void softmax_short(const T* x, int lanes, T* out) {
  Vec<T> v[V];
  const Vec<T> m = short_max_of(x, lanes, v);
  for (int k = 0; k < V; ++k) v[k] = exp(v[k] - m);
  const Vec<T> scale = splat(1 / short_sum<T>(v));
  for (int k = 0; k < V; ++k) v[k] *= scale;
  store_line(out, lanes, v);
}

template <class T, int V>
FG_INLINE void log_softmax_short(const T* x, int lanes, T* out) {
  Vec<T> v[V], e[V];
  const Vec<T> m = short_max_of(x, lanes, v);
  for (int k = 0; k < V; ++k) {
    v[k] -= m;
    e[k] = exp(v[k]);
  }
  const Vec<T> log_sum = log(splat(short_sum<T>(e)));
  for (int k = 0; k < V; ++k) v[k] -= log_sum;
  store_line(out, lanes, v);
}

template <class T, int V>
FG_INLINE void softmax_backward_short(const T* grad, const T* y, int lanes, T* grad_x) {
  Vec<T> g[V], p[V], product[V];
  load_line(grad, lanes, T{0}, g);
  load_line(y, lanes, T{0}, p);
  for (int k = 0; k < V; ++k) product[k] = g[k] * p[k];
  const Vec<T> sum = splat(short_sum<T>(product));
  for (int k = 0; k < V; ++k) g[k] = (g[k] - sum) * p[k];
  store_line(grad_x, lanes, g);
}

template <class T, int V>
FG_INLINE void log_softmax_backward_short(const T* grad, const T* y, int lanes, T* grad_x) {
  Vec<T> g[V], p[V];
  load_line(grad, lanes, T{0}, g);
  load_line(y, lanes, T{0}, p);
  const Vec<T> sum = splat(short_sum<T>(g));
  for (int k = 0; k < V; ++k) g[k] = g[k] - exp(p[k]) * sum;
  store_line(grad_x, lanes, g);
}

// ---- lines side by side: a group G of them

template <class G, class T>
FG_INLINE void side_max(const G& g, const T* x, Vec<T> (&m)[G::kVectors]) {
  for (int b = 0; b < G::kVectors; ++b) m[b] = splat(-kInfinity<T>);
  for (int64_t j = 0; j < g.d; ++j)
    for (int b = 0; b < G::kVectors; ++b) m[b] = max(load_lines(g, x + j * g.step, b), m[b]);
}

// f(offset of the step, b) all along.
template <class T, class G, class F>
FG_INLINE void side_all(const G& g, const F& f) {
  for (int64_t j = 0; j < g.d; ++j)
    for (int b = 0; b < G::kVectors; ++b) f(j * g.step, b);
}
template <class G, class T>
FG_INLINE void fetch_next(const G& g, const T* x, int64_t at, int b) {
  __builtin_prefetch(x + at + g.ahead + b * kLanes<T>, 0, 2);
}
template <class T>
FG_INLINE void fetch_for_writing(T* out, int64_t at, int b) {
  __builtin_prefetch(out + at + b * kLanes<T>, 1, 2);
}

template <class G, class T>
FG_INLINE void softmax_side(const G& g, const T* x, T* out) {
  constexpr int B = G::kVectors;
  Vec<T> m[B], sum[B];
  side_max(g, x, m);
  side_sum<T, B>(g.d, sum, [&](int64_t j, int b) {
    const int64_t at = j * g.step;
    const Vec<T> e = exp(load_lines(g, x + at, b) - m[b]);
    store_lines(g, out + at, b, e);
    return e;
  });
  for (int b = 0; b < B; ++b) sum[b] = 1 / sum[b];
  side_all<T>(g, [&](int64_t at, int b) {
    fetch_next(g, x, at, b);
    store_lines(g, out + at, b, load_lines(g, out + at, b) * sum[b]);
  });
}

template <class G, class T>
FG_INLINE void side_sum_exp(const G& g, const T* x, const Vec<T> (&m)[G::kVectors], Vec<T> (&sum)[G::kVectors]) {
  side_sum<T, G::kVectors>(
      g.d, sum, [&](int64_t j, int b) { return exp(load_lines(g, x + j * g.step, b) - m[b]); });
}

template <class G, class T>
FG_INLINE void log_softmax_side(const G& g, const T* x, T* out) {
  constexpr int B = G::kVectors;
  Vec<T> m[B], sum[B];
  side_max(g, x, m);
  side_sum_exp(g, x, m, sum);
  for (int b = 0; b < B; ++b) sum[b] = log(sum[b]);
  side_all<T>(g, [&](int64_t at, int b) {
    fetch_next(g, x, at, b);
    store_lines(g, out + at, b, (load_lines(g, x + at, b) - m[b]) - sum[b]);
  });
}

template <class G, class T>
FG_INLINE void softmax_backward_side(const G& g, const T* grad, const T* y, T* grad_x) {
  constexpr int B = G::kVectors;
  Vec<T> sum[B];
  side_sum<T, B>(g.d, sum, [&](int64_t j, int b) {
    const int64_t at = j * g.step;
    fetch_for_writing(grad_x, at, b);
    return load_lines(g, grad + at, b) * load_lines(g, y + at, b);
  });
  side_all<T>(g, [&](int64_t at, int b) {
    fetch_next(g, grad, at, b);
    fetch_next(g, y, at, b);
    store_lines(g, grad_x + at, b, (load_lines(g, grad + at, b) - sum[b]) * load_lines(g, y + at, b));
  });
}

template <class G, class T>
FG_INLINE void log_softmax_backward_side(const G& g, const T* grad, const T* y, T* grad_x) {
  constexpr int B = G::kVectors;
  Vec<T> sum[B];
  side_sum<T, B>(g.d, sum, [&](int64_t j, int b) {
    fetch_for_writing(grad_x, j * g.step, b);
    return load_lines(g, grad + j * g.step, b);
  });
  side_all<T>(g, [&](int64_t at, int b) {
    fetch_next(g, grad, at, b);
    fetch_next(g, y, at, b);
    store_lines(g, grad_x + at, b, load_lines(g, grad + at, b) - exp(load_lines(g, y + at, b)) * sum[b]);
  });
}

// ---- whole arrays

// So few lines side by side would leave most lanes without work: long ones are copied to be neighbours, and back.
inline constexpr int64_t kLongFew = 64;
template <class T>
FG_INLINE bool few_and_long(const AxisShape& s) {
  return s.inner > 1 && 4 * s.inner <= kLanes<T> && s.d >= kLongFew;
}
template <class T>
FG_INLINE void copy_steps(T* to, int64_t to_step, const T* from, int64_t from_step, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i * to_step] = from[i * from_step];
}

// line(inputs, out) for long lines of neighbours, short_line(offset, vectors, lanes) for short ones, side(offset, group)
// for lines side by side.
template <class T, int N, class Line, class Short, class Side>
FG_INLINE void whole(const AxisShape& s, const T* const (&in)[N], T* out, const Line& line, const Short& short_line,
                     const Side& side) {
  if (few_and_long<T>(s)) {
    for_ranges(s.outer * s.inner, line_grain(s.d), 1, [&](int64_t begin, int64_t end) {
      T* const copies = scratch<T>(Scratch::SoftmaxLine, N * s.d);
      for (int64_t u = begin; u < end; ++u) {
        const int64_t at = u / s.inner * s.d * s.inner + u % s.inner;
        const T* copy[N];
        for (int k = 0; k < N; ++k) {
          copy_steps(copies + k * s.d, 1, in[k] + at, s.inner, s.d);
          copy[k] = copies + k * s.d;
        }
        line(copy, copies);
        copy_steps(out + at, s.inner, copies, 1, s.d);
      }
    });
    return;
  }
  if (s.inner > 1) {
    over_lines<T>(s, [&](int64_t o, int64_t begin, int64_t end) { with_group<T>(s, o, begin, end, side); });
    return;
  }
  for_ranges(s.outer, line_grain(s.d), 1, [&](int64_t begin, int64_t end) {
    if (s.d > kShort * kLanes<T>) {
      for (int64_t o = begin; o < end; ++o) {
        const T* at[N];
        for (int k = 0; k < N; ++k) at[k] = in[k] + o * s.d;
        line(at, out + o * s.d);
      }
      return;
    }
    with_short<T>(s.d, [&](auto vectors, int lanes) {
      for (int64_t o = begin; o < end; ++o) short_line(o * s.d, vectors, lanes);
    });
  });
}

template <class T>
void softmax(const AxisShape& s, const T* x, T* out) {
  whole<T, 1>(
      s, {x}, out, [&](const T* const* in, T* to) { softmax_line(in[0], s.d, to); },
      [&](int64_t at, auto v, int lanes) { softmax_short<T, decltype(v)::value>(x + at, lanes, out + at); },
      [&](int64_t at, const auto& g) { softmax_side(g, x + at, out + at); });
}

template <class T>
void log_softmax(const AxisShape& s, const T* x, T* out) {
  whole<T, 1>(
      s, {x}, out, [&](const T* const* in, T* to) { log_softmax_line(in[0], s.d, to); },
      [&](int64_t at, auto v, int lanes) { log_softmax_short<T, decltype(v)::value>(x + at, lanes, out + at); },
      [&](int64_t at, const auto& g) { log_softmax_side(g, x + at, out + at); });
}

template <class T>
void softmax_backward(const AxisShape& s, const T* grad, const T* y, T* grad_x) {
  whole<T, 2>(
      s, {grad, y}, grad_x, [&](const T* const* in, T* to) { softmax_backward_line(in[0], in[1], s.d, to); },
      [&](int64_t at, auto v, int lanes) {
        softmax_backward_short<T, decltype(v)::value>(grad + at, y + at, lanes, grad_x + at);
      },
      [&](int64_t at, const auto& g) { softmax_backward_side(g, grad + at, y + at, grad_x + at); });
}

template <class T>
void log_softmax_backward(const AxisShape& s, const T* grad, const T* y, T* grad_x) {
  whole<T, 2>(
      s, {grad, y}, grad_x, [&](const T* const* in, T* to) { log_softmax_backward_line(in[0], in[1], s.d, to); },
      [&](int64_t at, auto v, int lanes) {
        log_softmax_backward_short<T, decltype(v)::value>(grad + at, y + at, lanes, grad_x + at);
      },
      [&](int64_t at, const auto& g) { log_softmax_backward_side(g, grad + at, y + at, grad_x + at); });
}

}  // namespace

const SoftmaxKernels softmax_kernels = {{
    {softmax<float>, log_softmax<float>, softmax_backward<float>, log_softmax_backward<float>},
    {softmax<double>, log_softmax<double>, softmax_backward<double>, log_softmax_backward<double>},
}};

}  // namespace fastgrad::FG_LEVEL
