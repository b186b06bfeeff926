// Packing for products: copies of blocks of A and B in the order that a tile reads them (micro.h).
//
//   B panel       kc x width, contiguous; columns past n are zero, so that tiles read full vectors
//   A rows panel  m rows of kc at a padded pitch: rows 4 KB apart would share one set of the first cache
//   A columns     kc x m, contiguous
//
// Where the source runs along K and the panel across it (B transposed), square blocks are transposed in registers.
#pragma once

#include "kernels/gemm/micro.h"
#include "simd/integers.h"
#include "simd/transpose.h"

namespace fastgrad::FG_LEVEL {

namespace {

// out[p * width + j] = in[j * ld + p] for p < k and j < kLanes. What is left of k is taken from the end: some of it
// twice.
template <class T>
void pack_transposed(T* out, int64_t width, const T* in, int64_t ld, int64_t k) {
  constexpr int L = kLanes<T>;
  LaneRows<T> rows(in, ld);
  int64_t p = 0;
  if (k >= L)
    while (p < k) {
      Vec<T> x[L];
      load_transposed<T, L / kSquareSide<T>>(rows, x);
#pragma GCC unroll 16
      for (int j = 0; j < L; ++j) store(out + (p + j) * width, x[j]);
      const int64_t left = k - p - L, step = left < L && left > 0 ? left : L;
      rows.move(step);
      p += step;
    }
  for (; p < k; ++p)
    for (int j = 0; j < L; ++j) out[p * width + j] = in[j * ld + p];
}

// The same where only the first n < kLanes rows are there; the rest is zero.
template <class T>
void pack_transposed_edge(T* out, int64_t width, const T* in, int64_t ld, int n, int64_t k) {
  constexpr int L = kLanes<T>;
  int64_t p = 0;
  for (; p + L <= k; p += L) {
    Vec<T> x[L] = {};
    for (int j = 0; j < n; ++j) x[j] = load(in + j * ld + p);
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
      if (rest >= L)
        pack_transposed(out + v * L, W, b + v * L * b_col, b_col, kc);
      else
        pack_transposed_edge(out + v * L, W, b + v * L * b_col, b_col, rest > 0 ? rest : 0, kc);
    }
    return;
  }
  for (int64_t p = 0; p < kc; ++p)
    for (int j = 0; j < W; ++j) out[p * W + j] = j < n ? b[p * b_row + j * b_col] : T(0);
}

// A block of B, kc x n, as panels of two vectors (the last of one, if that is enough), kc * width apart. Row-major B is
// read several panels at a time: longer runs of each row, and fewer pages and sets than a panel's 128 bytes a row.
template <class T>
void pack_b_block(T* out, const T* b, int64_t b_row, int64_t b_col, int64_t kc, int64_t n) {
  constexpr int L = kLanes<T>, W = 2 * L, kTogether = 4;
  int64_t j = 0;
  if (b_col == 1)
    for (; j + kTogether * W <= n; j += kTogether * W)
      for (int64_t p = 0; p < kc; ++p) {
        const T* const from = b + p * b_row + j;
        T* const to = out + j * kc + p * W;
#pragma GCC unroll 4
        for (int q = 0; q < kTogether; ++q) {
          __builtin_prefetch(from + 6 * b_row + q * W);
          __builtin_prefetch(from + 6 * b_row + q * W + L);
          store(to + q * kc * W, load(from + q * W));
          store(to + q * kc * W + L, load(from + q * W + L));
        }
      }
  for (; j < n; j += W) {
    const int64_t left = n - j;
    if (left <= L)
      pack_b_panel<T, 1>(out + j * kc, b + j * b_col, b_row, b_col, kc, static_cast<int>(left));
    else
      pack_b_panel<T, 2>(out + j * kc, b + j * b_col, b_row, b_col, kc, static_cast<int>(left < W ? left : W));
  }
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

// m <= kMR rows of row-major A, kc long, as a columns panel: out[p * m + i] = a[i * a_row + p]. Whole vectors are
// stored, over what is stored later, the last rows' first: out has room for kLanes elements behind the panel.
template <class T>
void pack_a_transposed(T* out, const T* a, int64_t a_row, int64_t m, int64_t kc) {
  constexpr int L = kLanes<T>;
  for (int64_t i0 = (m - 1) / L * L; i0 >= 0; i0 -= L) {
    const T* from[L];
    for (int i = 0; i < L; ++i) from[i] = a + (i0 + i < m ? i0 + i : i0) * a_row;
    T* to = out + i0;
    int64_t p = 0;
    for (; p + L <= kc; p += L) {
      Vec<T> x[L];
      load_transposed<T, L / kSquareSide<T>>([&](int i) __attribute__((always_inline)) { return from[i] + p; }, x);
#pragma GCC unroll 16
      for (int i = 0; i < L; ++i, to += m) store(to, x[i]);
    }
    const int64_t rows = m - i0 < L ? m - i0 : L;
    for (; p < kc; ++p, to += m)
      for (int64_t i = 0; i < rows; ++i) to[i] = from[i][p];
  }
}

// Transposed A (unit row stride) as kTogether columns panels of rows[q] rows each (0: none), panel_size apart:
// together, so that each line of A is read once.
template <class T, int kTogether>
void pack_a_columns(T* out, int64_t panel_size, const T* a, int64_t a_col, const int (&rows)[kTogether], int64_t kc) {
  constexpr int L = kLanes<T>, V = ceil_div(kMR, L);
  constexpr int64_t kAhead = 24;  // rows: the third cache is some 250 cycles away
  LaneMask<T> masks[kTogether][V];
  int64_t from[kTogether];
  int64_t total = 0;
#pragma GCC unroll 4
  for (int q = 0; q < kTogether; ++q) {
    from[q] = total;
    total += rows[q];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      const int n = rows[q] - v * L;
      masks[q][v] = LaneMask<T>::of(n >= L ? L : n > 0 ? n : 0);
    }
  }
  // Not to the first cache: where rows lie 2 KB apart it has room for 16 of them.
  const auto fetch = [&](int64_t i)
                         __attribute__((always_inline)) { __builtin_prefetch(a + kAhead * a_col + i, 0, 2); };
  const auto copy_row = [&](int64_t p, auto whole) __attribute__((always_inline)) {
    fetch(0);
    fetch(total - 1);
    if (sizeof(T) * kTogether * kMR > 128) fetch(64 / sizeof(T));
    if (sizeof(T) * kTogether * kMR > 192) fetch(128 / sizeof(T));
#pragma GCC unroll 4
    for (int q = 0; q < kTogether; ++q)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v)
        if (v * L < rows[q]) {  // storing nothing is slow where no page is mapped yet
          T* const to = out + q * panel_size + p * rows[q] + v * L;
          const Vec<T> x = masks[q][v].load(a + from[q] + v * L);
          if constexpr (whole) store(to, x);
          else masks[q][v].store(to, x);
        }
    a += a_col;
  };
  int64_t p = 0;
  if constexpr (!kIsAvx512) {
    // Where a masked store is microcode: whole vectors, over what is stored later, but for the rows whose would end
    // behind their panel.
    int64_t whole_rows = kc;
#pragma GCC unroll 4
    for (int q = 0; q < kTogether; ++q)
      if (rows[q] > 0) whole_rows = smaller(whole_rows, kc - ceil_div(ceil_div(rows[q], L) * L - rows[q], rows[q]));
    for (; p < whole_rows; ++p) copy_row(p, std::true_type{});
  }
  for (; p < kc; ++p) copy_row(p, std::false_type{});
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
