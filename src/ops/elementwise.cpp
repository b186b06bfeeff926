#include "ops/elementwise.h"

#include <array>
#include <cstring>
#include <string>

#include "array/promotion.h"
#include "kernels/table.h"
#include "ops/plan.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {

namespace {

template <class Op>
struct Named {
  Op op;
  const char* name;
};

// The names of operations by their numbers. One that is missing or out of place does not compile.
template <class Op, size_t N>
consteval std::array<const char*, N> in_order(const Named<Op> (&list)[N]) {
  static_assert(N == static_cast<size_t>(Op::Count), "every operation of the enumeration has a name");
  std::array<const char*, N> names{};
  for (size_t i = 0; i < N; ++i) {
    if (list[i].op != static_cast<Op>(i)) throw "names stand in the order of the enumeration";
    names[i] = list[i].name;
  }
  return names;
}

using U = UnaryOp;
constexpr auto kUnaryNames = in_order<UnaryOp>({
    {U::Abs, "abs"}, {U::Negative, "negative"}, {U::Sign, "sign"}, {U::Square, "square"}, {U::Relu, "relu"},
    {U::Floor, "floor"}, {U::Ceil, "ceil"}, {U::Round, "round"}, {U::Trunc, "trunc"},
    {U::BitwiseInvert, "bitwise_invert"}, {U::IsNan, "isnan"}, {U::IsInf, "isinf"}, {U::IsFinite, "isfinite"},
    {U::LogicalNot, "logical_not"}, {U::Sqrt, "sqrt"}, {U::Rsqrt, "rsqrt"}, {U::Reciprocal, "reciprocal"},
    {U::Exp, "exp"}, {U::Exp2, "exp2"}, {U::Expm1, "expm1"}, {U::Log, "log"}, {U::Log1p, "log1p"}, {U::Log2, "log2"},
    {U::Log10, "log10"}, {U::Sin, "sin"}, {U::Cos, "cos"}, {U::Tan, "tan"}, {U::Asin, "asin"}, {U::Acos, "acos"},
    {U::Atan, "atan"}, {U::Sinh, "sinh"}, {U::Cosh, "cosh"}, {U::Tanh, "tanh"}, {U::Asinh, "asinh"},
    {U::Acosh, "acosh"}, {U::Atanh, "atanh"}, {U::Erf, "erf"}, {U::Sigmoid, "sigmoid"}, {U::LogSigmoid, "log_sigmoid"},
    {U::Softplus, "softplus"}, {U::Silu, "silu"}, {U::Gelu, "gelu"}, {U::LeakyRelu, "leaky_relu"},
});
using B = BinaryOp;
constexpr auto kBinaryNames = in_order<BinaryOp>({
    {B::Add, "add"}, {B::Subtract, "subtract"}, {B::Multiply, "multiply"}, {B::FloorDivide, "floor_divide"},
    {B::Remainder, "remainder"}, {B::Pow, "pow"}, {B::Maximum, "maximum"}, {B::Minimum, "minimum"},
    {B::BitwiseAnd, "bitwise_and"}, {B::BitwiseOr, "bitwise_or"}, {B::BitwiseXor, "bitwise_xor"},
    {B::LeftShift, "left_shift"}, {B::RightShift, "right_shift"}, {B::Equal, "equal"}, {B::NotEqual, "not_equal"},
    {B::Less, "less"}, {B::LessEqual, "less_equal"}, {B::Greater, "greater"}, {B::GreaterEqual, "greater_equal"},
    {B::LogicalAnd, "logical_and"}, {B::LogicalOr, "logical_or"}, {B::LogicalXor, "logical_xor"}, {B::Divide, "divide"},
    {B::Atan2, "atan2"}, {B::Hypot, "hypot"}, {B::ReluGrad, "relu_grad"}, {B::SigmoidGrad, "sigmoid_grad"},
    {B::TanhGrad, "tanh_grad"}, {B::LeakyReluGrad, "leaky_relu_grad"}, {B::SoftplusGrad, "softplus_grad"},
    {B::SiluGrad, "silu_grad"}, {B::GeluGrad, "gelu_grad"}, {B::LogSigmoidGrad, "log_sigmoid_grad"},
});

constexpr bool is_identity_of_integers(UnaryOp op) {
  return op == UnaryOp::Floor || op == UnaryOp::Ceil || op == UnaryOp::Round || op == UnaryOp::Trunc;
}
constexpr bool is_class_test(UnaryOp op) {
  return op == UnaryOp::IsNan || op == UnaryOp::IsInf || op == UnaryOp::IsFinite;
}
constexpr bool gives_bool(UnaryOp op) { return is_class_test(op) || op == UnaryOp::LogicalNot; }
constexpr bool is_of_floats(UnaryOp op) { return op >= UnaryOp::Sqrt; }
constexpr bool is_heavy(UnaryOp op) { return op >= UnaryOp::Exp && op != UnaryOp::LeakyRelu; }

constexpr bool is_logical(BinaryOp op) { return op >= BinaryOp::LogicalAnd && op <= BinaryOp::LogicalXor; }
constexpr bool gives_bool(BinaryOp op) { return op >= BinaryOp::Equal && op <= BinaryOp::LogicalXor; }
constexpr bool is_of_floats(BinaryOp op) { return op >= BinaryOp::Divide; }
constexpr bool is_of_integers(BinaryOp op) { return op >= BinaryOp::BitwiseAnd && op <= BinaryOp::RightShift; }
constexpr bool is_heavy(BinaryOp op) {
  return op == BinaryOp::Pow || op == BinaryOp::Atan2 || op == BinaryOp::FloorDivide || op == BinaryOp::Remainder ||
         op >= BinaryOp::SoftplusGrad;
}
constexpr bool is_comparison(BinaryOp op) { return op >= BinaryOp::Equal && op <= BinaryOp::GreaterEqual; }
// Operations whose result on two bools is int8's.
constexpr bool widens_bool(BinaryOp op) {
  return op == BinaryOp::FloorDivide || op == BinaryOp::Remainder || op == BinaryOp::Pow ||
         op == BinaryOp::LeftShift || op == BinaryOp::RightShift;
}

[[noreturn]] void refuse_storage_dtype(const char* op, DType t) {
  type_error(std::string(op) + ": " + fastgrad::name(t) +
             " is a storage dtype that arithmetic is not defined on; convert with .astype(fg.float32)");
}
[[noreturn]] void refuse(const char* op, DType t, const char* advice) {
  type_error(std::string(op) + " is not defined on " + fastgrad::name(t) + advice);
}

UnaryLoop unary_loop(UnaryOp op, DType t) {
  const int i = static_cast<int>(op);
  if (is_computing_float(t)) return kernels().elementwise->unary[t == DType::F64].loop[i];
  return integer::unary[static_cast<int>(t)].loop[i];
}
BinaryLoop binary_loop(BinaryOp op, DType t) {
  const int i = static_cast<int>(op);
  if (is_computing_float(t)) return kernels().elementwise->binary[t == DType::F64].loop[i];
  return integer::binary[static_cast<int>(t)].loop[i];
}

// Whether an operation's loop can write past the caches.
template <class Op>
bool streams(Op op, DType compute) {
  return is_computing_float(compute) && !gives_bool(op);
}

struct UnaryContext {
  UnaryLoop loop;
  double param;
};
void run_unary(const void* context, int64_t n, char* const* p, const int64_t*, bool stream) {
  const UnaryContext& c = *static_cast<const UnaryContext*>(context);
  c.loop(n, p[1], p[0], &c.param, stream);
}

struct BinaryContext {
  BinaryLoop loop;
  double param;
};
void run_binary(const void* context, int64_t n, char* const* p, const int64_t* steps, bool stream) {
  const BinaryContext& c = *static_cast<const BinaryContext*>(context);
  c.loop(n, p[1], steps[1], p[2], steps[2], p[0], &c.param, stream);
}

struct SelectContext {
  SelectLoop loop;
};
void run_select(const void* context, int64_t n, char* const* p, const int64_t* steps, bool) {
  const SelectContext& c = *static_cast<const SelectContext*>(context);
  c.loop(n, reinterpret_cast<const uint8_t*>(p[1]), p[2], steps[2], p[3], steps[3], p[0]);
}

struct ClipContext {
  ClipLoop loop;
  char low[8], high[8];
};
void run_clip(const void* context, int64_t n, char* const* p, const int64_t*, bool) {
  const ClipContext& c = *static_cast<const ClipContext*>(context);
  c.loop(n, p[1], p[0], c.low, c.high);
}

constexpr unsigned kBothRepeat = 0b110;
constexpr unsigned kChoicesRepeat = 0b1100;

// The dtype that an operation computes in, and that of its result. They differ where the result is a bool, and where
// integers go into a function of floats: that computes in float64 and rounds once.
struct Types {
  DType compute, result;
};

Types unary_types(UnaryOp op, DType t) {
  if (op == UnaryOp::LogicalNot) return {DType::Bool, DType::Bool};
  if (is_floating(t) && !is_computing_float(t)) refuse_storage_dtype(name(op), t);
  if (is_class_test(op)) return {t, DType::Bool};
  if (is_of_floats(op)) return is_floating(t) ? Types{t, t} : Types{DType::F64, DType::F32};
  if (op == UnaryOp::BitwiseInvert && is_floating(t)) refuse(name(op), t, "; it takes integers and bool");
  if (t == DType::Bool) {
    if (op == UnaryOp::Negative) refuse(name(op), t, "; use logical_not or ~");
    if (op == UnaryOp::Sign) refuse(name(op), t, "; convert with .astype(...)");
    if (op == UnaryOp::Square) return {DType::I8, DType::I8};
  }
  return {t, t};
}

// For t, what the inputs promote to.
Types binary_types(BinaryOp op, DType t) {
  if (is_logical(op)) return {DType::Bool, DType::Bool};
  if (is_floating(t) && !is_computing_float(t)) refuse_storage_dtype(name(op), t);
  if (is_of_floats(op)) return is_floating(t) ? Types{t, t} : Types{DType::F64, DType::F32};
  if (is_of_integers(op) && is_floating(t)) refuse(name(op), t, "; it takes integers");
  if (t == DType::Bool) {
    if (op == BinaryOp::Subtract) refuse(name(op), t, "; use bitwise_xor or logical_xor");
    if (widens_bool(op)) return {DType::I8, DType::I8};
  }
  return {t, gives_bool(op) ? DType::Bool : t};
}

Types binary_types(BinaryOp op, DType a, DType b) {
  for (const DType t : {a, b})
    if (is_floating(t) && !is_computing_float(t) && !is_logical(op)) refuse_storage_dtype(name(op), t);
  return binary_types(op, is_logical(op) ? DType::Bool : promote(a, b, name(op)));
}

Types scalar_types(BinaryOp op, DType a, Scalar s) {
  if (is_floating(a) && !is_computing_float(a) && !is_logical(op)) refuse_storage_dtype(name(op), a);
  const Kind weak = s.kind == Kind::Unsigned ? Kind::Signed : s.kind;
  Types t = binary_types(op, is_logical(op) ? DType::Bool : promote_weak(a, weak, name(op)));
  if (t.compute == DType::F32 && !is_floating(a)) t.compute = DType::F64;  // rounded once
  return t;
}

// An input in the dtype that is computed in: itself, or a copy kept in `converted`.
const Array& in_dtype(const Array& a, DType t, Array& converted) {
  if (a.dtype() == t) return a;
  converted = cast(a, t);
  return converted;
}

// Integers to negative integer powers are not integers.
void check_exponents(const Array& b, DType compute) {
  if (kind(compute) != Kind::Signed || kind(b.dtype()) != Kind::Signed) return;
  const Array zero = Array::zeros(Dims(), b.dtype());
  const Array negative = contiguous(binary(BinaryOp::Less, b, zero));
  if (negative.size() && std::memchr(negative.bytes(), 1, static_cast<size_t>(negative.size())))
    value_error("pow: integers to negative integer powers are not integers; convert to a float dtype first");
}

void run(const Array& out, BinaryOp op, DType compute, const Array& a, const Array& b, double param) {
  const BinaryContext context{binary_loop(op, compute), param};
  const int64_t grain = is_heavy(op) ? kHeavyGrain : kLightGrain;
  run_elementwise({run_binary, &context, grain, kBothRepeat, streams(op, compute)}, out, {&a, &b});
}

// Whether results of one dtype may go into another in place: any number into a kind at least as wide.
void check_kind(DType result, DType dst, const char* op) {
  if (kind(result) <= kind(dst)) return;
  type_error(std::string(op) + ": the result is " + fastgrad::name(result) + " and does not go into " +
             fastgrad::name(dst) + " in place; convert with .astype(...) first");
}

void check_fits(const Dims& shape, const Array& dst, const char* op) {
  if (shape == dst.shape()) return;
  if (shape.size() <= dst.ndim() && broadcast_shapes(shape, dst.shape(), op) == dst.shape()) return;
  value_error(std::string(op) + ": a result of shape " + to_string(shape) + " does not go into shape " +
              to_string(dst.shape()));
}

// Where a source shares memory with the destination other than element by element, a copy of it.
Array apart(const Array& source, const Array& dst) {
  return may_share_memory(source, dst) && !same_view(source, dst) ? clone(source) : source;
}

// Whether contiguous x is dst itself, element by element, or shares no memory with it.
bool own_or_apart(const Array& x, const Array& dst) {
  if (x.bytes() == dst.bytes() && x.nbytes() == dst.nbytes()) return true;
  return x.bytes() + x.nbytes() <= dst.bytes() || dst.bytes() + dst.nbytes() <= x.bytes();
}

// A destination that needs no check: contiguous, so that its elements lie apart.
bool plain_destination(const Array& dst) { return dst.is_contiguous() && dst.writable(); }

// Not worth several pieces, nor finding out; unless a test lowers the grain.
template <class Op>
bool is_small(Op op, int64_t n) {
  return n <= (is_heavy(op) ? kHeavyGrain : kLightGrain) && runtime::grain_divisor() == 1;
}

void unary_to(const Array& out, UnaryOp op, DType compute, const Array& x, double param) {
  const UnaryLoop loop = unary_loop(op, compute);
  if (loop) {
    if (is_small(op, out.size()) && x.shape() == out.shape() && x.is_contiguous() && out.is_contiguous())
      return loop(out.size(), x.bytes(), out.bytes(), &param, false);
    const UnaryContext context{loop, param};
    const int64_t grain = is_heavy(op) ? kHeavyGrain : kLightGrain;
    return run_elementwise({run_unary, &context, grain, 0, streams(op, compute)}, out, {&x});
  }
  // What a table lacks is the same for every integer: itself, or the answer to a test.
  if (is_class_test(op)) return run_copy(out, scalar_array(Scalar::of_bool(op == UnaryOp::IsFinite), DType::Bool, ""));
  if (is_identity_of_integers(op) || op == UnaryOp::Abs || op == UnaryOp::Relu) return run_copy(out, x);
  refuse(name(op), compute, "");
}

}  // namespace

