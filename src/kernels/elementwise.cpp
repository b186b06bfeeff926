// The elementwise families of one instruction set, collected.
#include "kernels/elementwise.h"

namespace fastgrad::FG_LEVEL {

extern const UnaryTable unary_tables[2];
extern const BinaryTable binary_tables[2];
extern const ClipLoop clip_loops[2];
extern const CastTable cast_table;
extern const MoveTable move_table;

extern const ElementwiseKernels elementwise_kernels;
const ElementwiseKernels elementwise_kernels = {unary_tables, binary_tables, clip_loops, &cast_table, &move_table};

}  // namespace fastgrad::FG_LEVEL
