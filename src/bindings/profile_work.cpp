// What a call that is recorded does: its arithmetic and its memory, from its arguments and its result.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "bindings/bridge.h"
#include "bindings/recorder.h"

namespace fastgrad::bindings {

namespace {

const Array* array_in(PyObject* o) {
  return o != nullptr && PyObject_TypeCheck(o, tensor_bridge.type) ? tensor_bridge.array(o) : nullptr;
}

// Of what is repeated by strides of 0, only what there is.
double bytes_of(const Array& a) {
  return static_cast<double>(std::min(a.nbytes(), a.storage() ? a.storage()->nbytes : size_t{0}));
}

// The arrays among objects, and within lists and tuples of them.
void collect(PyObject* const* objects, Py_ssize_t n, std::vector<const Array*>& found) {
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (const Array* const a = array_in(objects[i])) {
      found.push_back(a);
    } else if (objects[i] != nullptr && (PyList_CheckExact(objects[i]) || PyTuple_CheckExact(objects[i]))) {
      PyObject** const items = PySequence_Fast_ITEMS(objects[i]);
      for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(objects[i]); ++k)
        if (const Array* const a = array_in(items[k])) found.push_back(a);
    }
  }
}

// The array that is given by its place, or by one of these names.
const Array* array_at(const Call& call, Py_ssize_t place, const char* name) {
  for (Py_ssize_t i = call.positional; i < call.count(); ++i)
    if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(call.keywords, i - call.positional), name) == 0)
      return array_in(call.args[i]);
  return place < call.positional ? array_in(call.args[place]) : nullptr;
}

double size(const Array* a) { return static_cast<double>(a->size()); }
double length(const Array* a, int axis) {
  const int at = axis < 0 ? axis + a->ndim() : axis;
  return at < 0 || at >= a->ndim() ? 1.0 : static_cast<double>(a->shape()[at]);
}
double without(const Array* a, int axis) {
  const double n = length(a, axis);
  return n == 0 ? 0 : size(a) / n;
}

// Twice the product of the lengths of all letters; -1 where there are not two arrays, or axes without a letter.
double einsum_operations(PyObject* formula, const std::vector<const Array*>& given) {
  if (formula == nullptr || !PyUnicode_Check(formula) || given.size() != 2) return -1;
  const char* text = PyUnicode_AsUTF8(formula);
  if (text == nullptr) {
    PyErr_Clear();
    return -1;
  }
  double found = 2;
  size_t operand = 0;
  int axis = 0;
  std::string seen;
  for (; *text != '\0' && *text != '-'; ++text) {
    if (*text == ' ') continue;
    if (*text == '.') return -1;
    if (*text == ',') {
      ++operand;
      axis = 0;
      continue;
    }
    if (operand > 1 || axis >= given[operand]->ndim()) return -1;
    const double n = length(given[operand], axis++);
    if (seen.find(*text) != std::string::npos) continue;
    seen.push_back(*text);
    found *= n;
  }
  return found;
}

