// What both passes share: blocks of queries and keys, and scores as they lie in a block.
//
// Scores are computed transposed, keys x queries, so that a vector holds neighbouring queries: maxima, sums and what
// else there is for each query are vectors, and nothing is ever folded across lanes. The tiles of micro.h then read
//   scores          keys, as they lie (rows form)           x queries, packed: depth x panel
//   out transposed  values, as they lie (columns form)      x exponentials, as they lie
// A panel is as many queries as a tile has columns. Where rows of keys share a set of the first cache they are copied.
//
// Scores are in units of log2: scale log2(e) is multiplied into the packed queries. Exponentials below the normal
// numbers are 0: relative to the largest, which is 1, they are lost anyway, and products of subnormal numbers take a
// hundred times as long.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/gemm/pack.h"
#include "kernels/gemm/tiles.h"
#include "simd/integers.h"
#include "simd/math_core.h"
#include "simd/pieces.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Queries and keys of a block. 128 scores of a panel are 16 KB with AVX-512: half of a first cache.
inline constexpr int64_t kQueryBlock = 128, kKeyBlock = 128;
inline constexpr double kLog2E = 1.4426950408889634074;
template <class T>
inline constexpr T kInfinite = static_cast<T>(__builtin_inf());
inline constexpr double kPieceFlops = 1.5e6;

template <class T>
FG_INLINE T* of_item(const ItemMatrix<T>& m, const int64_t* items, int axes, int64_t item) {
  T* p = m.p;
  for (int d = axes - 1; d >= 0; --d) {
    p += item % items[d] * m.item[d];
    item /= items[d];
  }
  return p;
}

FG_INLINE int64_t count_items(const int64_t* items, int axes) {
  int64_t n = 1;
  for (int d = 0; d < axes; ++d) n *= items[d];
  return n;
}

template <class T>
inline constexpr int64_t kLine = 64 / sizeof(T);
template <class T>
FG_INLINE int64_t whole_lines(int64_t count) {
  return ceil_div(count, kLine<T>) * kLine<T>;
}

// Scratch memory, handed out in parts, each from the start of a line on; `count` is their sum.
template <class T>
class Parts {
 public:
  static constexpr int64_t kMostParts = 64;
  explicit inline __attribute__((always_inline)) Parts(int64_t count)
      : next_(scratch<T>(Scratch::AttentionBlocks, count + kMostParts * kLine<T>)) {}
  inline __attribute__((always_inline)) T* take(int64_t count) {
    T* const p = next_;
    next_ += whole_lines<T>(count);
    return p;
  }

 private:
  T* next_;
};

// 2^x for x up to about 0; 0 below the normal numbers; NaN stays NaN. Coefficients: exp's (simd/math_exp.h) times powers
// of ln 2.
template <class T>
struct Exp2Constants;
template <>
struct Exp2Constants<float> {
  static constexpr float kExp2[] = {0.6931472f,   0.24022648f,  0.055503625f,
                                    0.009618526f, 0.0013390172f, 0.00015321134f};
};
template <>
struct Exp2Constants<double> {
  static constexpr double kExp2[] = {0.6931471805599453,     0.24022650695910125,    0.05550410866482074,
                                     0.009618129107596964,   0.0013333558146686206,  0.00015403530454096115,
                                     1.5252733546819037e-05, 1.3215436592692718e-06, 1.0178184657816244e-07,
                                     7.073582396546136e-09,  4.436305763159132e-10};
};
template <class V>
FG_INLINE V exp2_flushed(V x) {
  using F = Format<V>;
  constexpr auto least = static_cast<typename F::T>(1 - F::kBias);
  const auto low = x < fill<V>(least);
#if defined(__AVX512F__)
  const V k = nearest(x, 1).k, r = x - k;
  return low ? V{} : scale(fma(poly(r, Exp2Constants<typename F::T>::kExp2), r, fill<V>(1)), k);
#else
  const Nearest<V> n = nearest<F::kBias>(low ? V{} : x, 1);
  const V r = (low ? V{} : x) - n.k;
  const V y = fma(poly(r, Exp2Constants<typename F::T>::kExp2), r, fill<V>(1));
  return low ? V{} : y * (V)(n.bits << F::kMantissaBits);
#endif
}

