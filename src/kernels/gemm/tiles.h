// The tiles of products (micro.h), for kernels that multiply blocks which are in a cache already: compiled once, in
// gemm.cpp, as they are many.
#pragma once

#include "array/visit.h"
#include "kernels/gemm/micro.h"

namespace fastgrad::FG_LEVEL {

// kTiles of each form: of v vectors and m rows at [v][m].
template <class T>
struct TileTable {
  const TileFn<T>* rows[kTileVectors + 1];
  const TileFn<T>* columns[kTileVectors + 1];
};
extern const PerFloat<TileTable> gemm_tiles;

// C[m x n] = (or +=) A[m x k] B[k x n], a column of tiles after the other; the rows are split into even tiles. Strides and
// forms are micro.h's.
template <class T>
__attribute__((unused)) void multiply_block(AForm form, int64_t m, int64_t n, int64_t k, const T* a, int64_t a_stride,
                                            const T* b, int64_t b_stride, T* c, int64_t ldc, bool accumulate) {
  constexpr int L = kLanes<T>, W = kNR<T>;
  const TileFn<T>* const* const of = form == AForm::Rows ? gemm_tiles.of<T>().rows : gemm_tiles.of<T>().columns;
  const int64_t tiles = tile_count(m);
  TileArgs<T> t{};
  t.k = k;
  t.a_stride = a_stride;
  t.b_stride = b_stride;
  t.ldc = ldc;
  t.accumulate = accumulate;
  for (int64_t j = 0; j < n; j += W) {
    t.columns = static_cast<int>(smaller(n - j, W));
    t.b = b + j;
    for (int64_t i = 0; i < tiles; ++i) {
      const int64_t i0 = tile_begin(m, tiles, i);
      t.a = form == AForm::Rows ? a + i0 * a_stride : a + i0;
      t.c = c + i0 * ldc + j;
      const int rows = static_cast<int>(tile_begin(m, tiles, i + 1) - i0);
      of[t.columns > L ? 2 : 1][rows](t);
    }
  }
}

}  // namespace fastgrad::FG_LEVEL
