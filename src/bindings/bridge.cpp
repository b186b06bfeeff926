#include "bindings/bridge.h"

#include <new>
#include <stdexcept>
#include <string>

#include "array/axis_error.h"
#include "bindings/attributes.h"
#include "bindings/gil.h"
#include "bindings/recycle.h"

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace fastgrad::bindings {

TensorBridge tensor_bridge{};
OperatorSlots operator_slots{};
FG_FAST_THREAD_LOCAL Here here = {Recording::AsContext, nullptr};
int (*grad_off_in_context)() = nullptr;
int64_t mode_reasons = 0;
int64_t tracers = 0;
uint64_t newest_node = 0;
Kept kept_tensors, kept_nodes;
PyObject* dtype_objects[kNumDTypes] = {};

void refuse_attributes() {
  throw std::logic_error("a gradient rule read attributes of another type than its operation has");
}

namespace {

// What NumPy programs catch and what PyTorch programs do are one class each, of fastgrad.errors.
void set_error(const Error& e, const AxisError* of_axis = nullptr) {
  struct Kind {
    PyObject* builtin;
    const char* ours;
  };
  const Kind kinds[] = {{PyExc_TypeError, "TensorTypeError"},
                        {PyExc_TypeError, "UnsupportedDtypeError"},
                        {PyExc_ValueError, "TensorValueError"},
                        {PyExc_IndexError, "TensorIndexError"},
                        {PyExc_OverflowError, "TensorOverflowError"},
                        {PyExc_RuntimeError, nullptr},
                        {PyExc_MemoryError, nullptr},
                        {PyExc_BufferError, nullptr}};
  Kind kind = kinds[static_cast<int>(e.kind())];
  if (of_axis) kind.ours = "TensorAxisError";
  PyObject* const module = kind.ours ? PyImport_ImportModule("fastgrad.errors") : nullptr;
  PyObject* const type = module ? PyObject_GetAttrString(module, kind.ours) : nullptr;
  if (kind.ours && !type) PyErr_Clear();  // the interpreter is on its way out, and has no modules any more
  PyObject* const told = type && of_axis ? Py_BuildValue("(Lis)", static_cast<long long>(of_axis->axis()),
                                                         of_axis->ndim(), of_axis->op())
                                         : nullptr;
  if (told)
    PyErr_SetObject(type, told);
  else
    PyErr_SetString(type && !of_axis ? type : kind.builtin, e.what());
  Py_XDECREF(told);
  Py_XDECREF(type);
  Py_XDECREF(module);
}

}  // namespace

void translate_exception() {
#if defined(__GLIBCXX__)
  try {
    throw;
  } catch (const abi::__forced_unwind&) {
    stay_until_exit();  // Python ends this thread
  } catch (...) {
  }
#endif
  try {
    if (PyErr_Occurred()) return;
    throw;
  } catch (const AxisError& e) {
    set_error(e, &e);
  } catch (const Error& e) {
    set_error(e);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  }
}

DType dtype_from_python(PyObject* object) {
  for (int i = 0; i < kNumDTypes; ++i)
    if (object == dtype_objects[i]) return static_cast<DType>(i);
  // NumPy's dtypes and scalar types, Python's types and names: fastgrad._tensor.dtype knows them all.
  static PyObject* as_dtype = nullptr;
  if (!as_dtype) {
    PyObject* const module = PyImport_ImportModule("fastgrad._tensor.dtype");
    as_dtype = module ? PyObject_GetAttrString(module, "as_dtype") : nullptr;
    Py_XDECREF(module);
  }
  PyObject* const found = as_dtype ? PyObject_CallOneArg(as_dtype, object) : nullptr;
  if (!found) throw std::runtime_error("a Python exception is set");
  for (int i = 0; i < kNumDTypes; ++i)
    if (found == dtype_objects[i]) {
      Py_DECREF(found);
      return static_cast<DType>(i);
    }
  Py_DECREF(found);
  type_error("not a dtype");
}

}  // namespace fastgrad::bindings
