// The register tiles of convolution: M output pixels by NV vectors of output channels, all kept in registers while
// one chain of multiply-adds per output runs through the taps. Four ways to find the operand of a pixel:
//
//   rows     pixels at a constant distance, in two runs (the second, half of the tile or what crosses over, starts at
//            a1: one more image row); one element of the image is broadcast against NV vectors of weights
//   triples  as rows, one vector wide, for kernels of 3 columns: a broadcast pixel serves the three outputs that it
//            reaches (rows would load as often as it multiplies)
//   gather   as rows, but every pixel has an address of its own (16 registers; images only 1 to 3 columns wide)
//   depth    depthwise: a vector of channels of the image against a vector of weights
#pragma once

#include "kernels/conv/parts.h"
#include "simd/stream.h"

namespace fastgrad::FG_LEVEL {

// Lengths, distances and offsets are in elements.
template <class T>
struct ConvTile {
  const T* a0;               // rows, depth: first pixel of each half
  const T* a1;
  ptrdiff_t a_row;           // distance of neighbouring pixels
  const ptrdiff_t* a_rows;   // gather: each pixel's offset from a0
  const ptrdiff_t* segments; // offset of each contiguous run of the reduction
  ptrdiff_t num_segments, length;
  const T* b;                // weights: a row of NV vectors for each step, through all segments
  const T* init;             // NV vectors that the sums start from, unless they continue from what is in c
  T* c0;
  T* c1;
  ptrdiff_t c_row;
  const ptrdiff_t* c_rows;   // gather: each pixel's offset from c0
  int columns;               // output channels to write, at most NV vectors
  bool from_output;
  const T* map;  // the epilogue's mean, scale and shift, kMapRow elements each; or null
  bool relu;
  bool streaming;            // past the caches: c is vector-aligned and columns full
  const char* ahead;         // rows, gather: memory to prefetch to L2,
  ptrdiff_t ahead_lines;     // so many cache lines with each segment
};

template <class T>
constexpr int kMapRow = 2 * kLanes<T>;

template <class T>
using ConvTileFn = void (*)(const ConvTile<T>&);

// Pixel i of a half tile, from the registers for 1, 3 and 5 distances: the address modes do the rest. (Left alone,
// the compiler keeps a pointer for each pixel and runs out of registers.)
FG_INLINE const char* half_row(const char* p, int i, ptrdiff_t d1, ptrdiff_t d3, ptrdiff_t d5) {
  switch (i) {
    case 0: return p;
    case 1: return p + d1;
    case 2: return p + 2 * d1;
    case 3: return p + d3;
    case 4: return p + 4 * d1;
    case 5: return p + d5;
    default: return p + 2 * d3;
  }
}

// The pixels of a tile's first run, unless it says otherwise.
constexpr int half_of(int rows) { return (rows + 1) / 2; }

// kSplit: the pixels of the first run; 0 where each has its own address.
template <class T, int kSplit>
FG_INLINE T* output_row(const ConvTile<T>& t, int m) {
  if constexpr (kSplit == 0)
    return t.c0 + t.c_rows[m];
  else
    return m < kSplit ? t.c0 + m * t.c_row : t.c1 + (m - kSplit) * t.c_row;
}

// The epilogue, but for activations that are left to the end of a block.
template <class T, int M, int NV>
FG_INLINE void tile_epilogue(const ConvTile<T>& t, Vec<T> (&acc)[M][NV]) {
  if (t.map)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) {
      const T* const of = t.map + v * kLanes<T>;
      const Vec<T> mean = load(of), scale = load(of + kMapRow<T>), shift = load(of + 2 * kMapRow<T>);
#pragma GCC unroll 16
      for (int m = 0; m < M; ++m) acc[m][v] = fma(acc[m][v] - mean, scale, shift);
    }
  if (t.relu)
#pragma GCC unroll 16
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 2
      for (int v = 0; v < NV; ++v) acc[m][v] = relu(acc[m][v]);
}

template <class T, int M, int NV, int kSplit>
FG_INLINE void begin_tile(const ConvTile<T>& t, Vec<T> (&acc)[M][NV]) {
  constexpr int L = kLanes<T>;
  alignas(kVectorBytes) T rows[M * NV * L];
  const T* from = t.init;
  ptrdiff_t distance = 0;
  if (t.from_output) {
    for (int m = 0; m < M; ++m) copy_elements(rows + m * NV * L, output_row<T, kSplit>(t, m), t.columns);
    from = rows;
    distance = NV * L;
  }
#pragma GCC unroll 16
  for (int m = 0; m < M; ++m)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) acc[m][v] = load(from + m * distance + v * L);
}

