// Products of one to kSkinny rows or columns: bound by reading the matrix, so it is read once, in order.
//
//   rows times matrix    C[m x N] = A[m x K] B, B row-major: eight rows of B at a time are added to C, which stays in
//                        the first cache; each piece of N reads long contiguous runs of every row
//   dot products         C[i][j] = (row i of X) . (row j of Y), Y's rows contiguous along K: B transposed with few rows
//                        of A, or row-major A with few columns of B. Lanes are partial sums, added at the end
#pragma once

#include <utility>

#include "kernels/gemm/gemm.h"
#include "kernels/gemm/micro.h"
#include "runtime/parallel.h"
#include "simd/pieces.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int kSkinny = 8;
constexpr int kSkinnyTogether = 4;  // vectors that a pass of dot products serves
constexpr int64_t kSkinnyPieceBytes = 256 << 10;  // of the matrix

// One product of a batch.
template <class T>
struct Product {
  const GemmArgs<T>* args;
  const T* a;
  const T* b;
  T* c;
};

// The epilogue's bias where it has an element for each column of C, or for each row; else null.
template <class T>
FG_INLINE const T* bias_of_columns(const GemmArgs<T>& g) {
  return g.by_rows ? nullptr : g.epilogue.bias;
}
template <class T>
FG_INLINE const T* bias_of_rows(const GemmArgs<T>& g) {
  return g.by_rows ? g.epilogue.bias : nullptr;
}

template <class T>
FG_INLINE Vec<T> epilogue_vector(const GemmArgs<T>& g, Vec<T> s, int64_t i, const T* column_bias, int n) {
  if (column_bias) s = s + load_first(column_bias, n);
  if (const T* const row_bias = bias_of_rows(g)) s = s + splat<T>(row_bias[i]);
  return g.epilogue.activation == Activation::Relu ? relu(s) : s;
}

// Columns [j0, j1) of rows times matrix.
template <class T>
void rows_times_matrix(const Product<T>& x, int64_t j0, int64_t j1) {
  const GemmArgs<T>& g = *x.args;
  constexpr int L = kLanes<T>, kBlockK = 8;
  const T* const column_bias = bias_of_columns(g);
  int64_t p = 0;
  do {
    const int64_t left = g.k - p;
    const int block = left >= kBlockK ? kBlockK : static_cast<int>(left);
    const bool first = p == 0, last = p + block == g.k;
    const T* const b = x.b + p * g.b_row;
    for (int64_t j = j0; j < j1; j += L) {
      const int n = j1 - j < L ? static_cast<int>(j1 - j) : L;
      Vec<T> y[kBlockK];
      if (block == kBlockK && n == L) {
#pragma GCC unroll 8
        for (int q = 0; q < kBlockK; ++q) {
          y[q] = load(b + q * g.b_row + j);
          __builtin_prefetch(b + (q + kBlockK) * g.b_row + j, 0, 2);
        }
      } else {
        for (int q = 0; q < kBlockK; ++q) y[q] = q < block ? load_first(b + q * g.b_row + j, n) : Vec<T>{};
      }
      for (int64_t i = 0; i < g.m; ++i) {
        const T* const a = x.a + i * g.a_row + p * g.a_col;
        T* const c = x.c + i * g.ldc + j;
        Vec<T> s = first ? Vec<T>{} : n == L ? load(c) : load_first(c, n);
        if (block == kBlockK) {
#pragma GCC unroll 8
          for (int q = 0; q < kBlockK; ++q) s = fma(splat<T>(a[q * g.a_col]), y[q], s);
        } else {
          for (int q = 0; q < block; ++q) s = fma(splat<T>(a[q * g.a_col]), y[q], s);
        }
        if (last) s = epilogue_vector(g, s, i, column_bias ? column_bias + j : nullptr, n);
        if (n == L) store(c, s);
        else store_first(c, s, n);
      }
    }
    p += block;
  } while (p < g.k);
  activate_late(g.epilogue.activation, x.c + j0, g.ldc, g.m, j1 - j0);
}