const char* name(UnaryOp op) { return kUnaryNames[static_cast<int>(op)]; }
const char* name(BinaryOp op) { return kBinaryNames[static_cast<int>(op)]; }

Array unary(UnaryOp op, const Array& x, double param) {
  if (is_computing_float(x.dtype()) && is_small(op, x.size()) && x.is_contiguous()) {
    if (const UnaryLoop loop = unary_loop(op, x.dtype())) {
      Array out = Array::empty_like(x, gives_bool(op) ? DType::Bool : x.dtype());
      loop(x.size(), x.bytes(), out.bytes(), &param, false);
      return out;
    }
  }
  const Types t = unary_types(op, x.dtype());
  Array converted;
  const Array& in = in_dtype(x, t.compute, converted);
  const bool rounds = t.result != t.compute && !gives_bool(op);
  Array out = empty_result(x.shape(), rounds ? t.compute : t.result, {&in});
  if (out.size()) unary_to(out, op, t.compute, in, param);
  return rounds ? cast(out, t.result) : out;
}

Array binary(BinaryOp op, const Array& a, const Array& b, double param) {
  // The common case without planning: small contiguous floats of one shape, or one of them a single element.
  const DType dtype = a.dtype();
  if (dtype == b.dtype() && is_computing_float(dtype) && !is_logical(op) && is_small(op, a.size()) &&
      is_small(op, b.size()) && a.is_contiguous() && b.is_contiguous()) {
    const bool same = a.shape() == b.shape();
    const bool a_repeats = !same && a.size() == 1 && a.ndim() <= b.ndim();
    const bool b_repeats = !same && b.size() == 1 && b.ndim() <= a.ndim();
    const BinaryLoop loop = binary_loop(op, dtype);
    if (loop && (same || a_repeats || b_repeats)) {
      Array out = Array::empty_like(a_repeats ? b : a, gives_bool(op) ? DType::Bool : dtype);
      loop(out.size(), a.bytes(), !a_repeats, b.bytes(), !b_repeats, out.bytes(), &param, false);
      return out;
    }
  }
  const Types t = binary_types(op, dtype, b.dtype());
  const Dims shape = broadcast_shapes(a.shape(), b.shape(), name(op));
  if (op == BinaryOp::Pow) check_exponents(b, t.compute);
  Array converted_a, converted_b;
  const Array &x = in_dtype(a, t.compute, converted_a), &y = in_dtype(b, t.compute, converted_b);
  const bool rounds = t.result != t.compute && !gives_bool(op);
  Array out = empty_result(shape, rounds ? t.compute : t.result, {&x, &y});
  run(out, op, t.compute, x, y, param);
  return rounds ? cast(out, t.result) : out;
}