template <class T, int M, int NV, int kSplit>
FG_INLINE void end_tile(const ConvTile<T>& t, Vec<T> (&acc)[M][NV]) {
  constexpr int L = kLanes<T>;
  tile_epilogue(t, acc);
  if (t.columns == NV * L && !t.streaming) {
#pragma GCC unroll 16
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 2
      for (int v = 0; v < NV; ++v) store(output_row<T, kSplit>(t, m) + v * L, acc[m][v]);
    return;
  }
  if constexpr (NV == 1 && kVectorBytes == 64) {  // first layers of few filters: a masked store is one instruction
    if (!t.streaming) {
#pragma GCC unroll 16
      for (int m = 0; m < M; ++m) store_first(output_row<T, kSplit>(t, m), acc[m][0], t.columns);
      return;
    }
  }
  // The rarer ways go through memory: short loops instead of one more unrolled copy in every tile.
  alignas(kVectorBytes) T rows[M * NV * L];
#pragma GCC unroll 16
  for (int m = 0; m < M; ++m)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) store(rows + (m * NV + v) * L, acc[m][v]);
  for (int m = 0; m < M; ++m) {
    T* const c = output_row<T, kSplit>(t, m);
    if (!t.streaming) {
      copy_elements(c, rows + m * NV * L, t.columns);
      continue;
    }
    for (int v = 0; v < NV; ++v) store_streaming(c + v * L, load(rows + (m * NV + v) * L));
  }
}

// Instructions beside the multiply-adds seem to cost clock as well as slots: the rate of multiply-adds alone, probed
// between runs, was lower the busier these tiles kept the core. So several steps are taken at once (with AVX-512, more
// than 2 lowered the clock by what they gained), and memory is fetched ahead between segments: a line in every step
// took 2 to 3 % on AVX-512, and with a second one for the pixels 10 % on AVX2.
constexpr int kStepsAtOnce = kMR <= 6 ? 8 : 2;

template <class T>
FG_INLINE const char* fetch_ahead(const ConvTile<T>& t, const char* ahead) {
  for (ptrdiff_t i = t.ahead_lines; i > 0; --i, ahead += 64) __builtin_prefetch(ahead, 0, 2);
  return ahead;
}

template <class T, int M, int NV, int kSplit = half_of(M)>
static void conv_tile_rows(const ConvTile<T>& t) {
  constexpr int L = kLanes<T>, kRun = 7;  // pixels addressed from one pointer
  Vec<T> acc[M][NV];
  begin_tile<T, M, NV, kSplit>(t, acc);
  const ptrdiff_t d1 = t.a_row * static_cast<ptrdiff_t>(sizeof(T));
  ptrdiff_t d3 = 3 * d1, d5 = 5 * d1;
  asm("" : "+r"(d3));
  asm("" : "+r"(d5));
  const T* b = t.b;
  const char* ahead = t.ahead;
  for (ptrdiff_t i = 0; i < t.num_segments; ++i) {
    ahead = fetch_ahead(t, ahead);
    const char* p0 = reinterpret_cast<const char*>(t.a0 + t.segments[i]);
    const char* p1 = reinterpret_cast<const char*>(t.a1 + t.segments[i]);
    const char* q0 = p0 + kRun * d1;  // left out where unused
    const char* q1 = p1 + kRun * d1;
    const auto step = [&](int u) __attribute__((always_inline)) {
      Vec<T> w[NV];
#pragma GCC unroll 2
      for (int v = 0; v < NV; ++v) w[v] = load(b + (u * NV + v) * L);
#pragma GCC unroll 16
      for (int m = 0; m < M; ++m) {
        const int j = m < kSplit ? m : m - kSplit;
        const char* const run = m < kSplit ? (j < kRun ? p0 : q0) : (j < kRun ? p1 : q1);
        const char* const row = half_row(run, j % kRun, d1, d3, d5);
        const Vec<T> a = splat(reinterpret_cast<const T*>(row)[u]);
#pragma GCC unroll 2
        for (int v = 0; v < NV; ++v) acc[m][v] = fma(a, w[v], acc[m][v]);
      }
    };
    ptrdiff_t k = t.length;
    for (; k >= kStepsAtOnce; k -= kStepsAtOnce) {
#pragma GCC unroll 8
      for (int u = 0; u < kStepsAtOnce; ++u) step(u);
      p0 += kStepsAtOnce * sizeof(T);
      p1 += kStepsAtOnce * sizeof(T);
      q0 += kStepsAtOnce * sizeof(T);
      q1 += kStepsAtOnce * sizeof(T);
      b += kStepsAtOnce * NV * L;
    }
    for (; k > 0; --k) {
      step(0);
      p0 += sizeof(T);
      p1 += sizeof(T);
      q0 += sizeof(T);
      q1 += sizeof(T);
      b += NV * L;
    }
  }
  end_tile<T, M, NV, kSplit>(t, acc);
}

