// Optimizer steps and gradient clipping over lists of arrays, in place: each is one pass of the memory. Arrays are float32
// or float64, of any strides; their versions are bumped.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "array/array.h"
#include "kernels/optimizer/optimizer.h"

namespace fastgrad::ops {

using ArrayList = std::span<const Array>;

// The optimizer of this name (kernels/optimizer/optimizer.cpp); ValueError where there is none.
const OptimizerStep& optimizer_named(std::string_view name);

// Update number t, from 1, of all params. grads and each of the states run parallel to params: [i] has params[i]'s shape
// and dtype. states: one list for each that the optimizer has, of which those that it does not use with these
// hyperparameters may be empty.
void optimizer_step(const OptimizerStep& optimizer, ArrayList params, ArrayList grads,
                    std::span<const std::vector<Array>> states, int64_t t, std::span<const double> hyperparameters);

// The norm, of order norm_type > 0 (infinity: the largest magnitude), of all elements of all arrays.
double total_norm(ArrayList arrays, double norm_type);
// In place, all arrays: times factor; to [-bound, bound] (NaN stays).
void scale_all(ArrayList arrays, double factor);
void clip_all(ArrayList arrays, double bound);

}  // namespace fastgrad::ops
