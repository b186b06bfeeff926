// Reductions along the contiguous axis: see driver.h.
#pragma once

#include "kernels/reduce/walk.h"

namespace fastgrad::FG_LEVEL {
namespace {

template <class P, class T>
struct Lines {
  using State = typename P::template State<T>;
  struct Counted {
    State s;
    T n;
  };
  const ReduceGeometry& g;
  ReduceAxis inner;
  bool direct;  // blocks are read where they lie
  int64_t blocks, blocks_a_run;

  explicit Lines(const ReduceGeometry& geometry) : g(geometry), inner(geometry.reduced_axes[geometry.reduced - 1]) {
    direct = inner.x == 1 && (g.reduced == 1 || inner.size >= kBlock / 4);
    blocks_a_run = ceil_div(inner.size, kBlock);
    blocks = direct ? g.length / inner.size * blocks_a_run : ceil_div(g.length, kBlock);
  }

  __attribute__((noinline)) Counted block(const T* x, int64_t b) const {
    const T origin = *x;
    int64_t n;
    if (direct) {
      const int64_t run = g.reduced == 1 ? 0 : b / blocks_a_run;
      const int64_t start = (b - run * blocks_a_run) * kBlock;
      n = smaller(kBlock, inner.size - start);
      x += start;
      if (run > 0) x += Cursor::at(g.reduced_axes, g.reduced - 1, run).x;
    } else {
      n = smaller(kBlock, g.length - b * kBlock);
      x = gathered(x, g.reduced_axes, g.reduced, b * kBlock, n);
    }
    return {P::run(x, n, origin), static_cast<T>(n)};
  }

  FG_INLINE Counted joined(const Counted& a, const Counted& b) {
    return {P::template merge<T>(a.s, a.n, b.s, b.n), a.n + b.n};
  }

