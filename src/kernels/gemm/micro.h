// The register tile that every product here is made of: C[M x V vectors] (+)= A[M x K] * B[K x V vectors].
//
// Shapes and strides (counted in elements of T, any sign):
//   A  rows form:     element (i, k) at a[i * a_stride + k]: row-major A, or a copy of it at a padded pitch
//      columns form:  element (i, k) at a[k * a_stride + i]: transposed A, or a packed panel (a_stride = rows)
//   B  element (k, j) at b[k * b_stride + j]: row-major B, or a packed panel (b_stride = V * kLanes)
//   C  element (i, j) at c[i * ldc + j]; may not overlap A or B
// Every element of C is one chain of FMAs over K in order, from 0, to which C is added (accumulate), then the bias,
// then relu. So blocks of K are summed in their order. (Other activations: epilogue.h.)
//
// `columns` = valid columns, 1 .. V * kLanes, of which all but the last vector must be full: that one is masked, for B
// too. Where kMaskedLoads is false, masking B is slow: pack edge panels to full width with zeros, and say so by
// b_padded = true (then B is read in full vectors and C alone is masked).
//
// Register use: 32 registers hold 14 x 2 sums + 2 of B + 2 to broadcast A; 16 hold 6 x 2 sums + 2 of B + 1 or 2.
// 14 x 2 needs 16 loads for 28 FMAs, 14 cycles: neither loads nor decoding bind (Goto and van de Geijn, "Anatomy of
// high-performance matrix multiplication", 2008; Van Zee and van de Geijn, "BLIS", 2015).
//
// What the loop over K must not hold, each measured on 14 x 2 against 217 GFLOP/s of FMAs without loads (of which 198
// are left with any mix of loads: the clock falls): a masked load of B takes an FMA's slot (3 %); a loop around every
// 16 steps, to fetch ahead, leaves its inner loop too often (6 %); a loop not unrolled (2 %).
#pragma once

#include "simd/integers.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

inline constexpr int kTileVectors = 2;
template <class T>
inline constexpr int kNR = kTileVectors * kLanes<T>;

enum class AForm { Rows, Columns };

template <class T>
struct TileArgs {
  int64_t k;
  const T* a;
  int64_t a_stride;
  const T* b;
  int64_t b_stride;
  T* c;
  int64_t ldc;
  int columns;  // valid columns of the tile
  bool b_padded = false;
  bool accumulate = false;            // C += instead of C =
  bool relu = false;                  // after the bias; NaN stays NaN
  const T* column_bias = nullptr;     // one for each column, or null
  const T* row_bias = nullptr;        // one for each row, or null
  // For kMovingTiles:
  T* b_copy = nullptr;       // where the panel of B is left packed
  const T* fetch = nullptr;  // brought to the second cache meanwhile: the line of one element a step
  int64_t fetch_stride = 0;
};

// The last vector of a tile: its first n lanes (1 <= n <= kLanes) are valid, the others' memory is not touched.
template <class T>
struct LaneMask {
#if defined(__AVX512F__)
  __mmask16 bits;
  FG_INLINE LaneMask of(int n) { return {static_cast<__mmask16>((1u << n) - 1u)}; }
  inline __attribute__((always_inline)) Vec<T> load(const T* p) const {
    if constexpr (sizeof(T) == 4)
      return (Vec<T>)_mm512_maskz_loadu_ps(bits, p);
    else
      return (Vec<T>)_mm512_maskz_loadu_pd(static_cast<__mmask8>(bits), p);
  }
  inline __attribute__((always_inline)) void store(T* p, Vec<T> v) const {
    if constexpr (sizeof(T) == 4)
      _mm512_mask_storeu_ps(p, bits, (__m512)v);
    else
      _mm512_mask_storeu_pd(p, static_cast<__mmask8>(bits), (__m512d)v);
  }
#elif defined(__AVX2__)
  __m256i bits;
  FG_INLINE LaneMask of(int n) {
    if constexpr (sizeof(T) == 4)
      return {_mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))};
    else
      return {_mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3))};
  }
  inline __attribute__((always_inline)) Vec<T> load(const T* p) const {
    if constexpr (sizeof(T) == 4)
      return (Vec<T>)_mm256_maskload_ps(p, bits);
    else
      return (Vec<T>)_mm256_maskload_pd(p, bits);
  }
  inline __attribute__((always_inline)) void store(T* p, Vec<T> v) const {
    if constexpr (sizeof(T) == 4)
      _mm256_maskstore_ps(p, bits, (__m256)v);
    else
      _mm256_maskstore_pd(p, bits, (__m256d)v);
  }
