// Random bits by counter: Philox4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011). A block of four 32-bit words is a function of a key, the seed, and a 128-bit counter,
// so that any part of a stream can be had without what comes before it.
//
// fastgrad's counter: word 0 the block's place in its group of sixteen (`lane`), word 1 the attempt (0; more where a
// drawn number is rejected), words 2 and 3 the number of the group, low half first.
#pragma once

#include <cstdint>

namespace fastgrad::runtime {

inline constexpr int kPhiloxLanes = 16;   // blocks of a group
inline constexpr int kGroupWords = 64;    // 32-bit words of a group
inline constexpr uint32_t kPhiloxMultiplier0 = 0xD2511F53, kPhiloxMultiplier1 = 0xCD9E8D57;
inline constexpr uint32_t kPhiloxWeyl0 = 0x9E3779B9, kPhiloxWeyl1 = 0xBB67AE85;

// One block.
void philox(uint64_t seed, uint64_t group, uint32_t lane, uint32_t attempt, uint32_t out[4]);

// A seed from the operating system, for generators that were given none.
uint64_t entropy_seed();

}  // namespace fastgrad::runtime
