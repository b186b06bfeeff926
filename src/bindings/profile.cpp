#include "bindings/profile.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bindings/bridge.h"
#include "bindings/casters.h"
#include "runtime/clock.h"

namespace fastgrad::bindings {

namespace py = pybind11;

int64_t pass_watchers = 0;

namespace {

// How the arithmetic of a function is counted. Products by their multiplications and additions; else one operation for
// each element of the largest array. Bytes: each array that is given is read once, each result written once.
enum class Work : int32_t {
  Nothing,      // none of its own: what it calls is counted
  Elements,     // of the largest array
  Moves,        // no arithmetic; as many bytes read as the result has
  Writes,       // no arithmetic; as many bytes written as the last array has
  Bytes,        // arithmetic that is not known
  Matmul,       // (..., m, k) @ (..., k, n)
  Linear,       // x (..., in), weight (out, in)
  Bilinear,     // x (..., I), y (..., J), weight (out, I, J)
  Tensordot,    // two arrays, some of whose axes are summed over
  Einsum,       // a formula and two arrays
  Convolution,  // x, weight (out, in / groups, ...)
  Transposed,   // x, weight (in, out / groups, ...)
  Attention,    // q (..., L, E), k (..., S, E), v (..., S, F)
  Heads,        // attend_by_heads
  Recurrent,    // recurrent
  Cell,         // rnn_tanh_cell and its like
  Update,       // update_fused: an optimizer's step
};

enum class Kind : int32_t { Function, Rule, Module, Label };

// Laid out as `fastgrad._profile._record` reads it.
struct Span {
  int64_t begin, end;        // nanoseconds
  uint64_t first, last;      // nodes made within it: from first + 1 to last; of a rule, its own
  double operations, bytes;  // below 0: not known
  int32_t name;              // its place among the names, or the modules
  int32_t parent;            // the span around it; -1: none
  Kind kind;
  int32_t extra;  // of a rule, how many products; of a module, how many modules in a row it stands for; of a function,
  // its Work and, from the ninth bit on, the size of an element
};
static_assert(sizeof(Span) == 64);

// A block of one thread.
struct Recorder {
  uint64_t id;
  std::vector<Span> spans;
  std::vector<std::string> names;
  std::unordered_map<std::string, int32_t> places;
  std::unordered_map<const void*, int32_t> known;  // names and modules by address
  std::vector<py::object> modules;
  int32_t open = -1;
  size_t most = 0;  // spans that are kept; calls beyond them are counted alone
  int64_t lost = 0;
  int64_t begin = 0, end = 0;

  int32_t name(const std::string& text) {
    const auto [found, is_new] = places.try_emplace(text, static_cast<int32_t>(names.size()));
    if (is_new) names.push_back(text);
    return found->second;
  }
  // Of text that stays where it is.
  int32_t name(const char* text) {
    const auto found = known.find(text);
    return found != known.end() ? found->second : known.emplace(text, name(std::string(text))).first->second;
  }
};

FG_FAST_THREAD_LOCAL Recorder* recorder = nullptr;
uint64_t recorders = 0;  // that there have been

OpenSpan begin_span(Kind kind, int32_t name, int32_t extra) {
  Recorder& r = *recorder;
  if (r.spans.size() >= r.most) {
    ++r.lost;
    return {0, 0};
  }
  const int32_t place = static_cast<int32_t>(r.spans.size());
  r.spans.push_back({0, 0, newest_node, newest_node, 0, 0, name, r.open, kind, extra});
  r.open = place;
  r.spans.back().begin = runtime::now();
  return {r.id, place};
}

// The span, if this thread still records it.
Span* ended(OpenSpan span) {
  Recorder* const r = recorder;
  if (span.recorder == 0 || r == nullptr || r->id != span.recorder || r->open < span.place) return nullptr;
  const int64_t now = runtime::now();
  while (r->open >= span.place) {
    Span& inner = r->spans[static_cast<size_t>(r->open)];
    inner.end = now;
    if (inner.kind != Kind::Rule) inner.last = newest_node;
    r->open = inner.parent;
  }
  return &r->spans[static_cast<size_t>(span.place)];
}

// ---- what a call does ------------------------------------------------------------------------------------------------

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

struct Call {
  PyObject* const* args;
  Py_ssize_t positional;
  PyObject* keywords;  // a tuple of names, or null

