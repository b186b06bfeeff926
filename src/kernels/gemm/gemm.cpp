// Matrix products (gemm.h): how a product is cut, blocked and packed around the tiles of micro.h.
//
// Blocks of K of at most block_depth steps, even; C is a sum of one chain of FMAs for each, in order, whatever else is
// chosen. Two orders inside a block:
//
// B near (run_block): B waits in the second cache, and A passes.
//   B  is read where it lies if it is row-major and its block fits that cache: up to about 256^3, and further for few
//      rows of A, packing only costs. Otherwise panels of two vectors are packed, kNC columns at a time
//      (kKC x kNC: 1 MB; twice that no longer stays in 2 MB).
//   A  a tile's rows (14 x kKC, 28 KB of float32) stay in the first cache while all panels of B stream past them
//      from the second: with AVX-512 faster than the other order. Beside packed B a tile is transposed into
//      a columns panel first: while B streams past, one run of memory stays in the first cache better than 14 rows
//      (194 against 185 GFLOP/s). Rows that lie a multiple of 4 KB apart would share one set of that cache, so they
//      are copied to a padded pitch at least; transposed A is packed by columns.
//
// A near (run_near): A waits in the second cache, and B passes through the first, a panel at a time. Packing a block of
//   B costs as much as some 20 rows of A do, so few rows could not pay for it (32 x 2000 x 2000: 103 GFLOP/s); here
//   the first tile packs a panel in passing, and the next is fetched meanwhile (150 GFLOP/s). Where B is transposed
//   into its panels and has few columns, A is read where it lies: that takes 2 to 8 % less than B near.
//
// Threads: C is cut into a grid of pieces, a few a thread, each packing what it needs: no barrier. Few elements and
// much K: K is cut instead into chunks whose sums are kept apart and added in their order; whether, and into how many,
// is a function of the sizes only, as it decides what is added to what.
// Products of very few rows or columns are bound by reading the matrix once: skinny.h.
#include "kernels/gemm/gemm.h"

