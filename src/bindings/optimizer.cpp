// _core.step_: one call updates all parameters of a group, in place. Gradient clipping.
#include <string>
#include <vector>

#include "bindings/casters.h"
#include "ops/optimizer.h"

namespace fastgrad::bindings {

namespace py = pybind11;
using List = const std::vector<Array>&;

void bind_optimizer(py::module_& m) {
  // states: for each name of the optimizer's, a list; hyperparameters: a number for each, and what else a group has.
  m.def(
      "step_",
      [](const std::string& optimizer, List params, List grads, const py::dict& states, int64_t step,
         const py::dict& hyperparameters) {
        const OptimizerStep& o = ops::optimizer_named(optimizer);
        std::vector<std::vector<Array>> lists;
        for (int k = 0; k < o.state_count; ++k) lists.push_back(py::cast<std::vector<Array>>(states[o.states[k]]));
        std::vector<double> config;
        for (int k = 0; k < o.hyperparameter_count; ++k)
          config.push_back(py::cast<double>(hyperparameters[o.hyperparameters[k]]));
        ops::optimizer_step(o, params, grads, lists, step, config);
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
