// The loops of kernels/random/random.h. A group's sixteen Philox blocks are computed side by side, one block in each 64-bit
// lane, where the 32 x 32 -> 64 bit products need no shuffling: even blocks in one set of vectors, odd ones in another,
// so that joining the two gives 32-bit words in the order of the blocks. How elements lie in a group:
//   32 bits: element 16 w + lane is word w of block `lane`;
//   64 bits: element 16 h + 8 odd + k is words 2 h and 2 h + 1 of block 2 k + odd;
//   narrow integers: element 16 w + 8 odd + k is word w of block 2 k + odd.
// Normal numbers come in pairs by G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates",
// Ann. Math. Statist. 29 (1958): the radius from word (or double word) 0 and 2, the angle from 1 and 3.
#include "kernels/random/random.h"

#include "runtime/random.h"
#include "simd/pieces.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int kLanes32 = kLanes<uint32_t>;
constexpr int kLanes64 = kLanes<uint64_t>;
static_assert(kPerGroup32 == runtime::kGroupWords && 2 * kPerGroup64 == runtime::kGroupWords);
constexpr int kParts = runtime::kPhiloxLanes / kLanes32;  // pairs of vectors that hold a group

// Elements of a piece: long enough to be worth a second thread (10 to 40 us).
constexpr int64_t kUniformGrain = 32768;
constexpr int64_t kNormalGrain = 16384;

