// Recurrent layers: step after step, each the product of the state with W^T, and, on what that has just left in the first
// cache, the cell's arithmetic. The inputs' part of all steps is one product before (ops/recurrent.cpp), and so are the
// gradients of the weights after: what is left here is what has to wait for the step before.
//
// W is packed once for all steps: a block of the state's units (two vectors of them) has a panel for each gate, all of K
// = hidden long; backward one panel, of K = gates x hidden. Tiles are gemm's, in the rows form: the state lies where the
// step before has left it, in y.
//
// Threads. Where W stays in the second cache and there are several sequences for each thread, they share the sequences:
// one region for all steps, and no thread ever waits for another. Else they share the units of each step, a region a
// step, so that each reads its part of W only: at 650 units W is 6.8 MB, which no second cache holds, and reading all of
// it a step would take as long as a step's arithmetic. No sum depends on either cut. Small steps stay on one thread.
#include "kernels/recurrent/recurrent.h"

#include "kernels/gemm/pack.h"
#include "kernels/gemm/tiles.h"
#include "kernels/recurrent/cell.h"
#include "runtime/parallel.h"
#include "simd/integers.h"
#include "simd/pieces.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int64_t kSharedWeights = 640 << 10;  // bytes of W up to which threads share sequences,
constexpr int64_t kSharedRows = 4;  // of which each has so many at least
constexpr int64_t kCellFlops = 200;  // what the arithmetic of a unit costs, in operations of a product
template <class T>
constexpr int64_t kPieceFlops = 94000 * kLanes<T>;  // less work is not worth another thread: gemm.cpp's
constexpr int64_t kMostPieces = 64;
template <class T>
constexpr int64_t kKC = sizeof(T) == 4 ? 448 : 224;  // of a tile's rows that stay in the first cache, backward

template <class T>
constexpr int64_t kBlock = kNR<T>;  // units
template <class T>
constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(T));

// The sequence, as both passes see it.
template <class T>
struct Sequence {
  const RecurrentArgs<T>& x;
  const int gates, slots;
  const int64_t blocks;

  FG_INLINE Sequence of(const RecurrentArgs<T>& x) {
    return {x, recurrent_gates(x.cell), recurrent_slots(x.cell), ceil_div(x.hidden, kBlock<T>)};
  }
  inline __attribute__((always_inline)) int64_t time(int64_t step) const {
    return x.reverse ? x.steps - 1 - step : step;
  }
  inline __attribute__((always_inline)) int64_t first_row(int64_t step) const { return x.rows[time(step)]; }
  // 0 before the first step and after the last
  inline __attribute__((always_inline)) int64_t count(int64_t step) const {
    if (step < 0 || step >= x.steps) return 0;
    const int64_t t = time(step);
    return x.rows[t + 1] - x.rows[t];
  }
  // Sequences whose state before this step is another step's; the others begin.
  inline __attribute__((always_inline)) int64_t carried(int64_t step) const {
    return smaller(count(step - 1), count(step));
  }
  inline __attribute__((always_inline)) const T* before(int64_t step, int64_t b, const T* all, const T* start) const {
    return b < carried(step) ? all + (first_row(step - 1) + b) * x.hidden : start + b * x.hidden;
  }
  inline __attribute__((always_inline)) int columns(int64_t block) const {
    return static_cast<int>(smaller(x.hidden - block * kBlock<T>, kBlock<T>));
  }
};

// Rows [0, rows) of `a` times a panel of K = k, in tiles. t has the panel, the columns, and what is added.
template <class T>
FG_INLINE void multiply(TileArgs<T>& t, const T* a, int64_t a_pitch, T* c, int64_t ldc, int64_t rows) {
  const TileFn<T>* const tiles = gemm_tiles.of<T>().rows[t.columns > kLanes<T> ? 2 : 1];
  const int64_t n = tile_count(rows);
  t.a_stride = a_pitch;
  t.ldc = ldc;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t i0 = tile_begin(rows, n, i), i1 = tile_begin(rows, n, i + 1);
    t.a = a + i0 * a_pitch;
    t.c = c + i0 * ldc;
    tiles[i1 - i0](t);
  }
}

template <class T>
FG_INLINE void set_panel(TileArgs<T>& t, const T* panel, int64_t k, int columns) {
  t.k = k;
  t.b = panel;
  t.b_stride = columns > kLanes<T> ? 2 * kLanes<T> : kLanes<T>;
  t.b_padded = true;
  t.columns = columns;
}

template <class T>
__attribute__((noinline)) void pack_panel(T* out, const T* b, int64_t b_row, int64_t b_col, int64_t k, int columns) {
  if (columns > kLanes<T>) pack_b_panel<T, 2>(out, b, b_row, b_col, k, columns);
  else pack_b_panel<T, 1>(out, b, b_row, b_col, k, columns);
}

