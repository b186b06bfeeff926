// What the functions of math.h share: the formats' constants, polynomials, scaling by powers of two, and sums and
// products kept as an unevaluated pair of numbers (hi + lo).
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

template <class V>
struct Format;
template <>
struct Format<F32> {
  using T = float;
  using I = I32;
  using U = U32;
  using Int = int32_t;
  static constexpr int kMantissaBits = 23;
  static constexpr int kBias = 127;
  static constexpr Int kMantissaMask = 0x7fffff;
  static constexpr Int kSignBit = INT32_MIN;
  static constexpr int kSignShift = 31;
  static constexpr Int kThreeQuarters = 0x3f400000;
  static constexpr T kTwoToMantissa = 0x1p23f;
  static constexpr T kMinNormal = 0x1p-126f;
  static constexpr T kInf = __builtin_inff();
  static constexpr T kNaN = __builtin_nanf("");
  static constexpr T kSplit = 0x1p12f + 1;
};
template <>
struct Format<F64> {
  using T = double;
  using I = I64;
  using U = U64;
  using Int = int64_t;
  static constexpr int kMantissaBits = 52;
  static constexpr int kBias = 1023;
  static constexpr Int kMantissaMask = 0xfffffffffffffLL;
  static constexpr Int kSignBit = INT64_MIN;
  static constexpr int kSignShift = 63;
  static constexpr Int kThreeQuarters = 0x3fe8000000000000LL;
  static constexpr T kTwoToMantissa = 0x1p52;
  static constexpr T kMinNormal = 0x1p-1022;
  static constexpr T kInf = __builtin_inf();
  static constexpr T kNaN = __builtin_nan("");
  static constexpr T kSplit = 0x1p27 + 1;
};

template <class V>
FG_INLINE V fill(typename Format<V>::T c) {
  return splat<typename Format<V>::T>(c);
}

template <class V>
FG_INLINE bool any_lane(typename Format<V>::I mask) {
  return any<typename Format<V>::Int>(mask);
}

// Whether any lane is less than c; NaN is not.
template <class V>
FG_INLINE bool any_below(V x, typename Format<V>::T c) {
#if defined(__AVX512F__)
  // spelt out: from any_lane GCC makes a vector of the mask first
  if constexpr (sizeof(c) == 4) return _mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(c), _CMP_LT_OQ) != 0;
  else return _mm512_cmp_pd_mask((__m512d)x, _mm512_set1_pd(c), _CMP_LT_OQ) != 0;
#else
  return any_lane<V>(x < c);
#endif
}

FG_INLINE I32 isnan(F32 x) { return x != x; }
FG_INLINE I64 isnan(F64 x) { return x != x; }

template <class V>
FG_INLINE V negative_abs(V x) {
  return (V)((typename Format<V>::I)x | Format<V>::kSignBit);
}
template <class V>
FG_INLINE V copysign(V magnitude, V sign) {
  using I = typename Format<V>::I;
  constexpr auto bit = Format<V>::kSignBit;
  return (V)(((I)magnitude & ~bit) | ((I)sign & bit));
}

// Integers to floats of their width, rounded; floats to integers, towards zero (the value must fit).
FG_INLINE F32 to_float(I32 x) { return __builtin_convertvector(x, F32); }
FG_INLINE F64 to_float(I64 x) { return __builtin_convertvector(x, F64); }
FG_INLINE I32 to_int(F32 x) { return __builtin_convertvector(x, I32); }
FG_INLINE I64 to_int(F64 x) { return __builtin_convertvector(x, I64); }

// c[0] + c[1] x + ... by Horner's rule.
template <class V, int I = 0, int N>
FG_INLINE V poly(V x, const typename Format<V>::T (&c)[N]) {
  if constexpr (I == N - 1)
    return fill<V>(c[I]);
  else
    return fma(poly<V, I + 1>(x, c), x, fill<V>(c[I]));
}

// The integer k nearest to x c, |x c| < 2^(mantissa bits - 2), as a number and in the low bits of an integer, with
// kBias added there: adding 1.5 2^(mantissa bits) leaves no bits for a fraction.
template <class V>
struct Nearest {
  V k;
  typename Format<V>::I bits;
};
template <int kBias = 0, class V>
FG_INLINE Nearest<V> nearest(V x, typename Format<V>::T c) {
  constexpr auto magic = Format<V>::kTwoToMantissa * typename Format<V>::T(1.5) + kBias;
  const V t = fma(x, fill<V>(c), fill<V>(magic));
  return {t - magic, (typename Format<V>::I)t};
}

// 2^k for integer-valued k with 2^k normal (k = -bias gives 0).
template <class V>
FG_INLINE V pow2(V k) {
  using F = Format<V>;
  return (V)((typename F::I)(k + (F::kTwoToMantissa * typename F::T(1.5) + F::kBias)) << F::kMantissaBits);
}