// Each lane becomes the sum of all, halves folded onto each other: a fixed tree, and vectors throughout.
template <class V, int... I, int w = static_cast<int>(sizeof...(I)) / 2>
FG_INLINE V add_lanes(V v, std::integer_sequence<int, I...> lanes, std::integral_constant<int, w> = {}) {
  v = v + __builtin_shufflevector(v, v, (I ^ w)...);
  if constexpr (w > 1) return add_lanes(v, lanes, std::integral_constant<int, w / 2>{});
  else return v;
}

// out[r * X + x] = (row r of y) . (row x of xs), R rows of y, K contiguous in both.
template <class T, int R, int X>
FG_INLINE void dots(const T* y, int64_t y_row, const T* xs, int64_t x_row, int64_t k, T (&out)[R * X]) {
  constexpr int L = kLanes<T>;
  Vec<T> s[R][X];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int x = 0; x < X; ++x) s[r][x] = Vec<T>{};
  int64_t p = 0;
  for (; p + L <= k; p += L) {
    Vec<T> v[X];
#pragma GCC unroll 8
    for (int x = 0; x < X; ++x) v[x] = load(xs + x * x_row + p);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const Vec<T> w = load(y + r * y_row + p);
      __builtin_prefetch(y + r * y_row + p + 2048 / sizeof(T));
#pragma GCC unroll 8
      for (int x = 0; x < X; ++x) s[r][x] = fma(w, v[x], s[r][x]);
    }
  }
  if (p < k) {
    const int n = static_cast<int>(k - p);
    Vec<T> v[X];
#pragma GCC unroll 8
    for (int x = 0; x < X; ++x) v[x] = load_first(xs + x * x_row + p, n);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const Vec<T> w = load_first(y + r * y_row + p, n);
#pragma GCC unroll 8
      for (int x = 0; x < X; ++x) s[r][x] = fma(w, v[x], s[r][x]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int x = 0; x < X; ++x) out[r * X + x] = add_lanes(s[r][x], std::make_integer_sequence<int, L>{})[0];
}

// Rows [r0, r1) of the long matrix y against X rows of xs. by_column: y's rows are C's columns (B transposed), else
// C's rows.
template <class T, int X>
void dot_products(const Product<T>& product, bool by_column, const T* y, int64_t y_row, const T* xs, int64_t x_row,
                  int64_t x0, int64_t r0, int64_t r1) {
  const GemmArgs<T>& g = *product.args;
  const T *const column_bias = bias_of_columns(g), *const row_bias = bias_of_rows(g);
  constexpr int R = 4;
  for (int64_t r = r0; r < r1; r += R) {
    T out[R * X];
    const int count = r1 - r < R ? static_cast<int>(r1 - r) : R;
    if (count == R) {
      dots<T, R, X>(y + r * y_row, y_row, xs, x_row, g.k, out);
    } else {
      for (int q = 0; q < count; ++q) {
        T one[X];
        dots<T, 1, X>(y + (r + q) * y_row, y_row, xs, x_row, g.k, one);
        for (int x = 0; x < X; ++x) out[q * X + x] = one[x];
      }
    }
    for (int q = 0; q < count; ++q)
      for (int x = 0; x < X; ++x) {
        const int64_t i = by_column ? x0 + x : r + q, j = by_column ? r + q : x0 + x;
        T* const c = product.c + i * g.ldc + j;
        T s = out[q * X + x];
        if (column_bias) s += column_bias[j];
        if (row_bias) s += row_bias[i];
        if (g.epilogue.activation == Activation::Relu) s = s <= T(0) ? T(0) : s;
        *c = s;
      }
  }
}

