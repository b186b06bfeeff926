// Giving up the GIL and taking it where Python may be ending.
//
// Before 3.14 Python ends a daemon thread that asks for the GIL once it is finalizing by pthread_exit, which glibc
// carries out as an unwinding of the thread's stack that no handler may stop. Through C++ that is the end of the
// process: at the first destructor or other noexcept function ("terminate called without an active exception"), or
// where a handler of everything does not throw on. So such a thread is held where it stands, until the process is gone.
#pragma once

#include <Python.h>

namespace fastgrad::bindings {

// Never returns. Called without the GIL by a thread that Python has ended, or is about to.
[[noreturn]] void stay_until_exit() noexcept;

bool finalizing();

// f(), where that may ask for the GIL; what it throws is the end of the thread and nothing else.
template <class F>
auto or_stay(const F& f) noexcept {
  try {
    return f();
  } catch (...) {
    stay_until_exit();
  }
}

// Gives up the GIL for long work, and takes it again; null where there is none to give up, or where another thread
// waits for all long work to end.
void* begin_long_work();
void end_long_work(void* state);

// Returns, with the GIL held all the way to the caller's next Python call, when no other thread is in long work: what
// such work has a reference to (a tensor's array) can be replaced then.
void wait_for_long_work();

// Puts the exception in flight aside: code of others, called when memory is let go of, may be Python.
class KeptError {
 public:
  KeptError() { PyErr_Fetch(&type_, &value_, &traceback_); }
  ~KeptError() { PyErr_Restore(type_, value_, traceback_); }
  KeptError(const KeptError&) = delete;
  KeptError& operator=(const KeptError&) = delete;

 private:
  PyObject *type_, *value_, *traceback_;
};

// The GIL for a thread that may or may not hold it: what a consumer of our memory calls to let go of it, on any thread.
class AnyThreadGil {
 public:
  AnyThreadGil() : state_(or_stay([] { return PyGILState_Ensure(); })) {}
  ~AnyThreadGil() { PyGILState_Release(state_); }
  AnyThreadGil(const AnyThreadGil&) = delete;
  AnyThreadGil& operator=(const AnyThreadGil&) = delete;

 private:
  const PyGILState_STATE state_;
};

}  // namespace fastgrad::bindings
