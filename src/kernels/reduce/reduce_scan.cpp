// Cumulative sums of floats along the middle axis of a dense outer x n x inner block.
//
// inner == 1: each line is cut into blocks of kScanBlock; within one, a prefix in each vector (log2(lanes) steps) and a
// carry from vector to vector; blocks start from the running total of those before. So an output's error is at most
// (log2(lanes) + kScanBlock / lanes + n / kScanBlock) u sum|x|, and long lines are cut at blocks for threads.
// inner > 1: lanes across the columns. Up to kShortScan rows an output is one chain of additions, row by row; of more,
// kScanRows rows are added up in registers, their sums into those of kScanSpan rows, and these into the running totals:
// (kScanRows + kScanSpan / kScanRows + n / kScanSpan) u sum|x|.
#include "kernels/reduce/driver.h"
#include "kernels/reduce/parts.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kScanBlock = 2048;
inline constexpr int64_t kTinyLine = 12;  // taken element by element
inline constexpr int64_t kShortScan = 64, kScanRows = 8, kScanSpan = 512;
// Columns are cut into panels of kPanel, or of fewer where that would leave threads without work; below this many the
// stores of a row are still under way when the next one is read, which stalls where both lie alike in their pages.
inline constexpr int64_t kNarrowestPanel = 512;

// Lanes moved up by W, the first W filled from `fill`.
template <int W>
FG_INLINE F32 shift_lanes(F32 v, F32 fill) {
#if defined(__AVX512F__)
  constexpr auto at = [](int i) { return i < W ? i : 16 + i - W; };
  return __builtin_shufflevector(fill, v, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10),
                                 at(11), at(12), at(13), at(14), at(15));
#elif defined(__AVX2__)
  constexpr auto at = [](int i) { return i < W ? i : 8 + i - W; };
  return __builtin_shufflevector(fill, v, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
#else
  constexpr auto at = [](int i) { return i < W ? i : 4 + i - W; };
  return __builtin_shufflevector(fill, v, at(0), at(1), at(2), at(3));
#endif
}
template <int W>
FG_INLINE F64 shift_lanes(F64 v, F64 fill) {
#if defined(__AVX512F__)
  constexpr auto at = [](int i) { return i < W ? i : 8 + i - W; };
  return __builtin_shufflevector(fill, v, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
#elif defined(__AVX2__)
  constexpr auto at = [](int i) { return i < W ? i : 4 + i - W; };
  return __builtin_shufflevector(fill, v, at(0), at(1), at(2), at(3));
#else
  constexpr auto at = [](int i) { return i < W ? i : 2 + i - W; };
  return __builtin_shufflevector(fill, v, at(0), at(1));
#endif
}

template <int W = 1, class V>
FG_INLINE V prefix(V v, V identity) {
  if constexpr (W * sizeof(v[0]) < sizeof(V))
    return prefix<2 * W>(v + shift_lanes<W>(v, identity), identity);
  return v;
}

// One block of n elements; out may be null where only the total is wanted.
template <class T>
FG_INLINE T scan_block(const T* x, T* out, int64_t n, T before) {
  constexpr int lanes = kLanes<T>;
  const Vec<T> identity = splat<T>(-T{0}), start = splat<T>(before);
  Vec<T> carry = identity;
  for (int64_t i = 0; i < n; i += lanes) {
    const int64_t left = n - i;
    Vec<T> v;
    if (left >= lanes) {
      v = load(x + i);
    } else {
      v = load_first(x + i, static_cast<int>(left));  // what follows the line's end reaches no output
    }
    v = carry + prefix(v, identity);
    carry = splat<T>(v[lanes - 1]);
    if (out == nullptr) continue;
    const Vec<T> y = start + v;
    if (left >= lanes) store(out + i, y);
    else store_first(out + i, y, static_cast<int>(left));
  }
  return carry[0];
}

template <class T>
void scan_lines(const T* x, T* out, const ScanGeometry& g) {
  const int64_t n_out = g.n + g.include_initial;
  const T identity = -T{0};
  const int64_t blocks = ceil_div(g.n, kScanBlock);
  const Cut c = cut(g.outer * g.n, g.outer, blocks);
  const auto start_line = [&](int64_t o) {
    T* to = out + o * n_out;
    if (g.include_initial) *to++ = T{0};
    return to;
  };
  const auto length = [&](int64_t b) { return smaller(kScanBlock, g.n - b * kScanBlock); };
  // One thread reads x once: the blocks' totals come to the same.
  if (c.chunks == 1 || runtime::usable_threads() == 1) {
    split(g.outer, c.pieces, [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) {
        T* const to = start_line(o);
        if (g.n <= kTinyLine) {
          T sum = identity;
#pragma GCC unroll 1
          for (int64_t i = 0; i < g.n; ++i) to[i] = sum = sum + x[o * g.n + i];
          continue;
        }
        T before = identity;
        for (int64_t b = 0; b < blocks; ++b) {
          const int64_t at = b * kScanBlock;
          before = before + scan_block(x + o * g.n + at, to + at, length(b), before);
        }
      }
    });
    return;
  }
  T* const total =
      static_cast<T*>(runtime::scratch(Scratch::ReducePartials, static_cast<size_t>(g.outer * blocks) * sizeof(T)));
  split(g.outer * blocks, c.pieces, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / blocks, b = u - o * blocks;
      total[u] = scan_block<T>(x + o * g.n + b * kScanBlock, nullptr, length(b), identity);
    }
  });
  for (int64_t o = 0; o < g.outer; ++o) {
    T before = identity;
    for (int64_t b = 0; b < blocks; ++b) {
      const T t = total[o * blocks + b];
      total[o * blocks + b] = before;
      before = before + t;
    }
    start_line(o);
  }
  split(g.outer * blocks, c.pieces, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / blocks, b = u - o * blocks, at = b * kScanBlock;
      scan_block(x + o * g.n + at, out + o * n_out + g.include_initial + at, length(b), total[u]);
    }
  });
}

