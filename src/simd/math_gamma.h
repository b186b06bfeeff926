// The gamma function's relatives: lgamma, digamma, trigamma and polygamma, in double; floats are rounded once.
//
// All come down to |t| <= 1/2 or to Stirling's series. With n the integer nearest to x and t = x - n, which is exact,
//   Gamma(x) = Gamma(2 + t) (2 + t) ... (n - 1 + t),   |Gamma(-n + t)| = Gamma(1 + t) / (|t| (1 - t) ... (n - t)),
// and with y = -x
//   |Gamma(x)| = pi / (y |sin(pi t)| Gamma(y)),   digamma(x) = digamma(1 + y) - pi / tan(pi t).
// Polynomials are interpolated in Chebyshev's points, the leading coefficients where functions vanish in two parts.
// Products and logarithms are pairs, so that sums that cancel keep their digits. Next to its zeros left of -2 lgamma is
// the difference to the zero's own value, term by term; a double can be near to those right of -18 alone. Errors in ulps
// of the exact result, in double against 40 digits: lgamma 1.5, next to the zeros left of -2 3.5; digamma 1.8 right of 0,
// left of it 2.4, of 1 where the result is smaller; polygamma 3.3, left of 0 of its largest term, and next to -1/2, where
// 1 + t is rounded, (order + 1) / 2 more.
#pragma once

#include "simd/math_erfinv.h"

