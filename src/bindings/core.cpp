// fastgrad._core: the extension module. The Cython modules live in the same file and are loaded from it.
#include <iterator>

#include "bindings/casters.h"
#include "modules.h"
#include "runtime/cpu.h"

namespace fastgrad::bindings {

void bind_dlpack(pybind11::module_& m);
void bind_runtime(pybind11::module_& m);
void bind_random(pybind11::module_& m);
void bind_optimizer(pybind11::module_& m);
void bind_profile(pybind11::module_& m);

}  // namespace fastgrad::bindings

static int pybind11_exec__core(PyObject* module);  // PYBIND11_MODULE_EXEC defines it

// What PYBIND11_MODULE would define, but for the question: pybind11's own start waits for ever where an interpreter
// beside the main one asks, and the engine's state (types, allocator, threads) is one for the process.
extern "C" PYBIND11_EXPORT PyObject* PyInit__core();
PyObject* PyInit__core() {
  PYBIND11_CHECK_PYTHON_VERSION
  if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
    PyErr_SetString(PyExc_ImportError,
                    "fastgrad works in the main interpreter alone, not in a sub-interpreter; use threads or processes");
    return nullptr;
  }
  static PyModuleDef_Slot slots[] = {
      {Py_mod_exec, reinterpret_cast<void*>(&pybind11_exec__core)},
#if PY_VERSION_HEX >= 0x030C0000
      {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
      {0, nullptr},
  };
  static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_core", nullptr, 0, nullptr,
                                   slots, nullptr, nullptr, nullptr};
  return PyModuleDef_Init(&definition);
}

PYBIND11_MODULE_EXEC(_core, m) {
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
  py::tuple modules(std::size(kCythonModules));
  for (std::size_t i = 0; i < std::size(kCythonModules); ++i) modules[i] = kCythonModules[i];
  m.attr("CYTHON_MODULES") = modules;
  bind_dlpack(m);
  bind_runtime(m);
  bind_random(m);
  bind_optimizer(m);
  bind_profile(m);
}
