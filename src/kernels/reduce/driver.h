// The two loops that every reduction of floats is made of, whatever it computes.
//
// rows:    the reduced axis is the contiguous one. An output's elements are cut into blocks of kBlock, each reduced by a
//          policy's run() with several vector accumulators.
// columns: a kept axis is the contiguous one. Outputs lie side by side in vectors; blocks are kRowsPerBlock rows high
//          and at most kPanel columns wide, so that 8 streams are read in order and partial results stay in the L1 cache.
//
// In both, the blocks of an output are merged in pairs, pairs of pairs and so on (Higham, Accuracy and Stability of
// Numerical Algorithms, 4.2): a sum of n terms in a type of unit roundoff u has an error of at most
// (c + log2(n / b)) u sum|x|, where b is the block and c the longest chain inside one: 3 for columns; for rows
// kBlock / (8 lanes) + 3 + log2(lanes), which is 15 in AVX-512 and 37 in SSE. The tree is the same wherever the blocks
// are cut into pieces for threads, as long as each piece starts at a multiple of a power of two.
//
// A line or panel that is not contiguous is copied to scratch a block at a time, so that there is one arithmetic.
//
// A policy P<T> has: State<V> {V f[kFields]}; run(p, n, origin): State<T> of n contiguous elements;
// few<N>(p, lanes): the same of N <= kFew vectors that are a whole line, the last of `lanes` lanes, or where kFoldsRows,
// of as many such lines as a vector has lanes; rows(x, n, origin): State<Vec<T>> of the n rows x(0) ... x(n - 1);
// merge(a, na, b, nb): of two neighbours with their numbers of elements; and finish(op, state, n, divisor): the result,
// in vectors. The origin is the first element of an output's line; where kHasOrigin, states are relative to it. Where
// kMends, doubtful(op, result) tells lanes whose result again(op, line, g, divisor, result) computes once more.
#pragma once

#include <type_traits>

#include "kernels/reduce/reduce.h"
#include "kernels/reduce/fold.h"
#include "simd/integers.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

// A policy's state: N running values.
template <int N, class V>
struct Fields {
  V f[N];
};

inline constexpr int64_t kBlock = 1024;
inline constexpr int64_t kPanel = 1024;
inline constexpr int kRowsPerBlock = 8;
inline constexpr int64_t kGrain = 64 * 1024;  // elements a piece: 256 KB of float32
inline constexpr int kMaxLevels = 60;

// Slots of runtime::scratch: partial results of one call; copies and levels of the running piece.

// f(begin, end) over [0, units) in the given number of pieces (at most one a unit).
template <class F>
FG_INLINE void split(int64_t units, int64_t pieces, const F& f) {
  if (pieces > units) pieces = units;
  if (pieces <= 1) {
    f(int64_t{0}, units);
    return;
  }
  for_pieces(pieces, [&](int64_t i) {
    const int64_t q = units / pieces, r = units % pieces;
    const int64_t begin = i * q + (i < r ? i : r);
    f(begin, begin + q + (i < r ? 1 : 0));
  });
}

// Walks a list of axes in C order.
struct Cursor {
  const ReduceAxis* axes;
  int n;
  int64_t x, out;
  int64_t index[kMaxReduceAxes];

  __attribute__((noinline)) static Cursor at(const ReduceAxis* axes, int n, int64_t linear) {
    Cursor c;
    c.axes = axes;
    c.n = n;
    c.x = c.out = 0;
    for (int i = n - 1; i >= 0; --i) {
      const int64_t q = i > 0 ? linear / axes[i].size : 0;
      c.index[i] = linear - q * axes[i].size;
      c.x += c.index[i] * axes[i].x;
      c.out += c.index[i] * axes[i].out;
      linear = q;
    }
    return c;
  }
  __attribute__((noinline)) void next() {
    for (int i = n - 1; i >= 0; --i) {
      x += axes[i].x;
      out += axes[i].out;
      if (++index[i] < axes[i].size || i == 0) return;
      x -= axes[i].x * axes[i].size;
      out -= axes[i].out * axes[i].size;
      index[i] = 0;
    }
  }
};

// How many pieces, and how many blocks (a power of two) each output's chunk takes where outputs alone are too few.
struct Cut {
  int64_t pieces, chunk, chunks;
};
FG_INLINE Cut cut(int64_t elements, int64_t outputs, int64_t blocks) {
  Cut c{runtime::count_pieces(elements, kGrain), 1, 1};
  const int64_t wanted = ceil_div(c.pieces, outputs);
  if (wanted == 1) {
    c.chunk = blocks;
    return c;
  }
  while (c.chunk * wanted < blocks) c.chunk *= 2;
  c.chunks = ceil_div(blocks, c.chunk);
  return c;
}