// The product of the low halves of each lane.
FG_INLINE U64 multiply_low_halves(U64 a, U64 b) {
#if defined(__AVX512F__)
  return (U64)_mm512_maskz_mul_epu32(0xff, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (U64)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (U64)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

struct Keys {
  uint32_t k0[10], k1[10];
};

FG_INLINE Keys keys_of(uint64_t seed) {
  Keys keys;
  for (uint32_t i = 0; i < 10; ++i) {
    keys.k0[i] = static_cast<uint32_t>(seed) + i * runtime::kPhiloxWeyl0;
    keys.k1[i] = static_cast<uint32_t>(seed >> 32) + i * runtime::kPhiloxWeyl1;
  }
  return keys;
}

// Word w of a block is the low half of its lane of word[w]; the high halves are left-overs.
struct Blocks {
  U64 word[4];
};

FG_INLINE Blocks philox(const Keys& keys, uint64_t group, U64 lanes) {
  const U64 multiplier0 = splat<uint64_t>(runtime::kPhiloxMultiplier0);
  const U64 multiplier1 = splat<uint64_t>(runtime::kPhiloxMultiplier1);
  U64 c0 = lanes, c1 = U64{};
  U64 c2 = splat<uint64_t>(static_cast<uint32_t>(group)), c3 = splat<uint64_t>(group >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const U64 p0 = multiply_low_halves(c0, multiplier0), p1 = multiply_low_halves(c2, multiplier1);
    c0 = (p1 >> 32) ^ c1 ^ splat<uint64_t>(keys.k0[round]);
    c1 = p1;
    c2 = (p0 >> 32) ^ c3 ^ splat<uint64_t>(keys.k1[round]);
    c3 = p0;
  }
  return {{c0, c1, c2, c3}};
}

// Part p of a group: blocks 2 (p L + k) in lane k of `even`, the following ones in `odd`, L lanes to a vector.
struct Part {
  Blocks even, odd;
};

FG_INLINE Part part_of(const Keys& keys, uint64_t group, int p) {
  U64 lanes;
  for (int k = 0; k < kLanes64; ++k) lanes[k] = 2 * static_cast<uint64_t>(p * kLanes64 + k);
  return {philox(keys, group, lanes), philox(keys, group, lanes + 1)};
}

// Words of blocks 2 k and 2 k + 1 in the order of the blocks.
FG_INLINE U32 join_blocks(U64 even, U64 odd) {
  const U64 joined = (even & 0xffffffffu) | (odd << 32);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return (U32)((joined << 32) | (joined >> 32));
#else
  return (U32)joined;
#endif
}

FG_INLINE U64 join_words(U64 low, U64 high) { return (low & 0xffffffffu) | (high << 32); }

FG_INLINE F32 to_float(I32 x) { return __builtin_convertvector(x, F32); }

// Exact for x < 2^53.
FG_INLINE F64 to_double(U64 x) {
#if defined(__AVX512DQ__)
  return (F64)_mm512_maskz_cvtepi64_pd(0xff, (__m512i)x);
#else
  // 2^52 + low half and 2^84 + 2^32 * high half, as bits.
  const F64 low = (F64)((x & 0xffffffffu) | 0x4330000000000000u), high = (F64)((x >> 32) | 0x4530000000000000u);
  return (high - 0x1.00000001p84) + low;
#endif
}

// The 24 leading bits of a word as a number from 0 to below 1.
FG_INLINE F32 unit_f32(U32 word) { return to_float((I32)(word >> 8)) * 0x1p-24f; }
FG_INLINE F64 unit_f64(U64 word) { return to_double(word >> 11) * 0x1p-53; }

template <class V, int N>
FG_INLINE V polynomial(V x, const V (&c)[N]) {
  V sum = c[N - 1];
  for (int i = N - 2; i >= 0; --i) sum = fma(sum, x, c[i]);
  return sum;
}

template <class V>
struct Pair {
  V first, second;
};

// -log of a float of (0, 1], to about 2 ulp. Coefficients here and below: minimax fits (Remez) of relative error
// below 2^-25 and 2^-56 for the functions they are part of.
FG_INLINE F32 minus_log(F32 u) {
  // u = 2^e m, m from sqrt(1/2) to sqrt(2)
  const I32 shifted = bits(u) - 0x3f3504f3;
  const F32 e = to_float(shifted >> 23);
  const F32 t = from_bits((shifted & 0x007fffff) + 0x3f3504f3) - 1.0f;
  const F32 c[] = {splat(0.333333299f),  splat(-0.250003039f), splat(0.200012010f),  splat(-0.166415816f),
                   splat(0.142099457f), splat(-0.129892765f), splat(0.126556978f), splat(-0.0797421640f)};
  const F32 squared = t * t;
  const F32 tail = fma(squared * t, polynomial(t, c), squared * -0.5f);  // log(m) - t
  return -fma(e, splat(0x1.62e4p-1f), t + fma(e, splat(0x1.7f7d1cp-20f), tail));
}

FG_INLINE F64 minus_log(F64 u) {
  const U64 shifted = (U64)bits(u) - 0x3fe6a09e667f3bcdu;
  // The exponent, -54 to 0: made positive for the shift and the conversion, which know no sign here.
  const F64 e = to_double((shifted + (uint64_t{64} << 52)) >> 52) - 64.0;
  const F64 t = (F64)((shifted & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0;
  const F64 c[] = {splat(0.66666666666666697), splat(0.39999999999899175), splat(0.28571428626106177),
                   splat(0.22222211115826267), splat(0.18182890369327983), splat(0.15331684002437791),
                   splat(0.14616875727366235)};
  // log(m) = 2 s + s z R(z), s = t / (2 + t), z = s^2; 2 s = t - s t keeps the rounding of the quotient out of t.
  const F64 s = t / (t + 2.0), z = s * s;
  const F64 tail = s * (z * polynomial(z, c) - t);
  return -fma(e, splat(0x1.62e42fefap-1), t + fma(e, splat(0x1.cf79abc9e3b3ap-40), tail));
}

// cos and sin of a whole turn times word / 2^32: the nearest quarter turn is split off exactly.
FG_INLINE Pair<F32> cos_sin(U32 word) {
  const U32 moved = word + 0x20000000u;
  const I32 quarter = (I32)(moved >> 30);
  const F32 f = to_float((I32)(moved & 0x3fffffffu) - 0x20000000) * 0x1p-30f, z = f * f;
  const F32 sine[] = {splat(1.57079632f), splat(-0.645963460f), splat(0.0796800328f), splat(-0.00460165789f)};
  const F32 cosine[] = {splat(1.0f), splat(-1.23370054f), splat(0.253669183f), splat(-0.0208599360f),
                        splat(0.000903362976f)};
  const I32 s = bits(f * polynomial(z, sine)), c = bits(polynomial(z, cosine));
  const I32 swap = -(quarter & 1);
  const I32 cos_sign = ((quarter + 1) << 30) & static_cast<int32_t>(0x80000000u);
  const I32 sin_sign = (quarter << 30) & static_cast<int32_t>(0x80000000u);
  return {from_bits(((c & ~swap) | (s & swap)) ^ cos_sign), from_bits(((s & ~swap) | (c & swap)) ^ sin_sign)};
}

FG_INLINE Pair<F64> cos_sin(U64 word) {
  const U64 moved = word + (uint64_t{1} << 61);
  const U64 quarter = moved >> 62;
  const F64 f = to_double((moved & 0x3fffffffffffffffu) >> 9) * 0x1p-53 - 0.5, z = f * f;
  const F64 sine[] = {splat(1.5707963267948966),      splat(-0.64596409750624424),   splat(0.07969262624603956),
                      splat(-0.0046817541322824148),  splat(0.00016044115029163047), splat(-3.5986417543868745e-6),
                      splat(5.6337210053140959e-8)};
  const F64 cosine[] = {splat(1.0),
                        splat(-1.2337005501361698),
                        splat(0.25366950790104657),
                        splat(-0.020863480763308003),
                        splat(0.00091926027414676924),
                        splat(-2.5202036558199326e-5),
                        splat(4.7106035810276749e-7),
                        splat(-6.3205573088108557e-9)};
  const U64 s = (U64)(f * polynomial(z, sine)), c = (U64)polynomial(z, cosine);
  const U64 swap = U64{} - (quarter & 1u);
  const U64 cos_sign = ((quarter + 1u) << 62) & 0x8000000000000000u;
  const U64 sin_sign = (quarter << 62) & 0x8000000000000000u;
  return {(F64)(((c & ~swap) | (s & swap)) ^ cos_sign), (F64)(((s & ~swap) | (c & swap)) ^ sin_sign)};
}

// Two independent standard normal numbers of two words.
FG_INLINE Pair<F32> box_muller(U32 radius_word, U32 angle_word) {
  // (word + 1/2) / 2^32: all 32 bits, for the tail's sake.
  const F32 whole = fma(to_float((I32)(radius_word >> 16)), splat(65536.0f), to_float((I32)(radius_word & 0xffffu)));
  const F32 radius = sqrt(2.0f * minus_log(fma(whole, splat(0x1p-32f), splat(0x1p-33f))));
  const Pair<F32> direction = cos_sin(angle_word);
  return {radius * direction.first, radius * direction.second};
}

FG_INLINE Pair<F64> box_muller(U64 radius_word, U64 angle_word) {
  const F64 u = fma(to_double(radius_word >> 11), splat(0x1p-53), splat(0x1p-54));
  const F64 radius = sqrt(2.0 * minus_log(u));
  const Pair<F64> direction = cos_sin(angle_word);
  return {radius * direction.first, radius * direction.second};
}

// Groups [begin, end) of n elements; out of line, or each caller would hold the loop four times.
template <int kPerGroup, class T, class F>
__attribute__((noinline)) void fill_range(uint64_t group, T* out, int64_t n, int64_t begin, int64_t end,
                                          const F& fill) {
  alignas(64) T last[kPerGroup];
  for (int64_t g = begin; g < end; ++g) {
    const int64_t at = g * kPerGroup, left = n - at;
    T* const to = left >= kPerGroup ? out + at : last;
    fill(group + static_cast<uint64_t>(g), to);
    if (left < kPerGroup) __builtin_memcpy(out + at, last, static_cast<size_t>(left) * sizeof(T));
  }
}

// fill(group, at) writes a whole group to `at`; the last, partial one is written to the side and copied.
template <int kPerGroup, class T, class F>
FG_INLINE void fill_groups(uint64_t group, T* out, int64_t n, int64_t grain, const F& fill) {
  for_ranges(groups_for(n, kPerGroup), grain / kPerGroup, 1, [&](int64_t begin, int64_t end) {
    fill_range<kPerGroup>(group, out, n, begin, end, fill);
  });
}

FG_INLINE auto uniform_filler(uint64_t seed, float low, float high) {
  // Rounding may reach `high`: the largest float below it, which is not below `low`, stands for it.
  return [keys = keys_of(seed), lo = splat(low), width = splat(high - low), hi = splat(high),
          below = splat(__builtin_nextafterf(high, low))](uint64_t g, float* at) {
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int w = 0; w < 4; ++w) {
        const F32 x = fma(unit_f32(join_blocks(part.even.word[w], part.odd.word[w])), width, lo);
        store(at + w * 16 + p * kLanes32, x >= hi ? below : x);
      }
    }
  };
}

FG_INLINE auto uniform_filler(uint64_t seed, double low, double high) {
  return [keys = keys_of(seed), lo = splat(low), width = splat(high - low), hi = splat(high),
          below = splat(__builtin_nextafter(high, low))](uint64_t g, double* at) {
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int h = 0; h < 2; ++h)
        for (int odd = 0; odd < 2; ++odd) {
          const Blocks& b = odd ? part.odd : part.even;
          const F64 x = fma(unit_f64(join_words(b.word[2 * h], b.word[2 * h + 1])), width, lo);
          store(at + h * 16 + odd * 8 + p * kLanes64, x >= hi ? below : x);
        }
    }
  };
}

