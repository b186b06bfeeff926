// With p the density and F the distribution function of shape a, dx / da = -(dF / da) / p: S. Figurnov, S. Mohamed, A.
// Mnih, "Implicit reparameterization gradients", NeurIPS 2018. F and its derivative, both divided by x p(x), are
//   up to a + 1, the series whose terms are x^n / (a (a + 1) ... (a + n));
//   beyond, of 1 - F, Legendre's continued fraction, by Lentz's method (Numerical Recipes, 6.2), differentiated step by
//   step;
//   for large a, where both take as many terms as the root of a, the integral from x out to where nothing is left, of
//   p(s) / p(x), and for the derivative of that times log(s) - digamma(a), by Gauss and Legendre.
#include "ops/gamma.h"

#include <cmath>
#include <limits>

#include "array/check.h"
#include "array/visit.h"
#include "ops/copy.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {
namespace {

constexpr int64_t kGrain = 512;
constexpr double kLarge = 200;  // of a: from here on by integral
constexpr double kEnough = std::numeric_limits<double>::epsilon() / 4;
constexpr double kHalfLog2Pi = 0.91893853320467274;

// lgamma(a) - (a - 1/2) log(a) + a - log(2 pi) / 2 for a >= 8: Stirling's series.
double stirling(double a) {
  const double r = 1 / a, z = r * r;
  return r * (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * 691.0 / 360360)))));
}

double log_gamma(double a) {
  double product = 1;
  for (; a < 10; ++a) product *= a;
  return (a - 0.5) * std::log(a) - a + kHalfLog2Pi + stirling(a) - std::log(product);
}

// log(a) - digamma(a) for a >= 8.
double log_less_digamma(double a) {
  const double r = 1 / a, z = r * r;
  return r * 0.5 + z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132)))));
}

double digamma(double a) {
  double sum = 0;
  for (; a < 10; ++a) sum += 1 / a;
  return std::log(a) - log_less_digamma(a) - sum;
}

// m - log(1 + m), which is of the size of m^2 / 2.
double less_log1p(double m) {
  if (std::abs(m) > 0.5) return m - std::log1p(m);
  const double r = m / (2 + m), z = r * r;
  double sum = 0, power = r * z;
  for (int k = 3; std::abs(power) > kEnough * z; k += 2, power *= z) sum += power / k;
  return m * r - 2 * sum;
}

// x p(x) = x^a exp(-x) / Gamma(a); for large a by the distance to a: C. Loader, "Fast and accurate computation of
// binomial probabilities", 2000.
double x_density(double a, double x, double log_x) {
  if (a < 20) return std::exp(a * log_x - x - log_gamma(a));
  return std::sqrt(a) * std::exp(-a * less_log1p((x - a) / a) - kHalfLog2Pi - stirling(a));
}

// A share of the distribution, and its derivative by a, both divided by x p(x).
struct Share {
  double value, slope;
};

Share below_by_series(double a, double x, double log_x) {
  double term = 1 / a, value = term, factors = 1 / a, slope = term * factors;
  for (double n = 1; n < 100000; ++n) {
    term *= x / (a + n);
    factors += 1 / (a + n);
    value += term;
    slope += term * factors;
    if (term * factors < kEnough * slope) break;
  }
  // of x p(x) log(x) - digamma(a) is the derivative's part
  return {value, (log_x - digamma(a)) * value - slope};
}

Share above_by_fraction(double a, double x, double log_x) {
  double b = x + 1 - a, c = 1e300, dc = 0;
  double d = 1 / b, dd = d * d, h = d, dh = dd;  // d before a name: its derivative by a; b's is -1
  for (double i = 1; i < 100000; ++i) {
    const double numerator = -i * (i - a);
    b += 2;
    const double low = 1 / (numerator * d + b), dlow = -low * low * (i * d + numerator * dd - 1);
    dc = -1 + i / c - numerator * dc / (c * c);
    c = b + numerator / c;
    d = low;
    dd = dlow;
    const double ratio = d * c, dratio = dd * c + d * dc;
    dh = dh * ratio + h * dratio;
    h *= ratio;
    if (std::abs(ratio - 1) < kEnough * 4 && std::abs(dratio) * h < kEnough * 4 * std::abs(dh)) break;
  }
  return {h, (log_x - digamma(a)) * h + dh};
}