// Segments are tap rows; the weights of a segment's three columns lie after each other.
template <class T, int M>
static void conv_tile_triples(const ConvTile<T>& t) {
  constexpr int L = kLanes<T>, kRun = 7;
  Vec<T> acc[M][1];
  begin_tile<T, M, 1, half_of(M)>(t, acc);
  const ptrdiff_t d1 = t.a_row * static_cast<ptrdiff_t>(sizeof(T));
  ptrdiff_t d3 = 3 * d1, d5 = 5 * d1;
  asm("" : "+r"(d3));
  asm("" : "+r"(d5));
  const ptrdiff_t column = t.length * L;
  const T* b = t.b;
  for (ptrdiff_t i = 0; i < t.num_segments; ++i) {
    const char* p0 = reinterpret_cast<const char*>(t.a0 + t.segments[i]);
    const char* p1 = p0 + kRun * d1;
    const char* p2 = p1 + kRun * d1;
#pragma GCC unroll 2
    for (ptrdiff_t k = t.length; k > 0; --k) {
      const Vec<T> w0 = load(b), w1 = load(b + column), w2 = load(b + 2 * column);
#pragma GCC unroll 16
      for (int q = 0; q < M + 2; ++q) {
        const char* const run = q < kRun ? p0 : q < 2 * kRun ? p1 : p2;
        const Vec<T> x = splat(*reinterpret_cast<const T*>(half_row(run, q % kRun, d1, d3, d5)));
        if (q < M) acc[q][0] = fma(x, w0, acc[q][0]);
        if (q >= 1 && q <= M) acc[q - 1][0] = fma(x, w1, acc[q - 1][0]);
        if (q >= 2) acc[q - 2][0] = fma(x, w2, acc[q - 2][0]);
      }
      p0 += sizeof(T);
      p1 += sizeof(T);
      p2 += sizeof(T);
      b += L;
    }
    b += 2 * column;
  }
  end_tile<T, M, 1, half_of(M)>(t, acc);
}

// With 6 rows each pixel has a pointer in a register, and any 6 pixels make a full tile, at no cost over the rows form:
// a tile of 4 or 5 pixels, as rows of 7 or 14 leave them, reaches 80 to 94 % of the peak where 6 reach 97 (its few sums
// wait for each other). The pointers must move: from one base and six offsets the compiler makes an offset for each
// step, more than there are registers, and loading them took an eighth of the time.
template <class T, int M, int NV>
static void conv_tile_gather(const ConvTile<T>& t) {
  constexpr bool kPointers = kMR <= 6;
  constexpr int L = kLanes<T>, kUnroll = kPointers ? kStepsAtOnce : 1;
  Vec<T> acc[M][NV];
  begin_tile<T, M, NV, 0>(t, acc);
  const T* b = t.b;
  const char* ahead = t.ahead;
  for (ptrdiff_t i = 0; i < t.num_segments; ++i) {
    ahead = fetch_ahead(t, ahead);
    const T* a = t.a0 + t.segments[i];
    const T* pixels[M];
    if constexpr (kPointers) {
#pragma GCC unroll 16
      for (int m = 0; m < M; ++m) {
        pixels[m] = a + t.a_rows[m];
        asm("" : "+r"(pixels[m]));
      }
    }
    const auto step = [&](int u) __attribute__((always_inline)) {
      Vec<T> w[NV];
#pragma GCC unroll 2
      for (int v = 0; v < NV; ++v) w[v] = load(b + (u * NV + v) * L);
#pragma GCC unroll 16
      for (int m = 0; m < M; ++m) {
        const Vec<T> x = splat(kPointers ? pixels[m][u] : a[t.a_rows[m]]);
#pragma GCC unroll 2
        for (int v = 0; v < NV; ++v) acc[m][v] = fma(x, w[v], acc[m][v]);
      }
    };
    const auto advance = [&](int steps) __attribute__((always_inline)) {
      a += steps;
      b += steps * NV * L;
      if constexpr (kPointers) {
#pragma GCC unroll 16
        for (int m = 0; m < M; ++m) pixels[m] += steps;
      }
    };
    ptrdiff_t k = t.length;
    for (; k >= kUnroll; k -= kUnroll) {
#pragma GCC unroll 8
      for (int u = 0; u < kUnroll; ++u) step(u);
      advance(kUnroll);
    }
    if constexpr (kUnroll > 1)
      for (; k > 0; --k) {
        step(0);
        advance(1);
      }
  }
  end_tile<T, M, NV, 0>(t, acc);
}

