// Blocks of elements moved between strided places, chosen between, and written past the caches. By element size only.
#include "kernels/elementwise.h"
#include "kernels/vectorize.h"
#include "simd/vec.h"

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

// 16 bytes as lanes of W: the transposes are written for the smallest vector, two of which a core moves every cycle.
template <class W>
struct Lanes16 {
  typedef W type __attribute__((vector_size(16)));
};

// Transposes in place a square of side 16 / sizeof(W), by interleaving halves: after log2(side) rounds row i holds
// column i.
template <class W>
FG_INLINE void transpose_square(typename Lanes16<W>::type (&row)[16 / sizeof(W)]) {
  using V = typename Lanes16<W>::type;
  constexpr int side = 16 / sizeof(W);
  for (int round = 1; round < side; round *= 2) {
    V next[side];
    for (int i = 0; i < side / 2; ++i) {
      const V a = row[i], b = row[i + side / 2];
      if constexpr (side == 16) {
        next[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        next[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      } else if constexpr (side == 8) {
        next[2 * i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
        next[2 * i + 1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      } else if constexpr (side == 4) {
        next[2 * i] = __builtin_shufflevector(a, b, 0, 4, 1, 5);
        next[2 * i + 1] = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      } else {
        next[2 * i] = __builtin_shufflevector(a, b, 0, 2);
        next[2 * i + 1] = __builtin_shufflevector(a, b, 1, 3);
      }
    }
    for (int i = 0; i < side; ++i) row[i] = next[i];
  }
}

// A tile: this many bytes of a source column (whole cache lines, and enough of them for the memory to stream), by as
// many columns. It is put together in a buffer and written row by row, so that every line of either side is touched
// once, and strides of a power of two, whose lines compete for one set of the cache, cost nothing more.
constexpr int64_t kTileBytes = 256;
// Columns ahead whose lines are asked for: one group is transposed in about the time that a line takes to come.
constexpr int64_t kPrefetchGroups = 4;

// Fewer columns than this are walked one after the other, each over all rows.
constexpr int64_t kNarrow = 8;

// At most a tile: rows of dst are contiguous, columns of src are.
template <class W>
FG_INLINE void transpose_tile(int64_t rows, int64_t columns, char* dst, int64_t dst_row, const char* src,
                              int64_t src_column) {
  constexpr int64_t side = 16 / sizeof(W);
  constexpr int64_t w = sizeof(W);
  int64_t c = 0;
  for (; c + side <= columns; c += side) {
    const char* s = src + c * src_column;
    const char* ahead = s + kPrefetchGroups * side * src_column;
    for (int64_t i = 0; i < side; ++i, ahead += src_column)
      for (int64_t line = 0; line < rows * w; line += 64) __builtin_prefetch(ahead + line);
    int64_t r = 0;
    for (; r + side <= rows; r += side) {
      typename Lanes16<W>::type square[side];
      for (int64_t i = 0; i < side; ++i) __builtin_memcpy(&square[i], s + i * src_column + r * w, 16);
      transpose_square<W>(square);
      for (int64_t i = 0; i < side; ++i) __builtin_memcpy(dst + (r + i) * dst_row + c * w, &square[i], 16);
    }
    for (; r < rows; ++r)
      for (int64_t i = 0; i < side; ++i) put<W>(dst + r * dst_row + (c + i) * w, get<W>(s + i * src_column + r * w));
  }
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
      transpose_tile<W>(height, width, buffer, kTileBytes, s, src_column);
      for (int64_t r = 0; r < height; ++r) copy_run(d + r * dst_row, buffer + r * kTileBytes, width * w, stream);
    }
  }
}

// Any strides, one element at a time.
template <class W>
void move_elements(int64_t rows, int64_t columns, char* dst, int64_t dst_row, int64_t dst_column, const char* src,
                   int64_t src_row, int64_t src_column) {
  constexpr int64_t w = sizeof(W);
  for (int64_t r = 0; r < rows; ++r, dst += dst_row, src += src_row) {
    if (dst_column == w && src_column == 0) {
      const W value = get<W>(src);
      for (int64_t c = 0; c < columns; ++c) put<W>(dst + c * w, value);
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
    if (columns >= kNarrow || columns >= rows) {
      for (int64_t r = 0; r < rows; ++r) copy_run(dst + r * dst_row, src + r * src_row, columns * w, stream);
      return;
    }
  }
  if (rows > 1 && columns > 1) {
    if (dst_column == w && src_row == w)
      return move_transposed<W>(rows, columns, dst, dst_row, src, src_column, stream);
    if (dst_row == w && src_column == w)
      return move_transposed<W>(columns, rows, dst, dst_column, src, src_row, stream);
  }
  if (columns < kNarrow && columns < rows)
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

extern const MoveTable move_table;
const MoveTable move_table = {
    {move<uint8_t>, move<uint16_t>, move<uint32_t>, move<uint64_t>},
    {select<uint8_t>, select<uint16_t>, select<uint32_t>, select<uint64_t>},
};

}  // namespace fastgrad::FG_LEVEL
