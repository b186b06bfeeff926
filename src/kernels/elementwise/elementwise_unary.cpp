// Unary elementwise loops on float32 and float64: one vector function each, over contiguous memory.
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/vectors.h"
#include "kernels/elementwise/vectorize.h"
#include "simd/math.h"
#include "simd/math_area.h"

namespace fastgrad::FG_LEVEL {

namespace {

// Each operation as a type, so that the loops are templates over it.
struct Abs {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return abs(x);
  }
};
struct Negative {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return -x;
  }
};
struct Sign {  // NaN stays NaN, zeros give zero
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return x > V{} ? V{} + 1 : x < V{} ? V{} - 1 : x != x ? x : V{};
  }
};
struct Square {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return x * x;
  }
};
struct Relu {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return relu(x);
  }
};
struct Floor {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return floor(x);
  }
};
struct Ceil {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return ceil(x);
  }
};
struct Round {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return round(x);
  }
};
struct Trunc {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return trunc(x);
  }
};
struct Sqrt {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return sqrt(x);
  }
};
struct Rsqrt {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return rsqrt(x);
  }
};
struct Reciprocal {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return 1 / x;
  }
};
struct Exp {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return exp(x);
  }
};
struct Expm1 {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return expm1(x);
  }
};
struct Log {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return log(x);
  }
};
struct Log1p {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return log1p(x);
  }
};
struct Log2 {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return log2(x);
  }
};
struct Log10 {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return log10(x);
  }
};
struct Sin {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return sin(x);
  }
};
struct Cos {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return cos(x);
  }
};
struct Tan {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return tan(x);
  }
};
struct Sinh {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return sinh(x);
  }
};
struct Cosh {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return cosh(x);
  }
};
struct Tanh {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return tanh(x);
  }
};
struct Asin {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return asin(x);
  }
};
struct Acos {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return acos(x);
  }
};
struct Atan {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return atan(x);
  }
};
struct Asinh {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return asinh(x);
  }
};
struct Acosh {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return acosh(x);
  }
};
struct Atanh {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return atanh(x);
  }
};
struct Erf {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return erf(x);
  }
};
struct Sigmoid {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return sigmoid(x);
  }
};
struct Softplus {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return softplus(x);
  }
};
struct LogSigmoid {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return -softplus(-x);
  }
};
struct Exp2 {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return exp2(x);
  }
};
struct Silu {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return x * sigmoid(x);
  }
};
struct Gelu {  // x times the normal distribution function: Hendrycks and Gimpel, 2016, the exact form
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return gelu(x);
  }
};
struct LeakyRelu {
  template <class V>
  FG_INLINE V f(V x, const double* params) {
    return x > V{} ? x : x * fill<V>(static_cast<typename Format<V>::T>(params[0]));
  }
};

template <class Op, class T>
void heavy_loop(int64_t n, const void* x_, void* out, const double* params, bool stream) {
  const T* x = static_cast<const T*>(x_);
  const int64_t ahead = fetch_ahead<T>(n);
  over_vectors(n, static_cast<T*>(out), stream, [&](int64_t i, bool whole, int rest) __attribute__((always_inline)) {
    __builtin_prefetch(x + i + ahead);
    return Op::f(whole ? load(x + i) : load_first(x + i, rest), params);
  });
}

template <class Op, class T>
void loop(int64_t n, const void* x_, void* out_, const double* params, bool stream) {
  if (stream) return heavy_loop<Op, T>(n, x_, out_, params, true);
  const T* x = static_cast<const T*>(x_);
  T* out = static_cast<T*>(out_);
  constexpr int lanes = kLanes<T>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store<T>(out + i, Op::f(load(x + i), params));
  if (i == n) return;
  const int rest = static_cast<int>(n - i);
  store_first<T>(out + i, Op::f(load_first(x + i, rest), params), rest);
}

// Tests of a number's class, by its bits: plain loops, which compilers vectorise well.
template <class T>
using Bits = typename MaskType<T>::type;
template <class T>
inline constexpr Bits<T> kMagnitude = sizeof(T) == 4 ? static_cast<Bits<T>>(0x7fffffff)
                                                     : static_cast<Bits<T>>(0x7fffffffffffffffLL);
template <class T>
inline constexpr Bits<T> kInfinity = sizeof(T) == 4 ? static_cast<Bits<T>>(0x7f800000)
                                                    : static_cast<Bits<T>>(0x7ff0000000000000LL);
