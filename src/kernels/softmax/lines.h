// Walking lines along an axis, for softmax and the losses made of it.
//
// A line of neighbours (inner == 1) is read kParts vectors at a time; lines side by side (inner > 1) kSide vectors of
// them at a time, one step along the axis after another. Sums are blocked: kRunVectors vectors (or kRunSteps steps) go
// into one partial sum, partial sums are added up, so the error grows with the square root of the length at most.
#pragma once

#include "kernels/softmax/softmax.h"
#include "simd/integers.h"
#include "simd/lanes.h"
#include "simd/math.h"
#include "simd/pieces.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

inline constexpr int kSide = 4;
inline constexpr int64_t kRunVectors = 64, kRunSteps = 32;

// What one piece should touch, in elements: exponentials make these lines several times dearer than a copy.
inline constexpr int64_t kLinePieceElements = 16 << 10;

FG_INLINE int64_t line_grain(int64_t elements_per_item) {
  const int64_t grain = kLinePieceElements / (elements_per_item > 0 ? elements_per_item : 1);
  return grain > 0 ? grain : 1;
}

template <class T>
inline constexpr T kInfinity = static_cast<T>(__builtin_inf());

// v in the first n lanes, else `fill`.
template <class T, class Lanes>
FG_INLINE Vec<T> first_or(Vec<T> v, Lanes n, T fill) {
  if constexpr (!std::is_same_v<Lanes, int>) return v;
  using M = typename MaskType<T>::type;
  Mask<T> lane{};
  for (int i = 0; i < kLanes<T>; ++i) lane[i] = static_cast<M>(i);
  return lane < splat(static_cast<M>(n)) ? v : splat(fill);
}

// The largest number of a line; NaN is passed over (it comes back in the sum of exponentials). -inf of nothing.
template <class T>
FG_INLINE T line_max(const T* x, int64_t d) {
  Vec<T> best[kParts];
  for (int k = 0; k < kParts; ++k) best[k] = splat(-kInfinity<T>);
  over_parts<T>(d, [&](int64_t i, auto n, int k) {
    best[k] = max(first_or<T>(load_lanes(x + i, n), n, -kInfinity<T>), best[k]);
  });
  return reduce_max<T>(max(max(best[0], best[1]), max(best[2], best[3])));
}

// The sum of term(i, n) over a line; lanes past the end are dropped.
template <class T, class F>
FG_INLINE T line_sum(int64_t d, const F& term) {
  constexpr int64_t run = kRunVectors * kLanes<T>;
  Vec<T> total{};
  for (int64_t start = 0; start < d; start += run) {
    Vec<T> part[kParts] = {};
    over_parts<T>(d - start < run ? d - start : run,
                  [&](int64_t i, auto n, int k) { part[k] += first_or<T>(term(start + i, n), n, T{0}); });
    total += (part[0] + part[1]) + (part[2] + part[3]);
  }
  return reduce_add<T>(total);
}

// f(from, vectors as a constant, lanes) over lines side by side: kSide vectors, one vector, or part of one.
template <class T, class F>
FG_INLINE void over_side(int64_t begin, int64_t end, const F& f) {
  constexpr int L = kLanes<T>;
  constexpr std::integral_constant<int, L> whole{};
  int64_t i = begin;
  for (; i + kSide * L <= end; i += kSide * L) f(i, std::integral_constant<int, kSide>{}, whole);
  for (; i + L <= end; i += L) f(i, std::integral_constant<int, 1>{}, whole);
  if (i < end) f(i, std::integral_constant<int, 1>{}, static_cast<int>(end - i));
}

// Blocked sums of B vectors side by side: term(j, b) for each step j.
template <class T, int B, class F>
FG_INLINE void side_sum(int64_t d, Vec<T> (&total)[B], const F& term) {
  for (int b = 0; b < B; ++b) total[b] = Vec<T>{};
  for (int64_t start = 0; start < d; start += kRunSteps) {
    const int64_t stop = start + kRunSteps < d ? start + kRunSteps : d;
    Vec<T> part[B] = {};
    for (int64_t j = start; j < stop; ++j)
      for (int b = 0; b < B; ++b) part[b] += term(j, b);
    for (int b = 0; b < B; ++b) total[b] += part[b];
  }
}

// A group of B vectors of lines side by side, all of them whole or (kPartial) the last of `lanes` lanes.
template <class T, int B, bool kPartial>
struct SideGroup {
  using Type = T;
  static constexpr int kVectors = B;
  static constexpr bool kLastIsPartial = kPartial;
  int64_t d, step;  // steps along the axis, and how far apart they are
  int64_t ahead;    // to the same step of the group that comes next; 0 where fetching it early does not pay
  int lanes;
};
template <class G, class T>
FG_INLINE Vec<T> load_lines(const G& g, const T* p, int b) {
  return G::kLastIsPartial && b == G::kVectors - 1 ? load_first(p + b * kLanes<T>, g.lanes) : load(p + b * kLanes<T>);
}
template <class G, class T>
FG_INLINE void store_lines(const G& g, T* p, int b, Vec<T> v) {
  if (G::kLastIsPartial && b == G::kVectors - 1)
    store_first(p + b * kLanes<T>, v, g.lanes);
  else
    store(p + b * kLanes<T>, v);
}

