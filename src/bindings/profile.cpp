#include "bindings/profile.h"

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bindings/bridge.h"
#include "bindings/recorder.h"
#include "runtime/clock.h"

namespace fastgrad::bindings {

int64_t pass_watchers = 0;

namespace {

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

// ---- functions -------------------------------------------------------------------------------------------------------

struct Entry {
  Timed timed;
  vectorcallfunc call;
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
  const Timed& timed = found->second.timed;
  const Call given{args, PyVectorcall_NARGS(flags), keywords};
  PyObject* const first = timed.of_first && given.positional > 0 ? args[0] : nullptr;
  const Work work = timed.work;
  const OpenSpan open = begin_call(timed.name.c_str(), work, first);
  return end_call(open, work, given, call(function, args, flags, keywords));
}

// ---- operators -------------------------------------------------------------------------------------------------------

OperatorSlots untimed_slots{};

template <auto Slot>
struct TimedSlot;

template <class... Operands, PyObject* (*OperatorSlots::*Slot)(Operands...)>
struct TimedSlot<Slot> {
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
  TimedSlot<Slot>::name = name;
  TimedSlot<Slot>::work = work;
  operator_slots.*Slot = TimedSlot<Slot>::call;
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

// ---- blocks ----------------------------------------------------------------------------------------------------------

// The blocks that are open, in all threads.
std::vector<std::shared_ptr<Recorder>>& blocks() {
  static auto* const it = std::make_unique<std::vector<std::shared_ptr<Recorder>>>().release();
  return *it;
}

// Has calls of these recorded, if they are not yet.
void begin_timing(std::vector<Timed> functions) {
  ++pass_watchers;
  if (!blocks().empty()) return;
  for (Timed& timed : functions) {
    PyObject* const function = timed.function.get();
    vectorcallfunc* const pointer = pointer_in(function);
    if (pointer == nullptr || *pointer == nullptr || entries().count(function)) continue;
    entries().emplace(function, Entry{std::move(timed), *pointer});
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

}  // namespace

std::shared_ptr<Recorder> start_recording(size_t most, std::vector<Timed> functions) {
  if (recorder != nullptr) throw std::runtime_error("profile: this thread is being profiled; blocks must not nest");
  auto made = std::make_shared<Recorder>();
  made->id = ++recorders;
  made->most = most;
  made->spans.reserve(std::min(most, size_t{4096}));
  begin_timing(std::move(functions));
  blocks().push_back(made);
  recorder = made.get();
  made->begin = runtime::now();
  return made;
}

void stop_recording(Recorder& r) {
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

int32_t begin_label(Recorder& r, const std::string& name) {
  if (recorder != &r) throw std::runtime_error("profile: label: this thread is not in the block");
  const OpenSpan open = begin_span(Kind::Label, r.name(name), 0);
  return open.recorder == 0 ? -1 : open.place;
}

void end_label(Recorder& r, int32_t place) { ended({place < 0 ? 0 : r.id, place}); }

PyObject* call_recorded(const std::string& name, PyObject* function, PyObject* args, PyObject* keywords) {
  const OpenSpan open = recorder == nullptr ? OpenSpan{0, 0} : begin_call(name, Work::Elements);
  PyObject* const result = PyObject_Call(function, args, keywords);
  return end_call(open, Work::Elements, {PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args), nullptr}, result);
}

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
    if (is_new) r.modules.emplace_back(module);
    return begin_span(Kind::Module, found->second, 1);
  } catch (const std::bad_alloc&) {
    return {0, 0};
  }
}

void end_module(OpenSpan span, int modules) noexcept {
  if (Span* const over = ended(span)) over->extra = modules;
}

}  // namespace fastgrad::bindings
