// Squares of elements, transposed on their way from memory to registers.
//
// Shuffles across lanes have one port, and even those within 16 bytes no more with AVX-512; but 16 bytes can
// be loaded to their place in a vector. So vectors are put together of 16 bytes each of several rows; what is left are
// small squares to be transposed within the lanes: 32 shuffles for 16 x 16 float32, of the 64 that transposing whole
// rows takes.
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

template <class W>
inline constexpr int kSquareSide = 16 / static_cast<int>(sizeof(W));

// N lanes of 16 bytes, each lane of elements W.
template <class W, int N>
struct Lanes16 {
  typedef W type __attribute__((vector_size(16 * N)));
};

// In every lane of 16 bytes, the elements of the lower (upper) half of a and of b, in turns.
template <int kUpper, class V, size_t... I>
FG_INLINE V interleave_lanes16(V a, V b, std::index_sequence<I...>) {
  constexpr size_t side = 16 / sizeof(a[0]);
  constexpr auto from = [](size_t i) {
    const size_t lane = i / side, k = i % side;
    return lane * side + kUpper * side / 2 + k / 2 + (k % 2 ? sizeof...(I) : 0);
  };
  return __builtin_shufflevector(a, b, from(I)...);
}

// Transposes in place, in every lane, a square of side 16 / sizeof(W), by interleaving halves: after log2(side) rounds
// row i holds column i.
template <class W, int N>
FG_INLINE void transpose_squares(typename Lanes16<W, N>::type (&row)[kSquareSide<W>]) {
  using V = typename Lanes16<W, N>::type;
  constexpr int side = kSquareSide<W>;
  constexpr std::make_index_sequence<side * N> elements;
#pragma GCC unroll 4
  for (int round = 1; round < side; round *= 2) {
    V next[side];
#pragma GCC unroll 8
    for (int i = 0; i < side / 2; ++i) {
      next[2 * i] = interleave_lanes16<0>(row[i], row[i + side / 2], elements);
      next[2 * i + 1] = interleave_lanes16<1>(row[i], row[i + side / 2], elements);
    }
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i) row[i] = next[i];
  }
}

// v with the 16 bytes at p in its lane number `lane`; where that is 0, the other lanes are anything.
template <class V>
FG_INLINE V load_lane16(V v, [[maybe_unused]] int lane, const void* p) {
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) {
    const __m128i lane16 = _mm_loadu_si128(static_cast<const __m128i*>(p));
    return lane == 0 ? (V)_mm512_maskz_broadcast_i32x4(-1, lane16)
                     : (V)_mm512_mask_broadcast_i32x4((__m512i)v, static_cast<__mmask16>(15 << 4 * lane), lane16);
  }
#endif
#if defined(__AVX2__)
  if constexpr (sizeof(V) == 32) {
    const __m128i lane16 = _mm_loadu_si128(static_cast<const __m128i*>(p));
    return lane == 0 ? (V)_mm256_castsi128_si256(lane16) : (V)_mm256_inserti128_si256((__m256i)v, lane16, 1);
  }
#endif
  if constexpr (sizeof(V) == 16) __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// Addresses of kLanes rows at one distance, from two pointers by the distances of 1, 3, 5 and 7 rows, which address
// modes scale: left alone, GCC keeps a pointer for each of 16 rows and spills them.
template <class T>
class LaneRows {
 public:
  inline __attribute__((always_inline)) LaneRows(const T* rows, int64_t distance)
      : low_(reinterpret_cast<const char*>(rows)),
        high_(reinterpret_cast<const char*>(kLanes<T> > kHalf ? rows + kHalf * distance : rows)),
        d1_(distance * static_cast<int64_t>(sizeof(T))),
        d3_(3 * d1_),
        d5_(5 * d1_),
        d7_(7 * d1_) {
    asm("" : "+r"(d1_), "+r"(d3_), "+r"(d5_), "+r"(d7_));
  }
  inline __attribute__((always_inline)) void move(int64_t elements) {
    low_ += elements * static_cast<int64_t>(sizeof(T));
    high_ += elements * static_cast<int64_t>(sizeof(T));
    asm("" : "+r"(low_), "+r"(high_));
  }
  inline __attribute__((always_inline)) const T* operator()(int i) const {
    const char* const p = i < kHalf ? low_ : high_;
    switch (i % kHalf) {
      case 0: return reinterpret_cast<const T*>(p);
      case 1: return reinterpret_cast<const T*>(p + d1_);
      case 2: return reinterpret_cast<const T*>(p + 2 * d1_);
      case 3: return reinterpret_cast<const T*>(p + d3_);
      case 4: return reinterpret_cast<const T*>(p + 4 * d1_);
      case 5: return reinterpret_cast<const T*>(p + d5_);
      case 6: return reinterpret_cast<const T*>(p + 2 * d3_);
      default: return reinterpret_cast<const T*>(p + d7_);
    }
  }

 private:
  static constexpr int kHalf = kLanes<T> < 8 ? kLanes<T> : 8;
  const char* low_;
  const char* high_;
  int64_t d1_, d3_, d5_, d7_;
};

// out[j][i] = row(i)[j] for i < kLanes, j < kSquares * kSquareSide. Row after row: rows a multiple of 4 KB apart share
// one set of the first cache, whose ways are fewer than rows.
template <class T, int kSquares, class Row>
FG_INLINE void load_transposed(const Row& row, Vec<T>* out) {
  constexpr int L = kLanes<T>, kSide = kSquareSide<T>;
  Vec<T> x[kSquares][kSide] = {};
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i)
#pragma GCC unroll 4
    for (int q = 0; q < kSquares; ++q)
      x[q][i % kSide] = load_lane16(x[q][i % kSide], i / kSide, row(i) + q * kSide);
#pragma GCC unroll 4
  for (int q = 0; q < kSquares; ++q) {
    transpose_squares<T, kVectorBytes / 16>(x[q]);
#pragma GCC unroll 4
    for (int k = 0; k < kSide; ++k) out[q * kSide + k] = x[q][k];
  }
}

// The same of what is in registers already.
//
// Lanes of a and b exchanged in blocks of h: what the step of size h of a recursive transposition does to two rows
// (Eklundh, "A fast computer method for matrix transposing", 1972).
template <int h, class V, int... I>
FG_INLINE V exchange_low(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, ((I & h) ? static_cast<int>(sizeof...(I)) + I - h : I)...);
}
template <int h, class V, int... I>
FG_INLINE V exchange_high(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, ((I & h) ? static_cast<int>(sizeof...(I)) + I : I + h)...);
}

template <class T, int h>
FG_INLINE void transpose_steps(Vec<T> (&x)[kLanes<T>]) {
  constexpr int L = kLanes<T>;
  using Lanes = std::make_integer_sequence<int, L>;
#pragma GCC unroll 16
  for (int i = 0; i < L; ++i)
    if ((i & h) == 0) {
      const Vec<T> low = exchange_low<h>(x[i], x[i + h], Lanes{});
      x[i + h] = exchange_high<h>(x[i], x[i + h], Lanes{});
      x[i] = low;
    }
  if constexpr (h > 1) transpose_steps<T, h / 2>(x);
}

// x[i][j] becomes x[j][i].
template <class T>
FG_INLINE void transpose(Vec<T> (&x)[kLanes<T>]) {
  transpose_steps<T, kLanes<T> / 2>(x);
}

}  // namespace fastgrad::FG_LEVEL
