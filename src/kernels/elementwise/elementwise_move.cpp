// Blocks of elements moved between strided places, chosen between, and written past the caches. By element size only.
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/vectorize.h"
#include "simd/transpose.h"

namespace fastgrad::FG_LEVEL {

namespace {

template <class W>
FG_INLINE W get(const char* p) {
  W w;
  __builtin_memcpy(&w, p, sizeof(W));
  return w;
}
template <class W>
FG_INLINE void put(char* p, W w) {
  __builtin_memcpy(p, &w, sizeof(W));
}

// 16 bytes from each of N places, `step` apart.
template <class W, int N>
FG_INLINE typename Lanes16<W, N>::type load_lanes16(const char* p, int64_t step) {
  typename Lanes16<W, N>::type v{};
#pragma GCC unroll 4
  for (int i = 0; i < N; ++i) v = load_lane16(v, i, p + i * step);
  return v;
}

// A tile: this many bytes of a source column (whole cache lines, and enough of them for the memory to stream), by as
// many columns. It is put together in a buffer and written row by row, so that every line of either side is touched
// once, and strides of a power of two, whose lines compete for one set of the cache, cost nothing more.
constexpr int64_t kTileBytes = 256;
// Bytes of a row of the tile ahead of which its columns' lines are asked for.
constexpr int64_t kPrefetchColumns = 64;

// Fewer columns than this are walked one after the other, each over all rows.
constexpr int64_t kNarrow = 8;

// Columns [c, c + N * side) of a tile, N squares side by side: their rows are written as one vector each.
template <class W, int N>
FG_INLINE void transpose_columns(int64_t rows, char* dst, int64_t dst_row, const char* src, int64_t src_column) {
  constexpr int64_t side = 16 / sizeof(W), w = sizeof(W), columns = N * side;
  const char* ahead = src + kPrefetchColumns / w * src_column;
  for (int64_t i = 0; i < columns; ++i, ahead += src_column)
    for (int64_t line = 0; line < rows * w; line += 64) __builtin_prefetch(ahead + line);
  int64_t r = 0;
  for (; r + side <= rows; r += side) {
    typename Lanes16<W, N>::type square[side];
    for (int64_t i = 0; i < side; ++i) square[i] = load_lanes16<W, N>(src + i * src_column + r * w, side * src_column);
    transpose_squares<W, N>(square);
    for (int64_t i = 0; i < side; ++i) __builtin_memcpy(dst + (r + i) * dst_row, &square[i], 16 * N);
  }
  for (; r < rows; ++r)
    for (int64_t i = 0; i < columns; ++i) put<W>(dst + r * dst_row + i * w, get<W>(src + i * src_column + r * w));
}

// At most a tile: rows of dst are contiguous, columns of src are.
template <class W>
FG_INLINE void transpose_tile(int64_t rows, int64_t columns, char* dst, int64_t dst_row, const char* src,
                              int64_t src_column) {
  constexpr int64_t side = 16 / sizeof(W), w = sizeof(W);
  constexpr int wide = kVectorBytes / 16;
  int64_t c = 0;
  for (; c + wide * side <= columns; c += wide * side)
    transpose_columns<W, wide>(rows, dst + c * w, dst_row, src + c * src_column, src_column);
  if constexpr (wide > 1)
    for (; c + side <= columns; c += side)
      transpose_columns<W, 1>(rows, dst + c * w, dst_row, src + c * src_column, src_column);
  for (; c < columns; ++c)
    for (int64_t r = 0; r < rows; ++r) put<W>(dst + r * dst_row + c * w, get<W>(src + c * src_column + r * w));
}

FG_INLINE void copy_run(char* dst, const char* src, int64_t bytes, bool stream) {
#if defined(__x86_64__)
  if (stream && !((reinterpret_cast<uintptr_t>(dst) | static_cast<uintptr_t>(bytes)) & 63)) {
    for (int64_t i = 0; i < bytes; i += 64) {
#if defined(__AVX512F__)
      _mm512_stream_si512(reinterpret_cast<__m512i*>(dst + i), _mm512_loadu_si512(src + i));
#else
      const __m128i* s = reinterpret_cast<const __m128i*>(src + i);
      __m128i* d = reinterpret_cast<__m128i*>(dst + i);
      const __m128i x0 = _mm_loadu_si128(s), x1 = _mm_loadu_si128(s + 1), x2 = _mm_loadu_si128(s + 2),
                    x3 = _mm_loadu_si128(s + 3);
      _mm_stream_si128(d, x0), _mm_stream_si128(d + 1, x1), _mm_stream_si128(d + 2, x2), _mm_stream_si128(d + 3, x3);
#endif
    }
    return;
  }
#endif
  (void)stream;
  __builtin_memcpy(dst, src, static_cast<size_t>(bytes));
}

template <class W>
void move_transposed(int64_t rows, int64_t columns, char* dst, int64_t dst_row, const char* src, int64_t src_column,
                     bool stream) {
  constexpr int64_t w = sizeof(W), tile = kTileBytes / w;
  const bool compact = dst_row <= 2 * kTileBytes;
  alignas(64) char buffer[tile * kTileBytes];
  for (int64_t r0 = 0; r0 < rows; r0 += tile) {
    const int64_t height = rows - r0 < tile ? rows - r0 : tile;
    for (int64_t c0 = 0; c0 < columns; c0 += tile) {
      const int64_t width = columns - c0 < tile ? columns - c0 : tile;
      const char* s = src + c0 * src_column + r0 * w;
      char* d = dst + r0 * dst_row + c0 * w;
      if (compact) {
        transpose_tile<W>(height, width, d, dst_row, s, src_column);
        continue;
      }
      if (!stream)
        for (int64_t r = 0; r < height; ++r)
          for (int64_t line = 0; line < width * w; line += 64) __builtin_prefetch(d + r * dst_row + line, 1);
      transpose_tile<W>(height, width, buffer, kTileBytes, s, src_column);
      for (int64_t r = 0; r < height; ++r) copy_run(d + r * dst_row, buffer + r * kTileBytes, width * w, stream);
    }
  }
}

template <class W>
FG_INLINE void fill_run(char* dst, W value, int64_t n) {
  typedef W Whole __attribute__((vector_size(kVectorBytes)));
  constexpr int64_t w = sizeof(W), lanes = kVectorBytes / w;
  const Whole v = Whole{} + value;
  int64_t c = 0;
  for (; c + lanes <= n; c += lanes) __builtin_memcpy(dst + c * w, &v, sizeof v);
  for (; c < n; ++c) put<W>(dst + c * w, value);
}

template <class V, size_t... I>
FG_INLINE V backwards(V v, std::index_sequence<I...>) {
  return __builtin_shufflevector(v, v, (sizeof...(I) - 1 - I)...);
}
// src: the first element, the others before it.
template <class W>
FG_INLINE void reverse_run(char* dst, const char* src, int64_t n) {
  constexpr int64_t w = sizeof(W), lanes = 16 / w;
  int64_t c = 0;
  for (; c + lanes <= n; c += lanes) {
    typename Lanes16<W, 1>::type v;
    __builtin_memcpy(&v, src - (c + lanes - 1) * w, 16);
    v = backwards(v, std::make_index_sequence<lanes>());
    __builtin_memcpy(dst + c * w, &v, 16);
  }
  for (; c < n; ++c) put<W>(dst + c * w, get<W>(src - c * w));
}

// Rows of at least one Word and at most kShortBytes, by words, the last of which may overlap the one before.
constexpr int64_t kShortBytes = 64;
template <class Word>
void copy_short_rows(int64_t rows, int64_t bytes, char* dst, int64_t dst_row, const char* src, int64_t src_row) {
  constexpr auto w = static_cast<int64_t>(sizeof(Word));
  for (int64_t r = 0; r < rows; ++r, dst += dst_row, src += src_row) {
    for (int64_t i = 0; i + w < bytes; i += w) put<Word>(dst + i, get<Word>(src + i));
    put<Word>(dst + bytes - w, get<Word>(src + bytes - w));
  }
}

// Any strides, one element at a time.
template <class W>
void move_elements(int64_t rows, int64_t columns, char* dst, int64_t dst_row, int64_t dst_column, const char* src,
                   int64_t src_row, int64_t src_column) {
  constexpr int64_t w = sizeof(W);
  for (int64_t r = 0; r < rows; ++r, dst += dst_row, src += src_row) {
    if (dst_column == w && src_column == 0) {
      fill_run<W>(dst, get<W>(src), columns);
    } else if (dst_column == w && src_column == -w) {
      reverse_run<W>(dst, src, columns);
    } else if (dst_column == w) {
      const char* s = src;
      int64_t c = 0;
      for (; c + 4 <= columns; c += 4, s += 4 * src_column) {
        const W x0 = get<W>(s), x1 = get<W>(s + src_column), x2 = get<W>(s + 2 * src_column),
                x3 = get<W>(s + 3 * src_column);
        char* d = dst + c * w;
        put<W>(d, x0), put<W>(d + w, x1), put<W>(d + 2 * w, x2), put<W>(d + 3 * w, x3);
      }
      for (; c < columns; ++c, s += src_column) put<W>(dst + c * w, get<W>(s));
    } else {
      char* d = dst;
      const char* s = src;
      for (int64_t c = 0; c < columns; ++c, d += dst_column, s += src_column) put<W>(d, get<W>(s));
    }
  }
}

template <class W>
void move(int64_t rows, int64_t columns, char* dst, int64_t dst_row, int64_t dst_column, const char* src,
          int64_t src_row, int64_t src_column, bool stream) {
  constexpr int64_t w = sizeof(W);
  if (dst_column == w && src_column == w) {
    if (dst_row == columns * w && src_row == dst_row) {
      columns *= rows;
      rows = 1;
    }
    const int64_t bytes = columns * w;
    if (rows > 1 && bytes <= kShortBytes) {
      if (bytes >= 16) return copy_short_rows<Lanes16<uint8_t, 1>::type>(rows, bytes, dst, dst_row, src, src_row);
      if (bytes >= 8) return copy_short_rows<uint64_t>(rows, bytes, dst, dst_row, src, src_row);
      if (bytes >= 4) return copy_short_rows<uint32_t>(rows, bytes, dst, dst_row, src, src_row);
      if (bytes >= 2) return copy_short_rows<uint16_t>(rows, bytes, dst, dst_row, src, src_row);
      return copy_short_rows<W>(rows, bytes, dst, dst_row, src, src_row);
    }
    for (int64_t r = 0; r < rows; ++r) copy_run(dst + r * dst_row, src + r * src_row, bytes, stream);
    return;
  }
  const bool repeats = (dst_column == w && src_column == 0) || (dst_row == w && src_row == 0);
  if (rows > 1 && columns > 1 && !repeats) {
    if (dst_column == w && src_row == w)
      return move_transposed<W>(rows, columns, dst, dst_row, src, src_column, stream);
    if (dst_row == w && src_column == w)
      return move_transposed<W>(columns, rows, dst, dst_column, src, src_row, stream);
  }
  if ((columns < kNarrow && columns < rows) || (dst_row == w && src_row == 0))
    return move_elements<W>(columns, rows, dst, dst_column, dst_row, src, src_column, src_row);
  move_elements<W>(rows, columns, dst, dst_row, dst_column, src, src_row, src_column);
}

template <class W>
void select(int64_t n, const uint8_t* condition, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_) {
  typedef W Word __attribute__((may_alias));
  const Word* a = static_cast<const Word*>(a_);
  const Word* b = static_cast<const Word*>(b_);
  Word* out = static_cast<Word*>(out_);
  if (sa && sb) {
    FG_INDEPENDENT
    for (int64_t i = 0; i < n; ++i) {
      const W x = a[i], y = b[i];
      out[i] = condition[i] ? x : y;
    }
  } else if (sa) {
    const W y = *b;
    FG_INDEPENDENT
    for (int64_t i = 0; i < n; ++i) {
      const W x = a[i];
      out[i] = condition[i] ? x : y;
    }
  } else if (sb) {
    const W x = *a;
    FG_INDEPENDENT
    for (int64_t i = 0; i < n; ++i) {
      const W y = b[i];
      out[i] = condition[i] ? x : y;
    }
  } else {
    const W x = *a, y = *b;
    FG_INDEPENDENT
    for (int64_t i = 0; i < n; ++i) out[i] = condition[i] ? x : y;
  }
}

}  // namespace

const MoveTable move_table = {
    {move<uint8_t>, move<uint16_t>, move<uint32_t>, move<uint64_t>},
    {select<uint8_t>, select<uint16_t>, select<uint32_t>, select<uint64_t>},
};

}  // namespace fastgrad::FG_LEVEL
