// fastgrad._core: the extension module. The Cython modules live in the same file and are loaded from it.
#include "bindings/casters.h"
#include "runtime/cpu.h"

namespace fastgrad::bindings {

void bind_dlpack(pybind11::module_& m);
void bind_runtime(pybind11::module_& m);
void bind_random(pybind11::module_& m);
void bind_optimizer(pybind11::module_& m);

}  // namespace fastgrad::bindings

PYBIND11_MODULE(_core, m) {
  namespace py = pybind11;
  using namespace fastgrad::bindings;
  m.doc() = "The C++ core of fastgrad. Not public: its names change without notice.";
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const fastgrad::Error&) {
      translate_exception();
    }
  });
  bind_dlpack(m);
  bind_runtime(m);
  bind_random(m);
  bind_optimizer(m);
}