#else
  int n;
  FG_INLINE LaneMask of(int n) { return {n}; }
  inline __attribute__((always_inline)) Vec<T> load(const T* p) const {
    Vec<T> v{};
    for (int i = 0; i < kLanes<T>; ++i)
      if (i < n) v[i] = p[i];
    return v;
  }
  inline __attribute__((always_inline)) void store(T* p, Vec<T> v) const {
    for (int i = 0; i < kLanes<T>; ++i)
      if (i < n) p[i] = v[i];
  }
#endif
};

// Sums of one tile, in registers once everything around is inlined.
template <class T, int M, int V>
struct TileSums {
  Vec<T> x[M][V];
};

template <class T>
FG_INLINE const T* byte_offset(const T* p, int64_t bytes) {
  return reinterpret_cast<const T*>(reinterpret_cast<const char*>(p) + bytes);
}

// One step of K: sums[i] += a(i) * b, where row(i) gives the address of A's element in row i.
template <class T, int M, int V, class Row>
FG_INLINE void tile_step(TileSums<T, M, V>& sums, const Vec<T> (&b)[V], const Row& row) {
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i) {
    const Vec<T> a = splat<T>(*row(i));
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sums.x[i][v] = fma(a, b[v], sums.x[i][v]);
  }
}

template <class T, int V, bool kMask>
FG_INLINE void tile_load_b(Vec<T> (&x)[V], const T* b, LaneMask<T> mask) {
#pragma GCC unroll 8
  for (int v = 0; v < V; ++v)
    x[v] = kMask && v == V - 1 ? mask.load(b + v * kLanes<T>) : load(b + v * kLanes<T>);
}

// The rows form. Rows are addressed from two base pointers by three strides (1, 3 and 5 rows, scaled by the
// addressing mode): left alone, GCC keeps one pointer for each of 14 rows and spills them.
template <class T, int M, int V, bool kMask>
FG_INLINE void tile_run_rows(TileSums<T, M, V>& sums, const TileArgs<T>& t, LaneMask<T> mask) {
  constexpr int kHalf = M <= 7 ? M : 7;
  int64_t s1 = t.a_stride * static_cast<int64_t>(sizeof(T)), s3 = s1 * 3, s5 = s1 * 5;
  const T* a0 = t.a;
  const T* a1 = M > kHalf ? t.a + kHalf * t.a_stride : t.a;
  const T* b = t.b;
  const int64_t sb = t.b_stride * static_cast<int64_t>(sizeof(T));
  asm("" : "+r"(s1), "+r"(s3), "+r"(s5));
#pragma GCC unroll 2
  for (int64_t n = t.k; n > 0; --n) {
    asm("" : "+r"(a0), "+r"(a1));
    Vec<T> x[V];
    tile_load_b<T, V, kMask>(x, b, mask);
    tile_step<T, M, V>(sums, x, [&](int i) __attribute__((always_inline)) {
      const T* const base = i < kHalf ? a0 : a1;
      switch (i < kHalf ? i : i - kHalf) {
        case 0: return base;
        case 1: return byte_offset(base, s1);
        case 2: return byte_offset(base, s1 * 2);
        case 3: return byte_offset(base, s3);
        case 4: return byte_offset(base, s1 * 4);
        case 5: return byte_offset(base, s5);
        default: return byte_offset(base, s3 * 2);
      }
    });
    ++a0;
    ++a1;
    b = byte_offset(b, sb);
  }
}