namespace {

// The comparison of integers with one that their dtype cannot hold: the same answer for all.
Array compared_with_far(BinaryOp op, const Array& a, Scalar s, bool scalar_left) {
  const bool above = s.kind == Kind::Unsigned || s.i > 0;
  bool answer = op == BinaryOp::NotEqual;
  if (op == BinaryOp::Less || op == BinaryOp::LessEqual) answer = above != scalar_left;
  if (op == BinaryOp::Greater || op == BinaryOp::GreaterEqual) answer = above == scalar_left;
  Array out = empty_result(a.shape(), DType::Bool, {&a});
  fill(out, Scalar::of_bool(answer));
  return out;
}

}  // namespace

Array binary_scalar(BinaryOp op, const Array& a, Scalar s, bool scalar_left) {
  const Types t = scalar_types(op, a.dtype(), s);
  if (is_comparison(op) && is_integer(t.compute) && s.kind != Kind::Float && !fits(s, t.compute))
    return compared_with_far(op, a, s, scalar_left);
  char unit[8];
  store_scalar(s, t.compute, unit, name(op));
  if (op == BinaryOp::Pow && is_integer(t.compute)) {
    if (!scalar_left && s.kind == Kind::Signed && s.i < 0)
      value_error("pow: integers to negative integer powers are not integers; convert to a float dtype first");
    if (scalar_left) check_exponents(a, t.compute);
  }
  const double param = op == BinaryOp::Pow && !scalar_left ? kExponentIsNumber : 0;
  const bool rounds = t.result != t.compute && !gives_bool(op);
  if (a.dtype() == t.compute && !rounds && is_small(op, a.size()) && a.is_contiguous()) {
    Array out = Array::empty_like(a, t.result);
    const BinaryLoop loop = binary_loop(op, t.compute);
    if (scalar_left) loop(a.size(), unit, 0, a.bytes(), 1, out.bytes(), &param, false);
    else loop(a.size(), a.bytes(), 1, unit, 0, out.bytes(), &param, false);
    return out;
  }
  Array converted;
  const Array &x = in_dtype(a, t.compute, converted), y = scalar_array(s, t.compute, name(op));
  Array out = empty_result(a.shape(), rounds ? t.compute : t.result, {&x});
  run(out, op, t.compute, scalar_left ? y : x, scalar_left ? x : y, param);
  return rounds ? cast(out, t.result) : out;
}