// A block of units, to be written or read soon.
template <int kWrite, class T>
FG_INLINE void fetch_units(const T* p) {
  for (int64_t i = 0; i < kBlock<T>; i += kLine<T>) __builtin_prefetch(p + i, kWrite);
}

// ---- forward

template <class T>
struct Forward {
  Sequence<T> s;
  const T* panels;
  bool copies;  // rows of the state that lie 4 KB apart would share one set of the first cache

  inline __attribute__((always_inline)) int64_t panel_size() const { return s.x.hidden * kBlock<T>; }

  // Sequences [b0, b1), which all begin or all do not. All of them by one block of W after the other: a W that is larger
  // than the second cache comes from beyond it once.
  __attribute__((noinline)) void rows(int64_t step, int64_t b0, int64_t b1, int64_t block0, int64_t block1) const {
    const RecurrentArgs<T>& x = s.x;
    const int64_t n = tile_count(b1 - b0);
    const T* h = s.before(step, b0, x.y, x.h0);
    int64_t pitch = x.hidden;
    if (copies) {
      pitch = ceil_div(x.hidden, kLine<T>) * kLine<T> + kLine<T> / 2;
      T* const copy = scratch<T>(Scratch::RecurrentRows, (b1 - b0) * pitch);
      pack_a_rows(copy, pitch, h, x.hidden, 1, b1 - b0, x.hidden);
      h = copy;
    }
    for (int64_t block = block0; block < block1; ++block)
      for (int64_t i = 0; i < n; ++i) {
        const int64_t from = tile_begin(b1 - b0, n, i);
        tile(step, b0 + from, tile_begin(b1 - b0, n, i + 1) - from, block, h + from * pitch, pitch);
      }
  }

  // A block's units of a tile's rows, whose states before are h.
  __attribute__((noinline)) void tile(int64_t step, int64_t first, int64_t rows, int64_t block, const T* h,
                                      int64_t h_pitch) const {
    const RecurrentArgs<T>& x = s.x;
    const bool is_gru = x.cell == RecurrentCell::Gru;
    const int columns = s.columns(block);
    const int64_t u = block * kBlock<T>, row = s.first_row(step) + first, at = row * x.hidden + u;
    const int64_t state = first * x.hidden + u;
    const TileFn<T> product = gemm_tiles.of<T>().rows[columns > kLanes<T> ? 2 : 1][rows];
    T* const gates = x.gates + row * x.pitch + u;
    const T* const before = x.cells ? s.before(step, first, x.cells, x.c0) + u : nullptr;
    // What the cell reads and writes comes while its products are computed.
    for (int64_t r = 0; r < rows; ++r) {
      fetch_units<1>(x.y + at + r * x.hidden);
      if (!x.cells) continue;
      fetch_units<1>(x.cells + at + r * x.hidden);
      fetch_units<0>(before + r * x.hidden);
    }
    TileArgs<T> t{};
    t.a = h;
    t.a_stride = h_pitch;
    t.ldc = x.pitch;
    for (int g = 0; g < s.gates; ++g) {
      const bool is_q = is_gru && g == 2;
      set_panel(t, panels + (block * s.gates + g) * panel_size(), x.hidden, columns);
      t.accumulate = !is_q;
      t.column_bias = is_q && x.bias ? x.bias + u : nullptr;
      t.c = gates + (is_q ? 3 : g) * x.hidden;
      product(t);
    }
    CellRows<T> cell{};
    cell.rows = rows;
    cell.columns = columns;
    cell.state = x.hidden;
    cell.gates = gates;
    cell.pitch = x.pitch;
    cell.ends = larger(0, s.count(step + 1) - first);
    cell.h = s.before(step, first, x.y, x.h0) + u;
    cell.y = x.y + at;
    cell.h_n = x.h_n ? x.h_n + state : nullptr;
    if (x.cells) {
      cell.c = before;
      cell.cell = x.cells + at;
      cell.c_n = x.c_n ? x.c_n + state : nullptr;
    }
    kForwardRows<T>[static_cast<int>(x.cell)](cell);
  }

  // One step of sequences [b0, b1).
  __attribute__((noinline)) void step(int64_t number, int64_t b0, int64_t b1, int64_t block0, int64_t block1) const {
    const int64_t carried = s.carried(number), end = smaller(b1, s.count(number));
    if (b0 < smaller(carried, end)) rows(number, b0, smaller(carried, end), block0, block1);
    if (larger(b0, carried) < end) rows(number, larger(b0, carried), end, block0, block1);
  }
};

// ---- backward