  Py_ssize_t count() const { return positional + (keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords)); }
  // The array that is given by its place, or by one of these names.
  const Array* at(Py_ssize_t place, const char* name) const {
    for (Py_ssize_t i = positional; i < count(); ++i)
      if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, i - positional), name) == 0)
        return array_in(args[i]);
    return place < positional ? array_in(args[place]) : nullptr;
  }
};

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
      const Array *x = call.at(0, "input"), *w = call.at(1, "weight");
      return all({x, w}) ? 2 * size(x) * length(w, 0) : -1;
    }
    case Work::Bilinear: {
      const Array* w = call.at(2, "weight");
      return all({w, out}) ? 2 * size(out) * without(w, 0) : -1;
    }
    case Work::Tensordot:  // m k, k n and m n make m k n, squared
      return given.size() == 2 && out != nullptr ? 2 * std::sqrt(size(given[0]) * size(given[1]) * size(out)) : -1;
    case Work::Einsum: return einsum_operations(call.positional > 0 ? call.args[0] : nullptr, given);
    case Work::Convolution: {
      const bool by_axes = call.positional > 0 && PyLong_Check(call.args[0]);  // conv_activated and conv_normalized
      const Array* w = call.at(by_axes ? 2 : 1, "weight");
      return all({w, out}) ? 2 * size(out) * without(w, 0) : -1;
    }
    case Work::Transposed: {
      const Array *x = call.at(0, "input"), *w = call.at(1, "weight");
      return all({x, w}) ? 2 * size(x) * without(w, 0) : -1;
    }
    case Work::Attention: {
      const Array *q = call.at(0, "query"), *k = call.at(1, "key"), *v = call.at(2, "value");
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
      const Array* x = call.at(work == Work::Cell ? 0 : 1, "input");
      const Array *w = call.at(first, "weight_ih"), *u = call.at(first + 1, "weight_hh");
      return all({x, w, u}) ? 2 * without(x, -1) * (size(w) + size(u)) : -1;
    }
    case Work::Update: return -1;
  }
  return -1;
}

// What the function that is over did, from its arguments and its result (null: it raised an error).
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

// ---- functions -------------------------------------------------------------------------------------------------------

struct Entry {
  py::object function;
  vectorcallfunc call;
  std::string name;
  Work work;
  bool of_first;  // it is called by its first argument's type and this name
};

std::unordered_map<PyObject*, Entry>& entries() {
  static auto* const it = std::make_unique<std::unordered_map<PyObject*, Entry>>().release();
  return *it;
}

vectorcallfunc* pointer_in(PyObject* function) {
  PyTypeObject* const type = Py_TYPE(function);
  if (!(type->tp_flags & Py_TPFLAGS_HAVE_VECTORCALL) || type->tp_vectorcall_offset <= 0) return nullptr;
  return reinterpret_cast<vectorcallfunc*>(reinterpret_cast<char*>(function) + type->tp_vectorcall_offset);
}

// What is counted of a function that called others: its products, and then nothing of theirs; else theirs. Returns
// whether its own is.
bool settle_inner(size_t place, Work work) {
  std::vector<Span>& spans = recorder->spans;
  if (place + 1 == spans.size()) return true;
  if (work < Work::Matmul) return false;
  for (size_t i = place + 1; i < spans.size(); ++i)
    if (spans[i].kind == Kind::Function) spans[i].operations = spans[i].bytes = 0;
  return true;
}

// The two halves of a timed call stand out of line: there is one for every operator.
template <class Name>
[[gnu::noinline]] OpenSpan begin_call(const Name& name, Work work, PyObject* first = nullptr) {
  try {
    Recorder& r = *recorder;
    const int32_t at = first == nullptr ? r.name(name) : r.name(std::string(Py_TYPE(first)->tp_name) + "." + name);
    return begin_span(Kind::Function, at, static_cast<int32_t>(work));
  } catch (const std::bad_alloc&) {  // then it is not recorded
    return {0, 0};
  }
}

[[gnu::noinline]] PyObject* end_call(OpenSpan open, Work work, const Call& call, PyObject* result) {
  if (Span* const span = ended(open)) {
    try {
      const bool counts = settle_inner(static_cast<size_t>(open.place), work);
      if (counts) measure(*span, work, call, result);
    } catch (const std::bad_alloc&) {
    }
  }
  return result;
}

