// Connectionist temporal classification.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

// x: log-probabilities (T, N, C), float32 or float64. targets: classes, (N, S), of which each sample has its first, or one
// sample's behind the other's, (sum of target_lengths,). Lengths: (N,). All three int64.
struct CtcLoss {
  Array loss;   // (N,); infinite where a sample has fewer steps than its labels need
  Array alpha;  // what backward needs beside x
};
CtcLoss ctc_loss(const Array& x, const Array& targets, const Array& input_lengths, const Array& target_lengths,
                 int64_t blank);
// x's gradient; grad: (N,). zero_infinity: none flows to a sample whose loss is infinite.
Array ctc_loss_backward(const Array& grad, const Array& x, const CtcLoss& of, const Array& targets,
                        const Array& input_lengths, const Array& target_lengths, int64_t blank, bool zero_infinity);

}  // namespace fastgrad::ops
