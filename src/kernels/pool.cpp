// The two kinds of pooling, for the level's table.
#include "kernels/pool.h"

namespace fastgrad::FG_LEVEL {

extern const MaxPoolKernels max_pool_kernels;
extern const AvgPoolKernels avg_pool_kernels;

extern const PoolKernels pool_kernels;
const PoolKernels pool_kernels = {&max_pool_kernels, &avg_pool_kernels};

}  // namespace fastgrad::FG_LEVEL