// Rows of keys or values in a block, in place or copied.
template <class T>
struct Rows {
  const T* p;
  int64_t stride;
};
// A copy's rows take half a line more than they need, so that they lie in different sets.
template <class T>
FG_INLINE int64_t copied_stride(int64_t depth) {
  return whole_lines<T>(depth) + kLine<T> / 2;
}
template <class T>
FG_INLINE bool wants_copy(int64_t row) {
  const int64_t bytes = (row < 0 ? -row : row) * static_cast<int64_t>(sizeof(T)) % 4096;
  return bytes < 64 || bytes > 4096 - 64;
}
template <class T>
FG_INLINE int64_t copy_size(int64_t row, int64_t depth) {
  return wants_copy<T>(row) ? kKeyBlock * copied_stride<T>(depth) : 0;
}
template <class T>
FG_INLINE Rows<T> rows_of(const T* p, int64_t row, int64_t count, int64_t depth, T* copy) {
  if (!wants_copy<T>(row)) return {p, row};
  const int64_t pitch = copied_stride<T>(depth);
  pack_a_rows(copy, pitch, p, row, 1, count, depth);
  return {copy, pitch};
}

// `count` rows of queries as a panel, depth x width, times the factor; columns past them are 0.
template <class T>
void pack_panel(T* panel, int64_t width, const T* q, int64_t row, int64_t count, int64_t depth, T factor) {
  constexpr int L = kLanes<T>;
  for (int64_t i = 0; i < width; i += L) {
    const int64_t n = count - i;
    if (n >= L) pack_transposed(panel + i, width, q + i * row, row, depth);
    else pack_transposed_edge(panel + i, width, q + i * row, row, static_cast<int>(larger(n, 0)), depth);
  }
  const Vec<T> f = splat(factor);
  for (int64_t i = 0; i < depth * width; i += L) store(panel + i, load(panel + i) * f);
}

// `count` rows of depth elements from a panel, depth x width.
template <class T>
void unpack_panel(T* out, int64_t row, const T* panel, int64_t width, int64_t count, int64_t depth) {
  constexpr int L = kLanes<T>;
  int64_t e = 0;
  for (; e + L <= depth; e += L) pack_transposed(out + e, row, panel + e * width, width, count);
  for (; e < depth; ++e)
    for (int64_t i = 0; i < count; ++i) out[i * row + e] = panel[e * width + i];
}

// A block of scores: `count` keys from `key` on, by the queries of a panel from `query` on.
struct ScoreBlock {
  int64_t key, count, query, stride;
};
// What is added to a panel's scores, and the causal limit.
template <class T, int V>
void mask_scores(const AttentionArgs<T>& a, const T* mask, const ScoreBlock& b, T* scores) {
  constexpr int L = kLanes<T>;
  const Vec<T> log2e = splat(static_cast<T>(kLog2E));
  if (mask) {
    for (int64_t j = 0; j < b.count; ++j) {
      const T* const m = mask + (b.key + j) * a.mask.row + (a.mask_by_key ? 0 : b.query);
      T* const s = scores + j * b.stride;
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v)
        store(s + v * L, fma(a.mask_by_key ? splat(*m) : load(m + v * L), log2e, load(s + v * L)));
    }
  }
  if (a.causal) {
    using I = typename MaskType<T>::type;
    Mask<T> lane;
    for (int i = 0; i < L; ++i) lane[i] = static_cast<I>(i);
    // key > query, counted from the panel's first query, before which no key is hidden
    for (int64_t j = larger(0, b.query - b.key); j < b.count; ++j) {
      T* const s = scores + j * b.stride;
      const I at = static_cast<I>(b.key + j - b.query);
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v)
        store(s + v * L, lane + static_cast<I>(v * L) < splat<I>(at) ? splat(-kInfinite<T>) : load(s + v * L));
    }
  }
}

// How many of the keys [first, last) a panel's queries, up to `query_end`, see at most.
template <class T>
FG_INLINE int64_t seen_keys(const AttentionArgs<T>& a, int64_t first, int64_t last, int64_t query_end) {
  const int64_t end = a.causal ? smaller(last, query_end) : last;
  return larger(0, end - first);
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