PyObject* timed_call(PyObject* function, PyObject* const* args, size_t flags, PyObject* keywords) {
  const auto found = entries().find(function);
  if (found == entries().end()) return (*pointer_in(function))(function, args, flags, keywords);  // put back since
  const vectorcallfunc call = found->second.call;
  if (recorder == nullptr) return call(function, args, flags, keywords);
  const Entry& entry = found->second;
  const Call given{args, PyVectorcall_NARGS(flags), keywords};
  PyObject* const first = entry.of_first && given.positional > 0 ? args[0] : nullptr;
  const Work work = entry.work;
  const OpenSpan open = begin_call(entry.name.c_str(), work, first);
  return end_call(open, work, given, call(function, args, flags, keywords));
}

// ---- operators -------------------------------------------------------------------------------------------------------

OperatorSlots untimed_slots{};

template <auto Slot>
struct Timed;

template <class... Operands, PyObject* (*OperatorSlots::*Slot)(Operands...)>
struct Timed<Slot> {
  static inline const char* name;
  static inline Work work;

  static PyObject* call(Operands... operands) {
    auto* const slot = untimed_slots.*Slot;
    if (recorder == nullptr) return slot(operands...);
    PyObject* const given[] = {operands...};
    const OpenSpan open = begin_call(name, work);
    return end_call(open, work, {given, sizeof...(operands), nullptr}, slot(operands...));
  }
};

template <auto Slot>
void time_slot(const char* name, Work work = Work::Elements) {
  Timed<Slot>::name = name;
  Timed<Slot>::work = work;
  operator_slots.*Slot = Timed<Slot>::call;
}

void time_slots() {
  using S = OperatorSlots;
  untimed_slots = operator_slots;
  time_slot<&S::add>("add");
  time_slot<&S::subtract>("subtract");
  time_slot<&S::multiply>("multiply");
  time_slot<&S::divide>("divide");
  time_slot<&S::floor_divide>("floor_divide");
  time_slot<&S::remainder>("remainder");
  time_slot<&S::power>("pow");
  time_slot<&S::matmul>("matmul", Work::Matmul);
  time_slot<&S::bitwise_and>("bitwise_and");
  time_slot<&S::bitwise_or>("bitwise_or");
  time_slot<&S::bitwise_xor>("bitwise_xor");
  time_slot<&S::left_shift>("bitwise_left_shift");
  time_slot<&S::right_shift>("bitwise_right_shift");
  time_slot<&S::iadd>("add_");
  time_slot<&S::isubtract>("subtract_");
  time_slot<&S::imultiply>("multiply_");
  time_slot<&S::idivide>("divide_");
  time_slot<&S::ifloor_divide>("floor_divide_");
  time_slot<&S::iremainder>("remainder_");
  time_slot<&S::ipower>("pow_");
  time_slot<&S::iand>("bitwise_and_");
  time_slot<&S::ior>("bitwise_or_");
  time_slot<&S::ixor>("bitwise_xor_");
  time_slot<&S::ilshift>("bitwise_left_shift_");
  time_slot<&S::irshift>("bitwise_right_shift_");
  time_slot<&S::negative>("negative");
  time_slot<&S::positive>("positive", Work::Nothing);
  time_slot<&S::absolute>("abs");
  time_slot<&S::invert>("bitwise_invert");
  time_slot<&S::compare>("compare");
  time_slot<&S::getitem>("getitem", Work::Moves);
  time_slot<&S::setitem>("setitem", Work::Writes);
}

// ---- what Python sees ------------------------------------------------------------------------------------------------

// The blocks that are open, in all threads.
std::vector<std::shared_ptr<Recorder>>& blocks() {
  static auto* const it = std::make_unique<std::vector<std::shared_ptr<Recorder>>>().release();
  return *it;
}

// Has calls of these recorded, if they are not yet: (function, name, Work, whether the name is its first argument's).
void begin_timing(const py::list& functions) {
  ++pass_watchers;
  if (!blocks().empty()) return;
  for (const py::handle item : functions) {
    const auto [function, name, work, of_first] = item.cast<std::tuple<py::object, std::string, int32_t, bool>>();
    vectorcallfunc* const pointer = pointer_in(function.ptr());
    if (pointer == nullptr || *pointer == nullptr || entries().count(function.ptr())) continue;
    entries().emplace(function.ptr(), Entry{function, *pointer, name, static_cast<Work>(work), of_first});
    *pointer = timed_call;
  }
  time_slots();
}

void end_timing() {
  --pass_watchers;
  if (!blocks().empty()) return;
  operator_slots = untimed_slots;
  for (const auto& [function, entry] : entries()) *pointer_in(function) = entry.call;
  const auto gone = std::exchange(entries(), {});  // what their ends run sees that they are
}