namespace fastgrad::FG_LEVEL {

struct GammaConstants {
  static constexpr double kHalfLog2Pi = 0.9189385332046728, kHalfLog2PiLow = -3.8782941580672414e-17;
  static constexpr double kPsiZero = 0.46163214496836236, kPsiZeroLow = -1.5522348162858677e-17;  // of digamma(1 + s)
  // lgamma(1 + t) / t and lgamma(2 + t) / t, |t| <= 1/2; lgamma(3/2 + u), |u| <= 1/4, where t has lost its digits
  static constexpr Series<double, 28> kOne = {
      -0.5772156649015329,
      4.942915152430645e-18,
      {
          0.8224670334241131, -0.4006856343865313, 0.2705808084278337, -0.20738555102872175, 0.16955717698926046,
          -0.14404989676093186, 0.12550967015385275, -0.11133426648064039, 0.10009943008747753, -0.09095399050709609,
          0.08335458900295017, -0.07693324338734528, 0.07141935724662937, -0.06665550719444015, 0.0626711104727693,
          -0.05898924031065899, 0.054058776743014576, -0.051177808935222266, 0.05928878667667664,
          -0.05663969322285954, 0.005299145410064582, -0.004485262603857743, 0.15846766634774326,
          -0.15340561526661967, -0.17310581118613022, 0.16833795110458488, 0.23220268431813382, -0.2251396034009193}};
  static constexpr Series<double, 18> kTwo = {
      0.42278433509846713,
      4.942915152430645e-18,
      {
          0.32246703342411326, -0.0673523010531981, 0.02058080842778038, -0.0073855510286719986, 0.002890510331034267,
          -0.0011927539118428156, 0.0005096695154115458, -0.00022315475400520507, 9.945767355819498e-05,
          -4.49263133791557e-05, 2.0505590755833454e-05, -9.438715099211532e-06, 4.38470440459836e-06,
          -2.0439048107029907e-06, 9.200527894968101e-07, -4.3252393445604814e-07, 2.78740805211359e-07,
          -1.3219945666117874e-07}};
  static constexpr Series<double, 16> kMiddle = {
      -0.12078223763524522,
      -4.1797047492946264e-18,
      {
          0.03648997397857653, 0.46740110027233966, -0.1381327740390564, 0.058712126416770156, -0.028952081888204487,
          0.01543548416961521, -0.008622603998319755, 0.004965728853037259, -0.0029209667836465245,
          0.0017450332606850476, -0.001055026249883388, 0.0006437726262611913, -0.000393885373198391,
          0.00024368309474267566, -0.00016921254148073332, 0.00010582129400058809}};
  // digamma(1 + zero + d) / d and digamma(2 + s), 0 <= s <= 1
  static constexpr Series<double, 22> kPsiOne = {
      0.9676722454476212,
      -3.161259063857409e-17,
      {
          -0.4427631689835921, 0.2584997609556486, -0.16394270544241185, 0.1078240506916922, -0.07219956125611147,
          0.048804288134436574, -0.03316112647814546, 0.02259764928437279, -0.015424766261277919,
          0.010538769938576956, -0.007204519666511045, 0.0049270580267742016, -0.0033700680515484165,
          0.0023028895420557894, -0.00157420216813665, 0.0010901225234458578, -0.0007549229618596274,
          0.0004717939701691318, -0.0002843132292526133, 0.0002805343686746867, -0.0002785074876883787,
          0.00011881232908510335}};
  static constexpr double kPsiTwo[] = {
      0.42278433509846713, 0.6449340668482256, -0.20205690315951003, 0.08232323370751725, -0.036927755061036543,
      0.017343060841021076, -0.00834926682314622, 0.004077287704514827, -0.002008068852951708, 0.0009934284706785163,
      -0.0004910966617199718, 0.00023965618273252254, -0.0001123135258167968, 4.809049607535952e-05,
      -1.7484080881862782e-05, 4.890876324267818e-06, -9.096401848018681e-07, 8.267815845287522e-08};
  // of z = t^2: (pi / tan(pi t) - 1 / t) / t; (sin(pi t) / (pi t) - 1) / z
  static constexpr double kCot[] = {
      -3.289868133696453, -2.1646464674222266, -2.0346861239837795, -2.008154710650887, -2.0019892571205644,
      -2.0004882445092558, -2.000216397061563, -1.9984989923885619, -2.0175482780709193, -1.8569869062340112,
      -2.8304597027964618, 1.3837148002891513, -11.319882534156065, 14.00913635189951, -16.010441555350102};
  static constexpr double kSin[] = {
      -1.6449340668482264, 0.8117424252833519, -0.19075182412194128, 0.026147847813078808, -0.0023460809634923995,
      0.00014842817816693618, -6.972960555564221e-06, 2.459180384815939e-07};
  // of z = 1 / y^2: lgamma(y) = (y - 1/2) log(y) - y + log(2 pi) / 2 + p(z) / y for y > 8.5;
  // digamma(1 + y) = log(y) + 1 / (2 y) - z p(z) for y > 7.5; trigamma(y) = 1 / y + z (1/2 + p(z) / y) for y > 8
  static constexpr double kStirling[] = {
      0.08333333333333333, -0.0027777777777777315, 0.0007936507935804795, -0.000595238054286464,
      0.0008417390684787214, -0.0019156731645284487, 0.0062458510679744925, -0.02164244020602092};
  static constexpr double kDigamma[] = {
      0.08333333333333333, -0.008333333333329453, 0.003968253963645212, -0.0041666645705563, 0.007575285995068882,
      -0.021034485113192045, 0.0792440027642829, -0.2850887950107386};
  static constexpr double kTrigamma[] = {
      0.16666666666666666, -0.03333333333330476, 0.023809523770911365, -0.03333331335581846, 0.07575246348177586,
      -0.2523946862734603, 1.1093601965597248, -4.575304142113963};
  // Of its zeros left of -2, the first two: lgamma(zero + d) / d, |d| <= 0.15 and 0.08; and lgamma(-2.625 + u)
  // between them, |u| <= 0.07
  static constexpr double kZeroMinusTwo = -2.4570247382208006, kZeroMinusTwoLow = -3.7075610815513266e-17;
  static constexpr double kZeroMinusThree = -2.7476826467274127, kZeroMinusThreeLow = 9.055340329338315e-17;
  static constexpr Series<double, 21> kMinusTwo = {
      1.5156034480216574,
      -3.891046126519058e-17,
      {
          4.8583209516339965, 1.4112911430779607, 8.721782583815305, 5.800414566633915, 24.824942121967734,
          24.03882303878229, 82.22915677616759, 100.64813185419622, 296.436431487462, 425.1781376458716,
          1130.4541618290825, 1811.4234414883588, 4487.690307560462, 7758.394498836628, 18308.721867818906,
          34550.60708422348, 78713.00167340248, 117434.1131020451, 263640.64172691916, 1131949.1806127725,
          2470497.5189129864}};
  static constexpr Series<double, 20> kMinusThree = {
      -1.9143501856115988,
      -6.288473508186805e-17,
      {
          9.575189475709664, -20.095134916842593, 62.62728271354222, -194.76615530355448, 646.9059996170071,
          -2193.1127761163357, 7610.398134359368, -26804.57898154527, 95617.32694989294, -344497.1198962166,
          1251630.499982922, -4578956.038745657, 16830608.31707734, -62255210.54272327, 235513117.934212,
          -878756326.6164429, 2768167488.3395743, -10374147157.95827, 75241842256.07454, -284613528980.9222}};
  static constexpr Series<double, 17> kBetween = {
      -0.11751110030890485,
      -6.595558523422473e-18,
      {
          -0.15766205280814324, 5.622800287083432, -5.03224286025454, 14.402605676444946, -24.89714643774271,
          62.76383009931088, -133.1641877596556, 325.0203448802372, -750.032490364194, 1829.3827222508103,
          -4392.2089202582065, 10802.046604534922, -26497.461639749537, 65146.66127314386, -161915.2921240478,
          470762.54644400475, -1182128.4035457019}};
  // the others: lgamma(-n + t) is 0 at these t, n = 3 to 17, below 0 and above
  static constexpr double kZeroBelow[] = {
      -0.14358088834998006, -0.03936183974053688, -0.008218168322593521, -0.0013852944531550972,
      -0.00019833340732475162, -2.48002706819597e-05, -2.7557148226503463e-06, -2.755730136466002e-07,
      -2.5052106852407546e-08, -2.087675687777539e-09, -1.6059043830108875e-10, -1.147074559737784e-11,
      -7.647163731803788e-13, -4.779477332386745e-14, -2.811457254345498e-15};
  static constexpr double kZeroBelowLow[] = {
      3.862806401714152e-18, 3.2731379225891636e-18, -5.582665915956405e-19, -2.6295731811446077e-20,
      1.1820573401560963e-20, 1.0083974251164085e-21, -5.624459871432079e-23, -2.4472526783403563e-23,
      1.2924868620853802e-24, -4.849684877236172e-26, 7.046449983196074e-27, 4.194056116105366e-28,
      4.886154187641447e-29, -1.811833433216651e-30, -2.2878206410005478e-32};
  static constexpr double kZeroAbove[] = {
      0.2523173532725874, 0.04470571514140207, 0.008455359439952277, 0.0013925199191243706, 0.0001984921093623021,
      2.4802904179335845e-05, 2.7557490225318057e-06, 2.7557337083353163e-07, 2.5052109918476226e-08,
      2.087675709796081e-09, 1.6059043843534355e-10, 1.147074559808161e-11, 7.647163731835846e-13,
      4.779477332388026e-14, 2.8114572543455435e-15};
  static constexpr double kZeroAboveLow[] = {
      -2.04688991691325e-17, 8.223977942582053e-19, 8.231751957350036e-19, -7.090441230646531e-20,
      6.263909978492175e-21, 3.15397713595963e-22, -6.500300408654724e-23, 1.4502658434955713e-23,
      -6.807394864189793e-25, -8.658839215884982e-26, 6.465141936497467e-27, -7.830340218001236e-28,
      -3.8035184915187745e-29, -9.319923331229129e-31, -8.713180440266469e-32};
  // B(2 k) / (2 k)!, k = 1, 2, ...
  static constexpr double kMaclaurin[] = {
      0.08333333333333333,    -0.001388888888888889,   3.306878306878307e-05,  -8.267195767195768e-07,
      2.08767569878681e-08,   -5.284190138687493e-10,  1.3382536530684679e-11, -3.3896802963225832e-13,
      8.586062056277845e-15,  -2.174868698558062e-16,  5.509002828360229e-18,  -1.3954464685812522e-19};
};

// hi + lo = t (c.hi + c.lo + ...), rounded once but for the small terms.
template <int N>
FG_INLINE F64 series_times(const Series<double, N>& c, F64 t) {
  const SeriesParts<F64> p = parts_of(c, t);
  return fma(t, p.leading, t * p.rest);
}

// 1 / d and what rounding lost, for |d| between 2^-1000 and 2^1000.
FG_INLINE Pair<F64> inverse_pair(F64 d) {
  const F64 q = 1 / d;
  return {q, q * residual(q, d, splat(1.0))};
}

// t sin(pi t) / (pi t), |t| <= 1/2.
FG_INLINE Pair<F64> sine_pair(F64 t) {
  const F64 z = t * t;
  const Pair<F64> ratio = fast_two_sum(splat(1.0), z * poly(z, GammaConstants::kSin));
  const Pair<F64> p = two_product(t, ratio.hi);
  return {p.hi, fma(t, ratio.lo, p.lo)};
}

FG_INLINE Pair<F64> log_of_pair(Pair<F64> x) {
  const Pair<F64> l = log_pair(x.hi);
  return {l.hi, l.lo + x.lo / x.hi};
}

// lgamma(y) for y > 8.5; the parts' sum overflows where the function does.
FG_INLINE Pair<F64> lgamma_far(F64 y) {
  using C = GammaConstants;
  const Pair<F64> l = log_pair(y);
  const auto huge = y > 1e17;
  const F64 v = huge ? splat(16.0) : y, half = v - 0.5;
  const Pair<F64> p = two_product(half, l.hi);
  const Pair<F64> a = two_sum(p.hi, -v);
  const Pair<F64> b = two_sum(a.hi, splat(C::kHalfLog2Pi));
  const F64 r = 1 / v;
  const F64 low = fma(half, l.lo, p.lo) + a.lo + b.lo + fma(r, poly(r * r, C::kStirling), splat(C::kHalfLog2PiLow));
  return {huge ? y * ((l.hi - 1) + l.lo) : b.hi, huge ? F64{} : low};
}

// Near a zero, -18 < x < -2. Not inline: it is long, and rarely called.
template <class V>
[[gnu::noinline]] static V lgamma_near_zero(V x, V n, V t) {
  using C = GammaConstants;
  V zero{}, low{};
  for (int i = 0; i < kLanes<double>; ++i) {
    const int at = n[i] > 3 ? (n[i] < 17 ? static_cast<int>(n[i]) : 17) - 3 : 0;
    zero[i] = t[i] < 0 ? C::kZeroBelow[at] : C::kZeroAbove[at];
    low[i] = t[i] < 0 ? C::kZeroBelowLow[at] : C::kZeroAboveLow[at];
  }
  const F64 d = (t - zero) - low;
  // the divided difference of t c(t), by Horner's rule for a polynomial and its difference
  constexpr int terms = static_cast<int>(sizeof(C::kOne.c) / sizeof(double));
  F64 p = splat(C::kOne.c[terms - 1]), slope{};
  for (int k = terms - 2; k >= -2; --k) {
    slope = fma(slope, zero, p);
    p = fma(p, t, splat(k >= 0 ? C::kOne.c[k] : k == -1 ? C::kOne.hi : 0.0));
  }
  F64 ratio = d / zero;  // of the products of t and k - t, less 1
  for (int k = 1; k <= 17; ++k) {
    const F64 r = d / (zero - k);
    ratio = n >= k ? ratio + fma(ratio, r, r) : ratio;
  }
  const F64 two = (x - C::kZeroMinusTwo) - C::kZeroMinusTwoLow;
  const F64 three = (x - C::kZeroMinusThree) - C::kZeroMinusThreeLow;
  const F64 r = d * slope - log1p(ratio);
  const F64 u = x + 2.625;
  const SeriesParts<F64> between = parts_of(C::kBetween, u);
  return abs(u) < 0.07      ? between.leading + between.rest
         : abs(two) < 0.15   ? series_times(C::kMinusTwo, two)
         : abs(three) < 0.08 ? series_times(C::kMinusThree, three)
                             : r;
}

FG_INLINE F64 lgamma(F64 x) {
  using C = GammaConstants;
  constexpr double far = 8.5;
  const F64 y = abs(x);
  const auto negative = x < 0;
  const F64 n = round(y);
  const F64 t = negative ? x + n : x - n;
  const auto divides = negative | (n == 0);

  F64 base = series_times(C::kOne, t);
  base = divides | (n == 1) ? base : series_times(C::kTwo, t);
  const F64 u = x - 1.5;
  const SeriesParts<F64> middle = parts_of(C::kMiddle, u);
  base = abs(u) < 0.25 ? middle.leading + middle.rest : base;
  Pair<F64> product = {divides ? abs(t) : splat(1.0), F64{}};
  if (any_below(-y, -1.5) || any_lane<F64>(negative)) {
    for (int j = 0; j < 8; ++j) {
      const auto used = (divides ? splat(0.0 + j) < n : splat(j + 1.0) < n) & (j > 0 ? y == y : divides);
      const F64 f = used & (y <= far) ? y - j : splat(1.0);
      const Pair<F64> p = two_product(product.hi, f);
      product = {p.hi, fma(product.lo, f, p.lo)};
    }
  }
  Pair<F64> rest{base, F64{}};
  if (any_below(-y, -far)) {
    const auto is_far = y > far;
    const Pair<F64> large = lgamma_far(is_far ? y : splat(16.0));
    rest = {is_far ? (negative ? -large.hi : large.hi) : base, is_far ? (negative ? -large.lo : large.lo) : F64{}};
    if (any_lane<F64>(negative)) {
      const Pair<F64> sine = sine_pair(abs(t));
      const F64 scale = min(y, splat(0x1p60));  // beyond, t is 0
      const Pair<F64> p = two_product(sine.hi, scale);
      product = {is_far ? p.hi : product.hi, is_far ? fma(sine.lo, scale, p.lo) : product.lo};
    }
    product = {is_far & ~negative ? splat(1.0) : product.hi, is_far & ~negative ? F64{} : product.lo};
  }
  const Pair<F64> l = log_of_pair(product);
  const Pair<F64> sum = two_sum(divides ? -l.hi : l.hi, rest.hi);
  F64 r = sum.hi + (sum.lo + (rest.lo + (divides ? -l.lo : l.lo)));
  const auto near_zero = (x < -2) & (abs(r) < 0.25);
  if (any_lane<F64>(near_zero)) [[unlikely]] r = near_zero ? lgamma_near_zero(x, n, t) : r;
  const F64 infinity = splat(__builtin_inf());
  const auto pole = (x == 0) | (negative & (t == 0)) | (y == infinity) | (x > 2.55e305);
  r = pole ? infinity : r;
  r = negative & (y > 0x1p52) ? infinity : r;
  return x != x ? x : r;
}

// digamma(1 + y) for y >= 0.
FG_INLINE F64 digamma_after(F64 y) {
  using C = GammaConstants;
  constexpr double far = 7.5;
  const F64 m = floor(y), s = y - m;
  F64 base = series_times(C::kPsiOne, (s - C::kPsiZero) - C::kPsiZeroLow);
  Pair<F64> sum{};
  if (any_below(-y, -0.99)) {
    base = m == 0 ? base : poly(s, C::kPsiTwo);
    for (int j = 0; j < 6; ++j) {
      const auto used = (m > j + 1) & (y <= far);
      const Pair<F64> q = inverse_pair(used ? y - j : splat(1.0));
      const Pair<F64> a = two_sum(sum.hi, used ? q.hi : F64{});
      sum = {a.hi, sum.lo + a.lo + (used ? q.lo : F64{})};
    }
  }
  const Pair<F64> near = two_sum(sum.hi, base);
  F64 r = near.hi + (near.lo + sum.lo);
  if (any_below(-y, -far)) {
    const F64 q = 1 / y, z = q * q;
    r = y > far ? log(y) + (q * 0.5 - z * poly(z, C::kDigamma)) : r;
  }
  return r;
}

FG_INLINE F64 digamma(F64 x) {
  using C = GammaConstants;
  const F64 y = abs(x);
  const auto negative = x < 0, direct = x >= 1;
  F64 r = digamma_after(direct ? x - 1 : y);
  if (any_lane<F64>(~direct)) {
    const F64 t = negative ? x + round(y) : x;
    const auto tiny = abs(t) < 0x1p-1000;
    Pair<F64> q = inverse_pair(tiny ? splat(1.0) : t);
    q = {tiny ? 1 / t : q.hi, tiny ? F64{} : q.lo};
    const Pair<F64> a = two_sum(r, -q.hi);
    const F64 low = a.lo - (q.lo + (negative ? t * poly(t * t, C::kCot) : F64{}));
    const F64 reflected = tiny ? -q.hi : a.hi + low;
    const F64 nan = splat(Format<F64>::kNaN);
    r = direct ? r : negative & (t == 0) ? nan : reflected;
    r = x == -__builtin_inf() ? nan : r;
  }
  return x != x ? x : r;
}

// d^2 of d's inverse pair, infinite where it overflows.
FG_INLINE F64 squared(Pair<F64> q) { return fma(q.hi, q.hi, 2 * q.hi * q.lo); }

FG_INLINE F64 trigamma(F64 x) {
  using C = GammaConstants;
  const auto negative = x < 0;
  const F64 p = negative ? 1 - x : x;
  const auto near = p < 8;
  const F64 a = near ? p + 8 : p, q = 1 / a, z = q * q;
  F64 sum = q + z * fma(q, poly(z, C::kTrigamma), splat(0.5));
  if (any_lane<F64>(near)) {
    for (int j = 7; j > 0; --j) {
      const F64 d = p + j;
      sum = near ? sum + 1 / (d * d) : sum;
    }
    const auto tiny = p < 1e-155;
    const F64 first = squared(inverse_pair(tiny ? splat(1.0) : p));
    sum = near ? sum + (tiny ? splat(__builtin_inf()) : first) : sum;
  }
  if (any_lane<F64>(negative)) {
    const F64 t = x + round(-x);
    const auto tiny = abs(t) < 1e-155;
    const Pair<F64> s = sine_pair(tiny ? splat(0.5) : t);
    Pair<F64> i = inverse_pair(s.hi);
    i.lo -= i.hi * (i.hi * s.lo);  // the square may overflow
    sum = negative ? (tiny ? splat(__builtin_inf()) : squared(i)) - sum : sum;
    sum = x == -__builtin_inf() ? splat(Format<F64>::kNaN) : sum;
  }
  return x != x ? x : sum;
}

// factor zeta(s, p), Hurwitz's zeta function being the sum of (p + j)^-s over j = 0, 1, ..., for p >= 0 and integers
// s > 2, by Euler and Maclaurin: F. Johansson, "Rigorous high-precision computation of the Hurwitz zeta function and its
// derivatives", Numer. Algorithms 69 (2015). The powers are those of (p + j) 2^-m with p 2^-m between 1 and 2, so that
// they are in range wherever the result is. Not inline: it is long, and called three times.
template <class V>
[[gnu::noinline]] static V hurwitz_zeta(V p, double s, V factor) {
  const int shift = 9 + static_cast<int>(s);
  const auto near = p < shift;
  V down = splat(1.0), up{};  // 2^-m; of the result, the exponent that is left out
  for (int i = 0; i < kLanes<double>; ++i) {
    const int exponent = static_cast<int>(__builtin_bit_cast(int64_t, static_cast<double>(p[i])) >> 52) - 1023;
    const int64_t m = exponent > 0 ? (exponent < 1022 ? exponent : 1022) : 0;
    down[i] = __builtin_bit_cast(double, (1023 - m) << 52);
    up[i] = static_cast<double>(m) * (1 - s);
  }
  up = max(up, splat(-3066.0));
  const F64 a = near ? p + shift : p, e = splat(-s);
  const F64 z = 1 / (a * a);
  F64 c = s / a, tail{};
  for (int k = 0; k < 12; ++k) {
    tail += c * GammaConstants::kMaclaurin[k];
    c *= z * ((s + (2 * k + 1)) * (s + (2 * k + 2)));
  }
  const F64 b = a * down;
  F64 sum = pow(b, e) * (b / (s - 1) + down * (tail + 0.5));
  sum = p == __builtin_inf() ? F64{} : sum;
  if (any_lane<F64>(near))
    for (int j = shift - 1; j >= 0; --j) sum = near ? sum + down * pow((p + j) * down, e) : sum;
  const F64 third = ceil(up * (1.0 / 3));
  return sum * factor * pow2(third) * pow2(third) * pow2(up - 2 * third);
}

// factor zeta(order + 1, x), the factor being (-1)^(order + 1) order!; left of 0 by the sum over all integers, from
// which what is beyond x is taken away.
FG_INLINE F64 polygamma(F64 x, double order, double factor) {
  if (order == 0) return digamma(x);
  if (order == 1) return trigamma(x);
  const double s = order + 1;
  const auto negative = x < 0;
  const F64 y = abs(x), t = negative ? x + round(y) : x;
  const F64 one = splat(1.0);
  F64 r = hurwitz_zeta(negative ? 1 + t : x, s, negative ? one : splat(factor));
  if (any_lane<F64>(negative)) {
    const F64 other = hurwitz_zeta(1 - t, s, one) - hurwitz_zeta(1 + y, s, one);
    const bool even = static_cast<int64_t>(order) % 2 != 0;
    const F64 both = pow(t, splat(-s)) + (r + (even ? other : -other));
    const F64 at_pole = splat(even ? __builtin_inf() : Format<F64>::kNaN);
    r = negative ? (t == 0 ? at_pole : both) * factor : r;
    r = x == -__builtin_inf() ? splat(Format<F64>::kNaN) : r;
  }
  return x != x ? x : r;
}

FG_INLINE F32 lgamma(F32 x) {
  return by_double(x, [](F64 v) __attribute__((always_inline)) { return lgamma(v); });
}
FG_INLINE F32 digamma(F32 x) {
  return by_double(x, [](F64 v) __attribute__((always_inline)) { return digamma(v); });
}
FG_INLINE F32 trigamma(F32 x) {
  return by_double(x, [](F64 v) __attribute__((always_inline)) { return trigamma(v); });
}
FG_INLINE F32 polygamma(F32 x, double order, double factor) {
  return by_double(x, [=](F64 v) __attribute__((always_inline)) { return polygamma(v, order, factor); });
}

}  // namespace fastgrad::FG_LEVEL
