// Packing for products: copies of blocks of A and B in the order that a tile reads them (gemm_micro.h).
//
//   B panel       kc x width, contiguous; columns past n are zero, so that tiles read full vectors
//   A rows panel  m rows of kc at a padded pitch: rows 4 KB apart would share one set of the first cache
//   A columns     kc x m, contiguous
//
// Where the source runs along K and the panel across it (B transposed), square blocks are transposed in registers.
#pragma once

#include <utility>

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

// Lanes of a and b exchanged in blocks of h: what the step of size h of a recursive transposition does to two rows
// (Eklundh, "A fast computer method for matrix transposing", 1972).
template <int h, class V, int... I>
FG_INLINE V exchange_low(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, ((I & h) ? static_cast<int>(sizeof...(I)) + I - h : I)...);
}
template <int h, class V, int... I>
FG_INLINE V exchange_high(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, ((I & h) ? static_cast<int>(sizeof...(I)) + I : I + h)...);
}

template <class T, int h>
FG_INLINE void transpose_steps(Vec<T> (&x)[kLanes<T>]) {
  constexpr int L = kLanes<T>;
  using Lanes = std::make_integer_sequence<int, L>;
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i)
    if ((i & h) == 0) {
      const Vec<T> low = exchange_low<h>(x[i], x[i + h], Lanes{});
      x[i + h] = exchange_high<h>(x[i], x[i + h], Lanes{});
      x[i] = low;
    }
  if constexpr (h > 1) transpose_steps<T, h / 2>(x);
}

// x[i][j] becomes x[j][i].
template <class T>
FG_INLINE void transpose(Vec<T> (&x)[kLanes<T>]) {
  transpose_steps<T, kLanes<T> / 2>(x);
}

namespace {

// out[p * width + j] = in[j * ld + p] for j < n and p < k, zero for n <= j < kLanes.
template <class T>
void pack_transposed(T* out, int64_t width, const T* in, int64_t ld, int n, int64_t k) {
  constexpr int L = kLanes<T>;
  int64_t p = 0;
  for (; p + L <= k; p += L) {
    Vec<T> x[L];
    if (n == L) {
#pragma GCC unroll 16
      for (int j = 0; j < L; ++j) x[j] = load(in + j * ld + p);
    } else {
#pragma GCC unroll 16
      for (int j = 0; j < L; ++j) x[j] = j < n ? load(in + j * ld + p) : Vec<T>{};
    }
    transpose<T>(x);
#pragma GCC unroll 16
    for (int j = 0; j < L; ++j) store(out + (p + j) * width, x[j]);
  }
  for (; p < k; ++p)
    for (int j = 0; j < L; ++j) out[p * width + j] = j < n ? in[j * ld + p] : T(0);
}

// One panel of B: kc x (V * kLanes), n columns of it valid.
template <class T, int V>
void pack_b_panel(T* out, const T* b, int64_t b_row, int64_t b_col, int64_t kc, int n) {
  constexpr int L = kLanes<T>, W = V * L;
  if (b_col == 1) {
    if (n == W) {
      for (int64_t p = 0; p < kc; ++p) {
        __builtin_prefetch(b + (p + 8) * b_row);
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) store(out + p * W + v * L, load(b + p * b_row + v * L));
      }
      return;
    }
    for (int64_t p = 0; p < kc; ++p)
      for (int v = 0; v < V; ++v) {
        const int rest = n - v * L;
        store(out + p * W + v * L, load_first(b + p * b_row + v * L, rest >= L ? L : rest > 0 ? rest : 0));
      }
    return;
  }
  if (b_row == 1) {
    for (int v = 0; v < V; ++v) {
      const int rest = n - v * L;
      pack_transposed(out + v * L, W, b + v * L * b_col, b_col, rest >= L ? L : rest > 0 ? rest : 0, kc);
    }
    return;
  }
  for (int64_t p = 0; p < kc; ++p)
    for (int j = 0; j < W; ++j) out[p * W + j] = j < n ? b[p * b_row + j * b_col] : T(0);
}

// m rows of A, kc long, at this pitch. Any strides.
template <class T>
void pack_a_rows(T* out, int64_t pitch, const T* a, int64_t a_row, int64_t a_col, int64_t m, int64_t kc) {
  constexpr int L = kLanes<T>;
  for (int64_t i = 0; i < m; ++i) {
    const T* const from = a + i * a_row;
    T* const to = out + i * pitch;
    int64_t p = 0;
    if (a_col == 1)
      for (; p + L <= kc; p += L) store(to + p, load(from + p));
    for (; p < kc; ++p) to[p] = from[p * a_col];
  }
}

// Transposed A (unit row stride) as `count` columns panels of rows[q] rows each, panel_size apart. Together, so that
// each line of A is read once.
template <class T>
void pack_a_columns(T* out, int64_t panel_size, const T* a, int64_t a_col, const int* rows, int count, int64_t kc) {
  for (int64_t p = 0; p < kc; ++p) {
    const T* from = a + p * a_col;
    __builtin_prefetch(from + 8 * a_col);
    __builtin_prefetch(from + 8 * a_col + 32);
    for (int q = 0; q < count; ++q) {
      const int m = rows[q];
      T* const to = out + q * panel_size + p * m;
      int i = 0;
#if defined(__AVX512F__)
      for (; i + kLanes<T> <= m; i += kLanes<T>) store(to + i, load(from + i));
      if (i < m) store_first(to + i, load_first(from + i, m - i), m - i);
#else
      for (; i < m; ++i) to[i] = from[i];
#endif
      from += m;
    }
  }
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