#include "kernels/gemm/micro.h"
#include "kernels/gemm/pack.h"
#include "kernels/gemm/skinny.h"
#include "kernels/gemm/tiles.h"
#include "runtime/parallel.h"
#include "simd/integers.h"
#include "simd/pieces.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {
namespace {

template <class T>
constexpr int64_t kKC = sizeof(T) == 4 ? 512 : 344;
template <class T>
constexpr int64_t kNC = sizeof(T) == 4 ? 512 : 384;
constexpr int64_t kDirectBytes = 640 << 10;       // a block of B up to here is read where it lies,
constexpr int64_t kDirectBytesFewRows = 1 << 20;  // up to here for up to kFewRows rows of A
constexpr int64_t kFewRows = 256;
// A near (keeps_a_near): with AVX-512, a few rows of A and a B that the second cache does not hold. With AVX2 nearly
// always: a step of the tile takes 6 cycles, not 14, so that B has to come from the first cache (512^3: 108 against 104
// GFLOP/s of 113; with AVX-512 172 against 178). In float64, rows of B that lie 4 KB apart are hard on it.
template <class T>
constexpr int64_t kNearKC = sizeof(T) == 4 ? 256 : 192;
constexpr int64_t kMC = 256;  // by kNearKC: a quarter of the second cache
constexpr int64_t kNearColumns = kIsAvx512 ? 256 : 160;
constexpr int64_t kNearColumnsInPlace = 64;  // where B is transposed into its panels,
constexpr int64_t kMostInPlace = 384;        // columns of it beside which A is read where it lies
constexpr int64_t kNearSteps = kIsAvx512 ? 64 : 16;  // of K; fewer do not pay for packing A
template <class T>
constexpr int64_t kNearMostRows = kIsAvx512 || sizeof(T) == 8 ? 256 : 1024;
template <class T>
constexpr int64_t kNearLeastBytes = kIsAvx512        ? 1 << 20
                                    : sizeof(T) == 8 ? 480 << 10
                                                     : 0;  // of B
template <class T>
constexpr double kPieceFlops = 94e3 * kLanes<T>;  // some 7 us: less work is not worth another thread
constexpr double kBalancedFlops = 2e8;  // a thread's work that is cut in two, so that none waits long
constexpr int64_t kPieceHeight = 2 * kMR;  // pieces are at least so high,
template <class T>
constexpr int64_t kPieceWidth = 2 * kNR<T>;  // and so wide
constexpr double kActivationFlops = 100;  // what an activation that is no tile's costs for each element
constexpr int64_t kMostPieces = 64;
constexpr int64_t kDeep = 4096, kFewCells = 8, kCellWidth = 256;  // when K is cut: long sums, and C of so few cells
constexpr int kWideRows = kIsAvx512 ? 6 : 3;  // tiles of few rows have four vectors: FMAs take 4 cycles
constexpr int64_t kTransposedWidth = 256;                // columns that pay for transposing a tile of A
constexpr int kPackTiles = 4;                            // tiles of transposed A packed together

template <class T>
struct Wide {
  static constexpr TileFn<T> rows[7] = {nullptr,
                                        run_tile<T, 1, 4, AForm::Rows>,
                                        run_tile<T, 2, 4, AForm::Rows>,
                                        run_tile<T, 3, 4, AForm::Rows>,
#if defined(__AVX512F__)
                                        run_tile<T, 4, 4, AForm::Rows>,
                                        run_tile<T, 5, 4, AForm::Rows>,
                                        run_tile<T, 6, 4, AForm::Rows>
#endif
  };
};

// Where small pages happen to lie decides how much of a block the second cache keeps: the same product took 8 % more in
// one process than in the next. So blocks that need much of it are huge pages.
template <class T>
FG_INLINE T* block_scratch(Scratch use, int64_t count) {
  constexpr size_t kLarge = 256 << 10, kHugePage = 2 << 20;
  const size_t bytes = static_cast<size_t>(count) * sizeof(T);
  return static_cast<T*>(runtime::scratch(use, bytes > kLarge && bytes < kHugePage ? kHugePage : bytes));
}
// The start of part i of n of `total`, in units of `unit`.
FG_INLINE int64_t part(int64_t total, int64_t unit, int64_t n, int64_t i) {
  return smaller(tile_begin(ceil_div(total, unit), n, i) * unit, total);
}
template <class T>
FG_INLINE bool shares_a_set(int64_t stride) {
  const int64_t bytes = (stride < 0 ? -stride : stride) * static_cast<int64_t>(sizeof(T)) % 4096;
  return bytes < 128 || bytes > 4096 - 128;
}

template <class T>
FG_INLINE TileFn<T> find_tile(AForm form, int rows, int vectors) {
  if (vectors == 4) return Wide<T>::rows[rows];
  if (form == AForm::Rows) return vectors == 1 ? kTiles<T, AForm::Rows, 1>[rows] : kTiles<T, AForm::Rows, 2>[rows];
  return vectors == 1 ? kTiles<T, AForm::Columns, 1>[rows] : kTiles<T, AForm::Columns, 2>[rows];
}

// Whether A stays near and B streams past it (run_near). A function of the whole product's sizes and strides, as it
// decides how K is cut; the pieces that C is cut into may be too low for it.
template <class T>
FG_INLINE bool keeps_a_near(const GemmArgs<T>& g) {
  const bool transposes_b = g.b_col != 1;
  const int64_t least_columns = transposes_b && g.a_col == 1 ? kNearColumnsInPlace : kNearColumns;
  if (g.m <= kMR || g.n < least_columns || g.k < kNearSteps || g.m > kNearMostRows<T>) return false;
  if (transposes_b) return g.m <= kMC;
  return g.k * g.n * static_cast<int64_t>(sizeof(T)) > kNearLeastBytes<T> || (shares_a_set<T>(g.b_row) && g.k > 64);
}
// Blocks of K have at most so many steps.
template <class T>
FG_INLINE int64_t block_depth(const GemmArgs<T>& g) {
  return keeps_a_near(g) ? kNearKC<T> : kKC<T>;
}

template <class T>
FG_INLINE bool choose_pack_b(const GemmArgs<T>& g, int64_t m, int64_t n) {
  if (n == 1) return false;
  if (g.b_col != 1) return true;
  if (!kMaskedLoads && n % kLanes<T> != 0 && m > 1) return true;
  if (m <= 2 * kMR) return false;
  const int64_t depth = smaller(g.k, block_depth(g));
  return depth * n * static_cast<int64_t>(sizeof(T)) > (m > kFewRows ? kDirectBytes : kDirectBytesFewRows) ||
         (shares_a_set<T>(g.b_row) && g.k > 64);
}

// How the tiles of one block get at A.
enum class ASource { Rows, Columns, CopyRows, CopyColumns, TransposeRows };

template <class T>
FG_INLINE ASource choose_a(const GemmArgs<T>& g, int64_t m, int64_t n) {
  if (m == 1) return ASource::Columns;
  if (g.a_col == 1 && m >= 8 && n >= kTransposedWidth && choose_pack_b(g, m, n)) return ASource::TransposeRows;
  if (g.a_col == 1 || g.k == 1)
    return shares_a_set<T>(g.a_row) && m >= 8 && n > 2 * kNR<T> ? ASource::CopyRows : ASource::Rows;
  if (g.a_row == 1) return n > 4 * kNR<T> && g.k > 64 ? ASource::CopyColumns : ASource::Columns;
  return ASource::CopyRows;
}

// m <= kMR rows of A, kc long, as a columns panel.
template <class T>
void pack_a_panel(T* out, const T* a, int64_t a_row, int64_t a_col, int64_t m, int64_t kc) {
  if (a_col == 1) return pack_a_transposed(out, a, a_row, m, kc);
  for (int64_t p = 0; p < kc; ++p)
    for (int64_t i = 0; i < m; ++i) out[p * m + i] = a[i * a_row + p * a_col];
}
// The same for tiles [first, min(first + kPackTiles, last)) of `tiles` that these rows of transposed A are split into.
template <class T>
void pack_a_panels(T* out, int64_t panel_size, const T* a, int64_t a_col, int64_t rows, int64_t tiles, int64_t first,
                   int64_t last, int64_t kc) {
  int sizes[kPackTiles];
  for (int64_t q = 0; q < kPackTiles; ++q) {
    const int64_t i = first + q;
    sizes[q] = i < last ? static_cast<int>(tile_begin(rows, tiles, i + 1) - tile_begin(rows, tiles, i)) : 0;
  }
  pack_a_columns(out, panel_size, a, a_col, sizes, kc);
}

// What run_block does, with A near: kMC of it are packed and stay in the second cache, while one panel of B after
// the other goes to the first. The first tile that meets a panel of row-major B leaves it packed for the others, which
// hides the packing behind arithmetic; the first tiles fetch the next panel, a line of each row each.
template <class T>
void run_near(const Product<T>& x, int64_t m0, int64_t m1, int64_t n0, int64_t n1, int64_t k0, int64_t k1, T* c,
              int64_t ldc, bool epilogue) {
  constexpr int L = kLanes<T>, W = kNR<T>;
  constexpr int64_t kLine = 64 / sizeof(T), kPanelLines = W > kLine ? W / kLine : 1;
  const GemmArgs<T>& g = *x.args;
  const T *const column_bias = bias_of_columns(g), *const row_bias = bias_of_rows(g);
  const int64_t rows = m1 - m0, depth = k1 - k0;
  const int64_t k_blocks = ceil_div(depth, kNearKC<T>), most_depth = ceil_div(depth, k_blocks);
  const int64_t tiles = tile_count(rows), m_blocks = ceil_div(rows, kMC);
  const int64_t most_tiles = ceil_div(tiles, m_blocks);
  const bool in_place = g.a_col == 1 && g.b_col != 1 && n1 - n0 <= kMostInPlace;
  const AForm form = in_place ? AForm::Rows : AForm::Columns;
  // in one huge page: no line of either takes the place of another
  T* const b_panel = block_scratch<T>(Scratch::GemmB, most_depth * (W + (most_tiles + kPackTiles) * kMR) + L);
  T* const a_panels = b_panel + most_depth * W;

  TileArgs<T> t{};
  t.b_padded = true;
  t.ldc = ldc;
  t.fetch_stride = g.b_row;
  for (int64_t kb = 0; kb < k_blocks; ++kb) {
    const int64_t p0 = k0 + tile_begin(depth, k_blocks, kb), p1 = k0 + tile_begin(depth, k_blocks, kb + 1);
    const int64_t kc = p1 - p0, panel_size = kMR * kc;
    t.k = kc;
    t.accumulate = kb > 0;
    const bool last = epilogue && kb == k_blocks - 1;
    t.relu = last && g.epilogue.activation == Activation::Relu;
    for (int64_t mb = 0; mb < m_blocks; ++mb) {
      const int64_t first = tile_begin(tiles, m_blocks, mb), end = tile_begin(tiles, m_blocks, mb + 1);
      for (int64_t i = first; i < end && !in_place; ++i) {
        const int64_t i0 = tile_begin(rows, tiles, i), i1 = tile_begin(rows, tiles, i + 1);
        const T* const a = x.a + (m0 + i0) * g.a_row + p0 * g.a_col;
        T* const panel = a_panels + (i - first) * panel_size;
        if (g.a_row != 1 || g.a_col == 1)
          pack_a_panel(panel, a, g.a_row, g.a_col, i1 - i0, kc);
        else if ((i - first) % kPackTiles == 0)
          pack_a_panels(panel, panel_size, a, g.a_col, rows, tiles, i, end, kc);
      }
      for (int64_t j = n0; j < n1; j += t.columns) {
        const int64_t left = n1 - j;
        const int vectors = left > L ? 2 : 1;
        const T* const b = x.b + p0 * g.b_row + j * g.b_col;
        const bool copies = g.b_col == 1 && left >= W, fetches = g.b_col == 1 && left >= 2 * W;
        if (!copies) pack_b_block(b_panel, b, g.b_row, g.b_col, kc, smaller(left, W));
        t.columns = static_cast<int>(smaller(left, W));
        t.column_bias = last && column_bias ? column_bias + j : nullptr;
        for (int64_t i = first; i < end; ++i) {
          const int64_t i0 = tile_begin(rows, tiles, i), i1 = tile_begin(rows, tiles, i + 1);
          const int tile_rows = static_cast<int>(i1 - i0);
          t.a = in_place ? x.a + (m0 + i0) * g.a_row + p0 : a_panels + (i - first) * panel_size;
          t.a_stride = in_place ? g.a_row : tile_rows;
          t.row_bias = last && row_bias ? row_bias + m0 + i0 : nullptr;
          t.c = c + i0 * ldc + (j - n0);
          const bool copy = copies && i == first, fetch = fetches && i - first < kPanelLines;
          t.b = copy ? b : b_panel;
          t.b_stride = copy ? g.b_row : vectors * L;
          t.b_copy = b_panel;
          // a line's last element: the line before a panel that starts inside one was fetched with the panel before
          t.fetch = b + W + (i - first + 1) * kLine - 1;
          if (copy)
            fetch ? kMovingTiles<T, true, true>[tile_rows](t) : kMovingTiles<T, true, false>[tile_rows](t);
          else if (fetch)
            kMovingTiles<T, false, true>[tile_rows](t);
          else
            find_tile<T>(form, tile_rows, vectors)(t);
        }
        const int64_t i0 = tile_begin(rows, tiles, first), i1 = tile_begin(rows, tiles, end);
        if (last) activate_late(g.epilogue.activation, c + i0 * ldc + (j - n0), ldc, i1 - i0, t.columns);
      }
    }
  }
}

// A for the tiles of a block of `rows` rows: where it lies, or a copy of each tile, made when it is its turn.
template <class T>
class ATiles {
 public:
  ATiles(const GemmArgs<T>& g, ASource source, const T* block, int64_t rows, int64_t kc, int64_t pitch)
      : g_(g), source_(source), block_(block), rows_(rows), kc_(kc), pitch_(pitch) {
    if (source == ASource::CopyRows) copy_ = block_scratch<T>(Scratch::GemmA, kMR * pitch);
    if (source == ASource::TransposeRows) copy_ = block_scratch<T>(Scratch::GemmA, kMR * kc + kLanes<T>);
    if (source == ASource::CopyColumns) copy_ = block_scratch<T>(Scratch::GemmA, kPackTiles * kMR * kc);
  }