  // Blocks [first, last): like a binary counter, whose bits are finished subtrees.
  __attribute__((noinline)) Counted line(const T* x, int64_t first, int64_t last) const {
    Counted current = block(x, first);
    if (last - first == 1) return current;
    Counted level[kMaxLevels];
    const int64_t n = last - first;
    for (int64_t i = 0;;) {
      int k = 0;
      for (; (i >> k) & 1; ++k) current = joined(level[k], current);
      level[k] = current;
      if (++i == n) {
        for (int up = k + 1; (n >> up) > 0; ++up)
          if ((n >> up) & 1) current = joined(level[up], current);
        return current;
      }
      current = block(x, first + i);
    }
  }
};

// n outputs from where the cursor stands, a batch of vectors at a time: fill(lines, count, states) gives the states of
// the lines that begin at lines(0), lines(1) ...; results are finished in vectors.
template <class P, class T, class Fill>
FG_INLINE void finish_lines(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, T divisor, Cursor at, int64_t n,
                            const Fill& fill) {
  constexpr int64_t lanes = kLanes<T>, batch = 4 * lanes;
  const ReduceAxis inner = g.kept > 0 ? g.kept_axes[g.kept - 1] : ReduceAxis{1, 0, 0};
  alignas(64) T states[P::kFields][batch] = {};
  int64_t from[batch], to[batch];
  for (int64_t done = 0; done < n; done += batch) {
    const int64_t count = smaller(batch, n - done);
    for (int64_t i = 0; i < count; ++i) {
      from[i] = at.x;
      to[i] = at.out;
      if (g.kept > 1) {
        at.next();
      } else {
        at.x += inner.x;
        at.out += inner.out;
      }
    }
    fill([&](int64_t i) { return x + from[i < count ? i : count - 1]; }, count, &states[0][0], batch);
    for (int64_t i = 0; i < count; i += lanes) {
      const int64_t left = smaller(count - i, lanes);
      const Vec<T> v =
          mended<P, T>(op, P::finish(op, load_state<P, T>(&states[0][i], batch), static_cast<T>(g.length), divisor),
                       left, g, divisor, [&](int64_t k) { return x + from[i + k]; });
      if (left == lanes && g.kept == 1 && inner.out == 1) {
        store(out + to[i], v);
        continue;
      }
      T result[lanes];
      store(result, v);
#pragma GCC unroll 1
      for (int64_t k = 0; k < left; ++k) out[to[i + k]] = result[k];
    }
  }
}

// Lines of one contiguous block each. Lines of up to P::kFew vectors, in registers, are compiled for each number of
// vectors, so that constants stay in registers, too.
template <class P, class T>
FG_INLINE void short_lines(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, T divisor, const Cursor& at,
                           int64_t n) {
  const auto with = [&](const auto& run) {
    finish_lines<P, T>(op, x, out, g, divisor, at, n, [&](const auto& line, int64_t count, T* states, int64_t pitch) {
      for (int64_t i = 0; i < count; ++i) {
        const auto s = run(line(i));
        for (int f = 0; f < P::kFields; ++f) states[f * pitch + i] = s.f[f];
      }
    });
  };
  const int vectors = static_cast<int>(ceil_div(smaller(g.length, kBlock), kLanes<T>));
  const int lanes = static_cast<int>(g.length - (vectors - 1) * kLanes<T>);
  const int64_t all = static_cast<int64_t>(sizeof(T)) * g.length * g.outputs;
  const bool far = all >= kFarBytes && g.kept > 0 && g.kept_axes[g.kept - 1].x == g.length;
  const auto with_few = [&](auto few) {
    constexpr int N = decltype(few)::value;
    if constexpr (P::kFoldsRows)
      finish_lines<P, T>(op, x, out, g, divisor, at, n, [&](const auto& line, int64_t count, T* states, int64_t pitch) {
        for (int64_t i = 0; i < count; i += kLanes<T>) {
          if (far) fetch_ahead(line(i), static_cast<int64_t>(sizeof(T)) * kLanes<T> * g.length);
          store_state<P, T>(states + i, pitch, P::template few<N>([&](int k) { return line(i + k); }, count - i, lanes));
        }
      });
    else with([&](const T* p) { return P::template few<N>(p, lanes); });
  };
  static_assert(P::kFew == 4);
  switch (vectors) {
    case 1: return with_few(std::integral_constant<int, 1>{});
    case 2: return with_few(std::integral_constant<int, 2>{});
    case 3: return with_few(std::integral_constant<int, 3>{});
    case 4: return with_few(std::integral_constant<int, 4>{});
    default: return with([&](const T* p) { return P::run(p, g.length, *p); });
  }
}

template <class P, class T>
void reduce_rows(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, T divisor) {
  using L = Lines<P, T>;
  const L lines(g);
  const Cut c = cut(g.outputs * g.length, g.outputs, lines.blocks);
  const auto finish = [&](const typename L::State& s, const T* line, T* to) {
    typename P::template State<Vec<T>> v;
    for (int f = 0; f < P::kFields; ++f) v.f[f] = splat<T>(s.f[f]);
    *to = mended<P, T>(op, P::finish(op, v, static_cast<T>(g.length), divisor), 1, g, divisor,
                       [line](int64_t) { return line; })[0];
  };
  if (c.chunks == 1) {
    split(g.outputs, c.pieces, [&](int64_t begin, int64_t end) {
      Cursor at = Cursor::at(g.kept_axes, g.kept, begin);
      if (lines.direct && lines.blocks == 1) return short_lines<P, T>(op, x, out, g, divisor, at, end - begin);
      for (int64_t o = begin; o < end; ++o, at.next())
        finish(lines.line(x + at.x, 0, lines.blocks).s, x + at.x, out + at.out);
    });
    return;
  }
  auto* const partial = static_cast<typename L::Counted*>(runtime::scratch(
      Scratch::ReducePartials, static_cast<size_t>(g.outputs * c.chunks) * sizeof(typename L::Counted)));
  split(g.outputs * c.chunks, c.pieces, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / c.chunks, first = (u - o * c.chunks) * c.chunk;
      partial[u] = lines.line(x + Cursor::at(g.kept_axes, g.kept, o).x, first, smaller(first + c.chunk, lines.blocks));
    }
  });
  Cursor at = Cursor::at(g.kept_axes, g.kept, 0);
  for (int64_t o = 0; o < g.outputs; ++o, at.next()) {
    typename L::Counted* const p = partial + o * c.chunks;
    for (int64_t step = 1; step < c.chunks; step *= 2)
      for (int64_t i = 0; i + step < c.chunks; i += 2 * step) p[i] = L::joined(p[i], p[i + step]);
    finish(p[0].s, x + at.x, out + at.out);
  }
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