// n rows of a panel no wider than a few vectors, whose running values stay in registers.
template <int N, class T>
FG_INLINE void scan_narrow(const T* from, T* to, int64_t n, int64_t inner, int lanes) {
  const Vec<T> identity = splat<T>(-T{0});
  const int64_t chain = n <= kShortScan ? kShortScan : kScanRows;
  Vec<T> before[N], span[N];
  for (int k = 0; k < N; ++k) before[k] = span[k] = identity;
  for (int64_t i = 0; i < n;) {
    Vec<T> start[N], running[N];
    for (int k = 0; k < N; ++k) {
      start[k] = before[k] + span[k];
      running[k] = identity;
    }
    for (const int64_t stop = smaller(n, i + chain); i < stop; ++i, from += inner, to += inner)
      for (int k = 0; k < N; ++k) {
        const int at = k * kLanes<T>;
        running[k] = running[k] + (k < N - 1 ? load(from + at) : load_first(from + at, lanes));
        const Vec<T> y = start[k] + running[k];
        if (k < N - 1) store(to + at, y);
        else store_first(to + at, y, lanes);
      }
    const bool whole = i % kScanSpan == 0;
    for (int k = 0; k < N; ++k) {
      span[k] = span[k] + running[k];
      if (!whole) continue;
      before[k] = before[k] + span[k];
      span[k] = identity;
    }
  }
}

// Rows of a wider panel, each from the one before.
template <class T>
FG_INLINE void scan_short(const T* from, T* to, int64_t n, int64_t inner, int64_t width) {
  constexpr int lanes = kLanes<T>;
  for (int64_t i = 0; i < n; ++i, from += inner, to += inner) {
    const T* const before = to - inner;
    int64_t j = 0;
    for (; j + lanes <= width; j += lanes)
      store(to + j, i == 0 ? load(from + j) : load(before + j) + load(from + j));
    if (j == width) continue;
    const int left = static_cast<int>(width - j);
    const Vec<T> v = load_first(from + j, left);
    store_first(to + j, i == 0 ? v : load_first(before + j, left) + v, left);
  }
}