// Copies are out of line: they are the same for every policy.
template <class T>
__attribute__((noinline)) void copy_strided(T* to, const T* from, int64_t stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = from[i * stride];
}

// n elements from `first` of these axes in C order, copied next to each other.
template <class T>
__attribute__((noinline)) const T* gathered(const T* x, const ReduceAxis* axes, int count, int64_t first, int64_t n) {
  const ReduceAxis inner = axes[count - 1];
  T* const copy = static_cast<T*>(runtime::scratch(Scratch::ReduceCopy, kBlock * sizeof(T)));
  int64_t at = first % inner.size;
  Cursor c = Cursor::at(axes, count - 1, first / inner.size);
  for (int64_t done = 0; done < n; c.next()) {
    const int64_t take = smaller(n - done, inner.size - at);
    copy_strided(copy + done, x + c.x + at * inner.x, inner.x, take);
    done += take;
    at = 0;
  }
  return copy;
}

// States of several outputs in memory: field f of output j at p[f * pitch + j].
template <class P, class T>
FG_INLINE typename P::template State<Vec<T>> load_state(const T* p, int64_t pitch) {
  typename P::template State<Vec<T>> s;
  for (int f = 0; f < P::kFields; ++f) s.f[f] = load(p + f * pitch);
  return s;
}
template <class P, class T>
FG_INLINE void store_state(T* p, int64_t pitch, const typename P::template State<Vec<T>>& s) {
  for (int f = 0; f < P::kFields; ++f) store(p + f * pitch, s.f[f]);
}

// The finished results v of `count` outputs, whose lines begin at line(0), line(1) ...
template <class P, class T, class Line>
FG_INLINE Vec<T> mended(ReduceOp op, Vec<T> v, int64_t count, const ReduceGeometry& g, T divisor, const Line& line) {
  if constexpr (P::kMends) {
    const Mask<T> doubtful = P::doubtful(op, v) & lanes_below<T>(static_cast<int>(count));
    if (any<typename MaskType<T>::type>(doubtful)) [[unlikely]]
      for (int64_t i = 0; i < count; ++i)
        if (doubtful[i]) v[i] = P::again(op, line(i), g, divisor, v[i]);
  }
  return v;
}

