// argmax and argmin of floats: the first of equals, NaN before everything (NumPy's order). Exact, so their pieces may be
// cut anywhere. Along a contiguous axis: the best value of each block, as max and min find it, then the first place in
// the winning block that holds it; a line of a few vectors stays in registers for both. Across columns: a vector of
// best values and one of row numbers.
#include "kernels/reduce/driver.h"
#include "kernels/reduce/fold.h"
#include "kernels/reduce/parts.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

// b replaces a: it is better, or the first NaN. Lane by lane for vectors.
template <bool kLargest, class V>
FG_INLINE auto beats(V b, V a) {
  if constexpr (kLargest) return (b > a) | ((b != b) & (a == a));
  else return (b < a) | ((b != b) & (a == a));
}

template <class T>
FG_INLINE int64_t find_first(const T* p, int64_t n, T value) {
  const bool nan = value != value;
  const Vec<T> v = splat<T>(value);
  int64_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) {
    const Vec<T> x = load(p + i);
    if (any<typename MaskType<T>::type>(nan ? x != x : x == v)) break;
  }
  // Another thread may write here after the value was found: the search ends with the block.
  while (i < n && (nan ? p[i] == p[i] : p[i] != value)) ++i;
  return i < n ? i : 0;
}

template <class T>
struct Best {
  T value;
  int64_t index;
};

// Rows [begin, end) of one line.
template <bool kLargest, class T>
__attribute__((noinline)) Best<T> best_of_line(const T* x, int64_t stride, int64_t begin, int64_t end) {
  T* const copy =
      stride == 1 ? nullptr
                  : static_cast<T*>(runtime::scratch(Scratch::ReduceCopy, kBlock * static_cast<int64_t>(sizeof(T))));
  const auto block = [&](int64_t at, int64_t n) -> const T* {
    if (copy == nullptr) return x + at;
    copy_strided(copy, x + at * stride, stride, n);
    return copy;
  };
  Best<T> best{x[begin * stride], begin};
  int64_t winner = begin;
  for (int64_t at = begin; at < end; at += kBlock) {
    const int64_t n = smaller(kBlock, end - at);
    const T* const p = block(at, n);
    T value;
    if constexpr (kLargest) value = accumulate<8>(p, n, -static_cast<T>(__builtin_inf()), kIdentity, kMaximum);
    else value = accumulate<8>(p, n, static_cast<T>(__builtin_inf()), kIdentity, kMinimum);
    if (at == begin || beats<kLargest>(value, best.value)) {
      best.value = value;
      winner = at;
      if (value != value) break;
    }
  }
  const int64_t n = smaller(kBlock, end - winner);
  best.index = winner + find_first(block(winner, n), n, best.value);
  return best;
}

// Bit i: whether lane i of a comparison's result is set.
template <class T>
FG_INLINE uint64_t lane_bits(Mask<T> m) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) return _mm512_test_epi32_mask((__m512i)m, (__m512i)m);
  else return _mm512_test_epi64_mask((__m512i)m, (__m512i)m);
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4) return static_cast<uint64_t>(_mm256_movemask_ps((__m256)m));
  else return static_cast<uint64_t>(_mm256_movemask_pd((__m256d)m));
#elif defined(__x86_64__)
  if constexpr (sizeof(T) == 4) return static_cast<uint64_t>(_mm_movemask_ps((__m128)m));
  else return static_cast<uint64_t>(_mm_movemask_pd((__m128d)m));
#else
  uint64_t bits = 0;
  for (int i = 0; i < kLanes<T>; ++i) bits |= static_cast<uint64_t>(m[i] & 1) << i;
  return bits;
#endif
}

// A contiguous line of N vectors, the last of `lanes` lanes, in registers.
template <bool kLargest, int N, class T>
FG_INLINE int64_t best_of_few(const T* p, int lanes) {
  constexpr auto lesser = [](auto a, auto b) { return min(b, a); };
  Vec<T> v[N];
  load_few(p, lanes, p[0], v);
  Mask<T> nan = v[0] != v[0];
  for (int k = 1; k < N; ++k) nan |= v[k] != v[k];
  Vec<T> best;
  if constexpr (kLargest) best = fold_few(v, kMaximumNumber);
  else best = fold_few(v, lesser);
  const bool has_nan = lane_bits<T>(nan) != 0;
  uint64_t found = 0;
  for (int k = 0; k < N; ++k) found |= lane_bits<T>(has_nan ? v[k] != v[k] : v[k] == best) << (k * kLanes<T>);
  return __builtin_ctzll(found);
}

