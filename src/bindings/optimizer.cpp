// _core.step_: one call updates all parameters of a group, in place. Gradient clipping.
#include <string>
#include <vector>

#include "bindings/casters.h"
#include "ops/optimizer.h"

namespace fastgrad::bindings {

namespace py = pybind11;
using List = const std::vector<Array>&;

void bind_optimizer(py::module_& m) {
  // The names of a step's states, and of its hyperparameters, in the order in which it is given them.
  m.def(
      "step_names",
      [](const std::string& optimizer) {
        const OptimizerStep& o = ops::optimizer_named(optimizer);
        using Names = std::vector<std::string>;
        return std::pair(Names(o.states, o.states + o.state_count),
                         Names(o.hyperparameters, o.hyperparameters + o.hyperparameter_count));
      },
      py::arg("optimizer"));
  m.def(
      "step_",
      [](const std::string& optimizer, List params, List grads, const std::vector<std::vector<Array>>& states,
         int64_t step, const std::vector<double>& hyperparameters) {
        ops::optimizer_step(ops::optimizer_named(optimizer), params, grads, states, step, hyperparameters);
      },
      py::arg("optimizer"), py::arg("params"), py::arg("grads"), py::arg("states"), py::arg("step"),
      py::arg("hyperparameters"));

  m.def("total_norm", [](List arrays, double norm_type) { return ops::total_norm(arrays, norm_type); },
        py::arg("arrays"), py::arg("norm_type"));
  m.def("scale_", [](List arrays, double factor) { ops::scale_all(arrays, factor); }, py::arg("arrays"),
        py::arg("factor"));
  m.def("clip_", [](List arrays, double bound) { ops::clip_all(arrays, bound); }, py::arg("arrays"),
        py::arg("bound"));
}

}  // namespace fastgrad::bindings
