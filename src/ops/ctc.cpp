#include "ops/ctc.h"

#include <algorithm>
#include <string>
#include <vector>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/loss/loss.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {
namespace {

// The arguments, checked, in the form that the kernels take.
struct Problem {
  Array x, targets;
  CtcShape shape;
  std::vector<CtcSample> samples;
};

void check_length(int64_t length, int64_t most, const char* what, int64_t sample) {
  if (length < 0 || length > most)
    value_error(std::string("ctc_loss: ") + what + " must lie between 0 and " + std::to_string(most) + ", got " +
                std::to_string(length) + " of sample " + std::to_string(sample));
}

Problem problem(const Array& x, const Array& targets, const Array& input_lengths, const Array& target_lengths,
                int64_t blank) {
  check_float(x, "ctc_loss", "log_probs");
  const int64_t t = x.shape(0), n = x.shape(1), c = x.shape(2);
  for (const Array* lengths : {&input_lengths, &target_lengths})
    if (!(lengths->shape() == Dims{n}))
      value_error(std::string("ctc_loss: ") + (lengths == &input_lengths ? "input_lengths" : "target_lengths") +
                  " must have one number for each of the " + std::to_string(n) + " samples, got shape " +
                  to_string(lengths->shape()));
  if (blank < 0 || blank >= c)
    value_error("ctc_loss: blank must be one of the " + std::to_string(c) + " classes, got " + std::to_string(blank));
  const bool padded = targets.ndim() == 2;
  if (!(padded ? targets.shape(0) == n : targets.ndim() == 1))
    value_error("ctc_loss: targets must have shape (" + std::to_string(n) +
                ", S), or be the samples' one behind the other, got shape " + to_string(targets.shape()));
  Problem p{x.ndim() == 3 && (c < 2 || x.stride(2) == 1) ? x : contiguous(x), contiguous(targets), {}, {}};
  p.shape = {t, n, c, p.x.stride(0), p.x.stride(1), 0, blank, 0};
  const Array steps = contiguous(input_lengths), labels = contiguous(target_lengths);
  const int64_t* at = p.targets.data<int64_t>();
  const int64_t most = padded ? targets.shape(1) : targets.size();
  int64_t sum = 0;
  p.samples.reserve(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    const CtcSample s{at, labels.data<int64_t>()[i], steps.data<int64_t>()[i]};
    check_length(s.steps, t, "input_lengths", i);
    check_length(s.labels, padded ? most : most - sum, "target_lengths", i);
    for (int64_t k = 0; k < s.labels; ++k)
      if (s.target[k] < 0 || s.target[k] >= c)
        index_error("ctc_loss: target " + std::to_string(s.target[k]) + " of sample " + std::to_string(i) +
                    " is out of range for " + std::to_string(c) + " classes");
    p.samples.push_back(s);
    p.shape.most_labels = std::max(p.shape.most_labels, s.labels);
    sum += s.labels;
    at += padded ? most : s.labels;
  }
  if (!padded && sum != most)
    value_error("ctc_loss: target_lengths must add up to the " + std::to_string(most) + " targets, got " +
                std::to_string(sum));
  p.shape.width = (2 * p.shape.most_labels + kCtcLanes) / kCtcLanes * kCtcLanes;
  return p;
}

}  // namespace

CtcLoss ctc_loss(const Array& x, const Array& targets, const Array& input_lengths, const Array& target_lengths,
                 int64_t blank) {
  const Problem p = problem(x, targets, input_lengths, target_lengths, blank);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const CtcLoss of{Array::empty({p.shape.n}, x.dtype()),
                     Array::empty({p.shape.n, p.shape.t, p.shape.width}, x.dtype())};
    if (p.shape.n > 0)
      kernels().loss->ctc->of<T>().forward(p.shape, p.x.data<T>(), p.samples.data(), of.alpha.data<T>(),
                                           of.loss.data<T>());
    return of;
  });
}

Array ctc_loss_backward(const Array& grad, const Array& x, const CtcLoss& of, const Array& targets,
                        const Array& input_lengths, const Array& target_lengths, int64_t blank, bool zero_infinity) {
  const Problem p = problem(x, targets, input_lengths, target_lengths, blank);
  const Array g = contiguous(grad), loss = contiguous(of.loss), alpha = contiguous(of.alpha);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const Array grad_x = Array::empty(x.shape(), x.dtype());
    if (p.shape.n > 0)
      kernels().loss->ctc->of<T>().backward(p.shape, p.x.data<T>(), p.samples.data(), alpha.data<T>(), loss.data<T>(),
                                            g.data<T>(), zero_infinity, grad_x.data<T>());
    return grad_x;
  });
}

}  // namespace fastgrad::ops
