// Vector math: every function takes and returns Vec<float> or Vec<double>, lane by lane.
//
//   exp exp2 expm1 log log1p log2 log10 pow(x, y)         sin cos tan asin acos atan atan2(y, x)
//   sigmoid tanh sinh cosh erf erfinv softplus sqrt rsqrt hypot  round (halves to even) floor ceil trunc
//   fmod remainder floor_divide (Python's % and //)       copysign isnan, scale (x 2^k), to_float, to_int
//
// Special values are C99 Annex F's and NumPy's; subnormal arguments and results keep their bits. No function calls
// the C library, but for fmod's quotients beyond the format's integers. Errors in ulps of the exact result, measured:
// float against double (every 7th of all 2^32 arguments with AVX-512, every 67th otherwise), double against 113 bits
// (10 to 600 mantissas for every exponent and sign, neighbourhoods of thresholds and of multiples of pi/2 to the
// largest), pow and atan2 on 100,000 and more pairs, erfinv on 5,000.
//
//            float    no FMA    double    no FMA                  float    no FMA    double    no FMA
//   exp        1.00      0.97       1.02      1.00      log        1.03      0.90       1.00      0.99
//   exp2       1.02      0.98       1.09      1.06      log1p      1.05      1.05       0.90      0.90
//   expm1      1.09      1.14       1.04      1.04      log2       1.11      0.99       1.12      1.09
//   sigmoid    1.49      1.45       1.44      1.38      log10      1.18      0.87       1.26      0.99
//   tanh       1.04      1.05       1.02      0.96      sin        1.53      0.57       0.76      0.76
//   sinh       1.62      1.60       1.51      1.51      cos        1.53      0.57       0.78      0.78
//   cosh       1.46      1.43       1.25      1.22      tan        0.57      0.57       0.93      0.93
//   erf        1.01      1.23       0.94      1.04      asin       1.11      1.09       1.08      1.08
//   softplus   1.70      1.65       1.45      1.40      acos       1.09      1.06       1.12      1.07
//   rsqrt      0.50      0.50       0.50      0.75      atan       1.24      1.21       1.11      1.14
//   pow        0.53      0.53       0.88      0.88      atan2      1.51      1.51       1.53      1.53
//   erfinv     1.52      1.77       1.99      2.68
//
// round, floor, ceil, trunc, fmod, sqrt are exact or correctly rounded; remainder adds one rounding; floor_divide is
// NumPy's algorithm. Integer powers, logarithms of powers of 2 and 10, and roots that are exact come out exact.
#pragma once

#include "simd/math_arc.h"
#include "simd/math_erfinv.h"
#include "simd/math_exp.h"
#include "simd/math_log.h"
#include "simd/math_round.h"
#include "simd/math_trig.h"

namespace fastgrad::FG_LEVEL {

#if defined(__AVX512F__)
FG_INLINE F32 rsqrt14(F32 x) { return (F32)_mm512_maskz_rsqrt14_ps(-1, (__m512)x); }
FG_INLINE F64 rsqrt14(F64 x) { return (F64)_mm512_maskz_rsqrt14_pd(-1, (__m512d)x); }
#endif

// 1 / sqrt(x), corrected by its remainder: by those of the root and of the division, or where the CPU gives 14 bits to
// begin with, after one or two steps of Newton's method by 1 - x r^2.
template <class V>
FG_INLINE V rsqrt(V x) {
  using F = Format<V>;
  using T = typename F::T;
  if constexpr (sizeof(T) == 4 && !kHasFma) {
    return by_double(x, [](F64 h) __attribute__((always_inline)) { return 1 / sqrt(h); });
  } else {
    // away from where the remainders would be subnormal
    constexpr T up = sizeof(T) == 4 ? T(0x1p32) : T(0x1p64);
    const auto tiny = x < F::kMinNormal * F::kTwoToMantissa * F::kTwoToMantissa;
    const V v = tiny ? x * (up * up) : x;
#if defined(__AVX512F__)
    const V start = rsqrt14(v);
    V r = start;
    for (int bits = 14; 2 * bits <= F::kMantissaBits + 5; bits *= 2) r = fma(r * T(0.5), fma(-v * r, r, fill<V>(1)), r);
    const V s = v * r;
    const V c = r * T(0.5) * (fma(-s, r, fill<V>(1)) - fma(v, r, -s) * r);
    const V y = abs(c) < abs(r) ? r + c : start;  // not where x is 0, infinite or has no root
#else
    const V s = sqrt(v), r = 1 / s;
    const V c = r * (residual(r, s, fill<V>(1)) - residual(s, s, v) * r * r * T(0.5));
    const V y = abs(c) < abs(r) ? r + c : r;  // not where a remainder is NaN or infinite
#endif
    return tiny ? y * up : y;
  }
}

// sqrt(a a + b b), scaled by the larger, so that no square overflows; infinity wins over NaN.
template <class V>
FG_INLINE V hypot(V a, V b) {
  const V x = abs(a), y = abs(b);
  const V large = x > y ? x : y, small = x > y ? y : x;
  const V ratio = small / large;
  const V length = large * sqrt(1 + ratio * ratio);
  const V infinity = fill<V>(__builtin_inf());
  const V r = large == V{} ? V{} : length;
  return ((x == infinity) | (y == infinity)) ? infinity : ((a != a) | (b != b)) ? a + b : r;
}

}  // namespace fastgrad::FG_LEVEL
