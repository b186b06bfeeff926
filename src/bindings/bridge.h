// Where the three kinds of code in the one extension file meet: the Cython type Tensor, the Cython operations and the
// pybind11 functions. Each fills in its part when its module is imported.
#pragma once

#include <Python.h>

#include "array/array.h"
#include "runtime/blocks.h"

namespace fastgrad::bindings {

// Set by fastgrad._tensor.tensor: the type, the array inside an instance, and a new instance around an array.
struct TensorBridge {
  PyTypeObject* type;
  Array* (*array)(PyObject* tensor);
  PyObject* (*wrap)(Array* moved_from);
};
extern TensorBridge tensor_bridge;

// Set by fastgrad.ops: what Tensor's operators do. Tensor itself knows no operation.
using UnarySlot = PyObject* (*)(PyObject*);
using BinarySlot = PyObject* (*)(PyObject*, PyObject*);
using TernarySlot = PyObject* (*)(PyObject*, PyObject*, PyObject*);
struct OperatorSlots {
  BinarySlot add, subtract, multiply, divide, floor_divide, remainder, power, matmul;
  BinarySlot bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift;
  BinarySlot iadd, isubtract, imultiply, idivide, ifloor_divide, iremainder, ipower, iand, ior, ixor, ilshift, irshift;
  UnarySlot negative, positive, absolute, invert;
  TernarySlot compare;  // the third is Python's comparison code, as an int
  BinarySlot getitem;
  TernarySlot setitem;
  UnarySlot repr;
};
extern OperatorSlots operator_slots;

// What operations do here besides computing: nothing but be recorded (0), or some of these.
using Mode = uint8_t;
inline constexpr Mode kUnrecorded = 1;  // recording is off
inline constexpr Mode kTraced = 2;      // this thread has a tracer, which is handed every operation

// Whether operations are recorded is up to the context (PEP 567) that they run in: fastgrad.autograd._mode keeps it
// there and sets `grad_off_in_context`. The passes of the engine, which run no code of the user's, force it on their
// thread.
enum class Recording : uint8_t { AsContext, Off, On };
struct Here {
  Recording forced;
  PyObject* tracer;  // borrowed
};
extern FG_FAST_THREAD_LOCAL Here here;
extern int (*grad_off_in_context)();

// How many modes, passes and tracers there are, in any context and thread, that switch recording off or look on. Mostly
// there is none: then this is all that an operation asks.
extern int64_t mode_reasons;
// How many of them are tracers.
extern int64_t tracers;

inline bool is_unrecorded_here() noexcept {
  return here.forced == Recording::AsContext ? grad_off_in_context() != 0 : here.forced == Recording::Off;
}

inline Mode mode() noexcept {
  if (mode_reasons == 0) [[likely]]
    return 0;
  return static_cast<Mode>(is_unrecorded_here() * kUnrecorded | (here.tracer != nullptr) * kTraced);
}

inline bool is_grad_off() noexcept { return mode_reasons != 0 && is_unrecorded_here(); }

// Returns what was forced before.
inline Recording force_recording(Recording recording) noexcept {
  const Recording before = here.forced;
  mode_reasons += (recording == Recording::Off) - (before == Recording::Off);
  here.forced = recording;
  return before;
}

// Returns the tracer before.
inline PyObject* set_tracer(PyObject* tracer) noexcept {
  PyObject* const before = here.tracer;
  const int more = (tracer != nullptr) - (before != nullptr);
  mode_reasons += more;
  tracers += more;
  here.tracer = tracer;
  return before;
}

// Nodes of the graph are numbered as they are created: the newest one's number, and the next.
extern uint64_t newest_node;
inline uint64_t next_sequence() noexcept { return ++newest_node; }

// Translates the C++ exception in flight into a Python one (Cython's `except +` handler).
void translate_exception();

// dtype objects of Python, by DType; set by fastgrad._tensor.convert.
extern PyObject* dtype_objects[kNumDTypes];

// Rejects what is not a whole number of dtype `t`: the dtype of any object that NumPy or fastgrad takes as a dtype.
DType dtype_from_python(PyObject* object);

}  // namespace fastgrad::bindings