void unary_into(const Array& dst, UnaryOp op, const Array& x, double param) {
  // As in `unary`: the common case without planning.
  if (is_computing_float(x.dtype()) && x.dtype() == dst.dtype() && !gives_bool(op) && is_small(op, x.size()) &&
      x.shape() == dst.shape() && x.is_contiguous() && plain_destination(dst) && own_or_apart(x, dst)) {
    if (const UnaryLoop loop = unary_loop(op, x.dtype())) {
      loop(x.size(), x.bytes(), dst.bytes(), &param, false);
      return dst.bump_version();
    }
  }
  const Types t = unary_types(op, x.dtype());
  check_kind(t.result, dst.dtype(), name(op));
  check_fits(x.shape(), dst, name(op));
  check_writable(dst, name(op));
  if (x.dtype() != t.compute || t.result != dst.dtype() || (t.result != t.compute && !gives_bool(op)))
    return copy_into(dst, unary(op, x, param));
  if (dst.size()) unary_to(dst, op, t.compute, apart(x, dst), param);
  dst.storage()->version++;
}

void binary_into(const Array& dst, BinaryOp op, const Array& a, const Array& b, double param) {
  const DType dtype = dst.dtype();
  if (a.dtype() == dtype && b.dtype() == dtype && is_computing_float(dtype) && !gives_bool(op) &&
      is_small(op, dst.size()) && a.shape() == dst.shape() && a.is_contiguous() && b.is_contiguous() &&
      plain_destination(dst) && own_or_apart(a, dst) && own_or_apart(b, dst)) {
    const bool same = b.shape() == dst.shape();
    const BinaryLoop loop = binary_loop(op, dtype);
    if (loop && (same || (b.size() == 1 && b.ndim() <= dst.ndim()))) {
      loop(dst.size(), a.bytes(), 1, b.bytes(), same, dst.bytes(), &param, false);
      return dst.bump_version();
    }
  }
  const Types t = binary_types(op, a.dtype(), b.dtype());
  check_kind(t.result, dst.dtype(), name(op));
  check_fits(broadcast_shapes(a.shape(), b.shape(), name(op)), dst, name(op));
  check_writable(dst, name(op));
  if (t.result != dst.dtype() || (t.result != t.compute && !gives_bool(op)))
    return copy_into(dst, binary(op, a, b, param));
  if (op == BinaryOp::Pow) check_exponents(b, t.compute);
  Array converted_a, converted_b;
  run(dst, op, t.compute, apart(in_dtype(a, t.compute, converted_a), dst),
      apart(in_dtype(b, t.compute, converted_b), dst), param);
  dst.storage()->version++;
}

