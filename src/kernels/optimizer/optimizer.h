// Optimizer steps and gradient clipping over lists of arrays: see optimizer.cpp.
#pragma once

#include <cstdint>

namespace fastgrad {

// One parameter: n elements of dense memory; its gradient and its state lie in the same order.
template <class T>
struct ParameterSpan {
  T* param;
  const T* grad;
  T* state[3];
  int64_t n;
  double rate;        // the step size, where it depends on the parameter's own step count (Adam, Adagrad)
  double correction;  // Adam: square root of the second moment's bias correction
};

struct SgdConfig {  // state: momentum buffer, which begins as zeros
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
};
struct AdamConfig {  // state: first moment, second moment, its maximum (amsgrad)
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled_decay, amsgrad, maximize;
};
struct RmspropConfig {  // state: mean square, mean gradient (centered), momentum buffer
  double lr, alpha, eps, weight_decay, momentum;
  bool centered, maximize;
};
struct AdagradConfig {  // state: sum of squares
  double eps, weight_decay;
  bool maximize;
};

enum class NormKind { Two, One, Max, Power };

template <class T>
struct OptimizerFunctions {
  void (*sgd)(const ParameterSpan<T>*, int64_t spans, const SgdConfig&);
  void (*adam)(const ParameterSpan<T>*, int64_t spans, const AdamConfig&);
  void (*rmsprop)(const ParameterSpan<T>*, int64_t spans, const RmspropConfig&);
  void (*adagrad)(const ParameterSpan<T>*, int64_t spans, const AdagradConfig&);
  // Of all params together: the sum of squares, of magnitudes, of their powers; or the largest magnitude (NaN wins).
  double (*norm_sum)(const ParameterSpan<T>*, int64_t spans, NormKind, double power);
  void (*scale)(const ParameterSpan<T>*, int64_t spans, double factor);
  void (*clip)(const ParameterSpan<T>*, int64_t spans, double bound);  // to [-bound, bound]; NaN stays
};

struct OptimizerKernels {
  OptimizerFunctions<float> f32;
  OptimizerFunctions<double> f64;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const OptimizerKernels optimizer_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
