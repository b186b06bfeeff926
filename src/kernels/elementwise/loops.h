// The loops of elementwise functions, each a template over the operation: of one operand, and of two, of which either may be
// one element repeated. An operation is a type whose static member f, or another named here, is the function on vectors.
#pragma once

#include "simd/stream.h"

namespace fastgrad::FG_LEVEL {

// How many elements ahead of its reads a run of n asks for: 4 KB; none in a short run, whose neighbours are nobody's.
// The CPU's window holds few vectors of a function of 20 instructions, and its prefetching follows them; asked ahead,
// arithmetic and memory take the longer of their times instead of the sum.
template <class T>
FG_INLINE int64_t fetch_ahead(int64_t n) {
  constexpr int64_t ahead = 4096 / sizeof(T);
  return n < ahead ? 0 : ahead;
}

// out[i...] = f(i, whole, rest) over n results, a whole vector or the first `rest` lanes of one: by one body, as
// functions are long. stream: whole vectors are written past the caches.
template <class T, class F>
FG_INLINE void over_vectors(int64_t n, T* out, bool stream, const F& f) {
  constexpr int lanes = kLanes<T>;
  for (int64_t i = 0; i < n; i += lanes) {
    const bool whole = i + lanes <= n;
    const int rest = static_cast<int>(n - i);
    const Vec<T> y = f(i, whole, rest);
    if (!whole) store_first<T>(out + i, y, rest);
    else if (stream) store_streaming<T>(out + i, y);
    else store<T>(out + i, y);
  }
}

// An operation's function; params go to those that take them.
template <class Op, class... V>
FG_INLINE auto value(const double* params, V... x) {
  if constexpr (requires { Op::f(x..., params); }) return Op::f(x..., params);
  else return Op::f(x...);
}

// ---- one operand ----

template <class Op, class T>
static void heavy_loop(int64_t n, const void* x_, void* out, const double* params, bool stream) {
  const T* x = static_cast<const T*>(x_);
  const int64_t ahead = fetch_ahead<T>(n);
  over_vectors(n, static_cast<T*>(out), stream, [&](int64_t i, bool whole, int rest) __attribute__((always_inline)) {
    __builtin_prefetch(x + i + ahead);
    return value<Op>(params, whole ? load(x + i) : load_first(x + i, rest));
  });
}

template <class Op, class T>
static void light_loop(int64_t n, const void* x_, void* out_, const double* params, bool stream) {
  if (stream) return heavy_loop<Op, T>(n, x_, out_, params, true);
  const T* x = static_cast<const T*>(x_);
  T* out = static_cast<T*>(out_);
  constexpr int lanes = kLanes<T>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store<T>(out + i, value<Op>(params, load(x + i)));
  if (i == n) return;
  const int rest = static_cast<int>(n - i);
  store_first<T>(out + i, value<Op>(params, load_first(x + i, rest)), rest);
}

// ---- two operands ----

template <class Op, class T>
static void heavy_pair_loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out,
                            const double* params, bool stream) {
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  const int64_t ahead = fetch_ahead<T>(n);
  over_vectors(n, static_cast<T*>(out), stream, [&](int64_t i, bool whole, int rest) __attribute__((always_inline)) {
    __builtin_prefetch(a + (i + ahead) * sa);
    __builtin_prefetch(b + (i + ahead) * sb);
    const Vec<T> x = !sa ? splat<T>(*a) : whole ? load(a + i) : load_first(a + i, rest);
    const Vec<T> y = !sb ? splat<T>(*b) : whole ? load(b + i) : load_first(b + i, rest);
    return value<Op>(params, x, y);
  });
}

// One loop for each case, where the operation costs less than the test.
template <class Op, class T>
static void light_pair_loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_,
                            const double* params, bool stream) {
  if (stream) return heavy_pair_loop<Op, T>(n, a_, sa, b_, sb, out_, params, true);
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  T* out = static_cast<T*>(out_);
  constexpr int lanes = kLanes<T>;
  const int64_t whole = n - n % lanes;
  int64_t i = 0;
  if (sa && sb) {
    for (; i < whole; i += lanes) store<T>(out + i, value<Op>(params, load(a + i), load(b + i)));
    if (i == n) return;
  } else if (sa) {
    const Vec<T> y = splat<T>(*b);
    for (; i < whole; i += lanes) store<T>(out + i, value<Op>(params, load(a + i), y));
  } else {
    const Vec<T> x = splat<T>(*a);
    const T last = sb ? T(0) : *b;
    const Vec<T> y = splat<T>(last);
    for (; i < whole; i += lanes) store<T>(out + i, value<Op>(params, x, sb ? load(b + i) : y));
  }
  if (i < n) {
    const int rest = static_cast<int>(n - i);
    const Vec<T> x = sa ? load_first(a + i, rest) : splat<T>(*a);
    const Vec<T> y = sb ? load_first(b + i, rest) : splat<T>(*b);
    store_first<T>(out + i, value<Op>(params, x, y), rest);
  }
}

}  // namespace fastgrad::FG_LEVEL