// n outputs of such lines.
template <bool kLargest, class T>
FG_INLINE void arg_few(const T* x, int64_t* out, const ReduceGeometry& g, Cursor at, int64_t n) {
  const int64_t length = g.reduced_axes[0].size;
  const int vectors = static_cast<int>(ceil_div(length, kLanes<T>));
  const int lanes = static_cast<int>(length - (vectors - 1) * kLanes<T>);
  const auto with = [&](const auto& best) {
    for (int64_t o = 0; o < n; ++o) {
      out[at.out] = best(x + at.x);
      if (g.kept > 1) {
        at.next();
      } else if (g.kept == 1) {
        at.x += g.kept_axes[0].x;
        at.out += g.kept_axes[0].out;
      }
    }
  };
  switch (vectors) {
    case 1: return with([&](const T* p) { return best_of_few<kLargest, 1>(p, lanes); });
    case 2: return with([&](const T* p) { return best_of_few<kLargest, 2>(p, lanes); });
    case 3: return with([&](const T* p) { return best_of_few<kLargest, 3>(p, lanes); });
    default: return with([&](const T* p) { return best_of_few<kLargest, 4>(p, lanes); });
  }
}

template <bool kLargest, class T>
void arg_rows(const T* x, int64_t* out, const ReduceGeometry& g) {
  const ReduceAxis r = g.reduced_axes[0];
  const Cut c = cut(g.outputs * r.size, g.outputs, ceil_div(r.size, kBlock));
  if (c.chunks == 1) {
    split(g.outputs, c.pieces, [&](int64_t begin, int64_t end) {
      Cursor at = Cursor::at(g.kept_axes, g.kept, begin);
      if (r.x == 1 && r.size <= 4 * kLanes<T>) return arg_few<kLargest>(x, out, g, at, end - begin);
      for (int64_t o = begin; o < end; ++o, at.next())
        out[at.out] = best_of_line<kLargest>(x + at.x, r.x, 0, r.size).index;
    });
    return;
  }
  auto* const partial = static_cast<Best<T>*>(
      runtime::scratch(Scratch::ReducePartials, static_cast<size_t>(g.outputs * c.chunks) * sizeof(Best<T>)));
  const int64_t span = c.chunk * kBlock;
  split(g.outputs * c.chunks, c.pieces, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / c.chunks, first = (u - o * c.chunks) * span;
      partial[u] =
          best_of_line<kLargest>(x + Cursor::at(g.kept_axes, g.kept, o).x, r.x, first, smaller(first + span, r.size));
    }
  });
  Cursor at = Cursor::at(g.kept_axes, g.kept, 0);
  for (int64_t o = 0; o < g.outputs; ++o, at.next()) {
    Best<T> best = partial[o * c.chunks];
    for (int64_t i = 1; i < c.chunks; ++i)
      if (beats<kLargest>(partial[o * c.chunks + i].value, best.value)) best = partial[o * c.chunks + i];
    out[at.out] = best.index;
  }
}

// Rows [begin, end) of a panel of columns: best values and their rows, counted from begin.
template <bool kLargest, class T>
__attribute__((noinline)) void arg_panel(const T* x, int64_t row_stride, int64_t column_stride, int64_t width,
                                         int64_t begin, int64_t end, T* best, typename MaskType<T>::type* index) {
  using I = typename MaskType<T>::type;
  constexpr int64_t lanes = kLanes<T>;
  const int64_t pitch = ceil_div(width, lanes) * lanes;
  T* const copy = column_stride == 1
                      ? nullptr
                      : static_cast<T*>(runtime::scratch(Scratch::ReduceCopy,
                                                         static_cast<size_t>(kRowsPerBlock * pitch) * sizeof(T)));
  for (int64_t first = begin; first < end; first += kRowsPerBlock) {
    const int rows = static_cast<int>(smaller(kRowsPerBlock, end - first));
    const T* row[kRowsPerBlock];
    for (int r = 0; r < rows; ++r) {
      row[r] = x + (first + r) * row_stride;
      if (copy == nullptr) continue;
      T* const line = copy + r * pitch;
      copy_strided(line, row[r], column_stride, width);
      row[r] = line;
    }
    for (int64_t j = 0; j < width; j += lanes) {
      const int left = static_cast<int>(smaller(lanes, width - j));
      const auto row_vector = [&](int r) { return left == lanes ? load(row[r] + j) : load_first(row[r] + j, left); };
      Vec<T> b;
      Vec<I> at;
      int r = 0;
      if (first == begin) {
        b = row_vector(0);
        at = Vec<I>{};
        r = 1;
      } else {
        b = load(best + j);
        at = load(index + j);
      }
      for (; r < rows; ++r) {
        const Vec<T> v = row_vector(r);
        const Mask<T> better = beats<kLargest>(v, b);
        b = better ? v : b;
        at = better ? Vec<I>{} + static_cast<I>(first - begin + r) : at;
      }
      store(best + j, b);
      store(index + j, at);
    }
  }
}

