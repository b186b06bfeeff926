// What operations of one operand pass on of a gradient, in one pass over it and what the operation's rule keeps.
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/loops.h"
#include "kernels/elementwise/unary.h"

namespace fastgrad::FG_LEVEL {

namespace {

// An operation's gradient as an operation of two: the gradient of its result, and what the rule keeps.
template <class Op>
struct GradientOf {
  template <class V>
  FG_INLINE V f(V g, V kept, const double* params) {
    if constexpr (requires { Op::gradient(g, kept, params); }) return Op::gradient(g, kept, params);
    else if constexpr (requires { Op::gradient(g, kept); }) return Op::gradient(g, kept);
    else return g * Op::slope(kept);
  }
};

template <class Op>
concept Differentiated = requires(F32 v, const double* params) { Op::slope(v); } ||
                         requires(F32 v, const double* params) { Op::gradient(v, v); } ||
                         requires(F32 v, const double* params) { Op::gradient(v, v, params); };

template <class Op, UnaryOp kOp, class T>
constexpr BinaryLoop loop_of() {
  constexpr facts::Cost cost = info(kOp).gradient;
  static_assert((cost != facts::None) == Differentiated<Op>, "the row says whether the struct has a slope or gradient");
  if constexpr (cost == facts::None) return nullptr;
  else if constexpr (cost == facts::Heavy) return heavy_pair_loop<GradientOf<Op>, T>;
  else return light_pair_loop<GradientOf<Op>, T>;
}

#define FG_LOOP(op, ...) loop_of<functions::op, UnaryOp::op, T>(),
template <class T>
constexpr GradientTable table_of = {{FG_UNARY_OPERATIONS(FG_LOOP)}};
#undef FG_LOOP

}  // namespace

const GradientTable gradient_tables[2] = {table_of<float>, table_of<double>};

}  // namespace fastgrad::FG_LEVEL
