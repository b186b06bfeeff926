// Every elementwise operation, once: the enumerations, the names, what src/ops asks of them and the kernels' tables come
// from these two lists.
//
// A row: the operation, which is the struct that has its mathematics (unary.h, elementwise_binary.cpp; integers' in
// elementwise_int.cpp); its name to Python and in messages; what it takes, gives and costs; and of one operand, the cost of
// the kernel that differentiates it, by the `slope` or `gradient` of its struct, None where there is none. What the rows
// and the structs say of each other does not compile where it differs.
//
//   Numbers      every number, each in its own dtype
//   Floats       integers and bools are converted
//   Integers     integers and bools
//   Truths       anything, of which only is asked whether it is zero
//   NoBools      bools are refused
//   BoolsAsInt8  the result of bools is int8's, as in NumPy
//   Same, Bool   the result's dtype: that of the operands, or bool
//   Light        bound by memory
//   Heavy        bound by arithmetic: asks for its inputs ahead, and is cut into smaller pieces
//
// Some take numbers besides, params: LeakyRelu the slope below 0; Hardtanh the bounds; Elu a, b and c, being c x above 0
// and a (exp(b x) - 1) below; Polygamma the order n and (-1)^(n + 1) n!.
#pragma once

#include <cstdint>

#define FG_UNARY_OPERATIONS(X)                                    \
  X(Abs, "abs", Numbers, Same, Light, Light)                      \
  X(Negative, "negative", Numbers | NoBools, Same, Light, None)   \
  X(Sign, "sign", Numbers | NoBools, Same, Light, None)           \
  X(Square, "square", Numbers | BoolsAsInt8, Same, Light, Light)  \
  X(Relu, "relu", Numbers, Same, Light, Light)                    \
  X(Floor, "floor", Numbers, Same, Light, None)                   \
  X(Ceil, "ceil", Numbers, Same, Light, None)                     \
  X(Round, "round", Numbers, Same, Light, None)                   \
  X(Trunc, "trunc", Numbers, Same, Light, None)                   \
  X(BitwiseInvert, "bitwise_invert", Integers, Same, Light, None) \
  X(IsNan, "isnan", Numbers, Bool, Light, None)                   \
  X(IsInf, "isinf", Numbers, Bool, Light, None)                   \
  X(IsFinite, "isfinite", Numbers, Bool, Light, None)             \
  X(LogicalNot, "logical_not", Truths, Bool, Light, None)         \
  X(Sqrt, "sqrt", Floats, Same, Light, Light)                     \
  X(Rsqrt, "rsqrt", Floats, Same, Heavy, Light)                   \
  X(Reciprocal, "reciprocal", Floats, Same, Light, Light)         \
  X(Exp, "exp", Floats, Same, Heavy, Light)                       \
  X(Exp2, "exp2", Floats, Same, Heavy, Light)                     \
  X(Expm1, "expm1", Floats, Same, Heavy, Heavy)                   \
  X(Log, "log", Floats, Same, Heavy, Light)                       \
  X(Log1p, "log1p", Floats, Same, Heavy, Light)                   \
  X(Log2, "log2", Floats, Same, Heavy, Light)                     \
  X(Log10, "log10", Floats, Same, Heavy, Light)                   \
  X(Sin, "sin", Floats, Same, Heavy, Heavy)                       \
  X(Cos, "cos", Floats, Same, Heavy, Heavy)                       \
  X(Tan, "tan", Floats, Same, Heavy, Light)                       \
  X(Asin, "asin", Floats, Same, Heavy, Heavy)                     \
  X(Acos, "acos", Floats, Same, Heavy, Heavy)                     \
  X(Atan, "atan", Floats, Same, Heavy, Heavy)                     \
  X(Sinh, "sinh", Floats, Same, Heavy, Heavy)                     \
  X(Cosh, "cosh", Floats, Same, Heavy, Heavy)                     \
  X(Tanh, "tanh", Floats, Same, Heavy, Light)                     \
  X(Asinh, "asinh", Floats, Same, Heavy, Heavy)                   \
  X(Acosh, "acosh", Floats, Same, Heavy, Heavy)                   \
  X(Atanh, "atanh", Floats, Same, Heavy, Light)                   \
  X(Erf, "erf", Floats, Same, Heavy, Heavy)                       \
  X(Erfinv, "erfinv", Floats, Same, Heavy, Heavy)                 \
  X(Lgamma, "lgamma", Floats, Same, Heavy, Heavy)                 \
  X(Digamma, "digamma", Floats, Same, Heavy, Heavy)               \
  X(Polygamma, "polygamma", Floats, Same, Heavy, Heavy)           \
  X(Sigmoid, "sigmoid", Floats, Same, Heavy, Light)               \
  X(Softplus, "softplus", Floats, Same, Heavy, Heavy)             \
  X(Silu, "silu", Floats, Same, Heavy, Heavy)                     \
  X(Gelu, "gelu", Floats, Same, Heavy, Heavy)                     \
  X(Mish, "mish", Floats, Same, Heavy, Heavy)                     \
  X(Hardsigmoid, "hardsigmoid", Floats, Same, Light, Light)       \
  X(Hardswish, "hardswish", Floats, Same, Light, Light)           \
  X(LeakyRelu, "leaky_relu", Floats, Same, Light, Light)          \
  X(Hardtanh, "hardtanh", Floats, Same, Light, Light)             \
  X(Elu, "elu", Floats, Same, Heavy, Heavy)

