// The loops of operations of one operand on float32 and float64: those of the list, by what its rows say.
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/loops.h"
#include "kernels/elementwise/unary.h"
#include "kernels/elementwise/vectorize.h"

namespace fastgrad::FG_LEVEL {

namespace {

template <class Op, class T>
void test_loop(int64_t n, const void* x_, void* out_, const double*, bool) {
  typedef functions::Bits<T> Word __attribute__((may_alias));
  constexpr Word size = static_cast<Word>(~(functions::Bits<T>{1} << (8 * sizeof(T) - 1)));
  const Word* x = static_cast<const Word*>(x_);
  uint8_t* out = static_cast<uint8_t*>(out_);
  FG_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) out[i] = Op::template test<T>(x[i] & size);
}

template <class Op, UnaryOp kOp, class T>
constexpr UnaryLoop loop_of() {
  if constexpr (info(kOp).is_of(facts::Integers) || info(kOp).is_of(facts::Truths)) return nullptr;
  else if constexpr (info(kOp).gives_bool()) return test_loop<Op, T>;
  else if constexpr (info(kOp).is_heavy()) return heavy_loop<Op, T>;
  else return light_loop<Op, T>;
}

#define FG_LOOP(op, ...) loop_of<functions::op, UnaryOp::op, T>(),
template <class T>
constexpr UnaryTable table_of = {{FG_UNARY_OPERATIONS(FG_LOOP)}};
#undef FG_LOOP

}  // namespace

const UnaryTable unary_tables[2] = {table_of<float>, table_of<double>};

}  // namespace fastgrad::FG_LEVEL