template <class T>
void run_dots(const Product<T>& product, bool by_column) {
  const GemmArgs<T>& g = *product.args;
  // the long matrix's rows, and the few vectors, copied where they are not contiguous along K
  const T* const y = by_column ? product.b : product.a;
  const int64_t y_row = by_column ? g.b_col : g.a_row;
  const int64_t rows = by_column ? g.n : g.m, few = by_column ? g.m : g.n;
  const T* xs = by_column ? product.a : product.b;
  int64_t x_row = by_column ? g.a_row : g.b_col;
  const int64_t x_step = by_column ? g.a_col : g.b_row;
  if (x_step != 1 && g.k > 1) {
    T* const copy = scratch<T>(Scratch::GemmVectors, few * g.k);
    for (int64_t x = 0; x < few; ++x)
      for (int64_t p = 0; p < g.k; ++p) copy[x * g.k + p] = xs[x * x_row + p * x_step];
    xs = copy;
    x_row = g.k;
  }
  const int64_t bytes = g.k * static_cast<int64_t>(sizeof(T));
  const int64_t grain = kSkinnyPieceBytes / (bytes > 0 ? bytes : 1);
  for_ranges(rows, grain < 16 ? 16 : grain, 4, [&](int64_t begin, int64_t end) {
    constexpr int64_t kRows = 16;  // of the long matrix, which stay near while the next few vectors meet them
    for (int64_t r0 = begin; r0 < end; r0 += kRows) {
      const int64_t r1 = r0 + kRows < end ? r0 + kRows : end;
      for (int64_t x0 = 0; x0 < few; x0 += kSkinnyTogether) {
        const T* const x = xs + x0 * x_row;
        switch (few - x0) {
          case 1: dot_products<T, 1>(product, by_column, y, y_row, x, x_row, x0, r0, r1); break;
          case 2: dot_products<T, 2>(product, by_column, y, y_row, x, x_row, x0, r0, r1); break;
          case 3: dot_products<T, 3>(product, by_column, y, y_row, x, x_row, x0, r0, r1); break;
          default: dot_products<T, 4>(product, by_column, y, y_row, x, x_row, x0, r0, r1); break;
        }
      }
    }
    // these are columns of C, or rows
    if (by_column) activate_late(g.epilogue.activation, product.c + begin, g.ldc, few, end - begin);
    else activate_late(g.epilogue.activation, product.c + begin * g.ldc, g.ldc, end - begin, few);
  });
}

enum class Skinny { No, DotsOfColumns, DotsOfRows, RowsTimesMatrix };

template <class T>
FG_INLINE Skinny skinny_kind(const GemmArgs<T>& g) {
  if ((g.m > kSkinny && g.n > kSkinny) || g.k == 0) return Skinny::No;
  // adding up a vector's lanes pays after so many steps; before, and the longer the more results share a row, tiles do
  const auto long_enough = [&](int64_t few) { return g.k >= kLanes<T> && g.k >= 4 * few * few; };
  if (g.m <= kSkinny && g.b_row == 1 && g.b_col != 1 && long_enough(g.m)) return Skinny::DotsOfColumns;
  if (g.n <= kSkinny && g.a_col == 1 && long_enough(g.n)) return Skinny::DotsOfRows;
  // B in the second cache is better served by tiles, which keep C in registers
  const int64_t row_bytes = g.n * static_cast<int64_t>(sizeof(T));
  if (g.m <= kSkinny && g.b_col == 1 && row_bytes >= 2048 && row_bytes * g.k >= 2 << 20) return Skinny::RowsTimesMatrix;
  return Skinny::No;
}
template <class T>
FG_INLINE bool is_skinny(const GemmArgs<T>& g) {
  return skinny_kind(g) != Skinny::No;
}

template <class T>
FG_INLINE void run_skinny(const Product<T>& x) {
  const GemmArgs<T>& g = *x.args;
  switch (skinny_kind(g)) {
    case Skinny::DotsOfColumns: return run_dots(x, true);
    case Skinny::DotsOfRows: return run_dots(x, false);
    default: break;
  }
  const int64_t grain = kSkinnyPieceBytes / (g.k * static_cast<int64_t>(sizeof(T)));
  const int64_t least_run = 4096 / static_cast<int64_t>(sizeof(T));
  for_ranges(g.n, grain < least_run ? least_run : grain, kLanes<T>,
             [&](int64_t j0, int64_t j1) { rows_times_matrix(x, j0, j1); });
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