// x 2^k for 0.5 <= |x| <= 2 and integer-valued k up to twice the format's exponents: rounded once, also where the
// result is subnormal.
template <class V>
FG_INLINE V scale(V x, V k) {
#if defined(__AVX512F__)
  if constexpr (sizeof(x[0]) == 4)
    return (V)_mm512_maskz_scalef_ps(-1, (__m512)x, (__m512)k);
  else
    return (V)_mm512_maskz_scalef_pd(-1, (__m512d)x, (__m512d)k);
#else
  using F = Format<V>;
  const Nearest<V> half = nearest<F::kBias>(k, typename F::T(0.5));
  return x * (V)(half.bits << F::kMantissaBits) * pow2(k - half.k);
#endif
}

// hi + lo, |lo| at most half an ulp of hi.
template <class V>
struct Pair {
  V hi, lo;
};

// Dekker 1971: exact where |a| >= |b| or a is 0.
template <class V>
FG_INLINE Pair<V> fast_two_sum(V a, V b) {
  const V s = a + b;
  return {s, (a - s) + b};
}
// Knuth: exact for any order of magnitudes.
template <class V>
FG_INLINE Pair<V> two_sum(V a, V b) {
  const V s = a + b;
  const V t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}
// Exact (no factor may be within 2^28 of overflow): by FMA, or by splitting each factor in halves (Veltkamp, Dekker).
template <class V>
FG_INLINE Pair<V> two_product(V a, V b) {
  const V p = a * b;
  if constexpr (kHasFma) {
    return {p, fma(a, b, -p)};
  } else {
    constexpr auto split = Format<V>::kSplit;
    const V ta = a * split, tb = b * split;
    const V a1 = ta - (ta - a), b1 = tb - (tb - b);
    const V a2 = a - a1, b2 = b - b1;
    return {p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
  }
}

// c - a b with one rounding, or none where the result is that small.
template <class V>
FG_INLINE V residual(V a, V b, V c) {
  if constexpr (kHasFma) return fma(-a, b, c);
  const Pair<V> p = two_product(a, b);
  return (c - p.hi) - p.lo;
}

// 1 / x, for quotients that are corrected by their remainder: to 14 bits at least. A division of 16 floats with AVX-512
// takes longer than sigmoid's 25 other instructions; one of 8 doubles takes no longer than what those need beside it.
template <class V>
FG_INLINE V rough_inverse(V x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(x[0]) == 4) return (V)_mm512_maskz_rcp14_ps(-1, (__m512)x);
#endif
  return 1 / x;
}

// A float vector as two double vectors and back.
FG_INLINE F64 widen_low(F32 x) {
#if defined(__AVX512F__)
  return (F64)_mm512_maskz_cvtps_pd(-1, (__m256)_mm512_maskz_extractf64x4_pd(-1, (__m512d)x, 0));
#elif defined(__AVX2__)
  return (F64)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)x));
#elif defined(__x86_64__)
  return (F64)_mm_cvtps_pd((__m128)x);
#else
  F64 r{};
  for (int i = 0; i < kLanes<double>; ++i) r[i] = x[i];
  return r;
#endif
}
FG_INLINE F64 widen_high(F32 x) {
#if defined(__AVX512F__)
  return (F64)_mm512_maskz_cvtps_pd(-1, (__m256)_mm512_maskz_extractf64x4_pd(-1, (__m512d)x, 1));
#elif defined(__AVX2__)
  return (F64)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)x, 1));
#elif defined(__x86_64__)
  return (F64)_mm_cvtps_pd(_mm_movehl_ps((__m128)x, (__m128)x));
#else
  F64 r{};
  for (int i = 0; i < kLanes<double>; ++i) r[i] = x[kLanes<double> + i];
  return r;
#endif
}
FG_INLINE F32 narrow(F64 low, F64 high) {
#if defined(__AVX512F__)
  const __m512d l = _mm512_castps_pd(_mm512_castps256_ps512(_mm512_maskz_cvtpd_ps(-1, (__m512d)low)));
  return (F32)_mm512_maskz_insertf64x4(-1, l, (__m256d)_mm512_maskz_cvtpd_ps(-1, (__m512d)high), 1);
#elif defined(__AVX2__)
  return (F32)_mm256_set_m128(_mm256_cvtpd_ps((__m256d)high), _mm256_cvtpd_ps((__m256d)low));
#elif defined(__x86_64__)
  return (F32)_mm_movelh_ps(_mm_cvtpd_ps((__m128d)low), _mm_cvtpd_ps((__m128d)high));
#else
  F32 r{};
  for (int i = 0; i < kLanes<double>; ++i) {
    r[i] = static_cast<float>(low[i]);
    r[kLanes<double> + i] = static_cast<float>(high[i]);
  }
  return r;
#endif
}

// f in double, rounded to float: within 0.501 ulp of whatever f is right to 40 bits for.
template <class Fn>
FG_INLINE F32 by_double(F32 x, const Fn& f) {
  return narrow(f(widen_low(x)), f(widen_high(x)));
}
template <class Fn>
FG_INLINE F32 by_double(F32 x, F32 y, const Fn& f) {
  return narrow(f(widen_low(x), widen_low(y)), f(widen_high(x), widen_high(y)));
}

}  // namespace fastgrad::FG_LEVEL
