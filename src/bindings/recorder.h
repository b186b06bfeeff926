// What a block of `fg.profile` records, in profile.cpp, and is asked for from Python, in profile_binding.cpp.
#pragma once

#include <Python.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bindings/profile.h"

namespace fastgrad::bindings {

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

// One reference to an object.
class Reference {
 public:
  explicit Reference(PyObject* object) noexcept : object_(object) { Py_INCREF(object); }
  Reference(Reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Reference& operator=(Reference&&) = delete;
  ~Reference() { Py_XDECREF(object_); }
  PyObject* get() const noexcept { return object_; }

 private:
  PyObject* object_;
};

// A block of one thread.
struct Recorder {
  uint64_t id;
  std::vector<Span> spans;
  std::vector<std::string> names;
  std::unordered_map<std::string, int32_t> places;
  std::unordered_map<const void*, int32_t> known;  // names and modules by address
  std::vector<Reference> modules;
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

// A function of ours whose calls are recorded.
struct Timed {
  Reference function;
  std::string name;
  Work work;
  bool of_first;  // it is called by its first argument's type and this name
};

std::shared_ptr<Recorder> start_recording(size_t most, std::vector<Timed> functions);
void stop_recording(Recorder& r);
int32_t begin_label(Recorder& r, const std::string& name);  // -1: it is not kept
void end_label(Recorder& r, int32_t place);
// Calls a function of pybind11's, which cannot be timed by its pointer; recorded, if the thread is. Null: it raised.
PyObject* call_recorded(const std::string& name, PyObject* function, PyObject* args, PyObject* keywords);

// ---- what a call does, profile_work.cpp ----

struct Call {
  PyObject* const* args;
  Py_ssize_t positional;
  PyObject* keywords;  // a tuple of names, or null

  Py_ssize_t count() const { return positional + (keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords)); }
};

// What the function that is over did, from its arguments and its result (null: it raised an error).
void measure(Span& span, Work work, const Call& call, PyObject* result);

}  // namespace fastgrad::bindings