// From x down to 0, or up.
Share by_integral(double a, double x, bool upper) {
  static constexpr double kNode[] = {0.09501250983763744, 0.2816035507792589, 0.45801677765722737, 0.6178762444026438,
                                     0.755404408355003,   0.8656312023878318, 0.9445750230732326,  0.9894009349916499};
  static constexpr double kWeight[] = {0.18945061045506864, 0.18260341504492364, 0.16915651939500265,
                                       0.1495959888165767,  0.12462897125553407, 0.0951585116824926,
                                       0.062253523938647456, 0.027152459411754176};
  constexpr int panels = 6;
  constexpr double enough = 40;  // exp(-40) is nothing beside 1
  const double sign = upper ? 1 : -1;
  // where the exponent, -slope s - curve s^2 / 2 next to x, is -enough; above x it falls slower than that further out
  const double slope = std::abs(1 - (a - 1) / x), curve = (a - 1) / (x * x);
  double length = 2 * enough / (slope + std::sqrt(slope * slope + 2 * enough * curve));
  length = upper ? length * 1.5 : std::fmin(length, x);
  const double centre = std::log1p((x - a) / a) + log_less_digamma(a);
  Share sum{0, 0};
  for (int p = 0; p < panels; ++p)
    for (int k = 0; k < 16; ++k) {
      const double node = k < 8 ? -kNode[k] : kNode[k - 8];
      const double s = length * (p + 0.5 + 0.5 * node) / panels;
      const double moved = std::log1p(sign * s / x);
      const double part = kWeight[k & 7] * std::exp((a - 1) * moved - sign * s);
      sum.value += part;
      sum.slope += part * (moved + centre);
    }
  const double width = length * 0.5 / panels / x;
  return {sum.value * width, sum.slope * width};
}

// The smaller of both tails, roughly.
Share share(double a, double x, double log_x, bool* upper) {
  *upper = x > a + 1;
  if (a > kLarge) return by_integral(a, x, *upper);
  return *upper ? above_by_fraction(a, x, log_x) : below_by_series(a, x, log_x);
}

double incomplete(double a, double x, bool upper) {
  if (!(a >= 0) || !(x >= 0) || (std::isinf(a) && std::isinf(x))) return std::numeric_limits<double>::quiet_NaN();
  if (a == 0 && x == 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0 || std::isinf(a)) return upper ? 1 : 0;
  if (a == 0 || std::isinf(x)) return upper ? 0 : 1;
  bool above;
  const double log_x = std::log(x);
  const double density = x_density(a, x, log_x);
  const double part = density == 0 ? 0 : std::fmin(1, density * share(a, x, log_x, &above).value);
  if (density == 0) above = x > a + 1;
  return above == upper ? part : 1 - part;
}

double log_slope(double a, double log_x) {
  if (std::isnan(a) || std::isnan(log_x)) return a + log_x;
  const double x = std::exp(log_x);
  // F is x^a / Gamma(a + 1) there
  if (x < 1e-30) return (digamma(a) + 1 / a - log_x) / a;
  bool upper;
  const Share s = share(a, x, log_x, &upper);
  return upper ? s.slope : -s.slope;
}

template <class F>
Array of_two(const char* op, const Array& a, const Array& b, const F& f) {
  check_float(a, op, "first argument");
  check_float(b, op, "second argument");
  if (a.dtype() != b.dtype() || a.shape() != b.shape())
    type_error(std::string(op) + ": both arguments must have one shape and dtype, got " + to_string(a.shape()) + " of " +
               name(a.dtype()) + " and " + to_string(b.shape()) + " of " + name(b.dtype()));
  const Array x = contiguous(a), y = contiguous(b), out = Array::empty(a.shape(), a.dtype());
  visit<ComputingFloats>(a.dtype(), [&]<class T>() {
    runtime::parallel_for(out.size(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        out.data<T>()[i] = static_cast<T>(f(double{x.data<T>()[i]}, double{y.data<T>()[i]}));
    });
  });
  return out;
}

}  // namespace

double log_factorial(double k) {
  static constexpr double kTable[] = {0,
                                      0,
                                      0.69314718055994531,
                                      1.791759469228055,
                                      3.1780538303479458,
                                      4.7874917427820458,
                                      6.5792512120101012,
                                      8.5251613610654147,
                                      10.604602902745251,
                                      12.801827480081469};
  return k < 10 ? kTable[static_cast<int>(k)] : (k + 0.5) * std::log(k + 1) - (k + 1) + kHalfLog2Pi + stirling(k + 1);
}

Array gammainc(const Array& a, const Array& x, bool upper) {
  return of_two("gammainc", a, x, [upper](double shape, double at) { return incomplete(shape, at, upper); });
}

Array gamma_log_slope(const Array& a, const Array& log_x) { return of_two("gamma_log_slope", a, log_x, log_slope); }

}  // namespace fastgrad::ops