// The columns form.
template <class T, int M, int V, bool kMask, bool kCopy, bool kFetch>
FG_INLINE void tile_run_columns(TileSums<T, M, V>& sums, const TileArgs<T>& t, LaneMask<T> mask) {
  const T* a = t.a;
  const T* b = t.b;
  T* copy = t.b_copy;
  const T* fetch = t.fetch;
  const int64_t sa = t.a_stride * static_cast<int64_t>(sizeof(T)), sb = t.b_stride * static_cast<int64_t>(sizeof(T));
  const int64_t sf = t.fetch_stride * static_cast<int64_t>(sizeof(T));
#pragma GCC unroll 2
  for (int64_t n = t.k; n > 0; --n) {
    Vec<T> x[V];
    tile_load_b<T, V, kMask>(x, b, mask);
    if constexpr (kCopy) {
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) store(copy + v * kLanes<T>, x[v]);
      copy += V * kLanes<T>;
    }
    if constexpr (kFetch) {
      __builtin_prefetch(fetch, 0, 2);
      fetch = byte_offset(fetch, sf);
    }
    tile_step<T, M, V>(sums, x, [&](int i) __attribute__((always_inline)) { return a + i; });
    a = byte_offset(a, sa);
    b = byte_offset(b, sb);
  }
}

// Adds C and the biases to the sums, applies relu, and stores.
template <class T, int M, int V, bool kMask>
FG_INLINE void tile_epilogue(TileSums<T, M, V>& sums, const TileArgs<T>& t, LaneMask<T> mask) {
  if (t.accumulate) {
#pragma GCC unroll 16
    for (int i = 0; i < M; ++i) {
      Vec<T> x[V];
      tile_load_b<T, V, kMask>(x, t.c + i * t.ldc, mask);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums.x[i][v] = x[v] + sums.x[i][v];
    }
  }
  if (t.column_bias) {
    Vec<T> x[V];
    tile_load_b<T, V, kMask>(x, t.column_bias, mask);
#pragma GCC unroll 16
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums.x[i][v] = sums.x[i][v] + x[v];
  }
  if (t.row_bias) {
#pragma GCC unroll 16
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums.x[i][v] = sums.x[i][v] + splat<T>(t.row_bias[i]);
  }
  if (t.relu) {
#pragma GCC unroll 16
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums.x[i][v] = relu(sums.x[i][v]);
  }
  T* c = t.c;
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i, c += t.ldc)
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      if (kMask && v == V - 1)
        mask.store(c + v * kLanes<T>, sums.x[i][v]);
      else
        store(c + v * kLanes<T>, sums.x[i][v]);
    }
}

// A whole tile. With AVX-512 a mask costs a store nothing, so C's are always masked (kMask). kMaskB is false where B's
// panel is full or padded. kCopy, kFetch: b_copy and fetch are used.
template <class T, int M, int V, AForm kForm, bool kMask, bool kMaskB, bool kCopy = false, bool kFetch = false>
FG_INLINE void tile(const TileArgs<T>& t) {
  const LaneMask<T> mask = LaneMask<T>::of(t.columns - (V - 1) * kLanes<T>);
  TileSums<T, M, V> sums;
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sums.x[i][v] = Vec<T>{};
  if (t.accumulate)
    for (int i = 0; i < M; ++i)
      for (int v = 0; v < V; ++v) __builtin_prefetch(t.c + i * t.ldc + v * kLanes<T>, 1);
  if constexpr (kForm == AForm::Rows)
    tile_run_rows<T, M, V, kMaskB>(sums, t, mask);
  else
    tile_run_columns<T, M, V, kMaskB, kCopy, kFetch>(sums, t, mask);
  tile_epilogue<T, M, V, kMask>(sums, t, mask);
}

