// The mathematics of the operations of one operand, on vectors of float32 or float64: f, and for what the list of
// operations says that it has a kernel for the gradient, either the slope, which a gradient is multiplied by, or `gradient`
// itself, where that is no such product: what the function passes on of g. Both of what the rule in fastgrad/ops keeps:
// of the input, x, or of the result, y.
#pragma once

#include "kernels/elementwise/operations.h"
#include "simd/math.h"
#include "simd/math_area.h"
#include "simd/math_gamma.h"

namespace fastgrad::FG_LEVEL::functions {

// A number as a vector like v.
template <class V>
FG_INLINE V like(V, double c) {
  return fill<V>(static_cast<typename Format<V>::T>(c));
}

// ---- every number ----

struct Negative {
  FG_INLINE auto f(auto x) { return -x; }
};
struct Sign {  // NaN stays NaN, zeros give zero
  template <class V>
  FG_INLINE V f(V x) {
    return x > V{} ? V{} + 1 : x < V{} ? V{} - 1 : x != x ? x : V{};
  }
};
struct Abs {
  FG_INLINE auto f(auto x) { return abs(x); }
  // at 0 not g * 0, which is NaN where g is infinite
  FG_INLINE auto gradient(auto g, auto x) { return x == 0 ? decltype(x){} : g * Sign::f(x); }
};
struct Square {
  FG_INLINE auto f(auto x) { return x * x; }
  FG_INLINE auto gradient(auto g, auto x) { return g * x * 2; }
};
struct Relu {
  FG_INLINE auto f(auto x) { return relu(x); }
  template <class V>
  FG_INLINE V gradient(V g, V y) {
    return y <= V{} ? V{} : g;
  }
};
struct LeakyRelu {
  template <class V>
  FG_INLINE V f(V x, const double* params) {
    return x > V{} ? x : x * like(x, params[0]);
  }
  template <class V>
  FG_INLINE V gradient(V g, V x, const double* params) {
    return x > V{} ? g : g * like(g, params[0]);
  }
};
struct Floor {
  FG_INLINE auto f(auto x) { return floor(x); }
};
struct Ceil {
  FG_INLINE auto f(auto x) { return ceil(x); }
};
struct Round {
  FG_INLINE auto f(auto x) { return round(x); }
};
struct Trunc {
  FG_INLINE auto f(auto x) { return trunc(x); }
};

// Of integers and bools alone: elementwise_int.cpp has them.
struct BitwiseInvert;
struct LogicalNot;

// Tests of a number's class, by the bits of its size: plain loops, which compilers vectorise well.
template <class T>
using Bits = typename MaskType<T>::type;
template <class T>
inline constexpr Bits<T> kInfinity =
    sizeof(T) == 4 ? static_cast<Bits<T>>(0x7f800000) : static_cast<Bits<T>>(0x7ff0000000000000LL);
struct IsNan {
  template <class T>
  FG_INLINE bool test(Bits<T> size) {
    return size > kInfinity<T>;
  }
};
struct IsInf {
  template <class T>
  FG_INLINE bool test(Bits<T> size) {
    return size == kInfinity<T>;
  }
};
struct IsFinite {
  template <class T>
  FG_INLINE bool test(Bits<T> size) {
    return size < kInfinity<T>;
  }
};

// ---- powers and roots ----

struct Sqrt {
  FG_INLINE auto f(auto x) { return sqrt(x); }
  FG_INLINE auto gradient(auto g, auto y) { return g / (y * 2); }
};
struct Rsqrt {
  FG_INLINE auto f(auto x) { return rsqrt(x); }
  // in this order no product leaves the range that g and the result span
  FG_INLINE auto gradient(auto g, auto y) { return g * y * y * (y * like(y, -0.5)); }
};
struct Reciprocal {
  FG_INLINE auto f(auto x) { return 1 / x; }
  FG_INLINE auto gradient(auto g, auto y) { return -(g * y * y); }
};

// ---- exponentials and logarithms ----

struct Exp {
  FG_INLINE auto f(auto x) { return exp(x); }
  FG_INLINE auto slope(auto y) { return y; }
};
struct Exp2 {
  FG_INLINE auto f(auto x) { return exp2(x); }
  FG_INLINE auto gradient(auto g, auto y) { return g * y * like(y, 0.6931471805599453); }
};
struct Expm1 {
  FG_INLINE auto f(auto x) { return expm1(x); }
  FG_INLINE auto slope(auto x) { return exp(x); }  // the output plus 1 would have lost the digits of exp(x) below 0
};
struct Log {
  FG_INLINE auto f(auto x) { return log(x); }
  FG_INLINE auto gradient(auto g, auto x) { return g / x; }
};
struct Log1p {
  FG_INLINE auto f(auto x) { return log1p(x); }
  FG_INLINE auto gradient(auto g, auto x) { return g / (x + 1); }
};
struct Log2 {
  FG_INLINE auto f(auto x) { return log2(x); }
  FG_INLINE auto gradient(auto g, auto x) { return g / x * like(x, 1.4426950408889634); }
};
struct Log10 {
  FG_INLINE auto f(auto x) { return log10(x); }
  FG_INLINE auto gradient(auto g, auto x) { return g / x * like(x, 0.4342944819032518); }
};

// ---- angles ----

// 1 - x * x, which keeps its digits next to 1.
FG_INLINE auto one_less_square(auto x) { return (1 - x) * (x + 1); }

struct Sin {
  FG_INLINE auto f(auto x) { return sin(x); }
  FG_INLINE auto slope(auto x) { return cos(x); }
};
struct Cos {
  FG_INLINE auto f(auto x) { return cos(x); }
  FG_INLINE auto slope(auto x) { return -sin(x); }
};
struct Tan {
  FG_INLINE auto f(auto x) { return tan(x); }
  FG_INLINE auto slope(auto y) { return y * y + 1; }
};
struct Asin {
  FG_INLINE auto f(auto x) { return asin(x); }
  FG_INLINE auto slope(auto x) { return rsqrt(one_less_square(x)); }
};
struct Acos {
  FG_INLINE auto f(auto x) { return acos(x); }
  FG_INLINE auto gradient(auto g, auto x) { return -(g * rsqrt(one_less_square(x))); }
};
struct Atan {
  FG_INLINE auto f(auto x) { return atan(x); }
  template <class V>
  FG_INLINE V gradient(V g, V x) {  // x * x + 1 might overflow
    const V length = hypot(x, like(x, 1));
    return g / length / length;
  }
};

// ---- hyperbolic functions ----

struct Sinh {
  FG_INLINE auto f(auto x) { return sinh(x); }
  FG_INLINE auto slope(auto x) { return cosh(x); }
};
struct Cosh {
  FG_INLINE auto f(auto x) { return cosh(x); }
  FG_INLINE auto slope(auto x) { return sinh(x); }
};
struct Tanh {
  FG_INLINE auto f(auto x) { return tanh(x); }
  FG_INLINE auto slope(auto y) { return one_less_square(y); }
};
struct Asinh {
  FG_INLINE auto f(auto x) { return asinh(x); }
  FG_INLINE auto gradient(auto g, auto x) { return g / hypot(x, like(x, 1)); }
};
struct Acosh {
  FG_INLINE auto f(auto x) { return acosh(x); }
  FG_INLINE auto gradient(auto g, auto x) { return g / (sqrt(x - 1) * sqrt(x + 1)); }
};
struct Atanh {
  FG_INLINE auto f(auto x) { return atanh(x); }
  FG_INLINE auto gradient(auto g, auto x) { return g / one_less_square(x); }
};

// ---- the error function, the gamma function, and activations ----

struct Erf {
  FG_INLINE auto f(auto x) { return erf(x); }
  FG_INLINE auto slope(auto x) { return exp(-(x * x)) * like(x, 1.1283791670955126); }  // 2 / sqrt(pi)
};
struct Erfinv {
  FG_INLINE auto f(auto x) { return erfinv(x); }
  FG_INLINE auto slope(auto y) { return exp(y * y) * like(y, 0.886226925452758); }  // sqrt(pi) / 2
};
struct Lgamma {
  FG_INLINE auto f(auto x) { return lgamma(x); }
  FG_INLINE auto slope(auto x) { return digamma(x); }
};
struct Digamma {
  FG_INLINE auto f(auto x) { return digamma(x); }
  FG_INLINE auto slope(auto x) { return trigamma(x); }
};
struct Polygamma {
  FG_INLINE auto f(auto x, const double* params) { return polygamma(x, params[0], params[1]); }
  FG_INLINE auto gradient(auto g, auto x, const double* params) {
    return g * polygamma(x, params[0] + 1, -(params[0] + 1) * params[1]);
  }
};
struct Sigmoid {
  FG_INLINE auto f(auto x) { return sigmoid(x); }
  FG_INLINE auto slope(auto y) { return y * (1 - y); }
};
struct Softplus {
  FG_INLINE auto f(auto x) { return softplus(x); }
  FG_INLINE auto slope(auto x) { return sigmoid(x); }
};

// x, or the bound beyond which a factor that vanishes makes its size irrelevant, and infinity times it would be NaN.
template <class V>
FG_INLINE V limited(V x, typename Format<V>::T bound) {
  return max(fill<V>(-bound), min(fill<V>(bound), x));
}
struct Silu {
  FG_INLINE auto f(auto x) { return x * sigmoid(x); }
  template <class V>
  FG_INLINE V slope(V x) {
    const V s = sigmoid(x);
    return s * (1 + limited(x, 1000) * (1 - s));  // beyond, s or 1 - s is 0
  }
};
struct Gelu {  // x times the normal distribution function: Hendrycks and Gimpel, 2016, the exact form
  FG_INLINE auto f(auto x) { return gelu(x); }
  template <class V>
  FG_INLINE V slope(V x) {  // that function, and x times the density
    const NormalTail<V> n = normal_tail(abs(x));
    const V density = limited(x, 100) * like(x, 0.39894228040143267794);  // beyond, the exponential is 0
    const V below = n.exponential * (n.factor + density);
    return x < 0 ? below : 1 - n.exponential * (n.factor - density);
  }
};

// x tanh(softplus(x)): Misra, 2019. With e = exp(-|x|) that is x * part / whole, of sums of positive numbers.
template <class V>
struct MishParts {
  V e, part, rest, whole;  // part + rest = whole
};
template <class V>
FG_INLINE MishParts<V> mish_parts(V x) {
  const V e = exp(-abs(x)), square = e * e;
  const V part = x < 0 ? square + 2 * e : 1 + 2 * e;
  const V rest = x < 0 ? V{} + 2 : 2 * square;
  return {e, part, rest, part + rest};
}
struct Mish {
  template <class V>
  FG_INLINE V f(V x) {
    const MishParts<V> m = mish_parts(x);
    return x * (m.part / m.whole);
  }
  template <class V>
  FG_INLINE V slope(V x) {  // t + x s (1 - t) (1 + t), t being the tangent and s the sigmoid
    const MishParts<V> m = mish_parts(x);
    const V t = m.part / m.whole, s = (x < 0 ? m.e : V{} + 1) / (1 + m.e);
    return t + limited(x, 1000) * s * (m.rest / m.whole) * (1 + t);  // beyond, s or the rest is 0
  }
};

// Of the straight pieces: NaN stays NaN, and passes gradients on as PyTorch has it.
template <class V>
FG_INLINE V bounded(V x, V low, V high) {
  return x < low ? low : x > high ? high : x;
}
struct Hardsigmoid {
  template <class V>
  FG_INLINE V f(V x) {
    return bounded(x + 3, V{}, V{} + 6) / 6;
  }
  template <class V>
  FG_INLINE V gradient(V g, V x) {
    return abs(x) < 3 ? g / 6 : V{};
  }
};
struct Hardswish {
  template <class V>
  FG_INLINE V f(V x) {
    return x * (bounded(x + 3, V{}, V{} + 6) / 6);
  }
  template <class V>
  FG_INLINE V gradient(V g, V x) {
    return x <= -3 ? V{} : x < 3 ? g * (x / 3 + like(x, 0.5)) : g;
  }
};
struct Hardtanh {
  template <class V>
  FG_INLINE V f(V x, const double* params) {
    return bounded(x, like(x, params[0]), like(x, params[1]));
  }
  template <class V>
  FG_INLINE V gradient(V g, V x, const double* params) {
    return x <= like(x, params[0]) ? V{} : x >= like(x, params[1]) ? V{} : g;
  }
};
struct Elu {  // and its kin: Clevert, Unterthiner and Hochreiter, 2015
  template <class V>
  FG_INLINE V f(V x, const double* params) {
    return x > 0 ? x * like(x, params[2]) : expm1(x * like(x, params[1])) * like(x, params[0]);
  }
  template <class V>
  FG_INLINE V gradient(V g, V x, const double* params) {
    return x <= 0 ? g * (exp(x * like(x, params[1])) * like(x, params[0] * params[1])) : g * like(x, params[2]);
  }
};

}  // namespace fastgrad::FG_LEVEL::functions
