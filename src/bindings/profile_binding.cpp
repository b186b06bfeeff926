// Blocks of `fg.profile`, as Python sees them.
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "bindings/casters.h"
#include "bindings/recorder.h"

namespace fastgrad::bindings {

namespace py = pybind11;

namespace {

// Of functions as (function, name, Work, whether the name is its first argument's).
std::shared_ptr<Recorder> start(size_t most, const py::list& functions) {
  std::vector<Timed> timed;
  timed.reserve(functions.size());
  for (const py::handle item : functions) {
    const auto [function, name, work, of_first] = item.cast<std::tuple<py::object, std::string, int32_t, bool>>();
    timed.push_back({Reference(function.ptr()), name, static_cast<Work>(work), of_first});
  }
  return start_recording(most, std::move(timed));
}

py::object call(const std::string& name, const py::function& function, const py::args& args, const py::kwargs& kwargs) {
  PyObject* const result = call_recorded(name, function.ptr(), args.ptr(), kwargs.ptr());
  if (result == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(result);
}

py::bytes spans_of(const Recorder& r) {
  return py::bytes(reinterpret_cast<const char*>(r.spans.data()), r.spans.size() * sizeof(Span));
}

py::list modules_of(const Recorder& r) {
  py::list found;
  for (const Reference& module : r.modules) found.append(py::handle(module.get()));
  return found;
}

}  // namespace

void bind_profile(py::module_& m) {
  py::class_<Recorder, std::shared_ptr<Recorder>>(m, "Recorder")
      .def("stop", &stop_recording)
      .def("begin_label", &begin_label)
      .def("end_label", &end_label)
      .def_property_readonly("spans", &spans_of)
      .def_property_readonly("names", [](const Recorder& r) { return r.names; })
      .def_property_readonly("modules", &modules_of)
      .def_property_readonly("lost", [](const Recorder& r) { return r.lost; })
      .def_property_readonly("begin", [](const Recorder& r) { return r.begin; })
      .def_property_readonly("end", [](const Recorder& r) { return r.end; });
  m.def("call_recorded", &call);
  m.def("profile", &start, py::arg("most"), py::arg("functions"));
  m.attr("WORK") = [] {
    py::dict kinds;
    const char* const names[] = {"nothing",   "elements", "moves",     "writes", "bytes",       "matmul",
                                 "linear",    "bilinear", "tensordot", "einsum", "convolution", "transposed",
                                 "attention", "heads",    "recurrent", "cell",   "update"};
    for (int i = 0; i <= static_cast<int>(Work::Update); ++i) kinds[names[i]] = i;
    return kinds;
  }();
}

}  // namespace fastgrad::bindings
