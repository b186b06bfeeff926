// Where a thread's time goes, while a block of `fg.profile` asks: a span for each call of a function of ours, each gradient
// rule that a backward pass runs, and each module that is called.
//
// While nobody asks, none of this is run, and no call tests whether somebody does: what calls go through (the pointer by
// which an object of Python's is called, and `operator_slots`) is replaced where a block begins, and put back where the
// last one ends.
#pragma once

#include <Python.h>

#include <cstdint>

namespace fastgrad::bindings {

// How many there are, in all threads, who look at each rule that a backward pass runs: blocks of `detect_anomaly`, and of
// `fg.profile`. Where there are none, a pass asks nothing else.
extern int64_t pass_watchers;

// A span that has begun: which recorder's (0: nobody's), and its place there. Ending it ends what began within it, too.
struct OpenSpan {
  uint64_t recorder;
  int32_t place;
};

bool is_profiled() noexcept;  // this thread

// A rule of the node with this order of creation; `products` is how many of its first two inputs get a gradient.
OpenSpan begin_rule(const char* name, uint64_t node, int products) noexcept;
// Calls within it are kept where it is a custom function's, or calls modules (to compute again what was not saved).
void end_rule(OpenSpan span, double bytes, bool is_custom) noexcept;

OpenSpan begin_module(PyObject* module) noexcept;
// `modules`: how many modules in a row it stands for, which one operation computed.
void end_module(OpenSpan span, int modules) noexcept;

}  // namespace fastgrad::bindings
