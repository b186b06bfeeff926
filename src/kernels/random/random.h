// Random numbers: element i of an array is a function of the seed, of the group of random words that the array starts
// at, and of i alone. Any cut into pieces, any number of threads and any vector width give the same random bits.
//
// Outputs are contiguous. A group (runtime/random.h) has 64 words of 32 bits, or 32 of 64 bits: a call for n elements
// uses groups_for(n, elements per group) groups from `group` on.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

inline constexpr int64_t kPerGroup32 = 64;  // elements per group that take 32 bits: float32, masks, narrow integers
inline constexpr int64_t kPerGroup64 = 32;  // elements per group that take 64 bits: float64, wide integers

constexpr int64_t groups_for(int64_t n, int64_t per_group) { return (n + per_group - 1) / per_group; }

// Integers of ranges below this are drawn from 32 bits. (Higher, too many draws would be rejected.)
inline constexpr uint64_t kNarrowRange = uint64_t{1} << 24;

template <class T>
inline constexpr int64_t kElementsPerGroup = sizeof(T) == 4 ? kPerGroup32 : kPerGroup64;

template <class T>
struct RandomFunctions {
  // low + u * width, u one of the 2^24 (2^53) equally spaced numbers from 0 to below 1; never `high` or beyond.
  void (*uniform)(uint64_t seed, uint64_t group, T* out, int64_t n, T low, T high);
  // mean + deviation * z, z standard normal.
  void (*normal)(uint64_t seed, uint64_t group, T* out, int64_t n, T mean, T deviation);
  // 1 with probability p[i], else 0. p and out may be the same.
  void (*bernoulli)(uint64_t seed, uint64_t group, const T* p, T* out, int64_t n);
  // x[i] * scale where the mask of this threshold is 1, else 0 (also of NaN). x and out may be the same.
  void (*dropout)(uint64_t seed, uint64_t group, const T* x, T* out, int64_t n, uint64_t threshold, T scale);
};
struct RandomKernels : PerFloat<RandomFunctions> {
  // 1 where a word is below the threshold (0 to 2^32), else 0: 1 with probability threshold / 2^32.
  void (*mask)(uint64_t seed, uint64_t group, uint8_t* out, int64_t n, uint64_t threshold);
  // low + k, k uniform over [0, range), unbiased; range 0 stands for 2^64. Takes 32 bits an element where
  // 0 < range < kNarrowRange, else 64. low + k wraps around.
  void (*integers)(uint64_t seed, uint64_t group, int64_t* out, int64_t n, int64_t low, uint64_t range);
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const RandomKernels random_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