struct IsNan {
  template <class T>
  FG_INLINE bool f(Bits<T> magnitude) {
    return magnitude > kInfinity<T>;
  }
};
struct IsInf {
  template <class T>
  FG_INLINE bool f(Bits<T> magnitude) {
    return magnitude == kInfinity<T>;
  }
};
struct IsFinite {
  template <class T>
  FG_INLINE bool f(Bits<T> magnitude) {
    return magnitude < kInfinity<T>;
  }
};

template <class Op, class T>
void test_loop(int64_t n, const void* x_, void* out_, const double*, bool) {
  typedef Bits<T> Word __attribute__((may_alias));
  const Word* x = static_cast<const Word*>(x_);
  uint8_t* out = static_cast<uint8_t*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = Op::template f<T>(x[i] & kMagnitude<T>);
}

template <class T>
constexpr UnaryTable table_of() {
  UnaryTable t{};
  const auto set = [&t](UnaryOp op, UnaryLoop f) { t.loop[static_cast<int>(op)] = f; };
  set(UnaryOp::Abs, loop<Abs, T>);
  set(UnaryOp::Negative, loop<Negative, T>);
  set(UnaryOp::Sign, loop<Sign, T>);
  set(UnaryOp::Square, loop<Square, T>);
  set(UnaryOp::Relu, loop<Relu, T>);
  set(UnaryOp::LeakyRelu, loop<LeakyRelu, T>);
  set(UnaryOp::Floor, loop<Floor, T>);
  set(UnaryOp::Ceil, loop<Ceil, T>);
  set(UnaryOp::Round, loop<Round, T>);
  set(UnaryOp::Trunc, loop<Trunc, T>);
  set(UnaryOp::IsNan, test_loop<IsNan, T>);
  set(UnaryOp::IsInf, test_loop<IsInf, T>);
  set(UnaryOp::IsFinite, test_loop<IsFinite, T>);
  set(UnaryOp::Sqrt, loop<Sqrt, T>);
  set(UnaryOp::Rsqrt, heavy_loop<Rsqrt, T>);
  set(UnaryOp::Reciprocal, loop<Reciprocal, T>);
  set(UnaryOp::Exp, heavy_loop<Exp, T>);
  set(UnaryOp::Exp2, heavy_loop<Exp2, T>);
  set(UnaryOp::Expm1, heavy_loop<Expm1, T>);
  set(UnaryOp::Log, heavy_loop<Log, T>);
  set(UnaryOp::Log1p, heavy_loop<Log1p, T>);
  set(UnaryOp::Log2, heavy_loop<Log2, T>);
  set(UnaryOp::Log10, heavy_loop<Log10, T>);
  set(UnaryOp::Sin, heavy_loop<Sin, T>);
  set(UnaryOp::Cos, heavy_loop<Cos, T>);
  set(UnaryOp::Tan, heavy_loop<Tan, T>);
  set(UnaryOp::Sinh, heavy_loop<Sinh, T>);
  set(UnaryOp::Cosh, heavy_loop<Cosh, T>);
  set(UnaryOp::Tanh, heavy_loop<Tanh, T>);
  set(UnaryOp::Asin, heavy_loop<Asin, T>);
  set(UnaryOp::Acos, heavy_loop<Acos, T>);
  set(UnaryOp::Atan, heavy_loop<Atan, T>);
  set(UnaryOp::Asinh, heavy_loop<Asinh, T>);
  set(UnaryOp::Acosh, heavy_loop<Acosh, T>);
  set(UnaryOp::Atanh, heavy_loop<Atanh, T>);
  set(UnaryOp::Erf, heavy_loop<Erf, T>);
  set(UnaryOp::Sigmoid, heavy_loop<Sigmoid, T>);
  set(UnaryOp::Softplus, heavy_loop<Softplus, T>);
  set(UnaryOp::LogSigmoid, heavy_loop<LogSigmoid, T>);
  set(UnaryOp::Silu, heavy_loop<Silu, T>);
  set(UnaryOp::Gelu, heavy_loop<Gelu, T>);
  return t;
}

// Bits are integers' alone, and logical_not looks at bools.
constexpr bool has_every_loop(const UnaryTable& t) {
  for (int i = 0; i < kUnaryOps; ++i) {
    const UnaryOp op = static_cast<UnaryOp>(i);
    if (!t.loop[i] && op != UnaryOp::BitwiseInvert && op != UnaryOp::LogicalNot) return false;
  }
  return true;
}
static_assert(has_every_loop(table_of<float>()), "an operation of UnaryOp has no line in table_of");

}  // namespace

const UnaryTable unary_tables[2] = {table_of<float>(), table_of<double>()};

}  // namespace fastgrad::FG_LEVEL
