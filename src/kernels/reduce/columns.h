// Reductions across the contiguous axis: see driver.h.
#pragma once

#include "kernels/reduce/walk.h"

namespace fastgrad::FG_LEVEL {
namespace {

template <class T>
struct Panel {
  const T* x;              // column 0 of the panel in row 0
  int64_t width, pitch;    // pitch: width in whole vectors
  int64_t column_stride;   // 1, or the columns are copied
  const ReduceAxis* rows;  // the reduced axes
  int row_axes;
  int64_t length;
  const T* origin;         // of each column, where the policy has origins
  bool far;                // narrow, and one of many
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
    for (int64_t j = 0; j < whole; j += lanes)
      panel_block<P, T>(load_row, kRowsPerBlock, j, pitch, levels, k, count, origin);
  } else {
    const auto load_row = [&](int r, int64_t j) { return load(row[r] + j); };
    for (int64_t j = 0; j < whole; j += lanes) panel_block<P, T>(load_row, n, j, pitch, levels, k, count, origin);
  }
  if (whole < width) {
    const int left = static_cast<int>(width - whole);
    const auto load_row = [&](int r, int64_t j) __attribute__((always_inline)) { return load_first(row[r] + j, left); };
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
  const int64_t width_bytes = p.width * static_cast<int64_t>(sizeof(T));
  const bool far = p.far && copy == nullptr && p.row_axes == 1 && p.rows[0].x == p.width;
  for (int64_t i = 0; i < n; ++i) {
    const int rows = static_cast<int>(smaller(kRowsPerBlock, p.length - (first + i) * kRowsPerBlock));
    if (far) fetch_ahead(p.x + at.x, rows * width_bytes);
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
__attribute__((noinline)) void fold_groups(T* s, int64_t pitch, int64_t n, int64_t groups, T count, const T* rest,
                                           int64_t rest_pitch, T rest_count) {
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

// One call: how its columns are cut into panels, and how a panel's state becomes results.
template <class P, class T>
struct Columns {
  static constexpr int64_t lanes = kLanes<T>;
  // Room for a panel's state, for that of a narrow matrix's columns, and for origins where the policy has any.
  static constexpr int64_t kStateRoom = P::kFields * (kPanel + lanes), kNarrowRoom = P::kFields * kNarrow,
                           kOriginRoom = P::kHasOrigin ? kPanel : 1;

  ReduceOp op;
  const T* x;
  T* out;
  const ReduceGeometry& g;
  T divisor;
  ReduceAxis columns;
  int outer_axes;
  ReduceAxis joined;  // the rows, where `groups` of them are seen as one
  Panel<T> shape;
  int64_t n, groups = 1;
  int64_t panels, width, units, blocks, state_size;
  Cut c;

  Columns(ReduceOp reduce_op, const T* from, T* to, const ReduceGeometry& geometry, T by)
      : op(reduce_op), x(from), out(to), g(geometry), divisor(by), columns(g.kept_axes[g.kept - 1]),
        outer_axes(g.kept - 1), shape{x, 0, 0, columns.x, g.reduced_axes, g.reduced, g.length, nullptr, false},
        n(columns.size) {
    if (g.reduced == 1 && n <= kNarrow && columns.x == 1 && g.reduced_axes[0].x == n)
      groups = smaller(kPanel / n, g.length / kFewestWideRows);
    if (groups > 1) {
      n *= groups;
      joined = {g.length / groups, n, 0};
      shape.rows = &joined;
      shape.length = joined.size;
    } else {
      groups = 1;
    }
    const int64_t bytes = static_cast<int64_t>(sizeof(T)) * g.length * g.outputs;
    shape.far = bytes >= kFarBytes && static_cast<int64_t>(sizeof(T)) * kRowsPerBlock * n <= 2 * kAheadBytes;
    panels = ceil_div(n, kPanel);
    width = ceil_div(ceil_div(n, panels), lanes) * lanes;
    units = g.outputs / columns.size * panels;
    blocks = ceil_div(shape.length, kRowsPerBlock);
    state_size = P::kFields * width;
    c = cut(g.outputs * g.length, units, blocks);
  }
  Columns(const Columns&) = delete;  // `shape` points into it

  // The panel from column `first` on; `origins`: room for its origins.
  Panel<T> panel_at(const Cursor& at, int64_t first, int64_t* out_offset, T* origins) const {
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
  }
  Panel<T> panel(int64_t unit, int64_t* out_offset, T* origins) const {
    const int64_t o = unit / panels;
    return panel_at(Cursor::at(g.kept_axes, outer_axes, o), (unit - o * panels) * width, out_offset, origins);
  }

  // From the state s of a whole panel of joined rows, that of the matrix's own columns.
  void ungroup(const Panel<T>& p, T* s) const {
    Panel<T> rest = p;
    const int64_t left = g.length % groups;
    T state[kNarrowRoom];
    if (left > 0) {
      ReduceAxis rows{left, columns.size, 0};
      rest.x = p.x + joined.size * n;
      rest.width = columns.size;
      rest.pitch = ceil_div(columns.size, lanes) * lanes;
      rest.rows = &rows;
      rest.length = left;
      reduce_panel<P, T>(rest, 0, ceil_div(left, kRowsPerBlock), state);
    }
    fold_groups<P, T>(s, p.pitch, columns.size, groups, static_cast<T>(joined.size), state, rest.pitch,
                      static_cast<T>(left));
  }

  // s: the state of a whole panel.
  __attribute__((noinline)) void finish(const Panel<T>& p, T* s, T* to) const {
    if (groups > 1) ungroup(p, s);
    const int64_t count = groups > 1 ? columns.size : p.width;
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
  }

  // Panels are whole units.
  void run_whole() const {
    split(units, c.pieces, [&](int64_t begin, int64_t end) {
      alignas(64) T state[kStateRoom];
      alignas(64) T origins[kOriginRoom];
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
  }

  // Panels are cut into chunks of rows, whose states are merged after.
  void run_chunks() const {
    T* const partial = static_cast<T*>(
        runtime::scratch(Scratch::ReducePartials, static_cast<size_t>(units * c.chunks * state_size) * sizeof(T)));
    split(units * c.chunks, c.pieces, [&](int64_t begin, int64_t end) {
      alignas(64) T origins[kOriginRoom];
      for (int64_t u = begin; u < end; ++u) {
        int64_t to;
        const int64_t unit = u / c.chunks, first = (u - unit * c.chunks) * c.chunk;
        reduce_panel<P, T>(panel(unit, &to, origins), first, smaller(first + c.chunk, blocks),
                           partial + u * state_size);
      }
    });
    alignas(64) T origins[kOriginRoom];
    for (int64_t unit = 0; unit < units; ++unit) {
      int64_t to;
      const Panel<T> p = panel(unit, &to, origins);
      T* const s = partial + unit * c.chunks * state_size;
      merge_chunks(p, s);
      finish(p, s, out + to);
    }
  }
  void merge_chunks(const Panel<T>& p, T* s) const {
    const auto rows = [&](int64_t i, int64_t span) {
      const int64_t begin = i * c.chunk * kRowsPerBlock, end = (i + span) * c.chunk * kRowsPerBlock;
      return static_cast<T>((end < shape.length ? end : shape.length) - begin);
    };
    for (int64_t step = 1; step < c.chunks; step *= 2)
      for (int64_t i = 0; i + step < c.chunks; i += 2 * step) {
        T *const a = s + i * state_size, *const b = s + (i + step) * state_size;
        const T na = rows(i, step), nb = rows(i + step, step);
        for (int64_t j = 0; j < p.pitch; j += lanes)
          store_state<P, T>(
              a + j, p.pitch,
              P::template merge<Vec<T>>(load_state<P, T>(a + j, p.pitch), na, load_state<P, T>(b + j, p.pitch), nb));
      }
  }
};

template <class P, class T>
void reduce_columns(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, T divisor) {
  const Columns<P, T> call(op, x, out, g, divisor);
  if (call.c.chunks == 1) call.run_whole();
  else call.run_chunks();
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
