// pybind11 conversions: Array <-> fastgrad.Tensor, Dims <-> a tuple of ints, DType <-> fastgrad's dtype objects.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <vector>

#include "bindings/bridge.h"

namespace pybind11::detail {

// From a Tensor (its array as it stands; history is the business of fastgrad.ops) and to a new one.
template <>
struct type_caster<fastgrad::Array> {
  PYBIND11_TYPE_CASTER(fastgrad::Array, const_name("Tensor"));

  bool load(handle source, bool) {
    const auto& bridge = fastgrad::bindings::tensor_bridge;
    if (!bridge.type || !PyObject_TypeCheck(source.ptr(), bridge.type)) return false;
    value = *bridge.array(source.ptr());
    return true;
  }
  static handle cast(fastgrad::Array array, return_value_policy, handle) {
    return fastgrad::bindings::tensor_bridge.wrap(&array);
  }
};

// From a list or tuple of Tensors: an optimizer hands over hundreds a step, and pybind11's own way asks the sequence
// protocol for each.
template <>
struct type_caster<std::vector<fastgrad::Array>> {
  PYBIND11_TYPE_CASTER(std::vector<fastgrad::Array>, const_name("Sequence[Tensor]"));

  bool load(handle source, bool) {
    const auto& bridge = fastgrad::bindings::tensor_bridge;
    if (!bridge.type || !(PyList_Check(source.ptr()) || PyTuple_Check(source.ptr()))) return false;
    const Py_ssize_t n = PySequence_Fast_GET_SIZE(source.ptr());
    PyObject* const* items = PySequence_Fast_ITEMS(source.ptr());
    value.clear();
    value.reserve(static_cast<size_t>(n));
    for (Py_ssize_t i = 0; i < n; ++i) {
      if (!PyObject_TypeCheck(items[i], bridge.type)) return false;
      value.push_back(*bridge.array(items[i]));
    }
    return true;
  }
};

template <>
struct type_caster<fastgrad::Dims> {
  PYBIND11_TYPE_CASTER(fastgrad::Dims, const_name("tuple[int, ...]"));

  bool load(handle source, bool) {
    if (!isinstance<sequence>(source) || isinstance<str>(source)) return false;
    value = fastgrad::Dims();
    for (const handle item : reinterpret_borrow<sequence>(source)) {
      object index = reinterpret_steal<object>(PyNumber_Index(item.ptr()));
      if (!index) {
        PyErr_Clear();
        return false;
      }
      const int64_t n = PyLong_AsLongLong(index.ptr());
      if (n == -1 && PyErr_Occurred()) throw error_already_set();
      value.push_back(n);
    }
    return true;
  }
  static handle cast(const fastgrad::Dims& dims, return_value_policy, handle) {
    tuple result(dims.size());
    for (int i = 0; i < dims.size(); ++i) result[i] = int_(dims[i]);
    return result.release();
  }
};

template <>
struct type_caster<fastgrad::DType> {
  PYBIND11_TYPE_CASTER(fastgrad::DType, const_name("dtype"));

  bool load(handle source, bool) {
    try {
      value = fastgrad::bindings::dtype_from_python(source.ptr());
    } catch (const std::exception&) {
      PyErr_Clear();
      return false;
    }
    return true;
  }
  static handle cast(fastgrad::DType t, return_value_policy, handle) {
    return handle(fastgrad::bindings::dtype_objects[static_cast<int>(t)]).inc_ref();
  }
};

}  // namespace pybind11::detail
