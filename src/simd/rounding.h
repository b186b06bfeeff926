// Rounding of floats to whole numbers, one vector at a time.
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

enum class Rounding { Nearest = 0, Down = 1, Up = 2, TowardZero = 3 };  // nearest: ties to even

// The scalar of x's type, in every lane.
FG_INLINE F32 splat_like(F32, double s) { return splat<float>(static_cast<float>(s)); }
FG_INLINE F64 splat_like(F64, double s) { return splat<double>(s); }

#if defined(__AVX512F__)
template <Rounding kMode>
FG_INLINE F32 rounded(F32 x) {
  return (F32)_mm512_roundscale_ps((__m512)x, static_cast<int>(kMode) | _MM_FROUND_NO_EXC);
}
template <Rounding kMode>
FG_INLINE F64 rounded(F64 x) {
  return (F64)_mm512_roundscale_pd((__m512d)x, static_cast<int>(kMode) | _MM_FROUND_NO_EXC);
}
#elif defined(__AVX2__)
template <Rounding kMode>
FG_INLINE F32 rounded(F32 x) {
  return (F32)_mm256_round_ps((__m256)x, static_cast<int>(kMode) | _MM_FROUND_NO_EXC);
}
template <Rounding kMode>
FG_INLINE F64 rounded(F64 x) {
  return (F64)_mm256_round_pd((__m256d)x, static_cast<int>(kMode) | _MM_FROUND_NO_EXC);
}
#elif defined(__SSE4_1__)
template <Rounding kMode>
FG_INLINE F32 rounded(F32 x) {
  return (F32)_mm_round_ps((__m128)x, static_cast<int>(kMode) | _MM_FROUND_NO_EXC);
}
template <Rounding kMode>
FG_INLINE F64 rounded(F64 x) {
  return (F64)_mm_round_pd((__m128d)x, static_cast<int>(kMode) | _MM_FROUND_NO_EXC);
}
#else
// Adding and taking away 2^(mantissa bits) leaves the nearest whole number; larger numbers are whole already.
template <Rounding kMode, class V>
FG_INLINE V rounded_by_magic(V x, V magic, V one) {
  const V size = abs(x);
  V whole = (size + magic) - magic;
  if constexpr (kMode == Rounding::TowardZero) whole = whole > size ? whole - one : whole;
  const auto sign = bits(x) & ~bits(abs(from_bits(~bits(V{}))));
  V r = from_bits(bits(whole) | sign);
  if constexpr (kMode == Rounding::Down) r = r > x ? r - one : r;
  if constexpr (kMode == Rounding::Up) r = r < x ? from_bits(bits(r + one) | sign) : r;
  return size < magic ? r : x;
}
template <Rounding kMode>
FG_INLINE F32 rounded(F32 x) {
  return rounded_by_magic<kMode>(x, splat<float>(8388608.0f), splat<float>(1.0f));
}
template <Rounding kMode>
FG_INLINE F64 rounded(F64 x) {
  return rounded_by_magic<kMode>(x, splat<double>(4503599627370496.0), splat<double>(1.0));
}
#endif

}  // namespace fastgrad::FG_LEVEL