// As a function, for tables of tiles.
template <class T>
using TileFn = void (*)(const TileArgs<T>&);

namespace {
template <class T, int M, int V, AForm kForm>
FG_TILE_FUNCTION void run_tile(const TileArgs<T>& t) {
#if defined(__AVX512F__)
  if (t.b_padded || t.columns == V * kLanes<T>)
    tile<T, M, V, kForm, true, false>(t);
  else
    tile<T, M, V, kForm, true, true>(t);
#else
  if (t.columns == V * kLanes<T>)
    tile<T, M, V, kForm, false, false>(t);
  else if (t.b_padded)
    tile<T, M, V, kForm, true, false>(t);
  else
    tile<T, M, V, kForm, true, true>(t);
#endif
}

// kTiles<T, form, V>[m]: the tile of m rows and V vectors, m = 1 .. kMR.
template <class T, AForm kForm, int V>
inline constexpr TileFn<T> kTiles[kMR + 1] = {
    nullptr,
    run_tile<T, 1, V, kForm>,
    run_tile<T, 2, V, kForm>,
    run_tile<T, 3, V, kForm>,
    run_tile<T, 4, V, kForm>,
    run_tile<T, 5, V, kForm>,
    run_tile<T, 6, V, kForm>,
#if defined(__AVX512F__)
    run_tile<T, 7, V, kForm>,
    run_tile<T, 8, V, kForm>,
    run_tile<T, 9, V, kForm>,
    run_tile<T, 10, V, kForm>,
    run_tile<T, 11, V, kForm>,
    run_tile<T, 12, V, kForm>,
    run_tile<T, 13, V, kForm>,
    run_tile<T, 14, V, kForm>,
#endif
};

// Full tiles in the columns form that leave B packed (kCopy), or bring something near (kFetch: 5 % of their time), or
// both. [m]: of m rows, from kMR / 2 on: what rows split evenly into two tiles or more have.
template <class T, int M, bool kCopy, bool kFetch>
FG_TILE_FUNCTION void run_moving_tile(const TileArgs<T>& t) {
  tile<T, M, kTileVectors, AForm::Columns, false, false, kCopy, kFetch>(t);
}
template <class T, bool kCopy, bool kFetch>
inline constexpr TileFn<T> kMovingTiles[kMR + 1] = {
    nullptr,
    nullptr,
    nullptr,
#if defined(__AVX512F__)
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    run_moving_tile<T, 7, kCopy, kFetch>,
    run_moving_tile<T, 8, kCopy, kFetch>,
    run_moving_tile<T, 9, kCopy, kFetch>,
    run_moving_tile<T, 10, kCopy, kFetch>,
    run_moving_tile<T, 11, kCopy, kFetch>,
    run_moving_tile<T, 12, kCopy, kFetch>,
    run_moving_tile<T, 13, kCopy, kFetch>,
    run_moving_tile<T, 14, kCopy, kFetch>,
#else
    run_moving_tile<T, 3, kCopy, kFetch>,
    run_moving_tile<T, 4, kCopy, kFetch>,
    run_moving_tile<T, 5, kCopy, kFetch>,
    run_moving_tile<T, 6, kCopy, kFetch>,
#endif
};
}  // namespace

// Rows of tile number i of n when `rows` rows are split as evenly as can be into n = tile_count(rows) tiles.
FG_INLINE int64_t tile_count(int64_t rows) { return ceil_div(rows, kMR); }
FG_INLINE int64_t tile_begin(int64_t rows, int64_t n, int64_t i) {
  if (n == 1) return i * rows;  // a small product takes longer over its divisions than over its sums
  const int64_t q = rows / n, r = rows % n;
  return i * q + (i < r ? i : r);
}

}  // namespace fastgrad::FG_LEVEL