  // Tile i has `tile_rows` rows from the block's row i0 on.
  void set(TileArgs<T>& t, int64_t i, int64_t i0, int tile_rows) const {
    const T* const a = block_ + i0 * g_.a_row;
    switch (source_) {
      case ASource::Rows:
        t.a = a;
        t.a_stride = g_.a_row;
        break;
      case ASource::Columns:
        t.a = a;
        t.a_stride = g_.a_col;
        break;
      case ASource::CopyRows:
        pack_a_rows(copy_, pitch_, a, g_.a_row, g_.a_col, tile_rows, kc_);
        t.a = copy_;
        t.a_stride = pitch_;
        break;
      case ASource::TransposeRows:
        pack_a_transposed(copy_, a, g_.a_row, tile_rows, kc_);
        t.a = copy_;
        t.a_stride = tile_rows;
        break;
      case ASource::CopyColumns: {
        const int64_t slot = i % kPackTiles, tiles = tile_count(rows_);
        if (slot == 0) pack_a_panels(copy_, kMR * kc_, a, g_.a_col, rows_, tiles, i, tiles, kc_);
        t.a = copy_ + slot * kMR * kc_;
        t.a_stride = tile_rows;
        break;
      }
    }
  }

 private:
  const GemmArgs<T>& g_;
  const ASource source_;
  const T* const block_;
  const int64_t rows_, kc_, pitch_;
  T* copy_ = nullptr;
};

// C[m0..m1) x [n0..n1) over K [k0..k1), into c (of leading dimension ldc); the epilogue where it is wanted.
template <class T>
void run_block(const Product<T>& x, int64_t m0, int64_t m1, int64_t n0, int64_t n1, int64_t k0, int64_t k1, T* c,
               int64_t ldc, bool epilogue) {
  constexpr int L = kLanes<T>, W = kNR<T>;
  const GemmArgs<T>& g = *x.args;
  const T *const column_bias = bias_of_columns(g), *const row_bias = bias_of_rows(g);
  const int64_t rows = m1 - m0, columns = n1 - n0, depth = k1 - k0;
  if (keeps_a_near(g) && rows > kMR) return run_near(x, m0, m1, n0, n1, k0, k1, c, ldc, epilogue);
  const ASource source = choose_a(g, rows, columns);
  const bool pack_b = choose_pack_b(g, rows, columns);
  const AForm form = source == ASource::Rows || source == ASource::CopyRows ? AForm::Rows : AForm::Columns;
  const bool wide = form == AForm::Rows && rows <= kWideRows && !pack_b && columns > W && kMaskedLoads;

  const int64_t k_blocks = depth <= block_depth(g) ? 1 : ceil_div(depth, block_depth(g));
  const int64_t n_blocks = pack_b ? ceil_div(columns, kNC<T>) : 1;
  const int64_t tiles = tile_count(rows);
  const int64_t most_depth = k_blocks == 1 ? depth : ceil_div(depth, k_blocks);
  // Half a line more than the rows take: of rows that begin at the same place in a line, all loads of a step come to
  // new lines together (3 to 5 % of the time).
  constexpr int64_t kLine = 64 / sizeof(T);
  const int64_t pitch = ceil_div(most_depth, kLine) * kLine + kLine / 2;

  TileArgs<T> t{};
  t.b_padded = pack_b;
  t.ldc = ldc;
  for (int64_t nb = 0; nb < n_blocks; ++nb) {
    const int64_t j0 = n0 + part(columns, W, n_blocks, nb), j1 = n0 + part(columns, W, n_blocks, nb + 1);
    for (int64_t kb = 0; kb < k_blocks; ++kb) {
      const int64_t p0 = k0 + tile_begin(depth, k_blocks, kb), p1 = k0 + tile_begin(depth, k_blocks, kb + 1);
      const int64_t kc = p1 - p0;
      t.k = kc;
      t.accumulate = kb > 0;
      const bool last = epilogue && kb == k_blocks - 1;
      t.relu = last && g.epilogue.activation == Activation::Relu;

      const T* const b_block = x.b + p0 * g.b_row + j0 * g.b_col;
      T* packed = nullptr;
      if (pack_b) {
        packed = block_scratch<T>(Scratch::GemmB, kc * ceil_div(j1 - j0, W) * W);
        pack_b_block(packed, b_block, g.b_row, g.b_col, kc, j1 - j0);
      }

      const ATiles<T> a(g, source, x.a + m0 * g.a_row + p0 * g.a_col, rows, kc, pitch);
      for (int64_t i = 0; i < tiles; ++i) {
        const int64_t i0 = tile_begin(rows, tiles, i);
        const int tile_rows = static_cast<int>(tile_begin(rows, tiles, i + 1) - i0);
        a.set(t, i, i0, tile_rows);
        t.row_bias = last && row_bias ? row_bias + m0 + i0 : nullptr;
        T* const c_row = c + i0 * ldc - n0;
        for (int64_t j = j0; j < j1;) {
          const int64_t left = j1 - j;
          const int vectors = wide && left > 3 * L ? 4 : left > L ? 2 : 1;
          t.columns = static_cast<int>(smaller(left, vectors * L));
          if (pack_b) {
            t.b = packed + (j - j0) / W * (kc * W);
            t.b_stride = vectors * L;
          } else {
            t.b = b_block + (j - j0) * g.b_col;
            t.b_stride = g.b_row;
          }
          t.c = c_row + j;
          t.column_bias = last && column_bias ? column_bias + j : nullptr;
          find_tile<T>(form, tile_rows, vectors)(t);
          j += t.columns;
        }
        if (last) activate_late(g.epilogue.activation, c_row + j0, ldc, tile_rows, j1 - j0);
      }
    }
  }
}

// sum of the chunks' partial products, in order, then the epilogue: rows [i0, i1).
template <class T>
void add_partials(const Product<T>& x, const T* partial, int64_t chunks, int64_t i0, int64_t i1) {
  constexpr int L = kLanes<T>;
  const GemmArgs<T>& g = *x.args;
  const T* const column_bias = bias_of_columns(g);
  const int64_t size = g.m * g.n;
  for (int64_t i = i0; i < i1; ++i)
    for (int64_t j = 0; j < g.n; j += L) {
      const int n = static_cast<int>(smaller(g.n - j, L));
      const T* p = partial + i * g.n + j;
      Vec<T> s = load_first(p, n);
      for (int64_t q = 1; q < chunks; ++q) s = s + load_first(p + q * size, n);
      T* const c = x.c + i * g.ldc + j;
      s = epilogue_vector(g, s, i, column_bias ? column_bias + j : nullptr, n);
      store_first(c, s, n);
    }
  activate_late(g.epilogue.activation, x.c + i0 * g.ldc, g.ldc, i1 - i0, g.n);
}

// The grid that C is cut into, about `wanted` pieces: the one that reads and packs least, A once for each column of it
// and B once for each row. It may depend on the number of threads, since no sum depends on it.
struct Grid {
  int64_t rows = 1, columns = 1;
};
template <class T>
FG_INLINE Grid choose_grid(const GemmArgs<T>& g, int64_t wanted) {
  if (runtime::grain_divisor() > 1) {  // down to single rows, so that tests cut the smallest products too
    const int64_t columns = smaller(wanted, ceil_div(g.n, kNR<T>));
    return {smaller(ceil_div(wanted, columns), g.m), columns};
  }
  const int64_t most_rows = larger(1, g.m / kPieceHeight), most_columns = larger(1, g.n / kPieceWidth<T>);
  // B may be transposed, too. Where A is and B is read as it lies, C is most likely the gradient of a layer's weights,
  // of which an optimizer's threads read a part of the rows each: rows that another core has written are slow to read
  // (a step of SGD on 784 x 128 weights: 138 to 129 us).
  const int64_t b_cost = g.a_row == 1 && g.a_col != 1 && !choose_pack_b(g, g.m, g.n) ? 0 : g.b_col == 1 ? 1 : 2;
  // Of equals, with AVX-512, the one of more columns: packing half of B each, two threads multiply squares of 512 at
  // 335 GFLOP/s, not 305; with AVX2 at 207, not 215.
  const int64_t ties = kIsAvx512 ? 1 : 0;
  Grid best;
  int64_t most_pieces = 0, least_cost = 0;
  for (int64_t columns = 1; columns <= smaller(wanted, most_columns); ++columns) {
    const int64_t rows = smaller(ceil_div(wanted, columns), most_rows);
    const int64_t pieces = smaller(rows * columns, wanted), cost = columns * g.m + rows * g.n * b_cost;
    if (pieces < most_pieces || (pieces == most_pieces && cost >= least_cost + ties)) continue;
    best = {rows, columns};
    most_pieces = pieces;
    least_cost = cost;
  }
  return best;
}

template <class T>
FG_INLINE Product<T> batch_item(const GemmArgs<T>& g, int64_t item) {
  Product<T> x{&g, g.a, g.b, g.c};
  for (int d = g.batch_dims - 1; d >= 0; --d) {
    const int64_t i = item % g.batch[d];
    item /= g.batch[d];
    x.a += i * g.a_batch[d];
    x.b += i * g.b_batch[d];
    x.c += i * g.c_batch[d];
  }
  return x;
}

template <class T>
FG_INLINE void run_item(const Product<T>& x) {
  const GemmArgs<T>& g = *x.args;
  if (is_skinny(g)) run_skinny(x);
  else
    run_block<T>(x, 0, g.m, 0, g.n, 0, g.k, x.c, g.ldc, true);
}

// Few elements of C and long sums: chunks of K on their own, then their sum. By sizes only, as sums depend on it.
template <class T>
FG_INLINE bool is_deep(const GemmArgs<T>& g) {
  return g.k >= kDeep && larger(1, g.m / kPieceHeight) * larger(1, g.n / kCellWidth) < kFewCells && !is_skinny(g);
}
template <class T>
void run_deep(const Product<T>& x, int64_t chunks) {
  const GemmArgs<T>& g = *x.args;
  const int64_t size = g.m * g.n;
  T* const partial = block_scratch<T>(Scratch::GemmPartials, chunks * size);
  for_pieces(chunks, [&](int64_t q) {
    run_block<T>(x, 0, g.m, 0, g.n, tile_begin(g.k, chunks, q), tile_begin(g.k, chunks, q + 1), partial + q * size,
                 g.n, false);
  });
  for_ranges(g.m, larger(1, 65536 / g.n), 1, [&](int64_t i0, int64_t i1) { add_partials(x, partial, chunks, i0, i1); });
}

// The product of the transposed matrices, C' = B' A', into rows of m.
template <class T>
GemmArgs<T> transposed(const GemmArgs<T>& g) {
  GemmArgs<T> r = g;
  r.m = g.n;
  r.n = g.m;
  r.a = g.b;
  r.a_row = g.b_col;
  r.a_col = g.b_row;
  r.b = g.a;
  r.b_row = g.a_col;
  r.b_col = g.a_row;
  r.ldc = g.m;
  r.by_rows = !g.by_rows;
  for (int d = 0; d < g.batch_dims; ++d) {
    r.a_batch[d] = g.b_batch[d];
    r.b_batch[d] = g.a_batch[d];
  }
  return r;
}

// x W^T, a layer of few examples and many outputs: transposing B on the way into panels then costs more than computing
// C's transpose, which packs A instead and transposes C. Costs in steps of K for one column of a tile, as measured: of
// an element that is transposed, of a column of padding, and what not transposing B saves.
template <class T>
FG_INLINE bool is_better_transposed(const GemmArgs<T>& g) {
  constexpr double kTransposed = 19, kSaved = 16, kPadding = 1.5;
  constexpr int64_t kMostRows = 128, kSmall = 32768;
  if (g.a_col != 1 || g.b_row != 1 || g.b_col == 1 || g.batch_dims != 0 || g.m > kMostRows || is_skinny(g))
    return false;
  const int64_t padding = ceil_div(g.m, kLanes<T>) * kLanes<T> - g.m;
  if (padding > 0 && g.n * g.k < kSmall) return false;
  return kPadding * static_cast<double>(padding) +
             kTransposed * static_cast<double>(g.m) *
                 (1.0 / static_cast<double>(g.n) + 1.0 / static_cast<double>(g.k)) <
         kSaved;
}

// C' first, then C. Each sum is the same chain as without. A piece transposes what it has computed itself: what another
// core has just written is slow to read.
template <class T>
void gemm_transposed(const GemmArgs<T>& g, int64_t wanted) {
  constexpr int L = kLanes<T>;
  const GemmArgs<T> t = transposed(g);
  const Product<T> x{&t, t.a, t.b, nullptr};
  const int64_t pieces = smaller(wanted, ceil_div(g.n, runtime::grain_divisor() > 1 ? L : kPieceHeight));
  for_pieces(pieces, [&](int64_t piece) {
    const int64_t first = part(g.n, L, pieces, piece), last = part(g.n, L, pieces, piece + 1);
    if (first == last) return;
    T* const c_transposed = block_scratch<T>(Scratch::GemmTransposed, (last - first) * g.m);
    run_block<T>(x, first, last, 0, g.m, 0, g.k, c_transposed, g.m, true);
    for (int64_t j = first; j < last; j += L) {
      const T* const from = c_transposed + (j - first) * g.m;
      if (j + L <= last)
        pack_transposed(g.c + j, g.ldc, from, g.m, g.m);
      else
        for (int64_t i = 0; i < g.m; ++i)
          for (int64_t q = j; q < last; ++q) g.c[i * g.ldc + q] = from[(q - j) * g.m + i];
    }
  });
}

// Cell number `cell` of the grid.
template <class T>
FG_INLINE void run_cell(const Product<T>& x, const Grid& grid, int64_t cell) {
  const GemmArgs<T>& g = *x.args;
  const int64_t r = cell / grid.columns, s = cell % grid.columns;
  const int64_t m0 = tile_begin(g.m, grid.rows, r), m1 = tile_begin(g.m, grid.rows, r + 1);
  const int64_t n0 = part(g.n, kNR<T>, grid.columns, s), n1 = part(g.n, kNR<T>, grid.columns, s + 1);
  run_block<T>(x, m0, m1, n0, n1, 0, g.k, x.c + m0 * g.ldc + n0, g.ldc, true);
}

// How many pieces so much work is worth; and how many of them the threads want.
template <class T>
FG_INLINE int64_t pieces_worth(double flops) {
  constexpr int64_t grain = static_cast<int64_t>(kPieceFlops<T>);
  return flops < 1e18 ? smaller(runtime::count_pieces(static_cast<int64_t>(flops), grain), kMostPieces) : kMostPieces;
}
template <class T>
FG_INLINE int64_t pieces_wanted(double flops) {
  const int64_t worth = pieces_worth<T>(flops);
  if (worth == 1 || runtime::grain_divisor() > 1) return worth;
  const int64_t threads = runtime::usable_threads();
  const bool balanced = flops > kBalancedFlops * static_cast<double>(threads) && threads > 1;
  return smaller(worth, balanced ? 2 * threads : threads);
}

// A batch of products: a piece has several of them, or, of few large ones, cells of several.
template <class T>
void run_batch(const GemmArgs<T>& g, int64_t items, int64_t wanted) {
  const bool skinny = is_skinny(g);
  if (wanted == 1 || (skinny && items < wanted)) {  // large skinny products are cut inside
    for (int64_t i = 0; i < items; ++i) run_item(batch_item(g, i));
    return;
  }
  const int64_t groups = smaller(items, wanted);
  const Grid grid = skinny ? Grid{} : choose_grid(g, ceil_div(wanted, groups));
  const int64_t cells = grid.rows * grid.columns;
  for_pieces(groups * cells, [&](int64_t piece) {
    const int64_t group = piece / cells, cell = piece % cells;
    for (int64_t i = tile_begin(items, groups, group); i < tile_begin(items, groups, group + 1); ++i)
      cells == 1 ? run_item(batch_item(g, i)) : run_cell(batch_item(g, i), grid, cell);
  });
}

template <class T>
void gemm(const GemmArgs<T>& g) {
  // a column is the row that the transposed matrices give
  if (g.n == 1 && g.m > 1 && g.ldc == 1 && g.a_row == 1 && g.a_col != 1) return gemm(transposed(g));
  int64_t items = 1;
  for (int d = 0; d < g.batch_dims; ++d) items *= g.batch[d];
  if (g.m == 0 || g.n == 0 || items == 0) return;

  const double elements = static_cast<double>(g.m) * static_cast<double>(g.n) * static_cast<double>(items);
  const double flops = 2.0 * elements * static_cast<double>(g.k);
  const double late = fits_tiles(g.epilogue.activation) ? 0 : kActivationFlops * elements;
  const int64_t wanted = pieces_wanted<T>(flops + late);
  if (is_better_transposed(g)) return gemm_transposed(g, wanted);
  if (items > 1) return run_batch(g, items, wanted);

  const Product<T> x{&g, g.a, g.b, g.c};
  if (is_deep(g)) {
    const int64_t worth = pieces_worth<T>(flops);
    if (worth > 1) return run_deep(x, smaller(smaller(g.k / 1024, worth), 16));
  }
  if (wanted == 1 || is_skinny(g)) return run_item(x);
  const Grid grid = choose_grid(g, wanted);
  for_pieces(grid.rows * grid.columns, [&](int64_t cell) { run_cell(x, grid, cell); });
}

template <class T>
constexpr TileTable<T> kTileTable = {{nullptr, kTiles<T, AForm::Rows, 1>, kTiles<T, AForm::Rows, 2>},
                                     {nullptr, kTiles<T, AForm::Columns, 1>, kTiles<T, AForm::Columns, 2>}};

}  // namespace

const GemmKernels gemm_kernels = {gemm<float>, gemm<double>};
const PerFloat<TileTable> gemm_tiles = {kTileTable<float>, kTileTable<double>};

}  // namespace fastgrad::FG_LEVEL
