// The two kinds of normalisation, for the level's table.
#include "kernels/norm.h"

namespace fastgrad::FG_LEVEL {

extern const BatchNormKernels batch_norm_kernels;
extern const BatchNormPoolKernels batch_norm_pool_kernels;
extern const LayerNormKernels layer_norm_kernels;

extern const NormKernels norm_kernels;
const NormKernels norm_kernels = {&batch_norm_kernels, &batch_norm_pool_kernels, &layer_norm_kernels};

}  // namespace fastgrad::FG_LEVEL