// -1 where the call is not as it must be: it raised an error, then.
double operations_of(Work work, const Call& call, const std::vector<const Array*>& given, const Array* out) {
  const auto all = [](std::initializer_list<const Array*> arrays) {
    return std::none_of(arrays.begin(), arrays.end(), [](const Array* a) { return a == nullptr; });
  };
  switch (work) {
    case Work::Nothing:
    case Work::Moves:
    case Work::Writes: return 0;
    case Work::Bytes: return -1;
    case Work::Elements: {
      double most = out == nullptr ? 0 : size(out);
      for (const Array* a : given) most = std::max(most, size(a));
      return most;
    }
    case Work::Matmul:
      if (given.empty() || out == nullptr) return -1;
      return 2 * size(out) * length(given[0], -1);
    case Work::Linear: {
      const Array *x = array_at(call, 0, "input"), *w = array_at(call, 1, "weight");
      return all({x, w}) ? 2 * size(x) * length(w, 0) : -1;
    }
    case Work::Bilinear: {
      const Array* w = array_at(call, 2, "weight");
      return all({w, out}) ? 2 * size(out) * without(w, 0) : -1;
    }
    case Work::Tensordot:  // m k, k n and m n make m k n, squared
      return given.size() == 2 && out != nullptr ? 2 * std::sqrt(size(given[0]) * size(given[1]) * size(out)) : -1;
    case Work::Einsum: return einsum_operations(call.positional > 0 ? call.args[0] : nullptr, given);
    case Work::Convolution: {
      const bool by_axes = call.positional > 0 && PyLong_Check(call.args[0]);  // conv_activated and conv_normalized
      const Array* w = array_at(call, by_axes ? 2 : 1, "weight");
      return all({w, out}) ? 2 * size(out) * without(w, 0) : -1;
    }
    case Work::Transposed: {
      const Array *x = array_at(call, 0, "input"), *w = array_at(call, 1, "weight");
      return all({x, w}) ? 2 * size(x) * without(w, 0) : -1;
    }
    case Work::Attention: {
      const Array *q = array_at(call, 0, "query"), *k = array_at(call, 1, "key"), *v = array_at(call, 2, "value");
      return all({q, k, v}) ? 2 * without(q, -1) * length(k, -2) * (length(q, -1) + length(v, -1)) : -1;
    }
    case Work::Heads: {
      if (call.positional < 23) return -1;
      const Array *q = array_in(call.args[0]), *k = array_in(call.args[1]), *v = array_in(call.args[2]);
      if (!all({q, k, v})) return -1;
      const int along = q->ndim() == 2 ? 0 : PyObject_IsTrue(call.args[22]) == 1 ? 1 : 0;
      return 2 * (2 * size(q) + size(k) + size(v)) * length(q, -1) + 4 * size(q) * length(k, along);
    }
    case Work::Recurrent:
    case Work::Cell: {
      const Py_ssize_t first = work == Work::Cell ? 2 : 4;
      const Array* x = array_at(call, work == Work::Cell ? 0 : 1, "input");
      const Array *w = array_at(call, first, "weight_ih"), *u = array_at(call, first + 1, "weight_hh");
      return all({x, w, u}) ? 2 * without(x, -1) * (size(w) + size(u)) : -1;
    }
    case Work::Update: return -1;
  }
  return -1;
}

}  // namespace

void measure(Span& span, Work work, const Call& call, PyObject* result) {
  if (result == nullptr || work == Work::Nothing) return;
  std::vector<const Array*> given, made;
  collect(call.args, call.count(), given);
  collect(&result, 1, made);
  const Array* const out = made.empty() ? nullptr : made.front();
  double read = 0, written = 0;
  for (const Array* a : given) read += bytes_of(*a);
  for (const Array* a : made) {
    const bool is_argument = std::find(given.begin(), given.end(), a) != given.end();
    const bool is_view = !is_argument && std::any_of(given.begin(), given.end(), [&](const Array* b) {
      return a->storage().get() == b->storage().get();
    });
    if (is_view) return;
    written += bytes_of(*a);
  }
  if (work == Work::Moves) read = written;
  if (work == Work::Writes) read = written = given.empty() ? 0 : bytes_of(*given.back());
  if (work == Work::Update) {
    written = read;  // all but the gradients, which are the fifth argument
    if (call.positional > 4) {
      std::vector<const Array*> gradients;
      collect(&call.args[4], 1, gradients);
      for (const Array* a : gradients) written -= bytes_of(*a);
    }
  }
  const Array* const kind = out != nullptr ? out : given.empty() ? nullptr : given.front();
  if (kind != nullptr) span.extra |= static_cast<int32_t>(itemsize(kind->dtype())) << 8;
  span.operations = operations_of(work, call, given, out);
  span.bytes = read + written;
}

}  // namespace fastgrad::bindings