void binary_scalar_into(const Array& dst, BinaryOp op, const Array& a, Scalar s, bool scalar_left) {
  const Types t = scalar_types(op, a.dtype(), s);
  check_kind(t.result, dst.dtype(), name(op));
  check_fits(a.shape(), dst, name(op));
  check_writable(dst, name(op));
  if (a.dtype() != t.compute || t.result != dst.dtype() || (t.result != t.compute && !gives_bool(op)) ||
      op == BinaryOp::Pow)
    return copy_into(dst, binary_scalar(op, a, s, scalar_left));
  if (!gives_bool(op) && is_small(op, dst.size()) && a.shape() == dst.shape() && a.is_contiguous() &&
      dst.is_contiguous() && own_or_apart(a, dst)) {
    char unit[8];
    store_scalar(s, t.compute, unit, name(op));
    const double param = 0;
    const BinaryLoop loop = binary_loop(op, t.compute);
    if (scalar_left) loop(a.size(), unit, 0, a.bytes(), 1, dst.bytes(), &param, false);
    else loop(a.size(), a.bytes(), 1, unit, 0, dst.bytes(), &param, false);
    return dst.bump_version();
  }
  const Array x = apart(a, dst), y = scalar_array(s, t.compute, name(op));
  run(dst, op, t.compute, scalar_left ? y : x, scalar_left ? x : y, 0);
  dst.storage()->version++;
}

