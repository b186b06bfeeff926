// Gradient clipping, and norms of gradients.
#include <string>
#include <vector>

#include "bindings/casters.h"
#include "ops/optimizer.h"

namespace fastgrad::bindings {

namespace py = pybind11;
using List = const std::vector<Array>&;

void bind_optimizer(py::module_& m) {
  m.def("total_norm", [](List arrays, double norm_type) { return ops::total_norm(arrays, norm_type); },
        py::arg("arrays"), py::arg("norm_type"));
  m.def("scale_", [](List arrays, double factor) { ops::scale_all(arrays, factor); }, py::arg("arrays"),
        py::arg("factor"));
  m.def("clip_", [](List arrays, double bound) { ops::clip_all(arrays, bound); }, py::arg("arrays"),
        py::arg("bound"));
}

}  // namespace fastgrad::bindings