template <class T>
void uniform(uint64_t seed, uint64_t group, T* out, int64_t n, T low, T high) {
  fill_groups<kElementsPerGroup<T>>(group, out, n, kUniformGrain, uniform_filler(seed, low, high));
}

void normal(uint64_t seed, uint64_t group, float* out, int64_t n, float mean, float deviation) {
  const Keys keys = keys_of(seed);
  const F32 m = splat(mean), d = splat(deviation);
  fill_groups<kPerGroup32>(group, out, n, kNormalGrain, [=](uint64_t g, float* at) {
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int w = 0; w < 4; w += 2) {
        const Pair<F32> z = box_muller(join_blocks(part.even.word[w], part.odd.word[w]),
                                       join_blocks(part.even.word[w + 1], part.odd.word[w + 1]));
        store(at + w * 16 + p * kLanes32, fma(z.first, d, m));
        store(at + (w + 1) * 16 + p * kLanes32, fma(z.second, d, m));
      }
    }
  });
}

void normal(uint64_t seed, uint64_t group, double* out, int64_t n, double mean, double deviation) {
  const Keys keys = keys_of(seed);
  const F64 m = splat(mean), d = splat(deviation);
  fill_groups<kPerGroup64>(group, out, n, kNormalGrain, [=](uint64_t g, double* at) {
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int odd = 0; odd < 2; ++odd) {
        const Blocks& b = odd ? part.odd : part.even;
        const Pair<F64> z = box_muller(join_words(b.word[0], b.word[1]), join_words(b.word[2], b.word[3]));
        store(at + odd * 8 + p * kLanes64, fma(z.first, d, m));
        store(at + 16 + odd * 8 + p * kLanes64, fma(z.second, d, m));
      }
    }
  });
}

