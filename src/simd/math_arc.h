// asin, acos, atan, atan2.
//
// asin(a) = a + a^3 P(a^2) up to 1/2, beyond it pi/2 - 2 asin(sqrt((1 - a) / 2)). atan(q) = q + q^3 P(q^2) up to 1,
// beyond it pi/2 - atan(1 / q). pi/2 and pi are pairs, and the sum with their high part is exact (Cody & Waite 1980).
#pragma once

#include "simd/math_core.h"

namespace fastgrad::FG_LEVEL {

template <class T>
struct ArcConstants;
template <>
struct ArcConstants<float> {
  static constexpr float kPiHi = 0x1.921fb6p+1f, kPiLo = -0x1.777a5cp-24f;
  static constexpr float kAsin[] = {0.166666597f, 0.0750050396f, 0.0445169546f,
                                    0.0318077244f, 0.0144385807f, 0.0375164859f};
  static constexpr float kAtan[] = {-0.333332986f, 0.199985489f,   -0.142642424f, 0.109521851f,   -0.0840344876f,
                                    0.0579575524f, -0.0311777983f, 0.0109145762f, -0.0017936f};
};
template <>
struct ArcConstants<double> {
  static constexpr double kPiHi = 0x1.921fb54442d18p+1, kPiLo = 0x1.1a62633145c07p-53;
  static constexpr double kAsin[] = {0.16666666666665408,   0.075000000003369718,  0.04464285682836118,
                                     0.030381959135681265,  0.022371758079914046,  0.017359704336079727,
                                     0.013885239536661769,  0.012169185814183112,  0.0065280831564811471,
                                     0.019527980491220329,  -0.016223822701884806, 0.031911986407579286};
  static constexpr double kAtan[] = {
      -0.3333333333333186,    0.19999999999755014,   -0.14285714271334143,   0.11111110678724555,
      -0.090909012349272289,  0.076922129251006999,  -0.06665860320880021,   0.058773075398823184,
      -0.052392320747545872,  0.046739468239183291,  -0.040926318544462631,  0.034067699378293091,
      -0.02582664734922242,   0.016977884041511515,  -0.0091844442636359186, 0.0038559120605563156,
      -0.001164048312200206,  0.0002230170572003117, -2.0257992122526192e-05};
};
template <class V>
using ArcOf = ArcConstants<typename Format<V>::T>;

// multiple pi + (a + b), for multiple 0, 1/2 or 1, |a| <= pi/2, and |b| smaller.
template <class V>
FG_INLINE V add_pi(V multiple, V a, V b) {
  using C = ArcOf<V>;
  const Pair<V> s = fast_two_sum(multiple * C::kPiHi, a);
  return s.hi + (s.lo + fma(multiple, fill<V>(C::kPiLo), b));
}

// sqrt((1 - a) / 2) and twice it for a > 1/2, a itself up to there; squared; and what the series adds.
template <class V>
struct AsinParts {
  typename Format<V>::I large;
  V s, tail;
};
template <class V>
FG_INLINE AsinParts<V> asin_parts(V a) {
  using T = typename Format<V>::T;
  const auto large = a > T(0.5);
  const V z = large ? (1 - a) * T(0.5) : a * a;
  const V s = large ? sqrt(z) : a;
  const V t = s * (z * poly(z, ArcOf<V>::kAsin));
  return {large, large ? s + s : s, large ? t + t : t};
}
template <class V>
FG_INLINE V asin(V x) {
  using T = typename Format<V>::T;
  const AsinParts<V> p = asin_parts(abs(x));
  const V y = add_pi(p.large ? fill<V>(T(0.5)) : V{}, p.large ? -p.s : p.s, p.large ? -p.tail : p.tail);
  return copysign(y, x);
}
template <class V>
FG_INLINE V acos(V x) {
  using T = typename Format<V>::T;
  const AsinParts<V> p = asin_parts(abs(x));
  // acos(a) = 2 asin(s) or pi/2 - asin(a); acos(-a) = pi - acos(a)
  const auto up = (x < 0) ^ p.large;
  const V multiple = p.large ? x < 0 ? fill<V>(1) : V{} : fill<V>(T(0.5));
  return add_pi(multiple, up ? p.s : -p.s, up ? p.tail : -p.tail);
}

template <class V>
FG_INLINE V atan_tail(V q) {
  const V z = q * q;
  return q * (z * poly(z, ArcOf<V>::kAtan));
}
template <class V>
FG_INLINE V atan(V x) {
  using T = typename Format<V>::T;
  const V a = abs(x);
  const auto large = a > 1;
  const V q = large ? 1 / a : a, t = atan_tail(q);
  return copysign(add_pi(large ? fill<V>(T(0.5)) : V{}, large ? -q : q, large ? -t : t), x);
}
// C99 Annex F.10.1.4: the signs of zeros count, and infinities are on the diagonals.
template <class V>
FG_INLINE V atan2(V y, V x) {
  using T = typename Format<V>::T;
  using I = typename Format<V>::I;
  const V ay = abs(y), ax = abs(x);
  const I steep = ay > ax, left = (I)x < 0;
  const V num = steep ? ax : ay, den = steep ? ay : ax;
  V q = num / den;
  q = num == den ? num == 0 ? num : fill<V>(1) : q;
  const V t = atan_tail(q);
  const I minus = steep ^ left;
  const V multiple = steep ? fill<V>(T(0.5)) : left ? fill<V>(1) : V{};
  return copysign(add_pi(multiple, minus ? -q : q, minus ? -t : t), y);
}

}  // namespace fastgrad::FG_LEVEL
