// Elementwise loops on integers and bool. Plain loops that the compiler vectorises for the baseline instruction set;
// arithmetic is done in unsigned words, so that it wraps instead of being undefined.
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/vectorize.h"

#include <initializer_list>
#include <type_traits>

#include "levels.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")  // -O2 leaves these loops scalar
#if defined(FG_HAVE_X86_LEVELS)
#pragma GCC target("sse4.2")  // x86-64-v2, the least that such a build runs on
#endif
#endif

namespace fastgrad::integer {

namespace {

// The unsigned type that arithmetic on T wraps in; at least 32 bits, so that it is not promoted to int.
template <class T>
using Word = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

struct Add {
  template <class T>
  static T f(T a, T b) {
    return static_cast<T>(Word<T>(a) + Word<T>(b));
  }
};
struct Subtract {
  template <class T>
  static T f(T a, T b) {
    return static_cast<T>(Word<T>(a) - Word<T>(b));
  }
};
struct Multiply {
  template <class T>
  static T f(T a, T b) {
    return static_cast<T>(Word<T>(a) * Word<T>(b));
  }
};
struct FloorDivide {
  template <class T>
  static T f(T a, T b) {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return static_cast<T>(Word<T>(0) - Word<T>(a));  // the lowest number wraps to itself
      const T q = static_cast<T>(a / b);
      return static_cast<T>(q - ((a % b != 0) & ((a < 0) != (b < 0))));
    } else {
      return static_cast<T>(a / b);
    }
  }
};
struct Remainder {
  template <class T>
  static T f(T a, T b) {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return 0;
      const T r = static_cast<T>(a % b);
      return static_cast<T>(r + (((r != 0) & ((r < 0) != (b < 0))) ? b : 0));
    } else {
      return static_cast<T>(a % b);
    }
  }
};
struct Pow {  // negative exponents were refused
  template <class T>
  static T f(T a, T b) {
    Word<T> result = 1, base = Word<T>(a);
    for (auto e = static_cast<std::make_unsigned_t<T>>(b); e; e >>= 1, base *= base)
      if (e & 1) result *= base;
    return static_cast<T>(result);
  }
};
struct Maximum {
  template <class T>
  static T f(T a, T b) {
    return a > b ? a : b;
  }
};
struct Minimum {
  template <class T>
  static T f(T a, T b) {
    return a < b ? a : b;
  }
};
struct BitwiseAnd {
  template <class T>
  static T f(T a, T b) {
    return static_cast<T>(a & b);
  }
};
struct BitwiseOr {
  template <class T>
  static T f(T a, T b) {
    return static_cast<T>(a | b);
  }
};
struct BitwiseXor {
  template <class T>
  static T f(T a, T b) {
    return static_cast<T>(a ^ b);
  }
};
struct LeftShift {
  template <class T>
  static T f(T a, T b) {
    const auto by = static_cast<std::make_unsigned_t<T>>(b);  // a negative count is a large one
    return by < 8 * sizeof(T) ? static_cast<T>(Word<T>(a) << by) : T(0);
  }
};
struct RightShift {
  template <class T>
  static T f(T a, T b) {
    const auto by = static_cast<std::make_unsigned_t<T>>(b);
    return by < 8 * sizeof(T) ? static_cast<T>(a >> by) : static_cast<T>(a < 0 ? -1 : 0);
  }
};
// Truths: bytes of any value, true where they are not 0.
template <class Op>
struct OfTruths {
  static uint8_t f(uint8_t a, uint8_t b) { return Op::f(uint8_t{a != 0}, uint8_t{b != 0}); }
};
struct EitherTruth {
  static uint8_t f(uint8_t a, uint8_t b) { return (a | b) != 0; }
};
struct BothTruths {
  static uint8_t f(uint8_t a, uint8_t b) { return (a < b ? a : b) != 0; }
};

