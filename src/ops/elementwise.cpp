#include "ops/elementwise.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "array/default_float.h"
#include "array/promotion.h"
#include "kernels/table.h"
#include "ops/plan.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {

namespace {

template <class Op>
Op op_named(const char* name, int count, const char* operands) {
  for (int i = 0; i < count; ++i)
    if (std::strcmp(info(static_cast<Op>(i)).name, name) == 0) return static_cast<Op>(i);
  value_error(std::string("no elementwise operation of ") + operands + " is called " + name);
}

constexpr bool is_comparison(BinaryOp op) { return info(op).gives_bool() && !info(op).is_of(facts::Truths); }

constexpr int64_t grain_of(bool heavy) { return heavy ? kHeavyGrain : kLightGrain; }
// Not worth several pieces, nor finding out; unless a test lowers the grain.
bool is_small(bool heavy, int64_t n) { return n <= grain_of(heavy) && runtime::grain_divisor() == 1; }

[[noreturn]] void refuse(const char* op, DType t, const char* advice) {
  unsupported_dtype(std::string(op) + " is not defined on " + name(t) + advice);
}
constexpr const char* instead_of_bools(UnaryOp op) {
  return op == UnaryOp::Negative ? "; use logical_not or ~" : "; convert with .astype(...)";
}
constexpr const char* instead_of_bools(BinaryOp) { return "; use bitwise_xor or logical_xor"; }

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
BinaryLoop gradient_loop(UnaryOp op, DType t) {
  return kernels().elementwise->gradients[t == DType::F64].loop[static_cast<int>(op)];
}

// Whether an operation's loop can write past the caches.
template <class Op>
bool streams(Op op, DType compute) {
  return is_computing_float(compute) && !info(op).gives_bool();
}

struct UnaryContext {
  UnaryLoop loop;
  const double* params;
};
void run_unary(const void* context, int64_t n, char* const* p, const int64_t*, bool stream) {
  const UnaryContext& c = *static_cast<const UnaryContext*>(context);
  c.loop(n, p[1], p[0], c.params, stream);
}

struct BinaryContext {
  BinaryLoop loop;
  const double* params;
};
void run_binary(const void* context, int64_t n, char* const* p, const int64_t* steps, bool stream) {
  const BinaryContext& c = *static_cast<const BinaryContext*>(context);
  c.loop(n, p[1], steps[1], p[2], steps[2], p[0], c.params, stream);
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

// A loop on float32 whose operands are of other dtypes, float16 or bfloat16 among them: converted on the way, in runs
// that stay in the first cache.
struct ConvertingContext {
  UnaryLoop unary = nullptr;    // one of
  BinaryLoop binary = nullptr;  // both
  const double* params = nullptr;
  CastLoop in[2] = {}, out = nullptr;  // null: is what the loop takes or gives
  int64_t item[3] = {};                // bytes of an element: of the result, and of the operands
};
void run_converting(const void* context, int64_t n, char* const* p, const int64_t* steps, bool) {
  constexpr int64_t run = 512;
  alignas(64) float buffer[3][run];
  const ConvertingContext& c = *static_cast<const ConvertingContext*>(context);
  for (int64_t i = 0; i < n; i += run) {
    const int64_t m = std::min(run, n - i);
    const void* x[2] = {};
    for (int k = 0; k < (c.unary ? 1 : 2); ++k) {
      x[k] = p[1 + k] + i * steps[1 + k] * c.item[1 + k];
      if (!c.in[k]) continue;
      c.in[k](steps[1 + k] ? m : 1, x[k], buffer[1 + k]);
      x[k] = buffer[1 + k];
    }
    char* const at = p[0] + i * c.item[0];
    void* const out = c.out ? static_cast<void*>(buffer[0]) : at;
    if (c.unary) c.unary(m, x[0], out, c.params, false);
    else c.binary(m, x[0], steps[1], x[1], steps[2], out, c.params, false);
    if (c.out) c.out(m, out, at);
  }
}

// Runs what `context` has a loop for, on operands of any dtypes; they broadcast to out, and overlap it element by
// element if at all.
void run_on_float32(ConvertingContext context, bool heavy, const Array& out,
                    std::initializer_list<const Array*> inputs) {
  const CastTable& casts = *kernels().elementwise->casts;
  constexpr int f32 = static_cast<int>(DType::F32);
  context.item[0] = static_cast<int64_t>(itemsize(out.dtype()));
  if (out.dtype() != DType::Bool) context.out = casts.loop[f32][static_cast<int>(out.dtype())];
  bool plain = is_small(heavy, out.size()) && out.is_contiguous();
  char* p[3] = {out.bytes()};
  int k = 0;
  for (const Array* x : inputs) {
    context.in[k] = casts.loop[static_cast<int>(x->dtype())][f32];
    context.item[1 + k] = static_cast<int64_t>(itemsize(x->dtype()));
    plain = plain && x->is_contiguous() && x->shape() == out.shape();
    p[1 + k++] = x->bytes();
  }
  constexpr int64_t steps[3] = {1, 1, 1};
  if (plain) return run_converting(&context, out.size(), p, steps, false);
  // a loop of one operand takes none that is repeated
  const unsigned repeats = context.unary ? 0 : kBothRepeat;
  run_elementwise({run_converting, &context, grain_of(heavy), repeats, false}, out, inputs);
}

// The dtype that an operation computes in, and that of its result. They differ where the result is a bool, where 16-bit
// floats are rounded to, and where integers go into a function of floats: that computes in float64 and rounds once.
struct Types {
  DType compute, result;

  bool rounds() const { return result != compute && result != DType::Bool; }
};

// For t, what the operands promote to.
template <class Op>
Types types_of(Op op, DType t) {
  const OpInfo& f = info(op);
  if (f.is_of(facts::Truths)) return {DType::Bool, DType::Bool};
  if (f.is_of(facts::Floats))
    return is_floating(t) ? Types{computing_type(t), t} : Types{DType::F64, to_default_float(t)};
  if (f.is_of(facts::Integers) && is_floating(t)) refuse(f.name, t, "; it takes integers and bool");
  if (t == DType::Bool) {
    if (f.is_of(facts::NoBools)) refuse(f.name, t, instead_of_bools(op));
    if (f.is_of(facts::BoolsAsInt8)) return {DType::I8, DType::I8};
  }
  return {computing_type(t), f.gives_bool() ? DType::Bool : t};
}

Types types_of(BinaryOp op, const Array& a, const Array& b) {
  const OpInfo& f = info(op);
  return types_of(op, f.is_of(facts::Truths) ? DType::Bool : promote(a.dtype(), a.ndim(), b.dtype(), b.ndim(), f.name));
}

Types types_of(BinaryOp op, DType a, Scalar s) {
  const Kind weak = s.kind == Kind::Unsigned ? Kind::Signed : s.kind;
  Types t = types_of(op, info(op).is_of(facts::Truths) ? DType::Bool : promote_weak(a, weak, info(op).name));
  if (t.compute == DType::F32 && !is_floating(a)) t.compute = DType::F64;  // rounded once
  return t;
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
  const BinaryContext context{binary_loop(op, compute), &param};
  const int64_t grain = grain_of(info(op).is_heavy());
  run_elementwise({run_binary, &context, grain, kBothRepeat, streams(op, compute)}, out, {&a, &b});
}

void run_narrow(const Array& out, BinaryOp op, const Array& a, const Array& b, double param) {
  run_on_float32({.binary = binary_loop(op, DType::F32), .params = &param}, info(op).is_heavy(), out, {&a, &b});
}
// Whether run_narrow it is.
bool runs_narrow(const Types& t, const Array& a, const Array& b) {
  return t.compute == DType::F32 && (is_narrow_float(a.dtype()) || is_narrow_float(b.dtype()));
}
// A number beside 16-bit floats: what is computed takes it as float32, what is compared rounds it to their dtype.
DType scalar_dtype(BinaryOp op, DType a, DType compute) {
  return is_narrow_float(a) && is_comparison(op) ? a : compute;
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

void unary_to(const Array& out, UnaryOp op, DType compute, const Array& x, const double* params) {
  const bool heavy = info(op).is_heavy();
  const UnaryLoop loop = unary_loop(op, compute);
  if (is_narrow_float(x.dtype()) && compute == DType::F32)
    return run_on_float32({.unary = loop, .params = params}, heavy, out, {&x});
  if (loop) {
    if (is_small(heavy, out.size()) && x.shape() == out.shape() && x.is_contiguous() && out.is_contiguous())
      return loop(out.size(), x.bytes(), out.bytes(), params, false);
    const UnaryContext context{loop, params};
    return run_elementwise({run_unary, &context, grain_of(heavy), 0, streams(op, compute)}, out, {&x});
  }
  // What a table lacks is the same for every integer: the answer to a test, or itself.
  if (info(op).gives_bool())
    return run_copy(out, scalar_array(Scalar::of_bool(op == UnaryOp::IsFinite), DType::Bool, ""));
  run_copy(out, x);
}

}  // namespace

UnaryOp unary_named(const char* name) { return op_named<UnaryOp>(name, kUnaryOps, "one operand"); }
BinaryOp binary_named(const char* name) { return op_named<BinaryOp>(name, kBinaryOps, "two operands"); }
bool has_gradient(UnaryOp op) { return info(op).gradient != facts::None; }
bool takes_floats(BinaryOp op) { return info(op).is_of(facts::Floats); }
bool compares(BinaryOp op) { return is_comparison(op); }

Array unary(UnaryOp op, const Array& x, const double* params) {
  const OpInfo& f = info(op);
  if (is_computing_float(x.dtype()) && is_small(f.is_heavy(), x.size()) && x.is_contiguous()) {
    if (const UnaryLoop loop = unary_loop(op, x.dtype())) {
      Array out = Array::empty_like(x, f.gives_bool() ? DType::Bool : x.dtype());
      loop(x.size(), x.bytes(), out.bytes(), params, false);
      return out;
    }
  }
  const Types t = types_of(op, x.dtype());
  if (is_narrow_float(x.dtype()) && t.compute == DType::F32) {
    Array out = empty_result(x.shape(), t.result, {&x});
    unary_to(out, op, t.compute, x, params);
    return out;
  }
  Array converted;
  const Array& in = in_dtype(x, t.compute, converted);
  Array out = empty_result(x.shape(), t.rounds() ? t.compute : t.result, {&in});
  if (out.size()) unary_to(out, op, t.compute, in, params);
  return t.rounds() ? cast(out, t.result) : out;
}

Array binary(BinaryOp op, const Array& a, const Array& b, double param) {
  // The common case without planning: small contiguous floats of one shape, or one of them a single element.
  const OpInfo& f = info(op);
  const DType dtype = a.dtype();
  if (dtype == b.dtype() && is_computing_float(dtype) && is_small(f.is_heavy(), a.size()) &&
      is_small(f.is_heavy(), b.size()) && a.is_contiguous() && b.is_contiguous()) {
    const bool same = a.shape() == b.shape();
    const bool a_repeats = !same && a.size() == 1 && a.ndim() <= b.ndim();
    const bool b_repeats = !same && b.size() == 1 && b.ndim() <= a.ndim();
    const BinaryLoop loop = binary_loop(op, dtype);
    if (loop && (same || a_repeats || b_repeats)) {
      Array out = Array::empty_like(a_repeats ? b : a, f.gives_bool() ? DType::Bool : dtype);
      loop(out.size(), a.bytes(), !a_repeats, b.bytes(), !b_repeats, out.bytes(), &param, false);
      return out;
    }
  }
  const Types t = types_of(op, a, b);
  const Dims shape = broadcast_shapes(a.shape(), b.shape(), f.name);
  if (runs_narrow(t, a, b)) {
    Array out = empty_result(shape, t.result, {&a, &b});
    run_narrow(out, op, a, b, param);
    return out;
  }
  if (op == BinaryOp::Pow) check_exponents(b, t.compute);
  Array converted_a, converted_b;
  const Array &x = in_dtype(a, t.compute, converted_a), &y = in_dtype(b, t.compute, converted_b);
  Array out = empty_result(shape, t.rounds() ? t.compute : t.result, {&x, &y});
  run(out, op, t.compute, x, y, param);
  return t.rounds() ? cast(out, t.result) : out;
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

// out = a op the number in `unit`, or the number op a, of contiguous arrays.
void run_scalar(BinaryLoop loop, const Array& a, const char* unit, bool scalar_left, const Array& out, double param) {
  if (scalar_left) loop(a.size(), unit, 0, a.bytes(), 1, out.bytes(), &param, false);
  else loop(a.size(), a.bytes(), 1, unit, 0, out.bytes(), &param, false);
}

// The parameter of the loop, given a number.
double scalar_param(BinaryOp op, bool scalar_left) {
  return op == BinaryOp::Pow && !scalar_left ? kExponentIsNumber : 0;
}

}  // namespace

Array binary_scalar(BinaryOp op, const Array& a, Scalar s, bool scalar_left) {
  const OpInfo& f = info(op);
  const double param = scalar_param(op, scalar_left);
  const bool small = is_small(f.is_heavy(), a.size()) && a.is_contiguous();
  char unit[8];
  if (is_computing_float(a.dtype()) && small) {  // the common case: every number becomes a float
    if (const BinaryLoop loop = binary_loop(op, a.dtype())) {
      store_scalar(s, a.dtype(), unit, f.name);
      Array out = Array::empty_like(a, f.gives_bool() ? DType::Bool : a.dtype());
      run_scalar(loop, a, unit, scalar_left, out, param);
      return out;
    }
  }
  const Types t = types_of(op, a.dtype(), s);
  if (is_comparison(op) && is_integer(t.compute) && s.kind != Kind::Float && !fits(s, t.compute))
    return compared_with_far(op, a, s, scalar_left);
  store_scalar(s, t.compute, unit, f.name);
  if (op == BinaryOp::Pow && is_integer(t.compute)) {
    if (!scalar_left && s.kind == Kind::Signed && s.i < 0)
      value_error("pow: integers to negative integer powers are not integers; convert to a float dtype first");
    if (scalar_left) check_exponents(a, t.compute);
  }
  if (a.dtype() == t.compute && !t.rounds() && small) {
    Array out = Array::empty_like(a, t.result);
    run_scalar(binary_loop(op, t.compute), a, unit, scalar_left, out, param);
    return out;
  }
  const Array number = scalar_array(s, scalar_dtype(op, a.dtype(), t.compute), f.name);
  if (runs_narrow(t, a, number)) {
    Array out = empty_result(a.shape(), t.result, {&a});
    run_narrow(out, op, scalar_left ? number : a, scalar_left ? a : number, param);
    return out;
  }
  Array converted;
  const Array& x = in_dtype(a, t.compute, converted);
  Array out = empty_result(a.shape(), t.rounds() ? t.compute : t.result, {&x});
  run(out, op, t.compute, scalar_left ? number : x, scalar_left ? x : number, param);
  return t.rounds() ? cast(out, t.result) : out;
}

void unary_into(const Array& dst, UnaryOp op, const Array& x, const double* params) {
  // As in `unary`: the common case without planning.
  const OpInfo& f = info(op);
  if (is_computing_float(x.dtype()) && x.dtype() == dst.dtype() && !f.gives_bool() &&
      is_small(f.is_heavy(), x.size()) && x.shape() == dst.shape() && x.is_contiguous() && plain_destination(dst) &&
      own_or_apart(x, dst)) {
    if (const UnaryLoop loop = unary_loop(op, x.dtype())) {
      loop(x.size(), x.bytes(), dst.bytes(), params, false);
      return dst.bump_version();
    }
  }
  const Types t = types_of(op, x.dtype());
  check_kind(t.result, dst.dtype(), f.name);
  check_fits(x.shape(), dst, f.name);
  check_writable(dst, f.name);
  if (x.dtype() != t.compute || t.result != dst.dtype() || t.rounds()) return copy_into(dst, unary(op, x, params));
  if (dst.size()) unary_to(dst, op, t.compute, apart(x, dst), params);
  dst.storage()->version++;
}

void binary_into(const Array& dst, BinaryOp op, const Array& a, const Array& b, double param) {
  const OpInfo& f = info(op);
  const DType dtype = dst.dtype();
  if (a.dtype() == dtype && b.dtype() == dtype && is_computing_float(dtype) && !f.gives_bool() &&
      is_small(f.is_heavy(), dst.size()) && a.shape() == dst.shape() && a.is_contiguous() && b.is_contiguous() &&
      plain_destination(dst) && own_or_apart(a, dst) && own_or_apart(b, dst)) {
    const bool same = b.shape() == dst.shape();
    const BinaryLoop loop = binary_loop(op, dtype);
    if (loop && (same || (b.size() == 1 && b.ndim() <= dst.ndim()))) {
      loop(dst.size(), a.bytes(), 1, b.bytes(), same, dst.bytes(), &param, false);
      return dst.bump_version();
    }
  }
  const Types t = types_of(op, a, b);
  check_kind(t.result, dst.dtype(), f.name);
  check_fits(broadcast_shapes(a.shape(), b.shape(), f.name), dst, f.name);
  check_writable(dst, f.name);
  if (t.result == dst.dtype() && runs_narrow(t, a, b)) {
    run_narrow(dst, op, apart(a, dst), apart(b, dst), param);
  } else if (t.result != dst.dtype() || t.rounds()) {
    return copy_into(dst, binary(op, a, b, param));
  } else {
    if (op == BinaryOp::Pow) check_exponents(b, t.compute);
    Array converted_a, converted_b;
    run(dst, op, t.compute, apart(in_dtype(a, t.compute, converted_a), dst),
        apart(in_dtype(b, t.compute, converted_b), dst), param);
  }
  dst.storage()->version++;
}

void binary_scalar_into(const Array& dst, BinaryOp op, const Array& a, Scalar s, bool scalar_left) {
  const OpInfo& f = info(op);
  const Types t = types_of(op, a.dtype(), s);
  check_kind(t.result, dst.dtype(), f.name);
  check_fits(a.shape(), dst, f.name);
  check_writable(dst, f.name);
  if (a.dtype() != t.compute || t.result != dst.dtype() || t.rounds() || op == BinaryOp::Pow)
    return copy_into(dst, binary_scalar(op, a, s, scalar_left));
  if (!f.gives_bool() && is_small(f.is_heavy(), dst.size()) && a.shape() == dst.shape() && a.is_contiguous() &&
      dst.is_contiguous() && own_or_apart(a, dst)) {
    char unit[8];
    store_scalar(s, t.compute, unit, f.name);
    run_scalar(binary_loop(op, t.compute), a, unit, scalar_left, dst, 0);
    return dst.bump_version();
  }
  const Array x = apart(a, dst), y = scalar_array(s, t.compute, f.name);
  run(dst, op, t.compute, scalar_left ? y : x, scalar_left ? x : y, 0);
  dst.storage()->version++;
}

namespace {

// out = what op passes on of g, of the same dtype as both and of g's shape; out may be g.
void gradient_to(const Array& out, UnaryOp op, const Array& g, const Array& kept, const double* params) {
  const bool heavy = info(op).gradient == facts::Heavy;
  const DType compute = computing_type(out.dtype());
  const BinaryLoop loop = gradient_loop(op, compute);
  if (compute != out.dtype()) return run_on_float32({.binary = loop, .params = params}, heavy, out, {&g, &kept});
  if (kept.dtype() != out.dtype()) return gradient_to(out, op, g, cast(kept, out.dtype()), params);
  if (is_small(heavy, out.size()) && g.is_contiguous() && kept.is_contiguous() && out.is_contiguous() &&
      kept.shape() == out.shape())
    return loop(out.size(), g.bytes(), 1, kept.bytes(), 1, out.bytes(), params, false);
  const BinaryContext context{loop, params};
  run_elementwise({run_binary, &context, grain_of(heavy), kBothRepeat, true}, out, {&g, &kept});
}

}  // namespace

Array unary_gradient(UnaryOp op, const Array& g, const Array& kept, const double* params) {
  Array out = empty_result(g.shape(), g.dtype(), {&g, &kept});
  gradient_to(out, op, g, kept, params);
  return out;
}

void unary_gradient_into(const Array& g, UnaryOp op, const Array& kept, const double* params) {
  gradient_to(g, op, g, kept, params);
  g.bump_version();
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
  const DType t = promote(a.dtype(), a.ndim(), b.dtype(), b.ndim(), "where");
  Array converted_a, converted_b;
  return select(condition, in_dtype(a, t, converted_a), in_dtype(b, t, converted_b));
}

Array clip(const Array& x, const Scalar* low, const Scalar* high) {
  if (!low && !high) return clone(x);
  if (!low) return binary_scalar(BinaryOp::Minimum, x, *high);
  if (!high) return binary_scalar(BinaryOp::Maximum, x, *low);
  DType t = x.dtype();
  for (const Scalar* s : {low, high}) t = promote_weak(t, s->kind == Kind::Unsigned ? Kind::Signed : s->kind, "clip");
  if (is_narrow_float(t)) return binary_scalar(BinaryOp::Minimum, binary_scalar(BinaryOp::Maximum, x, *low), *high);
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
