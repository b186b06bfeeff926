// Optimizer steps over lists of parameters, in place: each is one pass of the memory. Lists run parallel: grads[i] and
// every state list's [i] have params[i]'s shape and dtype (float32 or float64), any strides. Versions are bumped.
#pragma once

#include <span>

#include "array/array.h"
#include "kernels/optimizer/optimizer.h"

namespace fastgrad::ops {

using ArrayList = std::span<const Array>;

// buffers: empty where momentum is 0, else zeros before the first step.
void sgd_step(ArrayList params, ArrayList grads, ArrayList buffers, const SgdConfig& config);
// step counts from 1. max_second_moments: empty unless config.amsgrad.
void adam_step(ArrayList params, ArrayList grads, ArrayList first_moments, ArrayList second_moments,
               ArrayList max_second_moments, int64_t step, const AdamConfig& config);
// buffers: empty where momentum is 0; mean_grads: empty unless config.centered.
void rmsprop_step(ArrayList params, ArrayList grads, ArrayList mean_squares, ArrayList buffers, ArrayList mean_grads,
                  const RmspropConfig& config);
// lr: already decayed.
void adagrad_step(ArrayList params, ArrayList grads, ArrayList sums, double lr, const AdagradConfig& config);

// The norm, of order norm_type > 0 (infinity: the largest magnitude), of all elements of all arrays.
double total_norm(ArrayList arrays, double norm_type);
// In place, all arrays: times factor; to [-bound, bound] (NaN stays).
void scale_all(ArrayList arrays, double factor);
void clip_all(ArrayList arrays, double bound);

}  // namespace fastgrad::ops
