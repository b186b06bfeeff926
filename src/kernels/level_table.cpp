// One level's table: compiled once per instruction set, like the families that it collects.
#include "kernels/attention/attention.h"
#include "kernels/conv/conv.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/gemm.h"
#include "kernels/index/index.h"
#include "kernels/loss/loss.h"
#include "kernels/normalization/normalization.h"
#include "kernels/optimizer/optimizer.h"
#include "kernels/pool/pool.h"
#include "kernels/random/random.h"
#include "kernels/recurrent/recurrent.h"
#include "kernels/reduce/reduce.h"
#include "kernels/resample/resample.h"
#include "kernels/softmax/softmax.h"
#include "kernels/table.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr ElementwiseKernels elementwise_kernels = {unary_tables, gradient_tables, binary_tables,
                                                    clip_loops,   &cast_table,     &move_table};
constexpr PoolKernels pool_kernels = {&max_pool_kernels, &avg_pool_kernels};
constexpr ResampleKernels resample_kernels = {&resample_axes_kernels, &resample_places_kernels};
constexpr NormKernels norm_kernels = {&batch_norm_kernels, &batch_norm_pool_kernels, &layer_norm_kernels};
constexpr AttentionKernels attention_kernels = {&attention_forward_kernels, &attention_backward_kernels};
constexpr LossKernels loss_kernels = {&class_loss_kernels, &pair_loss_kernels, &ctc_kernels};

#define FG_QUOTE_(x) #x
#define FG_QUOTE(x) FG_QUOTE_(x)

}  // namespace

extern const KernelTable table;
const KernelTable table = {
    FG_QUOTE(FG_LEVEL), &elementwise_kernels, &reduce_kernels, &gemm_kernels,      &conv_kernels,
    &pool_kernels,      &resample_kernels,    &norm_kernels,   &softmax_kernels,   &loss_kernels,
    &optimizer_kernels, &random_kernels,      &index_kernels,  &recurrent_kernels, &attention_kernels,
};

}  // namespace fastgrad::FG_LEVEL