// Where a group's steps are far apart no hardware prefetcher follows them, so that the pass which ends a group (out of
// the cache) asks for the next group's inputs, step by step, and the pass which begins it for the lines that the last
// one will write. That is worth 9.5 against 3.9 ms for the backward pass along axis 1 of 32 x 64 x 56 x 56. Groups of
// more steps than this would not stay in the L2 cache until then.
inline constexpr int64_t kMostStepsAhead = 1024;
// Steps that are whole pages apart share a few sets of the caches and drive each other out: beyond this many, only the
// next steps of the same pass are asked for.
inline constexpr int64_t kMostStepsOfPages = 128;

// f(offset of the group, group) for the lines [begin, end), one group's, of the o-th block.
template <class T, class F>
FG_INLINE void with_group(const AxisShape& s, int64_t o, int64_t begin, int64_t end, const F& f) {
  constexpr int L = kLanes<T>;
  const int64_t at = o * s.d * s.inner + begin;
  const bool last = o == s.outer - 1 && end == s.inner;
  int64_t ahead = end < s.inner ? end - begin : s.d * s.inner - begin;
  if (last || s.d > kMostStepsAhead) ahead = 0;
  if (s.inner * static_cast<int64_t>(sizeof(T)) % 4096 == 0 && s.d > kMostStepsOfPages) ahead = 8 * s.inner;
  const int vectors = static_cast<int>((end - begin + L - 1) / L);
  const int lanes = static_cast<int>(end - begin) - (vectors - 1) * L;
  if (vectors == kSide && lanes == L) return f(at, SideGroup<T, kSide, false>{s.d, s.inner, ahead, L});
  switch (vectors) {
    case 1: return f(at, SideGroup<T, 1, true>{s.d, s.inner, ahead, lanes});
    case 2: return f(at, SideGroup<T, 2, true>{s.d, s.inner, ahead, lanes});
    case 3: return f(at, SideGroup<T, 3, true>{s.d, s.inner, ahead, lanes});
    default: return f(at, SideGroup<T, 4, true>{s.d, s.inner, ahead, lanes});
  }
}
static_assert(kSide == 4);

// A line of at most kShort vectors is kept in registers: f(vectors as a constant, lanes of the last one).
inline constexpr int kShort = 4;
template <class T, class F>
FG_INLINE void with_short(int64_t d, const F& f) {
  const int vectors = static_cast<int>((d + kLanes<T> - 1) / kLanes<T>);
  const int lanes = static_cast<int>(d) - (vectors - 1) * kLanes<T>;
  switch (vectors) {
    case 1: return f(std::integral_constant<int, 1>{}, lanes);
    case 2: return f(std::integral_constant<int, 2>{}, lanes);
    case 3: return f(std::integral_constant<int, 3>{}, lanes);
    default: return f(std::integral_constant<int, 4>{}, lanes);
  }
}
static_assert(kShort == 4);

template <class T, int V>
FG_INLINE void load_line(const T* x, int lanes, T fill, Vec<T> (&v)[V]) {
  using M = typename MaskType<T>::type;
  Mask<T> lane{};
  for (int i = 0; i < kLanes<T>; ++i) lane[i] = static_cast<M>(i);
  for (int k = 0; k < V - 1; ++k) v[k] = load(x + k * kLanes<T>);
  v[V - 1] = lane < splat(static_cast<M>(lanes)) ? load_first(x + (V - 1) * kLanes<T>, lanes) : splat(fill);
}
template <class T, int V>
FG_INLINE void store_line(T* out, int lanes, const Vec<T> (&v)[V]) {
  for (int k = 0; k < V - 1; ++k) store(out + k * kLanes<T>, v[k]);
  store_first(out + (V - 1) * kLanes<T>, v[V - 1], lanes);
}
template <class V, int N, class F>
FG_INLINE V join_vectors(const V (&v)[N], const F& f) {
  if constexpr (N == 1) return v[0];
  if constexpr (N == 2) return f(v[0], v[1]);
  if constexpr (N == 3) return f(f(v[0], v[1]), v[2]);
  if constexpr (N == 4) return f(f(v[0], v[1]), f(v[2], v[3]));
}

// Cuts (outer, inner) into pieces: f(o, begin, end) for neighbouring lines [begin, end) of one o. Where lines lie side
// by side, whole groups of kSide vectors stay together, so that a line's arithmetic does not depend on the cut.
template <class T, class F>
FG_INLINE void over_lines(const AxisShape& s, const F& f) {
  if (s.inner == 1) {
    for_ranges(s.outer, line_grain(s.d), 1, [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) f(o, int64_t{0}, int64_t{1});
    });
    return;
  }
  constexpr int64_t group = kSide * kLanes<T>;
  const int64_t groups = ceil_div(s.inner, group);
  const int64_t width = s.inner < group ? s.inner : group;
  for_ranges(s.outer * groups, line_grain(s.d * width), 1, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t first = at % groups * group;
      f(at / groups, first, first + group < s.inner ? first + group : s.inner);
    }
  });
}

}  // namespace fastgrad::FG_LEVEL
