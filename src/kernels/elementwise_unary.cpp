// Unary elementwise loops on float32 and float64: one vector function each, over contiguous memory.
#include "kernels/elementwise.h"
#include "simd/rounding.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

namespace {

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
    const V zero{};
    return x > zero ? zero + 1 : x < zero ? zero - 1 : x != x ? x : zero;
  }
};
struct Square {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return x * x;
  }
};
struct Relu {  // NaN stays NaN
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return x <= V{} ? V{} : x;
  }
};
struct LeakyRelu {
  template <class V>
  FG_INLINE V f(V x, const double* params) {
    return x > V{} ? x : x * splat_like(x, params[0]);
  }
};
template <Rounding kMode>
struct Rounded {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return rounded<kMode>(x);
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
    return 1 / sqrt(x);
  }
};
struct Reciprocal {
  template <class V>
  FG_INLINE V f(V x, const double*) {
    return 1 / x;
  }
};

template <class Op, class T>
void loop(int64_t n, const void* x_, void* out_, const double* params) {
  const T* x = static_cast<const T*>(x_);
  T* out = static_cast<T*>(out_);
  constexpr int lanes = kLanes<T>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store<T>(out + i, Op::f(load(x + i), params));
  if (i < n) store_first<T>(out + i, Op::f(load_first(x + i, static_cast<int>(n - i)), params), static_cast<int>(n - i));
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
void test_loop(int64_t n, const void* x_, void* out_, const double*) {
  typedef Bits<T> Word __attribute__((may_alias));
  const Word* x = static_cast<const Word*>(x_);
  uint8_t* out = static_cast<uint8_t*>(out_);
#pragma GCC ivdep
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
  set(UnaryOp::Floor, loop<Rounded<Rounding::Down>, T>);
  set(UnaryOp::Ceil, loop<Rounded<Rounding::Up>, T>);
  set(UnaryOp::Round, loop<Rounded<Rounding::Nearest>, T>);
  set(UnaryOp::Trunc, loop<Rounded<Rounding::TowardZero>, T>);
  set(UnaryOp::IsNan, test_loop<IsNan, T>);
  set(UnaryOp::IsInf, test_loop<IsInf, T>);
  set(UnaryOp::IsFinite, test_loop<IsFinite, T>);
  set(UnaryOp::Sqrt, loop<Sqrt, T>);
  set(UnaryOp::Rsqrt, loop<Rsqrt, T>);
  set(UnaryOp::Reciprocal, loop<Reciprocal, T>);
  return t;
}

}  // namespace

extern const UnaryTable unary_tables[2];
const UnaryTable unary_tables[2] = {table_of<float>(), table_of<double>()};

}  // namespace fastgrad::FG_LEVEL