namespace {

Array select(const Array& condition, const Array& a, const Array& b) {
  const Array test = itemsize(condition.dtype()) == 1 ? condition : cast(condition, DType::Bool);
  const Dims shape =
      broadcast_shapes(broadcast_shapes(a.shape(), b.shape(), "where"), condition.shape(), "where");
  Array out = empty_result(shape, a.dtype(), {&a, &b, &test});
  const SelectContext context{kernels().elementwise->moves->select[size_index(itemsize(a.dtype()))]};
  run_elementwise({run_select, &context, kLightGrain, kChoicesRepeat, false}, out, {&test, &a, &b});
  make_canonical(out, holds_any_bytes(a) ? a : b);
  return out;
}

}  // namespace

Array where(const Array& condition, const Array& a, const Array& b) {
  const DType t = promote(a.dtype(), b.dtype(), "where");
  Array converted_a, converted_b;
  return select(condition, in_dtype(a, t, converted_a), in_dtype(b, t, converted_b));
}

Array clip(const Array& x, const Scalar* low, const Scalar* high) {
  if (!low && !high) return clone(x);
  if (!low) return binary_scalar(BinaryOp::Minimum, x, *high);
  if (!high) return binary_scalar(BinaryOp::Maximum, x, *low);
  DType t = x.dtype();
  for (const Scalar* s : {low, high}) t = promote_weak(t, s->kind == Kind::Unsigned ? Kind::Signed : s->kind, "clip");
  if (is_floating(t) && !is_computing_float(t)) refuse_storage_dtype("clip", t);
  ClipContext context;
  store_scalar(*low, t, context.low, "clip");
  store_scalar(*high, t, context.high, "clip");
  context.loop = is_floating(t) ? kernels().elementwise->clip[t == DType::F64] : integer::clip[static_cast<int>(t)];
  Array converted;
  const Array& in = in_dtype(x, t, converted);
  Array out = empty_result(x.shape(), t, {&in});
  run_elementwise({run_clip, &context, kLightGrain, 0, false}, out, {&in});
  return out;
}

}  // namespace fastgrad::ops
