// What an instruction set offers, as constants: the one place that sizes and choices take it from.
#pragma once

#ifndef FG_LEVEL
#error "compile kernels with -DFG_LEVEL=<level>"
#endif

namespace fastgrad::FG_LEVEL {

#if defined(__AVX512F__)
inline constexpr bool kIsAvx512 = true;
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
inline constexpr bool kIsAvx512 = false;
inline constexpr int kVectorBytes = 32;
#else
inline constexpr bool kIsAvx512 = false;
inline constexpr int kVectorBytes = 16;
#endif

#if defined(__AVX2__)
inline constexpr bool kHasFma = true;
inline constexpr bool kMaskedLoads = true;  // of any first lanes, at the cost of a whole vector's
#else
inline constexpr bool kHasFma = false;
inline constexpr bool kMaskedLoads = false;
#endif

// Most rows of a register tile (MR; NR is two vectors): 14 x 2 sums of 32 registers, 6 x 2 of 16. What is left holds
// the other operand's vectors and the element that is broadcast.
inline constexpr int kMR = kIsAvx512 ? 14 : 6;

}  // namespace fastgrad::FG_LEVEL
