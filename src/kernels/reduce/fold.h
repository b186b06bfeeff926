// Folding a contiguous run of floats to one value with several vector accumulators, and what it is folded with.
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

// The v of lane i ^ W.
template <int W>
FG_INLINE F32 swap_lanes(F32 v) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(v, v, 0 ^ W, 1 ^ W, 2 ^ W, 3 ^ W, 4 ^ W, 5 ^ W, 6 ^ W, 7 ^ W, 8 ^ W, 9 ^ W, 10 ^ W,
                                 11 ^ W, 12 ^ W, 13 ^ W, 14 ^ W, 15 ^ W);
#elif defined(__AVX2__)
  return __builtin_shufflevector(v, v, 0 ^ W, 1 ^ W, 2 ^ W, 3 ^ W, 4 ^ W, 5 ^ W, 6 ^ W, 7 ^ W);
#else
  return __builtin_shufflevector(v, v, 0 ^ W, 1 ^ W, 2 ^ W, 3 ^ W);
#endif
}
template <int W>
FG_INLINE F64 swap_lanes(F64 v) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(v, v, 0 ^ W, 1 ^ W, 2 ^ W, 3 ^ W, 4 ^ W, 5 ^ W, 6 ^ W, 7 ^ W);
#elif defined(__AVX2__)
  return __builtin_shufflevector(v, v, 0 ^ W, 1 ^ W, 2 ^ W, 3 ^ W);
#else
  return __builtin_shufflevector(v, v, 0 ^ W, 1 ^ W);
#endif
}

template <int W, class V, class Combine>
FG_INLINE V fold_lanes(V v, const Combine& combine) {
  if constexpr (W > 0) return fold_lanes<W / 2>(combine(v, swap_lanes<W>(v)), combine);
  return v;
}

template <class T>
FG_INLINE Mask<T> lanes_below(int n) {
  Mask<T> i;
  for (int lane = 0; lane < kLanes<T>; ++lane) i[lane] = lane;
  return i < (Mask<T>{} + static_cast<typename MaskType<T>::type>(n));
}

// combine over map(x) of n contiguous elements, with U chains of vectors.
template <int U, class T, class Map, class Combine>
FG_INLINE T accumulate(const T* p, int64_t n, T identity, const Map& map, const Combine& combine) {
  constexpr int64_t lanes = kLanes<T>;
  Vec<T> sum;
  int64_t i = 0;
  if (n >= U * lanes) {
    Vec<T> a[U];
    for (int u = 0; u < U; ++u) a[u] = map(load(p + u * lanes));
    for (i = U * lanes; i + U * lanes <= n; i += U * lanes)
      for (int u = 0; u < U; ++u) a[u] = combine(a[u], map(load(p + i + u * lanes)));
    for (int w = U / 2; w > 0; w /= 2)
      for (int u = 0; u < w; ++u) a[u] = combine(a[u], a[u + w]);
    sum = a[0];
  } else {
    sum = splat<T>(identity);
  }
  for (; i + lanes <= n; i += lanes) sum = combine(sum, map(load(p + i)));
  if (i < n) {
    const int left = static_cast<int>(n - i);
    sum = combine(sum, lanes_below<T>(left) ? map(load_first(p + i, left)) : splat<T>(identity));
  }
  return fold_lanes<kLanes<T> / 2>(sum, combine)[0];
}

// A line of V vectors, the last of `lanes` lanes, and `fill` beyond.
template <int V, class T>
FG_INLINE void load_few(const T* p, int lanes, T fill, Vec<T> (&v)[V]) {
  for (int k = 0; k < V - 1; ++k) v[k] = load(p + k * kLanes<T>);
  v[V - 1] = lanes_below<T>(lanes) ? load_first(p + (V - 1) * kLanes<T>, lanes) : splat<T>(fill);
}
template <class V, int N, class Combine>
FG_INLINE V join_few(const V (&v)[N], const Combine& combine) {
  if constexpr (N == 1) return v[0];
  else if constexpr (N == 2) return combine(v[0], v[1]);
  else if constexpr (N == 3) return combine(combine(v[0], v[1]), v[2]);
  else return combine(combine(v[0], v[1]), combine(v[2], v[3]));
}
// All the elements folded to one; in every lane.
template <int N, class V, class Combine>
FG_INLINE V fold_few(const V (&v)[N], const Combine& combine) {
  static_assert(N <= 4);
  return fold_lanes<static_cast<int>(sizeof(V) / sizeof(v[0][0]) / 2)>(join_few(v, combine), combine);
}

// Folds kLanes lines at once, each a vector row(i), into the lanes of one: where a line by itself takes log2(lanes)
// shuffles, each on its own result, these share theirs. The tree is fold_lanes's.
template <int W, bool kUpper, class V, size_t... I>
FG_INLINE V halves(V a, V b, std::index_sequence<I...>) {
  constexpr auto at = [](size_t i) {
    const size_t in_pair = i % (2 * W), from = i - in_pair + (kUpper ? W : 0);
    return static_cast<int>(in_pair < W ? from + in_pair : sizeof...(I) + from + in_pair - W);
  };
  return __builtin_shufflevector(a, b, at(I)...);
}
template <class T, int W = 1, class Row, class Combine>
FG_INLINE Vec<T> fold_rows(const Row& row, const Combine& combine, int i = 0) {
  if constexpr (W == kLanes<T>) {
    return row(i);
  } else {
    constexpr auto lanes = std::make_index_sequence<kLanes<T>>();
    const Vec<T> a = fold_rows<T, 2 * W>(row, combine, i), b = fold_rows<T, 2 * W>(row, combine, i + W);
    return combine(halves<W, false>(a, b, lanes), halves<W, true>(a, b, lanes));
  }
}

constexpr auto kIdentity = [](auto v) { return v; };
constexpr auto kSquare = [](auto v) { return v * v; };
constexpr auto kAdd = [](auto a, auto b) { return a + b; };
constexpr auto kMaximumNumber = [](auto a, auto b) { return max(b, a); };  // passes over a NaN in b
constexpr auto kMultiply = [](auto a, auto b) { return a * b; };
// NaN wins: once there every comparison leaves it, and it enters because it differs from itself. In a chain, one
// instruction waits for the value before.
constexpr auto kMaximum = [](auto a, auto b) { return b != b ? b : max(b, a); };
constexpr auto kMinimum = [](auto a, auto b) { return b != b ? b : min(b, a); };

}  // namespace
}  // namespace fastgrad::FG_LEVEL
