// One level's table: compiled once per instruction set, like the families it collects.
#include "kernels/table.h"

namespace fastgrad::FG_LEVEL {

extern const ElementwiseKernels elementwise_kernels;
extern const ReduceKernels reduce_kernels;
extern const GemmKernels gemm_kernels;
extern const ConvKernels conv_kernels;
extern const PoolKernels pool_kernels;
extern const NormKernels norm_kernels;
extern const SoftmaxKernels softmax_kernels;
extern const LossKernels loss_kernels;
extern const OptimizerKernels optimizer_kernels;
extern const RandomKernels random_kernels;
extern const IndexKernels index_kernels;

#define FG_QUOTE_(x) #x
#define FG_QUOTE(x) FG_QUOTE_(x)

extern const KernelTable table;
const KernelTable table = {
    FG_QUOTE(FG_LEVEL), &elementwise_kernels, &reduce_kernels, &gemm_kernels,    &conv_kernels,
    &pool_kernels,      &norm_kernels,        &softmax_kernels, &loss_kernels,   &optimizer_kernels,
    &random_kernels,    &index_kernels,
};

}  // namespace fastgrad::FG_LEVEL
