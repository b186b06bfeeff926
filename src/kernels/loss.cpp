// The two kinds of losses, for the level's table.
#include "kernels/loss.h"

namespace fastgrad::FG_LEVEL {

extern const ClassLossKernels class_loss_kernels;
extern const PairLossKernels pair_loss_kernels;

extern const LossKernels loss_kernels;
const LossKernels loss_kernels = {&class_loss_kernels, &pair_loss_kernels};

}  // namespace fastgrad::FG_LEVEL