FG_INLINE auto mask_filler(uint64_t seed, uint64_t threshold) {
  return [keys = keys_of(seed), last = splat(static_cast<uint32_t>(threshold - 1))](uint64_t g, uint8_t* at) {
    typedef uint8_t Bytes __attribute__((vector_size(kLanes32), aligned(1), may_alias));
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int w = 0; w < 4; ++w) {
        const U32 ones = (U32)(join_blocks(part.even.word[w], part.odd.word[w]) <= last) & 1u;
        *reinterpret_cast<Bytes*>(at + w * 16 + p * kLanes32) = __builtin_convertvector(ones, Bytes);
      }
    }
  };
}

void mask(uint64_t seed, uint64_t group, uint8_t* out, int64_t n, uint64_t threshold) {
  if (threshold == 0) {
    __builtin_memset(out, 0, static_cast<size_t>(n));
    return;
  }
  fill_groups<kPerGroup32>(group, out, n, kUniformGrain, mask_filler(seed, threshold));
}

// Draws a chunk of groups at a time to the side, and uses it: use(drawn, first element, how many).
template <int kPerGroup, class T, class Fill, class Use>
FG_INLINE void draw_and_use(uint64_t group, int64_t n, const Fill& fill, const Use& use) {
  constexpr int64_t kChunk = 16;
  for_ranges(groups_for(n, kPerGroup), kUniformGrain / kPerGroup, 1, [&](int64_t begin, int64_t end) {
    alignas(64) T drawn[kChunk * kPerGroup];
    for (int64_t g = begin; g < end; g += kChunk) {
      const int64_t groups = end - g < kChunk ? end - g : kChunk, at = g * kPerGroup;
      const int64_t count = n - at < groups * kPerGroup ? n - at : groups * kPerGroup;
      fill_range<kPerGroup>(group + static_cast<uint64_t>(g), drawn, count, 0, groups, fill);
      use(drawn, at, count);
    }
  });
}

