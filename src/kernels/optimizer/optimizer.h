// Optimizer steps (optimizer.cpp) and gradient clipping (optimizer_clip.cpp) over lists of arrays.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

inline constexpr int kMaxStates = 3;

// One parameter: n elements of dense memory; its gradient and its state lie in the same order.
template <class T>
struct ParameterSpan {
  T* param;
  const T* grad;
  T* state[kMaxStates];
  int64_t n;
};

// An optimizer's step: optimizer.cpp has a struct of each, which is all that it is.
template <class T>
using StepFunction = void (*)(const ParameterSpan<T>*, int64_t spans, int64_t step, const double* config);

struct OptimizerStep : PerFloat<StepFunction> {
  const char* name;
  // What it remembers of each parameter, at most kMaxStates; and the hyperparameters, which are the config's numbers.
  const char* const* states;
  int state_count;
  const char* const* hyperparameters;
  int hyperparameter_count;
  // Bit k: with this config state k is used.
  unsigned (*uses)(const double* config);
};

enum class NormKind { Two, One, Max, Power };

template <class T>
struct ClipFunctions {
  // Of all params together: the sum of squares, of magnitudes, of their powers; or the largest magnitude (NaN wins).
  double (*norm_sum)(const ParameterSpan<T>*, int64_t spans, NormKind, double power);
  void (*scale)(const ParameterSpan<T>*, int64_t spans, double factor);
  void (*clip)(const ParameterSpan<T>*, int64_t spans, double bound);  // to [-bound, bound]; NaN stays
};

struct OptimizerKernels {
  const OptimizerStep* steps;
  int step_count;
  const PerFloat<ClipFunctions>* clip;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const PerFloat<ClipFunctions> clip_kernels;
extern const OptimizerKernels optimizer_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
