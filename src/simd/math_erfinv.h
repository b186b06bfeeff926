// The inverse of the error function: of w = -log(1 - x^2), erfinv(x) / x is smooth, and in the tails so of sqrt(w): Giles,
// "Approximating the erfinv function", GPU Computing Gems, 2011. Minimax polynomials; the leading coefficient has two
// parts, and x times the others is added last, so that little is rounded at the size of the result.
#pragma once

#include "simd/math_log.h"

namespace fastgrad::FG_LEVEL {

// hi + lo + t (c[0] + c[1] t + ...)
template <class T, int N>
struct Series {
  T hi, lo, c[N];
};

template <class T>
struct ErfinvConstants;
template <>
struct ErfinvConstants<float> {
  static constexpr float kCentral = 5;  // of w
  static constexpr float kTailMiddle = 3;  // of sqrt(w), up to 4.1
  static constexpr Series<float, 9> kOfW = {
      0.886226892f,
      2.80244041e-08f,
      {0.232013822f, 0.0115486542f, -0.002334296f, -0.000127481806f, 4.45653204e-05f, 3.98319708e-06f, -1.97645227e-06f,
       2.21029453e-07f, -8.79096618e-09f}};
  static constexpr Series<float, 9> kTail = {
      2.83297682f,
      -1.53769566e-08f,
      {1.00167489f, 0.00944519229f, -0.00763695547f, 0.00568780722f, -0.00359898829f, 0.00148285681f, -5.37631349e-05f,
       -0.000307749229f, 0.000113640439f}};
};
template <>
struct ErfinvConstants<double> {
  static constexpr double kCentral = 6.25;
  static constexpr double kFar = 4;  // of sqrt(w): from here on the far tail, up to 6.1
  static constexpr double kTailMiddle = 3.25, kFarMiddle = 5;
  static constexpr Series<double, 23> kOfW = {
      0.88622692545275805,
      -2.1547737640799568e-17,
      {0.23201366653465141,    0.011549342038364592,    -0.0023351016427358554,  -0.00012804328714800808,
       4.6611413074024589e-05, 2.020058363839741e-06,   -1.0126779378293583e-06, -3.713649006366647e-08,
       2.2643373128487403e-08, 8.5918616260564112e-10,  -5.7684581794476815e-10, 9.0480295863392628e-13,
       1.0388816851390636e-11, -1.1787924540284016e-12, 8.3440029597866411e-13,  -4.3306690653742969e-13,
       1.1498531756539335e-13, -1.8986852111767317e-14, 2.1091756426324273e-15,  -1.6011738230888455e-16,
       8.0523829303337285e-18, -2.4364352387657728e-19, 3.3757829411305747e-21}};
  static constexpr Series<double, 19> kTail = {
      3.0838856104922208,
      -1.3148996779415755e-16,
      {1.0052589676941657, 0.0053709145535709097, -0.0037512085082629385, 0.0024914420970183065, -0.001688275534251902,
       0.00095328936307585124, -0.00035503783082675499, 2.4031263125552242e-05, 6.828724879210548e-05,
       -4.73190155274971e-05, 1.2464433157825244e-05, 2.9258240069311489e-06, -3.9840773508737356e-06,
       1.4985462672376312e-06, -3.0265783014446254e-08, -2.7118686575187159e-07, 1.339421473319052e-07,
       6.3437891192297928e-10, -1.6187384933621964e-08}};
  static constexpr Series<double, 17> kFarTail = {
      4.8499064014085844,
      -3.7508582346211188e-16,
      {1.0103004648645433, -0.00013871931833692581, -0.0002150301197145707, 7.5995277046705137e-05,
       -1.9681772388119538e-05, 4.5260624196144986e-06, -9.9301831742184667e-07, 2.2900577007123533e-07,
       -6.759412506455788e-08, 2.9145284348765742e-08, -1.5182105378033756e-08, 7.6197091325730867e-09,
       -3.5506517256497223e-09, 1.5046326412061296e-09, -3.9206178923651178e-10, -2.621009575388754e-11,
       3.2166520245707705e-11}};
};

// The series' leading part, and the rest.
template <class V>
struct SeriesParts {
  V leading, rest;
};
template <class V, int N>
FG_INLINE SeriesParts<V> parts_of(const Series<typename Format<V>::T, N>& s, V t) {
  return {fill<V>(s.hi), fma(poly(t, s.c), t, fill<V>(s.lo))};
}

template <class V>
FG_INLINE V erfinv(V x) {
  using F = Format<V>;
  using C = ErfinvConstants<typename F::T>;
  const V a = abs(x);
  const V w = -log((1 - a) * (a + 1));
  SeriesParts<V> p = parts_of(C::kOfW, w);
  if (any_below(-w, -C::kCentral)) {
    const V s = sqrt(w);
    SeriesParts<V> tail = parts_of(C::kTail, s - C::kTailMiddle);
    if constexpr (sizeof(x[0]) == 8) {
      const SeriesParts<V> far = parts_of(C::kFarTail, s - C::kFarMiddle);
      tail = {s < C::kFar ? tail.leading : far.leading, s < C::kFar ? tail.rest : far.rest};
    }
    p = {w < C::kCentral ? p.leading : tail.leading, w < C::kCentral ? p.rest : tail.rest};
  }
  return a == 1 ? copysign(fill<V>(F::kInf), x) : fma(x, p.leading, x * p.rest);
}

}  // namespace fastgrad::FG_LEVEL