#define FG_BINARY_OPERATIONS(X)                                             \
  X(Add, "add", Numbers, Same, Light)                                       \
  X(Subtract, "subtract", Numbers | NoBools, Same, Light)                   \
  X(Multiply, "multiply", Numbers, Same, Light)                             \
  X(Divide, "divide", Floats, Same, Light)                                  \
  X(FloorDivide, "floor_divide", Numbers | BoolsAsInt8, Same, Heavy)        \
  X(Remainder, "remainder", Numbers | BoolsAsInt8, Same, Heavy)             \
  X(Pow, "pow", Numbers | BoolsAsInt8, Same, Heavy)                         \
  X(Maximum, "maximum", Numbers, Same, Light)                               \
  X(Minimum, "minimum", Numbers, Same, Light)                               \
  X(Atan2, "atan2", Floats, Same, Heavy)                                    \
  X(Hypot, "hypot", Floats, Same, Heavy)                                    \
  X(Equal, "equal", Numbers, Bool, Light)                                   \
  X(NotEqual, "not_equal", Numbers, Bool, Light)                            \
  X(Less, "less", Numbers, Bool, Light)                                     \
  X(LessEqual, "less_equal", Numbers, Bool, Light)                          \
  X(Greater, "greater", Numbers, Bool, Light)                               \
  X(GreaterEqual, "greater_equal", Numbers, Bool, Light)                    \
  X(BitwiseAnd, "bitwise_and", Integers, Same, Light)                       \
  X(BitwiseOr, "bitwise_or", Integers, Same, Light)                         \
  X(BitwiseXor, "bitwise_xor", Integers, Same, Light)                       \
  X(LeftShift, "bitwise_left_shift", Integers | BoolsAsInt8, Same, Light)   \
  X(RightShift, "bitwise_right_shift", Integers | BoolsAsInt8, Same, Light) \
  X(LogicalAnd, "logical_and", Truths, Bool, Light)                         \
  X(LogicalOr, "logical_or", Truths, Bool, Light)                           \
  X(LogicalXor, "logical_xor", Truths, Bool, Light)

namespace fastgrad {

namespace facts {
enum Takes : uint8_t { Numbers = 1, Floats = 2, Integers = 4, Truths = 8, NoBools = 16, BoolsAsInt8 = 32 };
enum Gives : uint8_t { Same, Bool };
enum Cost : uint8_t { None, Light, Heavy };
}  // namespace facts

#define FG_MEMBER(op, ...) op,
enum class UnaryOp : uint8_t { FG_UNARY_OPERATIONS(FG_MEMBER) Count };
enum class BinaryOp : uint8_t { FG_BINARY_OPERATIONS(FG_MEMBER) Count };
#undef FG_MEMBER

inline constexpr int kUnaryOps = static_cast<int>(UnaryOp::Count);
inline constexpr int kBinaryOps = static_cast<int>(BinaryOp::Count);

// What a row says.
struct OpInfo {
  const char* name;
  uint8_t takes;  // of facts::Takes
  facts::Gives gives;
  facts::Cost cost;
  facts::Cost gradient = facts::None;

  constexpr bool is_of(facts::Takes domain) const { return (takes & domain) != 0; }
  constexpr bool gives_bool() const { return gives == facts::Bool; }
  constexpr bool is_heavy() const { return cost == facts::Heavy; }
};

namespace facts {
#define FG_ROW(op, ...) {__VA_ARGS__},
inline constexpr OpInfo kUnary[] = {FG_UNARY_OPERATIONS(FG_ROW)};
inline constexpr OpInfo kBinary[] = {FG_BINARY_OPERATIONS(FG_ROW)};
#undef FG_ROW
}  // namespace facts

constexpr const OpInfo& info(UnaryOp op) { return facts::kUnary[static_cast<int>(op)]; }
constexpr const OpInfo& info(BinaryOp op) { return facts::kBinary[static_cast<int>(op)]; }

}  // namespace fastgrad