template <class T>
void bernoulli(uint64_t seed, uint64_t group, const T* p, T* out, int64_t n) {
  draw_and_use<kElementsPerGroup<T>, T>(group, n, uniform_filler(seed, T{0}, T{1}),
                                        [=](const T* u, int64_t at, int64_t count) {
                                          for (int64_t k = 0; k < count; ++k)
                                            out[at + k] = u[k] < p[at + k] ? T{1} : T{0};
                                        });
}

// As mask_filler, but -1 for 1.
FG_INLINE auto wide_mask_filler(uint64_t seed, uint64_t threshold) {
  return [keys = keys_of(seed), last = splat(static_cast<uint32_t>(threshold - 1))](uint64_t g, int32_t* at) {
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int w = 0; w < 4; ++w)
        store(at + w * 16 + p * kLanes32, (I32)(join_blocks(part.even.word[w], part.odd.word[w]) <= last));
    }
  };
}

FG_INLINE I32 load_masks(const int32_t* keep, F32) { return load(keep); }
FG_INLINE I64 load_masks(const int32_t* keep, F64) {
  typedef int32_t HalfVector __attribute__((vector_size(kVectorBytes / 2), aligned(4), may_alias));
  return __builtin_convertvector(*reinterpret_cast<const HalfVector*>(keep), I64);
}

template <class T>
void dropout(uint64_t seed, uint64_t group, const T* x, T* out, int64_t n, uint64_t threshold, T scale) {
  if (threshold == 0) {
    __builtin_memset(out, 0, static_cast<size_t>(n) * sizeof(T));
    return;
  }
  draw_and_use<kPerGroup32, int32_t>(
      group, n, wide_mask_filler(seed, threshold), [=](const int32_t* keep, int64_t at, int64_t count) {
        const Vec<T> s = splat(scale);
        int64_t k = 0;
        for (; k + kLanes<T> <= count; k += kLanes<T>) {
          const Vec<T> y = load(x + at + k) * s;
          store(out + at + k, from_bits(bits(y) & load_masks(keep + k, y)));
        }
        for (; k < count; ++k) out[at + k] = keep[k] ? x[at + k] * scale : T{0};
      });
}

// D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019): of bits * range, the high half is
// the number; draws whose low half is below 2^bits mod range are rejected, and drawn anew from the same block's next
// attempt.
uint32_t narrow_again(uint64_t seed, uint64_t group, uint32_t lane, int word, uint32_t range, uint32_t rejected) {
  for (uint32_t attempt = 1;; ++attempt) {
    uint32_t words[4];
    runtime::philox(seed, group, lane, attempt, words);
    const uint64_t product = uint64_t{words[word]} * range;
    if (static_cast<uint32_t>(product) >= rejected) return static_cast<uint32_t>(product >> 32);
  }
}