// ---- rows

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
  const auto with_few = [&](auto few) {
    constexpr int N = decltype(few)::value;
    if constexpr (P::kFoldsRows)
      finish_lines<P, T>(op, x, out, g, divisor, at, n, [&](const auto& line, int64_t count, T* states, int64_t pitch) {
        for (int64_t i = 0; i < count; i += kLanes<T>)
          store_state<P, T>(states + i, pitch, P::template few<N>([&](int k) { return line(i + k); }, lanes));
      });
    else
      with([&](const T* p) { return P::template few<N>(p, lanes); });
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

// ---- columns

template <class T>
struct Panel {
  const T* x;              // column 0 of the panel in row 0
  int64_t width, pitch;    // pitch: width in whole vectors
  int64_t column_stride;   // 1, or the columns are copied
  const ReduceAxis* rows;  // the reduced axes
  int row_axes;
  int64_t length;
  const T* origin;         // of each column, where the policy has origins
};

// Reduces one block of n rows; merges it with the finished levels 0 ... k - 1 and leaves the result in level k.
template <class P, class T, class Load, class Origin>
FG_INLINE void panel_block(const Load& load_row, int n, int64_t j, int64_t pitch, T* levels, int k, T count,
                           const Origin& origin) {
  auto s = P::template rows<T>([&](int r) __attribute__((always_inline)) { return load_row(r, j); }, n,
                               [&]() __attribute__((always_inline)) { return origin(j); });
  T* level = levels + j;
  for (int i = 0; i < k; ++i, level += P::kFields * pitch) {
    // Every level below a block holds whole blocks only.
    const T whole = static_cast<T>(static_cast<int64_t>(kRowsPerBlock) << i);
    s = P::template merge<Vec<T>>(load_state<P, T>(level, pitch), whole, s, count);
    count += whole;
  }
  store_state<P, T>(level, pitch, s);
}

template <class P, class T>
__attribute__((noinline)) void panel_rows(const T* const* row, int n, int64_t width, int64_t pitch, T* levels, int k,
                                          const T* origins) {
  constexpr int lanes = kLanes<T>;
  const auto origin = [&](int64_t j) __attribute__((always_inline)) { return load(origins + j); };
  const auto count = static_cast<T>(n);
  const int64_t whole = width - width % lanes;
  if (n == kRowsPerBlock) {
    const T *r0 = row[0], *r1 = row[1], *r2 = row[2], *r3 = row[3], *r4 = row[4], *r5 = row[5], *r6 = row[6],
            *r7 = row[7];
    const auto load_row = [&](int r, int64_t j) __attribute__((always_inline)) {
      switch (r) {
        case 0: return load(r0 + j);
        case 1: return load(r1 + j);
        case 2: return load(r2 + j);
        case 3: return load(r3 + j);
        case 4: return load(r4 + j);
        case 5: return load(r5 + j);
        case 6: return load(r6 + j);
        default: return load(r7 + j);
      }
    };
    for (int64_t j = 0; j < whole; j += lanes) panel_block<P, T>(load_row, kRowsPerBlock, j, pitch, levels, k, count, origin);
  } else {
    const auto load_row = [&](int r, int64_t j) { return load(row[r] + j); };
    for (int64_t j = 0; j < whole; j += lanes) panel_block<P, T>(load_row, n, j, pitch, levels, k, count, origin);
  }
  if (whole < width) {
    const int left = static_cast<int>(width - whole);
    const auto load_row = [&](int r, int64_t j)
        __attribute__((always_inline)) { return load_first(row[r] + j, left); };
    const auto first = [&](int64_t j) __attribute__((always_inline)) { return load_first(origins + j, left); };
    if (n == kRowsPerBlock) panel_block<P, T>(load_row, kRowsPerBlock, whole, pitch, levels, k, count, first);
    else panel_block<P, T>(load_row, n, whole, pitch, levels, k, count, first);
  }
}

// Row blocks [first, last) of a panel; the state goes to `to`.
template <class P, class T>
__attribute__((noinline)) void reduce_panel(const Panel<T>& p, int64_t first, int64_t last, T* to) {
  const int64_t n = last - first;
  int levels_needed = 1;
  while ((n >> levels_needed) > 0) ++levels_needed;
  const int64_t level_size = P::kFields * p.pitch;
  // A single block needs no level but its result.
  T* const levels = n == 1 ? to
                           : static_cast<T*>(runtime::scratch(
                                 Scratch::ReduceLevels, static_cast<size_t>(level_size * levels_needed) * sizeof(T)));
  T* const copy = p.column_stride == 1
                      ? nullptr
                      : static_cast<T*>(runtime::scratch(Scratch::ReduceCopy,
                                                         static_cast<size_t>(kRowsPerBlock * p.pitch) * sizeof(T)));
  Cursor at;
  at.x = p.row_axes == 1 ? first * kRowsPerBlock * p.rows[0].x : 0;
  if (p.row_axes != 1) at = Cursor::at(p.rows, p.row_axes, first * kRowsPerBlock);
  int k = 0;
  for (int64_t i = 0; i < n; ++i) {
    const int rows = static_cast<int>(smaller(kRowsPerBlock, p.length - (first + i) * kRowsPerBlock));
    const T* row[kRowsPerBlock];
    for (int r = 0; r < rows; ++r) {
      row[r] = p.x + at.x;
      if (p.row_axes == 1) at.x += p.rows[0].x;
      else at.next();
      if (copy == nullptr) continue;
      T* const line = copy + r * p.pitch;
      copy_strided(line, row[r], p.column_stride, p.width);
      row[r] = line;
    }
    for (k = 0; (i >> k) & 1;) ++k;
    panel_rows<P, T>(row, rows, p.width, p.pitch, levels, k, p.origin);
  }
  if (n == 1) return;
  // What is left: the last subtree in level k, earlier ones above it.
  auto count = static_cast<T>(p.length - first * kRowsPerBlock);
  if (last * kRowsPerBlock < p.length) count = static_cast<T>(n * kRowsPerBlock);
  const T* const lowest = levels + k * level_size;
  T above = 0;
  for (int up = k + 1; (n >> up) > 0; ++up)
    if ((n >> up) & 1) above += static_cast<T>(static_cast<int64_t>(kRowsPerBlock) << up);
  for (int64_t j = 0; j < p.pitch; j += kLanes<T>) {
    auto s = load_state<P, T>(lowest + j, p.pitch);
    T have = count - above;
    for (int up = k + 1; (n >> up) > 0; ++up) {
      if (!((n >> up) & 1)) continue;
      const T whole = static_cast<T>(static_cast<int64_t>(kRowsPerBlock) << up);
      s = P::template merge<Vec<T>>(load_state<P, T>(levels + up * level_size + j, p.pitch), whole, s, have);
      have += whole;
    }
    store_state<P, T>(to + j, p.pitch, s);
  }
}

// A contiguous matrix of no more columns than this is seen as one of several times as many, with fewer rows.
inline constexpr int64_t kNarrow = kPanel / 2;
inline constexpr int64_t kFewestWideRows = 64;

// `groups` rows of n columns seen as one: folds the state of groups * n columns, of `count` elements each, to n, and
// adds the rows (a state of n columns) that were left over.
template <class P, class T>
__attribute__((noinline)) void fold_groups(T* s, int64_t pitch, int64_t n, int64_t groups, T count, const T* rest, int64_t rest_pitch, T rest_count) {
  using State = typename P::template State<T>;
  for (int64_t c = 0; c < n; ++c) {
    State tree[kNarrow];
    T counts[kNarrow];
    for (int64_t i = 0; i < groups; ++i) {
      for (int f = 0; f < P::kFields; ++f) tree[i].f[f] = s[f * pitch + i * n + c];
      counts[i] = count;
    }
    for (int64_t step = 1; step < groups; step *= 2)
      for (int64_t i = 0; i + step < groups; i += 2 * step) {
        tree[i] = P::template merge<T>(tree[i], counts[i], tree[i + step], counts[i + step]);
        counts[i] += counts[i + step];
      }
    if (rest_count > 0) {
      State r;
      for (int f = 0; f < P::kFields; ++f) r.f[f] = rest[f * rest_pitch + c];
      tree[0] = P::template merge<T>(tree[0], counts[0], r, rest_count);
    }
    for (int f = 0; f < P::kFields; ++f) s[f * pitch + c] = tree[0].f[f];
  }
}

template <class P, class T>
void reduce_columns(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, T divisor) {
  constexpr int lanes = kLanes<T>;
  const ReduceAxis columns = g.kept_axes[g.kept - 1];
  const int outer_axes = g.kept - 1;
  const int64_t outer = g.outputs / columns.size;

  ReduceAxis joined;  // of rows
  Panel<T> shape{x, 0, 0, columns.x, g.reduced_axes, g.reduced, g.length, nullptr};
  int64_t n = columns.size, groups = 1;
  if (g.reduced == 1 && n <= kNarrow && columns.x == 1 && g.reduced_axes[0].x == n)
    groups = smaller(kPanel / n, g.length / kFewestWideRows);
  if (groups > 1) {
    n *= groups;
    joined = {g.length / groups, n, 0};
    shape.rows = &joined;
    shape.length = joined.size;
  }

  const int64_t panels = ceil_div(n, kPanel);
  const int64_t width = ceil_div(ceil_div(n, panels), lanes) * lanes;
  const int64_t blocks = ceil_div(shape.length, kRowsPerBlock);
  const Cut c = cut(g.outputs * g.length, outer * panels, blocks);
  const int64_t state_size = P::kFields * width;
  constexpr int64_t state_room = P::kFields * (kPanel + lanes), narrow_room = P::kFields * kNarrow;

  // origins: room for the panel's, where the policy has any.
  constexpr int64_t origin_room = P::kHasOrigin ? kPanel : 1;
  const auto panel_at = [&](const Cursor& at, int64_t first, int64_t* out_offset, T* origins) {
    *out_offset = at.out + first * columns.out;
    Panel<T> p = shape;
    p.x = x + at.x + first * columns.x;
    p.width = smaller(width, n - first);
    p.pitch = ceil_div(p.width, lanes) * lanes;
    if constexpr (P::kHasOrigin) {
      p.origin = p.x;
      if (groups > 1 || columns.x != 1) {
        copy_strided(origins, p.x, columns.x, smaller(p.width, columns.size));
        for (int64_t j = columns.size; j < p.width; ++j) origins[j] = origins[j - columns.size];
        p.origin = origins;
      }
    }
    return p;
  };
  const auto panel = [&](int64_t unit, int64_t* out_offset, T* origins) {
    const int64_t o = unit / panels;
    return panel_at(Cursor::at(g.kept_axes, outer_axes, o), (unit - o * panels) * width, out_offset, origins);
  };
  // s: the state of a whole panel.
  const auto finish = [&](const Panel<T>& p, T* s, T* to) __attribute__((noinline)) {
    int64_t count = p.width;
    if (groups > 1) {
      count = columns.size;
      Panel<T> rest = p;
      const int64_t left = g.length % groups;
      T state[narrow_room];
      if (left > 0) {
        ReduceAxis rows{left, count, 0};
        rest.x = p.x + joined.size * n;
        rest.width = count;
        rest.pitch = ceil_div(count, lanes) * lanes;
        rest.rows = &rows;
        rest.length = left;
        reduce_panel<P, T>(rest, 0, ceil_div(left, kRowsPerBlock), state);
      }
      fold_groups<P, T>(s, p.pitch, count, groups, static_cast<T>(joined.size), state, rest.pitch, static_cast<T>(left));
    }
    for (int64_t j = 0; j < count; j += lanes) {
      const int64_t left = smaller(count - j, lanes);
      const Vec<T> v =
          mended<P, T>(op, P::finish(op, load_state<P, T>(s + j, p.pitch), static_cast<T>(g.length), divisor), left, g,
                       divisor, [&](int64_t i) { return p.x + (j + i) * columns.x; });
      T result[lanes];
      if (left == lanes && columns.out == 1) {
        store(to + j, v);
        continue;
      }
      store(result, v);
#pragma GCC unroll 1
      for (int64_t i = 0; i < left; ++i) to[(j + i) * columns.out] = result[i];
    }
  };

  if (c.chunks == 1) {
    split(outer * panels, c.pieces, [&](int64_t begin, int64_t end) {
      alignas(64) T state[state_room];
      alignas(64) T origins[origin_room];
      Cursor at = Cursor::at(g.kept_axes, outer_axes, begin / panels);
      int64_t first = begin % panels * width;
      for (int64_t u = begin; u < end; ++u) {
        int64_t to;
        const Panel<T> p = panel_at(at, first, &to, origins);
        reduce_panel<P, T>(p, 0, blocks, state);
        finish(p, state, out + to);
        first += width;
        if (first < n) continue;
        first = 0;
        at.next();
      }
    });
    return;
  }
  T* const partial = static_cast<T*>(runtime::scratch(
      Scratch::ReducePartials, static_cast<size_t>(outer * panels * c.chunks * state_size) * sizeof(T)));
  split(outer * panels * c.chunks, c.pieces, [&](int64_t begin, int64_t end) {
    alignas(64) T origins[origin_room];
    for (int64_t u = begin; u < end; ++u) {
      int64_t to;
      const int64_t unit = u / c.chunks, first = (u - unit * c.chunks) * c.chunk;
      reduce_panel<P, T>(panel(unit, &to, origins), first, smaller(first + c.chunk, blocks), partial + u * state_size);
    }
  });
  const auto chunk_rows = [&](int64_t i, int64_t span) {
    const int64_t begin = i * c.chunk * kRowsPerBlock, end = (i + span) * c.chunk * kRowsPerBlock;
    return static_cast<T>((end < shape.length ? end : shape.length) - begin);
  };
  alignas(64) T origins[origin_room];
  for (int64_t unit = 0; unit < outer * panels; ++unit) {
    int64_t to;
    const Panel<T> p = panel(unit, &to, origins);
    T* const s = partial + unit * c.chunks * state_size;
    for (int64_t step = 1; step < c.chunks; step *= 2)
      for (int64_t i = 0; i + step < c.chunks; i += 2 * step) {
        T *const a = s + i * state_size, *const b = s + (i + step) * state_size;
        const T na = chunk_rows(i, step), nb = chunk_rows(i + step, step);
        for (int64_t j = 0; j < p.pitch; j += lanes)
          store_state<P, T>(a + j, p.pitch,
                            P::template merge<Vec<T>>(load_state<P, T>(a + j, p.pitch), na,
                                                      load_state<P, T>(b + j, p.pitch), nb));
      }
    finish(p, s, out + to);
  }
}

// Lines no longer than this are better taken side by side, though each must be copied: lines that are not contiguous;
// contiguous ones that are taken one by one; and those folded several at once.
inline constexpr int64_t kShortStrided = 32, kShortLine = 8, kShortRow = 3;

FG_INLINE bool columns_first(const ReduceGeometry& g, bool folds_rows) {
  if (g.kept == 0) return false;
  if (g.reduced == 0) return true;
  const ReduceAxis &k = g.kept_axes[g.kept - 1], &r = g.reduced_axes[g.reduced - 1];
  if (k.x != 0 && k.x < r.x) return true;
  const int64_t most = r.x != 1 ? kShortStrided : folds_rows ? kShortRow : kShortLine;
  return g.reduced == 1 && r.size <= most && k.size >= 16;
}

template <class P, class T>
void run_reduction(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, T divisor) {
  if (columns_first(g, P::kFoldsRows)) reduce_columns<P, T>(op, x, out, g, divisor);
  else reduce_rows<P, T>(op, x, out, g, divisor);
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
