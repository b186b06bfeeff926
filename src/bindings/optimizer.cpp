// _core.sgd_, adam_, rmsprop_, adagrad_: one call updates all parameters of a group, in place. Gradient clipping.
#include <vector>

#include "bindings/casters.h"
#include "ops/optimizer.h"

namespace fastgrad::bindings {

namespace py = pybind11;
using List = const std::vector<Array>&;

void bind_optimizer(py::module_& m) {
  m.def(
      "sgd_",
      [](List params, List grads, List buffers, double lr, double momentum, double dampening, double weight_decay,
         bool nesterov, bool maximize) {
        ops::sgd_step(params, grads, buffers, {lr, momentum, dampening, weight_decay, nesterov, maximize});
      },
      py::arg("params"), py::arg("grads"), py::arg("momentum_buffers"), py::arg("lr"), py::arg("momentum"),
      py::arg("dampening"), py::arg("weight_decay"), py::arg("nesterov"), py::arg("maximize"));
  m.def(
      "adam_",
      [](List params, List grads, List exp_avgs, List exp_avg_sqs, List max_exp_avg_sqs, int64_t step, double lr,
         double beta1, double beta2, double eps, double weight_decay, bool decoupled_decay, bool maximize) {
        ops::adam_step(
            params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, step,
            {lr, beta1, beta2, eps, weight_decay, decoupled_decay, !max_exp_avg_sqs.empty(), maximize});
      },
      py::arg("params"), py::arg("grads"), py::arg("exp_avgs"), py::arg("exp_avg_sqs"), py::arg("max_exp_avg_sqs"),
      py::arg("step"), py::arg("lr"), py::arg("beta1"), py::arg("beta2"), py::arg("eps"), py::arg("weight_decay"),
      py::arg("decoupled_decay"), py::arg("maximize"));
  m.def(
      "rmsprop_",
      [](List params, List grads, List square_avgs, List momentum_buffers, List grad_avgs, double lr, double alpha,
         double eps, double weight_decay, double momentum, bool maximize) {
        ops::rmsprop_step(params, grads, square_avgs, momentum_buffers, grad_avgs,
                          {lr, alpha, eps, weight_decay, momentum, !grad_avgs.empty(), maximize});
      },
      py::arg("params"), py::arg("grads"), py::arg("square_avgs"), py::arg("momentum_buffers"), py::arg("grad_avgs"),
      py::arg("lr"), py::arg("alpha"), py::arg("eps"), py::arg("weight_decay"), py::arg("momentum"),
      py::arg("maximize"));
  m.def(
      "adagrad_",
      [](List params, List grads, List sums, double lr, double eps, double weight_decay, bool maximize) {
        ops::adagrad_step(params, grads, sums, lr, {eps, weight_decay, maximize});
      },
      py::arg("params"), py::arg("grads"), py::arg("sums"), py::arg("lr"), py::arg("eps"), py::arg("weight_decay"),
      py::arg("maximize"));

  m.def("total_norm", [](List arrays, double norm_type) { return ops::total_norm(arrays, norm_type); },
        py::arg("arrays"), py::arg("norm_type"));
  m.def("scale_", [](List arrays, double factor) { ops::scale_all(arrays, factor); }, py::arg("arrays"),
        py::arg("factor"));
  m.def("clip_", [](List arrays, double bound) { ops::clip_all(arrays, bound); }, py::arg("arrays"),
        py::arg("bound"));
}

}  // namespace fastgrad::bindings