struct Equal {
  template <class T>
  static uint8_t f(T a, T b) {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  static uint8_t f(T a, T b) {
    return a != b;
  }
};
struct Less {
  template <class T>
  static uint8_t f(T a, T b) {
    return a < b;
  }
};
struct LessEqual {
  template <class T>
  static uint8_t f(T a, T b) {
    return a <= b;
  }
};

// An input repeated is spread into a buffer first: one loop an operation instead of three.
template <class Op, class T>
void binary_loop(int64_t n, const void* a_, int64_t sa, const void* b_, int64_t sb, void* out_, const double*, bool) {
  using R = decltype(Op::f(T{}, T{}));
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  R* out = static_cast<R*>(out_);
  constexpr int64_t spread = 512;
  T repeated_a[spread], repeated_b[spread];
  const int64_t step = sa && sb ? n : spread;
  const int64_t filled = n < spread ? n : spread;
  if (!sa) {
    for (int64_t i = 0; i < filled; ++i) repeated_a[i] = *a;
    a = repeated_a;
  }
  if (!sb) {
    for (int64_t i = 0; i < filled; ++i) repeated_b[i] = *b;
    b = repeated_b;
  }
  for (int64_t i = 0; i < n; i += step) {
    const int64_t m = n - i < step ? n - i : step;
    const T* x = a + i * sa;
    const T* y = b + i * sb;
    R* z = out + i;
  FG_INDEPENDENT
    for (int64_t k = 0; k < m; ++k) z[k] = Op::f(x[k], y[k]);
  }
}
template <BinaryLoop kLoop>
void swapped(int64_t n, const void* a, int64_t sa, const void* b, int64_t sb, void* out, const double* params,
             bool stream) {
  kLoop(n, b, sb, a, sa, out, params, stream);
}

struct Abs {
  template <class T>
  static T f(T x) {
    return x < 0 ? static_cast<T>(Word<T>(0) - Word<T>(x)) : x;
  }
};
struct Negative {
  template <class T>
  static T f(T x) {
    return static_cast<T>(Word<T>(0) - Word<T>(x));
  }
};
struct Sign {
  template <class T>
  static T f(T x) {
    return static_cast<T>((x > 0) - (x < 0));
  }
};
struct Square {
  template <class T>
  static T f(T x) {
    return static_cast<T>(Word<T>(x) * Word<T>(x));
  }
};
struct Relu {
  template <class T>
  static T f(T x) {
    return x > 0 ? x : T(0);
  }
};
struct BitwiseInvert {
  template <class T>
  static T f(T x) {
    return static_cast<T>(~x);
  }
};
struct LogicalNot {
  template <class T>
  static uint8_t f(T x) {
    return x == 0;
  }
};
template <class Op, class T>
void unary_loop(int64_t n, const void* x_, void* out_, const double*, bool) {
  using R = decltype(Op::f(T{}));
  const T* x = static_cast<const T*>(x_);
  R* out = static_cast<R*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = Op::f(x[i]);
}

template <class T>
void clip_loop(int64_t n, const void* x_, void* out_, const void* low_, const void* high_) {
  const T* x = static_cast<const T*>(x_);
  T* out = static_cast<T*>(out_);
  const T low = *static_cast<const T*>(low_), high = *static_cast<const T*>(high_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = Minimum::f(Maximum::f(x[i], low), high);
}

template <class From, class To>
void cast(int64_t n, const void* x_, void* out_) {
  const From* x = static_cast<const From*>(x_);
  To* out = static_cast<To*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<To>(x[i]);
}

template <class T>
constexpr BinaryTable binary_of() {
  using U = std::make_unsigned_t<T>;  // what does not depend on the sign exists once for both
  BinaryTable t{};
  const auto set = [&t](BinaryOp op, BinaryLoop f) { t.loop[static_cast<int>(op)] = f; };
  set(BinaryOp::Add, binary_loop<Add, U>);
  set(BinaryOp::Subtract, binary_loop<Subtract, U>);
  set(BinaryOp::Multiply, binary_loop<Multiply, U>);
  set(BinaryOp::FloorDivide, binary_loop<FloorDivide, T>);
  set(BinaryOp::Remainder, binary_loop<Remainder, T>);
  set(BinaryOp::Pow, binary_loop<Pow, U>);
  set(BinaryOp::Maximum, binary_loop<Maximum, T>);
  set(BinaryOp::Minimum, binary_loop<Minimum, T>);
  set(BinaryOp::BitwiseAnd, binary_loop<BitwiseAnd, U>);
  set(BinaryOp::BitwiseOr, binary_loop<BitwiseOr, U>);
  set(BinaryOp::BitwiseXor, binary_loop<BitwiseXor, U>);
  set(BinaryOp::LeftShift, binary_loop<LeftShift, U>);
  set(BinaryOp::RightShift, binary_loop<RightShift, T>);
  set(BinaryOp::Equal, binary_loop<Equal, U>);
  set(BinaryOp::NotEqual, binary_loop<NotEqual, U>);
  set(BinaryOp::Less, binary_loop<Less, T>);
  set(BinaryOp::LessEqual, binary_loop<LessEqual, T>);
  set(BinaryOp::Greater, swapped<binary_loop<Less, T>>);
  set(BinaryOp::GreaterEqual, swapped<binary_loop<LessEqual, T>>);
  return t;
}

// A row of the list that takes integers has its line above.
constexpr bool has_every_loop(const BinaryTable& t) {
  for (int i = 0; i < kBinaryOps; ++i) {
    const OpInfo& f = info(static_cast<BinaryOp>(i));
    if ((f.is_of(facts::Numbers) || f.is_of(facts::Integers)) != (t.loop[i] != nullptr)) return false;
  }
  return true;
}
static_assert(has_every_loop(binary_of<int32_t>()), "an operation on integers has no line in binary_of");

constexpr BinaryTable binary_of_bool() {
  BinaryTable t{};
  const auto set = [&t](BinaryOp op, BinaryLoop f) { t.loop[static_cast<int>(op)] = f; };
  constexpr BinaryLoop conjunction = binary_loop<BothTruths, uint8_t>;
  constexpr BinaryLoop disjunction = binary_loop<EitherTruth, uint8_t>;
  constexpr BinaryLoop difference = binary_loop<OfTruths<BitwiseXor>, uint8_t>;
  for (const BinaryOp op : {BinaryOp::Multiply, BinaryOp::Minimum, BinaryOp::BitwiseAnd, BinaryOp::LogicalAnd})
    set(op, conjunction);
  for (const BinaryOp op : {BinaryOp::Add, BinaryOp::Maximum, BinaryOp::BitwiseOr, BinaryOp::LogicalOr})
    set(op, disjunction);
  for (const BinaryOp op : {BinaryOp::BitwiseXor, BinaryOp::LogicalXor, BinaryOp::NotEqual}) set(op, difference);
  set(BinaryOp::Equal, binary_loop<OfTruths<Equal>, uint8_t>);
  set(BinaryOp::Less, binary_loop<OfTruths<Less>, uint8_t>);
  set(BinaryOp::LessEqual, binary_loop<OfTruths<LessEqual>, uint8_t>);
  set(BinaryOp::Greater, swapped<binary_loop<OfTruths<Less>, uint8_t>>);
  set(BinaryOp::GreaterEqual, swapped<binary_loop<OfTruths<LessEqual>, uint8_t>>);
  return t;
}

template <class T>
constexpr UnaryTable unary_of() {
  UnaryTable t{};
  const auto set = [&t](UnaryOp op, UnaryLoop f) { t.loop[static_cast<int>(op)] = f; };
  using U = std::make_unsigned_t<T>;
  set(UnaryOp::Negative, unary_loop<Negative, U>);
  set(UnaryOp::Square, unary_loop<Square, U>);
  set(UnaryOp::BitwiseInvert, unary_loop<BitwiseInvert, U>);
  set(UnaryOp::Sign, unary_loop<Sign, T>);
  if constexpr (std::is_signed_v<T>) {
    set(UnaryOp::Abs, unary_loop<Abs, T>);
    set(UnaryOp::Relu, unary_loop<Relu, T>);
  }
  return t;
}

// A row of the list that takes integers has its line above, but for what every integer is the result of itself.
constexpr bool is_identity(UnaryOp op) {
  return op == UnaryOp::Floor || op == UnaryOp::Ceil || op == UnaryOp::Round || op == UnaryOp::Trunc;
}
constexpr bool has_every_loop(const UnaryTable& t) {
  for (int i = 0; i < kUnaryOps; ++i) {
    const OpInfo& f = info(static_cast<UnaryOp>(i));
    const bool computes = f.is_of(facts::Integers) || (f.is_of(facts::Numbers) && !f.gives_bool());
    if ((computes && !is_identity(static_cast<UnaryOp>(i))) != (t.loop[i] != nullptr)) return false;
  }
  return true;
}
static_assert(has_every_loop(unary_of<int32_t>()), "an operation on integers has no line in unary_of");

constexpr UnaryTable unary_of_bool() {
  UnaryTable t{};
  t.loop[static_cast<int>(UnaryOp::LogicalNot)] = unary_loop<LogicalNot, uint8_t>;
  t.loop[static_cast<int>(UnaryOp::BitwiseInvert)] = unary_loop<LogicalNot, uint8_t>;
  return t;
}

template <class T, class To = uint8_t>
void truth(int64_t n, const void* x_, void* out_) {
  const T* x = static_cast<const T*>(x_);
  To* out = static_cast<To*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] != 0;
}

// Only the width of the target matters, and the sign of the source where that is wider.
template <class From>
constexpr void add_casts(CastTable& t, DType from) {
  CastLoop* row = t.loop[static_cast<int>(from)];
  const auto pair = [row](DType u, DType s, CastLoop f) { row[static_cast<int>(u)] = row[static_cast<int>(s)] = f; };
  if constexpr (sizeof(From) != 1) pair(DType::U8, DType::I8, cast<From, uint8_t>);
  if constexpr (sizeof(From) != 2) pair(DType::U16, DType::I16, cast<From, uint16_t>);
  if constexpr (sizeof(From) != 4) pair(DType::U32, DType::I32, cast<From, uint32_t>);
  if constexpr (sizeof(From) != 8) pair(DType::U64, DType::I64, cast<From, uint64_t>);
  row[static_cast<int>(DType::Bool)] = truth<std::make_unsigned_t<From>>;
}
constexpr void add_casts_of_bool(CastTable& t) {
  CastLoop* row = t.loop[static_cast<int>(DType::Bool)];
  const auto pair = [row](DType u, DType s, CastLoop f) { row[static_cast<int>(u)] = row[static_cast<int>(s)] = f; };
  pair(DType::U8, DType::I8, truth<uint8_t>);
  pair(DType::U16, DType::I16, truth<uint8_t, uint16_t>);
  pair(DType::U32, DType::I32, truth<uint8_t, uint32_t>);
  pair(DType::U64, DType::I64, truth<uint8_t, uint64_t>);
  row[static_cast<int>(DType::Bool)] = truth<uint8_t>;
}

constexpr CastTable make_casts() {
  CastTable t{};
  add_casts_of_bool(t);
  add_casts<uint8_t>(t, DType::U8);
  add_casts<int8_t>(t, DType::I8);
  add_casts<uint16_t>(t, DType::U16);
  add_casts<int16_t>(t, DType::I16);
  add_casts<uint32_t>(t, DType::U32);
  add_casts<int32_t>(t, DType::I32);
  add_casts<uint64_t>(t, DType::U64);
  add_casts<int64_t>(t, DType::I64);
  return t;
}

}  // namespace

// In the order of DType.
const UnaryTable unary[kNumDTypes] = {unary_of_bool(),      unary_of<uint8_t>(), unary_of<int8_t>(),
                                      unary_of<uint16_t>(), unary_of<int16_t>(), unary_of<uint32_t>(),
                                      unary_of<int32_t>(),  unary_of<uint64_t>(), unary_of<int64_t>()};
const BinaryTable binary[kNumDTypes] = {binary_of_bool(),      binary_of<uint8_t>(), binary_of<int8_t>(),
                                        binary_of<uint16_t>(), binary_of<int16_t>(), binary_of<uint32_t>(),
                                        binary_of<int32_t>(),  binary_of<uint64_t>(), binary_of<int64_t>()};
const ClipLoop clip[kNumDTypes] = {clip_loop<uint8_t>,  clip_loop<uint8_t>,  clip_loop<int8_t>,
                                   clip_loop<uint16_t>, clip_loop<int16_t>,  clip_loop<uint32_t>,
                                   clip_loop<int32_t>,  clip_loop<uint64_t>, clip_loop<int64_t>};
const CastTable casts = make_casts();

}  // namespace fastgrad::integer
