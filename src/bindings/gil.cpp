#include "bindings/gil.h"

#include <chrono>
#include <thread>

#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace fastgrad::bindings {

namespace {

// Read and written under the GIL.
int away = 0;       // threads in long work
int replacing = 0;  // threads that wait for them

#if !defined(_WIN32)
// Of several threads the one that forks goes on alone, and it holds the GIL.
const int registered = pthread_atfork(nullptr, nullptr, [] { away = replacing = 0; });
#endif

}  // namespace

void stay_until_exit() noexcept {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

bool finalizing() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

void* begin_long_work() {
  // A thread that does not hold the GIL (a kernel called from C++, or after Python's end) has nothing to give up.
  if (!Py_IsInitialized() || !PyGILState_Check() || replacing > 0) return nullptr;
  ++away;
  return PyEval_SaveThread();
}

void end_long_work(void* state) {
  if (state == nullptr) return;
  if (finalizing()) stay_until_exit();
  or_stay([&] { PyEval_RestoreThread(static_cast<PyThreadState*>(state)); });
  if (away > 0) --away;
}

void wait_for_long_work() {
  if (away == 0) return;
  ++replacing;
  // Those away need the GIL to come back; others start none meanwhile, so this ends.
  while (away > 0 && !finalizing()) {
    PyThreadState* const state = PyEval_SaveThread();
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    or_stay([&] { PyEval_RestoreThread(state); });
  }
  if (replacing > 0) --replacing;
}

}  // namespace fastgrad::bindings
