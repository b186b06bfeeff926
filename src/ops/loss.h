// Losses, each one pass forward and one backward.
#pragma once

#include "array/array.h"
#include "kernels/loss/loss.h"

namespace fastgrad::ops {

enum class Reduction { None, Mean, Sum };

// x: scores (C,), (N, C) or (N, C, d1, ...); target: the same shape without C, any integer dtype, classes in [0, C) or
// ignore_index (those lines are left out of everything). weight: (C,) of x's dtype, or undefined.
struct ClassLoss {
  Array loss;           // target's shape, or 0-dimensional
  Array stats;          // cross_entropy: what backward needs beside x
  double total_weight;  // what a mean was divided by: the summed weights of the targets that count
};

ClassLoss cross_entropy(const Array& x, const Array& target, const Array& weight, int64_t ignore_index,
                        double label_smoothing, Reduction reduction);
Array cross_entropy_backward(const Array& grad, const Array& x, const Array& stats, const Array& target,
                             const Array& weight, int64_t ignore_index, double label_smoothing, Reduction reduction,
                             double total_weight);

// x: log-probabilities.
ClassLoss nll_loss(const Array& x, const Array& target, const Array& weight, int64_t ignore_index,
                   Reduction reduction);
// x's gradient, of x's shape and grad's dtype, in C order or with the classes innermost.
Array nll_loss_backward(const Array& grad, const Dims& shape, bool classes_innermost, const Array& target,
                        const Array& weight, int64_t ignore_index, Reduction reduction, double total_weight);
// Whether x lies in memory with its classes innermost.
bool classes_innermost(const Array& x);

// The loss of this name (kernels/loss/loss_pair.cpp), for as long as the program runs; ValueError where there is none.
const PairLoss* pair_loss_named(const char* name);
// Of two arrays of one shape and dtype, which is what check_pair sees to; of probabilities, x within [0, 1].
void check_pair(const PairLoss& loss, const Array& x, const Array& y);
// param: the loss's number, where it has one.
Array pair_loss(const PairLoss& loss, const Array& x, const Array& y, double param, Reduction reduction);
// The gradient along x.
Array pair_loss_backward(const PairLoss& loss, const Array& grad, const Array& x, const Array& y, double param,
                         Reduction reduction);

}  // namespace fastgrad::ops
