// exp and what is made of it.
//
// exp: x = k ln 2 + r, |r| <= ln(2) / 2, with ln 2 in two parts of which the first times k is exact (Cody & Waite
// 1980); exp(r) = 1 + r + r^2 P(r), P minimax; 2^k by exponent arithmetic. Coefficients here and in the other files:
// Remez exchange for the relative error of the whole function, rounded to the format.
#pragma once

#include "simd/math_core.h"
#if defined(__AVX512F__)
#include "simd/math_tables.h"
#endif

namespace fastgrad::FG_LEVEL {

template <class T>
struct ExpConstants;
template <>
struct ExpConstants<float> {
  static constexpr float kLog2E = 0x1.715476p+0f, kLn2 = 0x1.62e43p-1f;
  static constexpr float kLn2Hi = 0x1.62e8p-1f, kLn2Lo = -0x1.e8082ep-16f;
  static constexpr float kMax = 91, kMin = -105;  // beyond: infinite, 0; also when divided by 2
  static constexpr float kLow = -0x1.5d58ap+6f;  // -126 ln 2: results are subnormal below
  static constexpr float kSafe = 87;  // results are normal and finite up to this, either way
  static constexpr float kSigmoidOne = 40;  // 1 + exp(-x) is 1 from here on, and exp(-x)^2 is normal up to here
  static constexpr float kExp[] = {0.49999994f, 0.166665211f, 0.041668389f, 0.00836871658f, 0.00138145941f};
  static constexpr float kAllMinusOne = -20, kNoMinusOne = 30;  // expm1 is -1 below; exponent from which it is exp
  static constexpr float kTanhSmall = 0.8f, kTanhOne = 10;
  static constexpr float kTanh[] = {-0.333332986f, 0.133322209f,    -0.0538523309f,
                                    0.0213029925f, -0.00740956003f, 0.00158475759f};
  static constexpr float kSinh[] = {0.166666672f, 0.0083333496f, 0.000198361595f, 2.81695134e-06f};
  static constexpr float kErfSmall[] = {0.128379166f,   -0.37612626f,     0.112835854f, -0.026853811f,
                                        0.00518832775f, -0.000801019312f, 7.85386001e-05f};
  static constexpr float kNormalZero = 15, kNormalCentre = 4;
  static constexpr float kNormal[] = {
      7.5528514e-1f, -6.078967e-1f, 3.8713735e-1f, -1.8652128e-1f, 6.039753e-2f, -7.545268e-3f, -3.4893174e-3f,
      1.6452193e-3f, 1.710546e-4f, -2.3179868e-4f, -5.155659e-5f};
  static constexpr float kErfOne = 4;
  static constexpr float kErfc[] = {0.178982556f,  -0.054448951f, 0.0160472672f,   -0.00314279483f, 0.00413878821f,
                                    0.00289798598f, 0.0020787979f, 0.000652402116f, 0.000106839951f};
};
template <>
struct ExpConstants<double> {
  static constexpr double kLog2E = 0x1.71547652b82fep+0, kLn2 = 0x1.62e42fefa39efp-1;
  static constexpr double kLn2Hi = 0x1.62e42fefa4p-1, kLn2Lo = -0x1.8432a1b0e2634p-43;
  static constexpr double kMax = 711, kMin = -746;
  static constexpr double kLow = -0x1.6232bdd7abcd2p+9, kSafe = 708, kSigmoidOne = 350;
  static constexpr double kExp[] = {0.50000000000000111,    0.16666666666666413,    0.041666666666530149,
                                    0.0083333333334944318,  0.0013888888943633289,  0.00019841269506642341,
                                    2.4801493095713714e-05, 2.7557586316473846e-06, 2.7630249482367543e-07,
                                    2.5000080083182342e-08};
  static constexpr double kAllMinusOne = -50, kNoMinusOne = 60;
  static constexpr double kTanhSmall = 0.8, kTanhOne = 20;
  static constexpr double kTanh[] = {-0.33333333333333048,   0.13333333333297595,     -0.053968253952694979,
                                     0.021869488193995996,   -0.0088632310759941234,  0.0035920906136456183,
                                     -0.0014556206959559484, 0.00058917236588317305,  -0.00023669216586359019,
                                     9.1944771298573796e-05, -3.2059281505071287e-05, 8.5503381254872373e-06,
                                     -1.2338592250596031e-06};
  static constexpr double kSinh[] = {0.16666666666666666,    0.0083333333333333332,  0.000198412698412696,
                                     2.7557319224116289e-06, 2.5052108346508956e-08, 1.6059050601272985e-10,
                                     7.6464828947342656e-13, 2.8482330412788019e-15};
  static constexpr double kErfSmall[] = {0.12837916709551259,    -0.37612638903183748,    0.11283791670954857,
                                         -0.026866170645072889,  0.0052239776247808185,   -0.00085483269787397414,
                                         0.0001205533103681878,  -1.4925593505133269e-05, 1.6460972791448026e-06,
                                         -1.6350024976047378e-07, 1.465787833149858e-08,  -1.1365660637979563e-09,
                                         5.9452535320581286e-11};
  static constexpr double kNormalZero = 39, kNormalCentre = 5;
  static constexpr double kNormal[] = {
      0.769193049750063, -0.6653825028900567, 0.4953056159699764, -0.31353315667130455, 0.1650203661703847,
      -0.06911863870631016, 0.020795066799883178, -0.0029933767705085422, -0.0007978693984660701,
      0.0005448990647731298, -5.937572800991586e-05, -4.97628142705858e-05, 1.6681213742042063e-05,
      3.9809021578680414e-06, -2.76926709599743e-06, -3.366153681012471e-07, 4.331410356862585e-07,
      4.2274993740065346e-08, -6.594221662477223e-08, -9.31356099432606e-09, 7.66307180076004e-09,
      1.753048401408232e-09, -1.5877468827473365e-10};
  static constexpr double kErfOne = 6;
  static constexpr double kErfc[] = {
      0.17900115118135485,     -0.054372260006495664,   0.015884371167090731,    -0.0044794310108184259,
      0.0012230389713965592,   -0.00032412578141541217, 8.3554138474945859e-05,  -2.0988643984852819e-05,
      5.1474569959542379e-06,  -1.2337493008975314e-06, 2.8754739818270219e-07,  -6.7477902493533189e-08,
      1.5590171956173871e-08,  -2.3163967989321274e-09, 9.9966718876302627e-10,  -3.6840511765552866e-10,
      -1.4048442046333546e-10, -3.2182110921880801e-11, 1.7998882785597287e-11,  7.6336303968031431e-12,
      1.1723283585395565e-12};
};
template <class V>
using ExpOf = ExpConstants<typename Format<V>::T>;

// exp(x) = m 2^k for |x| small enough that k ln2_hi is exact; 0.7 < m < 1.5.
template <class V>
struct ExpParts {
  V m;
  Nearest<V> n;
};
template <class V>
FG_INLINE ExpParts<V> exp_parts(V x) {
  using C = ExpOf<V>;
  const Nearest<V> n = nearest<Format<V>::kBias>(x, C::kLog2E);
  const V r = fma(n.k, fill<V>(-C::kLn2Lo), fma(n.k, fill<V>(-C::kLn2Hi), x));
  return {fma(r * r, poly(r, C::kExp), r) + 1, n};
}
// Both bounds let a NaN through.
template <class V>
FG_INLINE V exp_clamp(V x) {
  return max(fill<V>(ExpOf<V>::kMin), min(fill<V>(ExpOf<V>::kMax), x));
}
// exp(x) 2^-shift, which is finite where exp(x) itself just overflows.
template <class V>
FG_INLINE V exp_scaled(V x, int shift) {
  const ExpParts<V> e = exp_parts(exp_clamp(x));
  return scale(e.m, e.n.k - static_cast<typename Format<V>::T>(shift));
}
// For results known to be normal.
template <class V>
FG_INLINE V exp_normal(V x) {
  const ExpParts<V> e = exp_parts(x);
  return e.m * (V)(e.n.bits << Format<V>::kMantissaBits);
}

// m 2^k, 0.5 <= m <= 2, where low: k at least such that it rounds to 0; elsewhere the result is normal or infinite.
// Arithmetic on subnormal numbers costs the CPU over a hundred cycles a vector, so it is an addition of normal numbers
// that rounds to multiples of the least one: their bits are what they are multiples by.
template <class V>
FG_INLINE V scale_where_low(typename Format<V>::I low, V m, V k) {
  using F = Format<V>;
  constexpr int least = F::kBias - 1;
  const V multiple = fma(m, pow2(min(k, fill<V>(-least)) + (least + F::kMantissaBits)), fill<V>(F::kTwoToMantissa));
  const V subnormal = (V)((typename F::I)multiple - (typename F::I)fill<V>(F::kTwoToMantissa));
  return low ? subnormal : scale(m, low ? V{} : k);
}

// exp up to kMax.
template <class V>
FG_INLINE V exp_below_max(V x) {
  using C = ExpOf<V>;
#if defined(__AVX512F__)
  if (!any_below(x, C::kLow)) [[likely]] {
    const ExpParts<V> e = exp_parts(x);
    return scale(e.m, e.n.k);
  }
#else
  if (!any_lane<V>(abs(x) > C::kSafe)) [[likely]] return exp_normal(x);
#endif
  // results that round to 0, as of scores masked by -inf, are told apart from subnormal ones
  const auto none = x < C::kMin;
  const V v = none ? V{} : x;
  const auto low = v < C::kLow;
  const ExpParts<V> e = exp_parts(v);
  if (!any_below(v, C::kLow)) return none ? V{} : scale(e.m, e.n.k);
  return none ? V{} : scale_where_low(low, e.m, e.n.k);
}
template <class V>
FG_INLINE V exp(V x) {
  return exp_below_max(min(fill<V>(ExpOf<V>::kMax), x));
}

template <class V>
FG_INLINE V exp2(V x) {
  using C = ExpOf<V>;
  using T = typename Format<V>::T;
  const V c = max(fill<V>(C::kMin * T(1.5)), min(fill<V>(C::kMax * T(1.5)), x));
  const V k = nearest(c, 1).k;
  const V r = (c - k) * C::kLn2;
  const V m = fma(r * r, poly(r, C::kExp), r) + 1;
  constexpr T normal = 1 - Format<V>::kBias;
  if (any_below(x, normal)) [[unlikely]] return scale_where_low(x < normal, m, k);
  return scale(m, k);
}

// 2^k (1 + r + q) - 1 with the sum (2^k - 1) + 2^k r kept exact.
template <class V>
FG_INLINE V expm1(V x) {
  using C = ExpOf<V>;
  const V c = max(fill<V>(C::kAllMinusOne), min(fill<V>(C::kMax), x));
  const V k = nearest(c, C::kLog2E).k;
  const V rh = fma(k, fill<V>(-C::kLn2Hi), c);
  const V r = fma(k, fill<V>(-C::kLn2Lo), rh);
  const V rl = fma(k, fill<V>(-C::kLn2Lo), rh - r);
  const V q = fma(r * r, poly(r, C::kExp), rl);
  const V p = pow2(min(k, fill<V>(C::kNoMinusOne)));
  const Pair<V> s = fast_two_sum(p - 1, p * r);
  const V y = s.hi + fma(p, q, s.lo);
  return copysign(k > C::kNoMinusOne ? scale((r + q) + 1, k) : y, x);
}

// e / (1 + e), e = exp(-|x|), or 1 / (1 + e): neither overflows nor loses the small results' bits. The quotient q is
// corrected by its remainder, numerator - q - q e, whose first difference is exact (Sterbenz), so that the error of
// exp is about all there is, even by an inverse of half the bits.
template <class V>
FG_INLINE V sigmoid_of_exp(V x, V e) {
  const V numerator = x < 0 ? e : fill<V>(1);
  if constexpr (sizeof(x[0]) == 4 && !kHasFma)  // exact products by halves would take longer
    return by_double(numerator, e, [](F64 n, F64 w) __attribute__((always_inline)) { return n / (w + 1); });
  const V inverse = rough_inverse(e + 1), q = numerator * inverse;
  return fma(residual(q, e, numerator - q), inverse, q);
}
template <class V>
FG_INLINE V sigmoid(V x) {
  using C = ExpOf<V>;
  const V a = negative_abs(x);
  if (!any_below(a, -C::kSigmoidOne)) [[likely]] return sigmoid_of_exp(x, exp_normal(a));
  const auto one = a < -C::kSigmoidOne;
  const V e = exp_below_max(a), y = sigmoid_of_exp(x, one ? V{} : e);
  return (one & (x < 0)) ? e : y;
}

template <class V>
FG_INLINE V tanh(V x) {
  using C = ExpOf<V>;
  const V a = min(fill<V>(C::kTanhOne), abs(x));
  const V z = a * a;
  const V small = fma(a * z, poly(z, C::kTanh), a);
  const V large = 1 - 2 / (exp_normal(a + a) + 1);
  return copysign(a < C::kTanhSmall ? small : large, x);
}
#if defined(__AVX512F__)
FG_INLINE F32 tanh(F32 x) { return odd_by_table(kTanhTable, 10, x); }
#endif

template <class V>
FG_INLINE V sinh(V x) {
  using C = ExpOf<V>;
  const V a = abs(x);
  const V z = a * a;
  const V small = fma(a * z, poly(z, C::kSinh), a);
  const V h = exp_scaled(a, 1);
  return copysign(a < 1 ? small : h - typename Format<V>::T(0.25) / h, x);
}

template <class V>
FG_INLINE V cosh(V x) {
  const V h = exp_scaled(abs(x), 1);
  return h + typename Format<V>::T(0.25) / h;
}

// Below 1: x + x P(x^2). Above: 1 - exp(-x^2) Q(x - 3), Q the minimax polynomial of exp(x^2) erfc(x), weighted by
// exp(-x^2) because only the difference from 1 counts; about 3 its terms have one sign where they are large.
template <class V>
FG_INLINE V erf(V x) {
  using C = ExpOf<V>;
  const V a = min(fill<V>(C::kErfOne), abs(x));
  const V z = a * a;
  const V small = fma(a, poly(z, C::kErfSmall), a);
  const V large = 1 - exp_normal(-z) * poly(a - 3, C::kErfc);
  return copysign(a < 1 ? small : large, x);
}
#if defined(__AVX512F__)
FG_INLINE F32 erf(F32 x) { return odd_by_table(kErfTable, 4.25f, x); }
#endif

// exp(-a^2 / 2), and what it is to be multiplied by for the normal distribution's upper tail from a >= 0 on,
// erfc(a / sqrt(2)) / 2. That factor falls slowly: times a + c it is a polynomial in (a - c) / (a + c) (Schonfelder,
// "Chebyshev expansions for the error and related functions", 1978).
template <class V>
struct NormalTail {
  V exponential, factor;
};
template <class V>
FG_INLINE NormalTail<V> normal_tail(V a) {
  using C = ExpOf<V>;
  using T = typename Format<V>::T;
  const V b = min(fill<V>(C::kNormalZero), a);
  const Pair<V> square = two_product(b, b);  // its rounding error would grow to a^2 / 2 times its size
  const V e = exp(square.hi * T(-0.5));
  const V inverse = 1 / (b + C::kNormalCentre);
  const V quotient = poly(fma(inverse, fill<V>(-2 * C::kNormalCentre), fill<V>(1)), C::kNormal);
  return {fma(e, square.lo * T(-0.5), e), inverse * quotient};
}

// x times the normal distribution function. Below 0 in an order of products in which none is smaller than the result.
template <class V>
FG_INLINE V gelu_by_exp(V x) {
  const NormalTail<V> n = normal_tail(abs(x));
  return x < 0 ? x * n.exponential * n.factor : x * (1 - n.exponential * n.factor);
}
template <class V>
FG_INLINE V gelu(V x) {
  return gelu_by_exp(x);
}
#if defined(__AVX512F__)
FG_INLINE F32 gelu(F32 x) {
  const F32 a = abs(x);
  const auto inside = a < kNormalTableEnd;
  const F32 tail = normal_tail_by_table(inside ? a : F32{});
  const F32 y = x * (x < 0 ? tail : 1 - tail);
  if (_mm512_cmp_ps_mask((__m512)a, _mm512_set1_ps(kNormalTableEnd), _CMP_LT_OQ) == 0xffff) return y;
  return inside ? y : gelu_by_exp(x);
}
#endif

}  // namespace fastgrad::FG_LEVEL