std::shared_ptr<Recorder> start(size_t most, const py::list& functions) {
  if (recorder != nullptr) throw std::runtime_error("profile: this thread is being profiled; blocks must not nest");
  auto made = std::make_shared<Recorder>();
  made->id = ++recorders;
  made->most = most;
  made->spans.reserve(std::min(most, size_t{4096}));
  begin_timing(functions);
  blocks().push_back(made);
  recorder = made.get();
  made->begin = runtime::now();
  return made;
}

void stop(Recorder& r) {
  const int64_t now = runtime::now();
  if (recorder != &r) throw std::runtime_error("profile: a block must end in the thread that it began in");
  r.end = now;
  if (!r.spans.empty() && r.open >= 0) {
    int32_t outermost = r.open;
    while (r.spans[static_cast<size_t>(outermost)].parent >= 0)
      outermost = r.spans[static_cast<size_t>(outermost)].parent;
    ended({r.id, outermost});
  }
  recorder = nullptr;
  auto& open = blocks();
  open.erase(std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.get() == &r; }));
  end_timing();
}

// Calls a function of pybind11's, which cannot be timed by its pointer; recorded, if the thread is.
py::object call_recorded(const std::string& name, const py::function& function, const py::args& args,
                         const py::kwargs& kwargs) {
  const OpenSpan open = recorder == nullptr ? OpenSpan{0, 0} : begin_call(name, Work::Elements);
  PyObject* const result = PyObject_Call(function.ptr(), args.ptr(), kwargs.ptr());
  end_call(open, Work::Elements, {PySequence_Fast_ITEMS(args.ptr()), PyTuple_GET_SIZE(args.ptr()), nullptr}, result);
  if (result == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(result);
}

py::bytes spans_of(const Recorder& r) {
  return py::bytes(reinterpret_cast<const char*>(r.spans.data()), r.spans.size() * sizeof(Span));
}

}  // namespace

bool is_profiled() noexcept { return recorder != nullptr; }

OpenSpan begin_rule(const char* name, uint64_t node, int products) noexcept {
  if (recorder == nullptr) return {0, 0};
  try {
    const OpenSpan open = begin_span(Kind::Rule, recorder->name(name), products);
    if (open.recorder != 0) recorder->spans.back().first = recorder->spans.back().last = node;
    return open;
  } catch (const std::bad_alloc&) {
    return {0, 0};
  }
}

void end_rule(OpenSpan span, double bytes, bool is_custom) noexcept {
  Span* const over = ended(span);
  if (over == nullptr) return;
  over->bytes = bytes;
  std::vector<Span>& spans = recorder->spans;
  const auto inner = spans.begin() + span.place + 1;
  const bool is_ours =
      !is_custom && std::all_of(inner, spans.end(), [](const Span& s) { return s.kind == Kind::Function; });
  if (is_ours) spans.erase(inner, spans.end());  // what the rule computes is the rule's
}

OpenSpan begin_module(PyObject* module) noexcept {
  if (recorder == nullptr) return {0, 0};
  try {
    Recorder& r = *recorder;
    const auto [found, is_new] = r.known.try_emplace(module, static_cast<int32_t>(r.modules.size()));
    if (is_new) r.modules.push_back(py::reinterpret_borrow<py::object>(module));
    return begin_span(Kind::Module, found->second, 1);
  } catch (const std::bad_alloc&) {
    return {0, 0};
  }
}

void end_module(OpenSpan span, int modules) noexcept {
  if (Span* const over = ended(span)) over->extra = modules;
}

void bind_profile(py::module_& m) {
  py::class_<Recorder, std::shared_ptr<Recorder>>(m, "Recorder")
      .def("stop", &stop)
      .def("begin_label",
           [](Recorder& r, const std::string& name) {
             if (recorder != &r) throw std::runtime_error("profile: label: this thread is not in the block");
             const OpenSpan open = begin_span(Kind::Label, r.name(name), 0);
             return open.recorder == 0 ? -1 : open.place;
           })
      .def("end_label", [](Recorder& r, int32_t place) { ended({place < 0 ? 0 : r.id, place}); })
      .def_property_readonly("spans", &spans_of)
      .def_property_readonly("names", [](const Recorder& r) { return r.names; })
      .def_property_readonly("modules", [](const Recorder& r) { return r.modules; })
      .def_property_readonly("lost", [](const Recorder& r) { return r.lost; })
      .def_property_readonly("begin", [](const Recorder& r) { return r.begin; })
      .def_property_readonly("end", [](const Recorder& r) { return r.end; });
  m.def("call_recorded", &call_recorded);
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