template <bool kLargest, class T>
void arg_columns(const T* x, int64_t* out, const ReduceGeometry& g) {
  using I = typename MaskType<T>::type;
  const ReduceAxis r = g.reduced_axes[0], columns = g.kept_axes[g.kept - 1];
  const int64_t outer = g.outputs / columns.size, panels = ceil_div(columns.size, kPanel);
  constexpr int64_t lanes = kLanes<T>;
  const int64_t width = ceil_div(ceil_div(columns.size, panels), lanes) * lanes;
  const Cut c = cut(g.outputs * r.size, outer * panels, ceil_div(r.size, kRowsPerBlock));
  const int64_t span = c.chunk * kRowsPerBlock;
  // A unit's state: best values, then rows.
  const auto bytes = static_cast<size_t>(width) * 2 * sizeof(T);
  char* const partial = c.chunks == 1
                            ? nullptr
                            : static_cast<char*>(runtime::scratch(
                                  Scratch::ReducePartials, bytes * static_cast<size_t>(outer * panels * c.chunks)));
  const auto finish = [&](int64_t unit, const char* states) {
    const int64_t o = unit / panels, first = (unit - o * panels) * width;
    int64_t* const to = out + Cursor::at(g.kept_axes, g.kept - 1, o).out + first * columns.out;
    for (int64_t j = 0; j < smaller(width, columns.size - first); ++j) {
      T best = reinterpret_cast<const T*>(states)[j];
      int64_t at = reinterpret_cast<const I*>(states)[width + j];
      for (int64_t i = 1; i < c.chunks; ++i) {
        const T b = reinterpret_cast<const T*>(states + i * static_cast<int64_t>(bytes))[j];
        if (!beats<kLargest>(b, best)) continue;
        best = b;
        at = i * span + reinterpret_cast<const I*>(states + i * static_cast<int64_t>(bytes))[width + j];
      }
      to[j * columns.out] = at;
    }
  };
  split(outer * panels * c.chunks, c.pieces, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      char* const state = partial == nullptr ? static_cast<char*>(runtime::scratch(Scratch::ReduceLevels, bytes))
                                             : partial + u * static_cast<int64_t>(bytes);
      const int64_t unit = u / c.chunks, rows = (u - unit * c.chunks) * span;
      const int64_t o = unit / panels, first = (unit - o * panels) * width;
      const T* const from = x + Cursor::at(g.kept_axes, g.kept - 1, o).x + first * columns.x;
      arg_panel<kLargest>(from, r.x, columns.x, smaller(width, columns.size - first), rows,
                          smaller(rows + span, r.size), reinterpret_cast<T*>(state),
                          reinterpret_cast<I*>(state) + width);
      if (partial == nullptr) finish(unit, state);
    }
  });
  if (partial != nullptr)
    for (int64_t unit = 0; unit < outer * panels; ++unit)
      finish(unit, partial + unit * c.chunks * static_cast<int64_t>(bytes));
}

template <bool kLargest, class T>
void arg_of(const T* x, int64_t* out, const ReduceGeometry& g) {
  // Row numbers must fit their lanes.
  const bool fits = g.length < (int64_t{1} << 30);
  if (fits && columns_first(g, false)) arg_columns<kLargest>(x, out, g);
  else arg_rows<kLargest>(x, out, g);
}

}  // namespace

template <class T>
void arg_reduce(bool largest, const T* x, int64_t* out, const ReduceGeometry& g) {
  largest ? arg_of<true>(x, out, g) : arg_of<false>(x, out, g);
}

template void arg_reduce(bool largest, const float* x, int64_t* out, const ReduceGeometry& g);
template void arg_reduce(bool largest, const double* x, int64_t* out, const ReduceGeometry& g);

}  // namespace fastgrad::FG_LEVEL