// Many rows of a wider panel, a few at a time. totals: room for 2 * kPanel elements.
template <class T>
FG_INLINE void scan_long(const T* from, T* to, int64_t n, int64_t inner, int64_t width, T* totals) {
  constexpr int lanes = kLanes<T>;
  const Vec<T> identity = splat<T>(-T{0});
  T *const before = totals, *const span = totals + kPanel;
  for (int64_t j = 0; j < kPanel; ++j) before[j] = span[j] = -T{0};
  for (int64_t i = 0; i < n; i += kScanRows, from += kScanRows * inner, to += kScanRows * inner) {
    const auto rows = [&](int64_t j, auto count, const auto& get, const auto& put) {
      const Vec<T> start = load(before + j) + load(span + j);
      Vec<T> running = identity;
      for (int64_t r = 0; r < count; ++r) {
        running = running + get(from + r * inner + j);
        put(to + r * inner + j, start + running);
      }
      store(span + j, load(span + j) + running);
    };
    const auto all = [&](auto count) {
      int64_t j = 0;
      for (; j + lanes <= width; j += lanes)
        rows(j, count, [](const T* p) { return load(p); }, [](T* p, Vec<T> v) { store(p, v); });
      const int left = static_cast<int>(width - j);
      if (left > 0)
        rows(j, count, [left](const T* p) { return load_first(p, left); },
             [left](T* p, Vec<T> v) { store_first(p, v, left); });
    };
    if (n - i >= kScanRows) all(std::integral_constant<int64_t, kScanRows>{});
    else all(n - i);
    if ((i + kScanRows) % kScanSpan != 0) continue;
    for (int64_t j = 0; j < width; j += lanes) {
      store(before + j, load(before + j) + load(span + j));
      store(span + j, identity);
    }
  }
}

template <class T>
void scan_columns(const T* x, T* out, const ScanGeometry& g) {
  constexpr int lanes = kLanes<T>;
  const int64_t n_out = g.n + g.include_initial, pieces = runtime::count_pieces(g.outer * g.n * g.inner, kGrain);
  int64_t panel = kPanel;
  while (panel > kNarrowestPanel && g.outer * ceil_div(g.inner, panel) < pieces) panel /= 2;
  const int64_t panels = ceil_div(g.inner, panel);
  split(g.outer * panels, pieces, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / panels, first = (u - o * panels) * panel, width = smaller(panel, g.inner - first);
      const T* from = x + o * g.n * g.inner + first;
      T* to = out + o * n_out * g.inner + first;
      if (g.include_initial) {
        for (int64_t j = 0; j < width; ++j) to[j] = T{0};
        to += g.inner;
      }
      if (width <= 2 * lanes) {
        if (width <= lanes) scan_narrow<1>(from, to, g.n, g.inner, static_cast<int>(width));
        else scan_narrow<2>(from, to, g.n, g.inner, static_cast<int>(width) - lanes);
        continue;
      }
      if (g.n <= kShortScan) {
        scan_short(from, to, g.n, g.inner, width);
        continue;
      }
      alignas(64) T totals[2 * kPanel];
      scan_long(from, to, g.n, g.inner, width, totals);
    }
  });
}

}  // namespace

template <class T>
void scan(const T* x, T* out, const ScanGeometry& g) {
  if (g.inner == 1) scan_lines(x, out, g);
  else scan_columns(x, out, g);
}

template void scan(const float* x, float* out, const ScanGeometry& g);
template void scan(const double* x, double* out, const ScanGeometry& g);

}  // namespace fastgrad::FG_LEVEL
