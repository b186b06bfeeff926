// A whole vector (lanes: std::integral_constant) or its first lanes (lanes: int), by the same code.
#pragma once

#include <type_traits>

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

// f(i, lanes) over n neighbours, a vector at a time.
template <class T, class F>
FG_INLINE void over_lanes(int64_t n, const F& f) {
  constexpr int L = kLanes<T>;
  int64_t i = 0;
  for (; i + L <= n; i += L) f(i, std::integral_constant<int, L>{});
  if (i < n) f(i, static_cast<int>(n - i));
}
// The same, going round kParts partial sums, the last lanes to the second one: f(i, lanes, part).
inline constexpr int kParts = 4;
template <class T, class F>
FG_INLINE void over_parts(int64_t n, const F& f) {
  constexpr int L = kLanes<T>;
  constexpr std::integral_constant<int, L> whole{};
  int64_t i = 0;
  for (; i + kParts * L <= n; i += kParts * L)
    for (int part = 0; part < kParts; ++part) f(i + part * L, whole, part);
  for (; i + L <= n; i += L) f(i, whole, 0);
  if (i < n) f(i, static_cast<int>(n - i), 1);
}
template <class T, class Lanes>
FG_INLINE Vec<T> load_lanes(const T* p, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int>)
    return load_first(p, lanes);
  else
    return load(p);
}
template <class T, class Lanes>
FG_INLINE void store_lanes(T* p, Vec<T> v, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int>)
    store_first(p, v, lanes);
  else
    store(p, v);
}
// Lanes from n on become zero.
template <class T, class Lanes>
FG_INLINE Vec<T> first_lanes(Vec<T> v, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int>)
    for (int i = 0; i < kLanes<T>; ++i) v[i] = i < lanes ? v[i] : T{0};
  return v;
}

}  // namespace fastgrad::FG_LEVEL