void narrow_integers(uint64_t seed, uint64_t group, int64_t* out, int64_t n, int64_t low, uint32_t range) {
  const Keys keys = keys_of(seed);
  const uint32_t rejected = (0u - range) % range;
  const U64 r = splat<uint64_t>(range), limit = splat<uint64_t>(rejected);
  const U64 lo = splat<uint64_t>(static_cast<uint64_t>(low));
  fill_groups<kPerGroup32>(group, out, n, kUniformGrain, [=](uint64_t g, int64_t* at) {
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int odd = 0; odd < 2; ++odd)
        for (int w = 0; w < 4; ++w) {
          const U64 product = multiply_low_halves((odd ? part.odd : part.even).word[w], r);
          int64_t* const to = at + w * 16 + odd * 8 + p * kLanes64;
          store(to, (I64)((product >> 32) + lo));
          const I64 again = (I64)((product & 0xffffffffu) < limit);
          if (!any<int64_t>(again)) [[likely]]
            continue;
          for (int k = 0; k < kLanes64; ++k)
            if (again[k]) {
              const uint32_t lane = static_cast<uint32_t>(2 * (p * kLanes64 + k) + odd);
              to[k] = static_cast<int64_t>(narrow_again(seed, g, lane, w, range, rejected) +
                                           static_cast<uint64_t>(low));
            }
        }
    }
  });
}

uint64_t wide_again(uint64_t seed, uint64_t group, int element, uint64_t range, uint64_t rejected) {
  const uint32_t lane = static_cast<uint32_t>(2 * (element % 8) + element / 8 % 2);
  const int h = element / 16;
  for (uint32_t attempt = 1;; ++attempt) {
    uint32_t words[4];
    runtime::philox(seed, group, lane, attempt, words);
    const uint64_t bits = words[2 * h] | static_cast<uint64_t>(words[2 * h + 1]) << 32;
    const unsigned __int128 product = static_cast<unsigned __int128>(bits) * range;
    if (static_cast<uint64_t>(product) >= rejected) return static_cast<uint64_t>(product >> 64);
  }
}

void wide_integers(uint64_t seed, uint64_t group, int64_t* out, int64_t n, int64_t low, uint64_t range) {
  const Keys keys = keys_of(seed);
  const uint64_t rejected = range == 0 ? 0 : (uint64_t{0} - range) % range;
  fill_groups<kPerGroup64>(group, out, n, kUniformGrain, [=](uint64_t g, int64_t* at) {
    for (int p = 0; p < kParts; ++p) {
      const Part part = part_of(keys, g, p);
      for (int odd = 0; odd < 2; ++odd)
        for (int h = 0; h < 2; ++h) {
          const Blocks& b = odd ? part.odd : part.even;
          store(at + h * 16 + odd * 8 + p * kLanes64, (I64)join_words(b.word[2 * h], b.word[2 * h + 1]));
        }
    }
    for (int i = 0; i < kPerGroup64; ++i) {
      uint64_t k = static_cast<uint64_t>(at[i]);
      if (range != 0) {
        const unsigned __int128 product = static_cast<unsigned __int128>(k) * range;
        k = static_cast<uint64_t>(product >> 64);
        if (static_cast<uint64_t>(product) < rejected) [[unlikely]]
          k = wide_again(seed, g, i, range, rejected);
      }
      at[i] = static_cast<int64_t>(k + static_cast<uint64_t>(low));
    }
  });
}

void integers(uint64_t seed, uint64_t group, int64_t* out, int64_t n, int64_t low, uint64_t range) {
  if (range != 0 && range < kNarrowRange)
    narrow_integers(seed, group, out, n, low, static_cast<uint32_t>(range));
  else
    wide_integers(seed, group, out, n, low, range);
}

template <class T>
constexpr RandomFunctions<T> kFunctions = {uniform<T>, normal, bernoulli<T>, dropout<T>};

}  // namespace

const RandomKernels random_kernels = {{kFunctions<float>, kFunctions<double>}, mask, integers};

}  // namespace fastgrad::FG_LEVEL