template <class T>
struct Backward {
  Sequence<T> s;
  const RecurrentBackwardArgs<T>& y;
  const T* panels;

  inline __attribute__((always_inline)) int64_t depth() const { return s.gates * s.x.hidden; }

  // What a step of sequences [b0, b1) hands down to the state before, by W.
  __attribute__((noinline)) void hand_down(int64_t step, int64_t b0, int64_t b1, int64_t block0, int64_t block1) const {
    const RecurrentArgs<T>& x = s.x;
    const bool is_gru = x.cell == RecurrentCell::Gru;
    const int64_t end = smaller(b1, s.count(step));
    if (b0 >= end) return;
    const T* const gates = y.grad_gates + (s.first_row(step) + b0) * x.pitch;
    for (int64_t block = block0; block < block1; ++block) {
      TileArgs<T> t{};
      const T* panel = panels + block * depth() * kBlock<T>;
      t.accumulate = is_gru;
      // GRU's r and z are neighbours, and by its third gate W h is q
      const int64_t first = is_gru ? 2 * x.hidden : depth();
      for (int64_t k0 = 0; k0 < depth();) {
        const int64_t limit = k0 < first ? first : depth(), parts = ceil_div(limit - k0, kKC<T>);
        const int64_t k = ceil_div(limit - k0, parts);
        const int columns = s.columns(block);
        set_panel(t, panel, k, columns);
        multiply(t, gates + (k0 < first ? k0 : k0 + x.hidden), x.pitch, y.grad_h + b0 * x.hidden + block * kBlock<T>,
                 x.hidden, end - b0);
        panel += k * t.b_stride;
        k0 += k;
        t.accumulate = true;
      }
    }
  }

  // The gradients by a step's gates: of sequences [b0, b1), which all begin or all do not.
  __attribute__((noinline)) void rows(int64_t step, int64_t b0, int64_t b1, int64_t u0, int64_t u1) const {
    const RecurrentArgs<T>& x = s.x;
    const int64_t row = s.first_row(step) + b0, at = row * x.hidden + u0, state = b0 * x.hidden + u0;
    CellGradients<T> cell{};
    cell.rows = b1 - b0;
    cell.columns = u1 - u0;
    cell.state = x.hidden;
    cell.gates = x.gates + row * x.pitch + u0;
    cell.pitch = x.pitch;
    cell.h = s.before(step, b0, x.y, x.h0) + u0;
    cell.y = x.y + at;
    cell.grad_y = y.grad_y ? y.grad_y + at : nullptr;
    cell.grad_gates = y.grad_gates + row * x.pitch + u0;
    cell.grad_h = y.grad_h + state;
    if (x.cells) {
      cell.c = s.before(step, b0, x.cells, x.c0) + u0;
      cell.cell = x.cells + at;
      cell.grad_c = y.grad_c + state;
    }
    kBackwardRows<T>[static_cast<int>(x.cell)](cell);
  }
  void gates(int64_t step, int64_t b0, int64_t b1, int64_t u0, int64_t u1) const {
    const int64_t carried = s.carried(step), end = smaller(b1, s.count(step));
    if (b0 < smaller(carried, end)) rows(step, b0, smaller(carried, end), u0, u1);
    if (larger(b0, carried) < end) rows(step, larger(b0, carried), end, u0, u1);
  }

  // What this step and the one after it, which has been taken, have to do with these units: `steps` of them, counted
  // down to -1, where only the last gradients are left to hand down.
  __attribute__((noinline)) void step(int64_t number, int64_t b0, int64_t b1, int64_t block0, int64_t block1) const {
    if (number + 1 < s.x.steps) hand_down(number + 1, b0, b1, block0, block1);
    if (number >= 0) gates(number, b0, b1, block0 * kBlock<T>, smaller(block1 * kBlock<T>, s.x.hidden));
  }
};

// ---- both