template <class T, int M, int NV>
static void conv_tile_depth(const ConvTile<T>& t) {
  constexpr int kHalf = half_of(M);
  Vec<T> acc[M][NV];
  begin_tile<T, M, NV, half_of(M)>(t, acc);
  const ptrdiff_t d1 = t.a_row * static_cast<ptrdiff_t>(sizeof(T));
  ptrdiff_t d3 = 3 * d1, d5 = 5 * d1;
  asm("" : "+r"(d3));
  asm("" : "+r"(d5));
  const T* b = t.b;
  const char* ahead = t.ahead;
  for (ptrdiff_t i = 0; i < t.num_segments; ++i) {
    ahead = fetch_ahead(t, ahead);
    const char* const p0 = reinterpret_cast<const char*>(t.a0 + t.segments[i]);
    const char* const p1 = reinterpret_cast<const char*>(t.a1 + t.segments[i]);
    Vec<T> w[NV];
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) w[v] = load(b + v * kLanes<T>);
#pragma GCC unroll 16
    for (int m = 0; m < M; ++m) {
      const char* const row = m < kHalf ? half_row(p0, m, d1, d3, d5) : half_row(p1, m - kHalf, d1, d3, d5);
#pragma GCC unroll 2
      for (int v = 0; v < NV; ++v)
        acc[m][v] = fma(load(reinterpret_cast<const T*>(row) + v * kLanes<T>), w[v], acc[m][v]);
    }
    b += NV * kLanes<T>;
  }
  end_tile<T, M, NV, half_of(M)>(t, acc);
}

// Tiles of every size, by rows - 1 and vectors - 1.
template <class T>
struct ConvTileTable {
  ConvTileFn<T> of[kMR][2];
};

enum class ConvTileKind { Rows, Triples, Gather, Depth };

template <class T, ConvTileKind kKind, int M, int NV>
constexpr ConvTileFn<T> conv_tile() {
  if constexpr (kKind == ConvTileKind::Rows) return conv_tile_rows<T, M, NV>;
  else if constexpr (kKind == ConvTileKind::Triples) return conv_tile_triples<T, M>;
  else if constexpr (kKind == ConvTileKind::Gather) return conv_tile_gather<T, M, NV>;
  else return conv_tile_depth<T, M, NV>;
}

template <class T, ConvTileKind kKind, int M = 1>
constexpr void fill_conv_tiles(ConvTileTable<T>& table) {
  table.of[M - 1][0] = conv_tile<T, kKind, M, 1>();
  table.of[M - 1][1] = conv_tile<T, kKind, M, 2>();
  if constexpr (M < kMR) fill_conv_tiles<T, kKind, M + 1>(table);
}

template <class T, ConvTileKind kKind>
static constexpr ConvTileTable<T> kConvTiles = [] {
  ConvTileTable<T> table{};
  fill_conv_tiles<T, kKind>(table);
  return table;
}();

// Rows of 8 pixels, or of 16 to 22, 30, 32 ..., cut one by one, leave tiles of half the registers. On AVX-512 their
// tiles go on in the next row: 12 pixels at widths of 8, else 14, of which 2, 4, 6 ... are the first row's.
constexpr bool kCrossing = kIsAvx512;

template <class T>
static ConvTileFn<T> crossing_tile(int rows, int split, int vectors) {
  if constexpr (kCrossing) {
    static constexpr ConvTileFn<T> kTiles[8][2] = {
        {conv_tile_rows<T, 14, 1, 2>, conv_tile_rows<T, 14, 2, 2>},
        {conv_tile_rows<T, 14, 1, 4>, conv_tile_rows<T, 14, 2, 4>},
        {conv_tile_rows<T, 14, 1, 6>, conv_tile_rows<T, 14, 2, 6>},
        {conv_tile_rows<T, 14, 1, 8>, conv_tile_rows<T, 14, 2, 8>},
        {conv_tile_rows<T, 14, 1, 10>, conv_tile_rows<T, 14, 2, 10>},
        {conv_tile_rows<T, 14, 1, 12>, conv_tile_rows<T, 14, 2, 12>},
        {conv_tile_rows<T, 12, 1, 4>, conv_tile_rows<T, 12, 2, 4>},
        {conv_tile_rows<T, 12, 1, 8>, conv_tile_rows<T, 12, 2, 8>}};
    return kTiles[rows == 14 ? split / 2 - 1 : split == 4 ? 6 : 7][vectors - 1];
  } else {
    return nullptr;
  }
}

}  // namespace fastgrad::FG_LEVEL
