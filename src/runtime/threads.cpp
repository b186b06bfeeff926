#include "runtime/threads.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "runtime/limits.h"
#include "runtime/parallel.h"

#if defined(_OPENMP)
#include <omp.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace fastgrad::runtime {

#if defined(_OPENMP)

namespace {

// OpenMP's maximum when set_num_threads was called, and what it asked for: whoever spoke last counts, so that
// threadpoolctl's limits hold after it too.
struct alignas(8) Wanted {
  int threads, openmp_then;
};
std::atomic<Wanted> wanted{Wanted{0, 0}};
static_assert(decltype(wanted)::is_always_lock_free);  // else Clang calls a library for it

// OpenMP's own maximum follows the affinity mask but knows no control groups; where nobody has set it, their quota
// counts too.
const int openmp_at_load = omp_get_max_threads();

int default_threads() {
  static const int limit =
      std::getenv("OMP_NUM_THREADS") == nullptr ? std::min(openmp_at_load, available_cpus()) : openmp_at_load;
  return limit;
}

}  // namespace

int num_threads() {
  const int openmp = omp_get_max_threads();
  const Wanted now = wanted.load(std::memory_order_relaxed);
  int threads = openmp == openmp_at_load ? default_threads() : openmp;
  if (now.threads > 0 && now.openmp_then == openmp) threads = now.threads;
  return std::clamp(threads, 1, kMaxThreads);
}

void set_num_threads(int n) {
  wanted.store({std::clamp(n, 1, kMaxThreads), omp_get_max_threads()}, std::memory_order_relaxed);
}

bool inside_foreign_team() { return omp_in_parallel() != 0; }

#else

int num_threads() { return 1; }
void set_num_threads(int) {}
bool inside_foreign_team() { return false; }

#endif

namespace {

// OpenMP's runtime has bound the program's first thread to one place where OMP_PROC_BIND asks for it, and a new thread
// inherits that place: the others get the next ones, as OpenMP's own threads do.
void choose_place([[maybe_unused]] pthread_attr_t* attributes, [[maybe_unused]] int member) {
#if defined(_OPENMP) && defined(__linux__)
  const int places = omp_get_num_places();
  if (omp_get_proc_bind() == omp_proc_bind_false || places == 0) return;
  const int place = (std::max(omp_get_place_num(), 0) + member) % places;
  int ids[1024];
  const int count = omp_get_place_num_procs(place);
  if (count <= 0 || count > 1024) return;
  omp_get_place_proc_ids(place, ids);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (int i = 0; i < count; ++i)
    if (ids[i] < CPU_SETSIZE) CPU_SET(ids[i], &cpus);
  if (CPU_COUNT(&cpus) > 0) pthread_attr_setaffinity_np(attributes, sizeof cpus, &cpus);
#endif
}

}  // namespace

bool start_thread([[maybe_unused]] const char* name, int member, void* (*run)(void*), void* argument, pthread_t* thread) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  choose_place(&attributes, member);
  // Signals are for the program's own threads: a new thread inherits the mask.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const bool started = pthread_create(thread, &attributes, run, argument) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
#if defined(__linux__)
  if (started) pthread_setname_np(*thread, name);
#endif
  return started;
}

#if defined(__linux__)

namespace {

// The cores that the calling thread may use; with `without` < 0 all of them. False if none is left.
bool cores_without(int without, cpu_set_t* cores) {
  if (sched_getaffinity(0, sizeof *cores, cores) != 0) return false;
  if (without >= 0 && without < CPU_SETSIZE) CPU_CLR(without, cores);
  return CPU_COUNT(cores) > 0;
}

}  // namespace

int current_core() { return sched_getcpu(); }

bool keep_off(int thread, int core) {
  cpu_set_t others;
  return cores_without(core, &others) && sched_setaffinity(thread, sizeof others, &others) == 0;
}

bool change_core() {
  cpu_set_t all;
  if (!cores_without(-1, &all) || !keep_off(0, sched_getcpu())) return false;
  sched_setaffinity(0, sizeof all, &all);
  return true;
}

#else

int current_core() { return -1; }
bool keep_off(int, int) { return false; }
bool change_core() { return false; }

#endif

}  // namespace fastgrad::runtime