// Steps first, first + by, ..., last of a pass.
template <class T, class Pass>
void run_steps(const Sequence<T>& s, int64_t first, int64_t last, int64_t by, const Pass& pass) {
  const RecurrentArgs<T>& x = s.x;
  const int64_t rows = x.rows[x.steps], weights = s.gates * x.hidden * x.hidden;
  const int64_t unit = 2 * s.gates * x.hidden + kCellFlops;  // operations for a unit of a row
  const auto pieces = [&](int64_t units, int64_t most) __attribute__((always_inline)) {
    const double flops = static_cast<double>(units) * static_cast<double>(unit);
    const int64_t worth = runtime::count_pieces(static_cast<int64_t>(flops < 1e18 ? flops : 1e18), kPieceFlops<T>);
    const int64_t threads = runtime::grain_divisor() > 1 ? kMostPieces : runtime::usable_threads();
    return larger(1, smaller(smaller(worth, threads), most));
  };
  const int64_t sharing = weights * static_cast<int64_t>(sizeof(T)) <= kSharedWeights ? x.batch / kSharedRows : 0;
  const int64_t groups = pieces(rows * x.hidden, sharing);
  if (groups > 1) {
    for_pieces(groups, [&](int64_t i) {
      const int64_t b0 = tile_begin(x.batch, groups, i), b1 = tile_begin(x.batch, groups, i + 1);
      for (int64_t step = first; step != last + by; step += by) pass.step(step, b0, b1, int64_t{0}, s.blocks);
    });
    return;
  }
  const int64_t parts = pieces(rows / x.steps * x.hidden, s.blocks);
  for (int64_t step = first; step != last + by; step += by)
    for_pieces(parts, [&](int64_t i) {
      pass.step(step, int64_t{0}, x.batch, tile_begin(s.blocks, parts, i), tile_begin(s.blocks, parts, i + 1));
    });
}

// pack(block) for each block of units.
template <class T, class Pack>
FG_INLINE void pack_blocks(const Sequence<T>& s, const Pack& pack) {
  constexpr int64_t kGrain = 64 << 10;  // elements
  const int64_t size = s.gates * s.x.hidden * kBlock<T>;
  for_ranges(s.blocks, larger(1, kGrain / size), 1, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; ++block) pack(block);
  });
}

template <class T>
void forward(const RecurrentArgs<T>& x) {
  const Sequence<T> s = Sequence<T>::of(x);
  const int64_t panel = x.hidden * kBlock<T>;
  T* const panels = scratch<T>(Scratch::RecurrentWeights, s.blocks * s.gates * panel);
  pack_blocks(s, [&](int64_t block) {
    for (int g = 0; g < s.gates; ++g)
      pack_panel(panels + (block * s.gates + g) * panel, x.weight + (g * x.hidden + block * kBlock<T>)*x.hidden, 1,
                 x.hidden, x.hidden, s.columns(block));
  });
  const int64_t set = x.hidden * static_cast<int64_t>(sizeof(T)) % 4096;
  const Forward<T> f{s, panels, set < 128 || set > 4096 - 128};
  run_steps(s, 0, x.steps - 1, 1, f);
}

template <class T>
void backward(const RecurrentBackwardArgs<T>& y) {
  const RecurrentArgs<T>& x = y.of;
  const Sequence<T> s = Sequence<T>::of(x);
  const int64_t depth = s.gates * x.hidden;
  T* const panels = scratch<T>(Scratch::RecurrentWeights, s.blocks * depth * kBlock<T>);
  pack_blocks(s, [&](int64_t block) {
    pack_panel(panels + block * depth * kBlock<T>, x.weight + block * kBlock<T>, x.hidden, 1, depth, s.columns(block));
  });
  const Backward<T> f{s, y, panels};
  run_steps(s, x.steps - 1, -1, -1, f);
}

constexpr int64_t kCellGrain = 2048;  // units

template <class T>
void cell(const RecurrentArgs<T>& x, const T* product) {
  for_ranges(x.batch, larger(1, kCellGrain / larger(1, x.hidden)), 1, [&](int64_t b0, int64_t b1) {
    CellRows<T> cell{};
    const int64_t at = b0 * x.hidden;
    cell.rows = cell.ends = b1 - b0;
    cell.columns = cell.state = x.hidden;
    cell.gates = x.gates + b0 * x.pitch;
    cell.pitch = x.pitch;
    cell.product_pitch = recurrent_gates(x.cell) * x.hidden;
    cell.product = product + b0 * cell.product_pitch;
    cell.h = x.h0 + at;
    cell.y = x.y + at;
    if (x.cells) {
      cell.c = x.c0 + at;
      cell.cell = x.cells + at;
    }
    kForwardRows<T>[static_cast<int>(x.cell)](cell);
  });
}

template <class T>
void cell_backward(const RecurrentBackwardArgs<T>& y) {
  const RecurrentArgs<T>& x = y.of;
  const Backward<T> f{Sequence<T>::of(x), y, nullptr};
  for_ranges(x.batch, larger(1, kCellGrain / larger(1, x.hidden)), 1,
             [&](int64_t b0, int64_t b1) { f.gates(0, b0, b1, 0, x.hidden); });
}

template <class T>
constexpr RecurrentFunctions<T> kFunctions = {forward<T>, backward<T>, cell<T>, cell_backward<T>};

}  // namespace

const RecurrentKernels recurrent_kernels = {{kFunctions<float>, kFunctions<double>}};

}  // namespace fastgrad::FG_LEVEL
