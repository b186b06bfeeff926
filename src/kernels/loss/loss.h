// Losses, fused: classification along an axis (loss_class.cpp), pairs of equal arrays (loss_pair.cpp), and sequences of
// labels without places (loss_ctc.cpp).
#pragma once

#include <cstdint>

#include "array/visit.h"
#include "kernels/softmax/softmax.h"

namespace fastgrad {

// Lines of class scores (AxisShape; d classes) and one target for each of the outer * inner lines, in their order.
// Targets equal to `ignore` contribute nothing; all others are valid classes. weight: one number a class, or null.
struct ClassTargets {
  const int64_t* target;
  int64_t ignore;
};

template <class T>
struct ClassLossFunctions {
  // loss[line] = (1 - smoothing) * w[y] * -log p[y] + smoothing / d * sum over classes of w * -log p, p = softmax(x).
  // stats: 2 * lines elements, each line's maximum and then each line's log of the sum of exponentials.
  void (*cross_entropy)(const AxisShape&, const T* x, ClassTargets, const T* weight, double smoothing, T* loss,
                        T* stats);
  // Times scale, and times grad[line * grad_step] where grad is not null.
  void (*cross_entropy_backward)(const AxisShape&, const T* x, const T* stats, ClassTargets, const T* weight,
                                 double smoothing, double scale, const T* grad, int64_t grad_step, T* grad_x);
  // loss[line] = -w[y] * x[y]
  void (*nll)(const AxisShape&, const T* x, ClassTargets, const T* weight, T* loss);
  void (*nll_backward)(const AxisShape&, ClassTargets, const T* weight, double scale, const T* grad,
                       int64_t grad_step, T* grad_x);
};
using ClassLossKernels = PerFloat<ClassLossFunctions>;

// param: where the loss has one, the number that its struct names.
template <class T>
struct PairLossFunctions {
  double (*sum)(int64_t n, const T* x, const T* y, double param);
  void (*each)(int64_t n, const T* x, const T* y, double param, T* loss);
  // d loss / d x, times scale, and times grad[i] where grad is not null.
  void (*backward)(int64_t n, const T* x, const T* y, double param, double scale, const T* grad, T* grad_x);
};
// A loss of pairs: loss_pair.cpp has a struct of each, which is all that it is.
struct PairLoss : PerFloat<PairLossFunctions> {
  const char* name;       // of the function that users call
  bool of_probabilities;  // x must lie between 0 and 1
};

template <class T>
using TotalFunction = double (*)(int64_t n, const T* x);  // the sum of all elements, in double

struct PairLossKernels {
  const PairLoss* losses;
  int count;
  PerFloat<TotalFunction> total;
};

// Connectionist temporal classification of n samples: log-probabilities of c classes at t steps, whose rows are dense and
// lie so far apart, in elements; the most labels that a sample has; and how long a line of states is, 2 * most_labels + 1
// or more, a multiple of kCtcLanes.
struct CtcShape {
  int64_t t, n, c, step_stride, sample_stride, most_labels, blank, width;
};
inline constexpr int64_t kCtcLanes = 16;  // of any level
struct CtcSample {
  const int64_t* target;  // classes
  int64_t labels, steps;  // of the targets, and of the t steps how many are its own
};
template <class T>
struct CtcFunctions {
  // loss: n; alpha: n * t lines, for backward.
  void (*forward)(const CtcShape&, const T* x, const CtcSample*, T* alpha, T* loss);
  // grad_x: (t, n, c), dense. grad: n numbers.
  void (*backward)(const CtcShape&, const T* x, const CtcSample*, const T* alpha, const T* loss, const T* grad,
                   bool zero_infinity, T* grad_x);
};
using CtcKernels = PerFloat<CtcFunctions>;

struct LossKernels {
  const ClassLossKernels* classes;
  const PairLossKernels* pair;
  const CtcKernels* ctc;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const ClassLossKernels class_loss_kernels;
extern const CtcKernels ctc_kernels;
extern const PairLossKernels pair_loss_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
