#include "runtime/threads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "runtime/blocks.h"
#include "runtime/limits.h"
#include "runtime/parallel.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace fastgrad::runtime {

#if defined(_OPENMP)

namespace {

void run_openmp_team(int threads, int first, TeamFn work, void* context) {
#pragma omp parallel num_threads(threads)
  work(context, first + omp_get_thread_num());
}

inline void pause_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// How long to spin for what is about to happen before sleeping: as long as sleeping and waking costs.
constexpr auto kSpin = std::chrono::microseconds(50);

template <class Done>
bool spin_until(const Done& done) {
  const auto stop = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (done()) return true;
      pause_cpu();
    }
  } while (std::chrono::steady_clock::now() < stop);
  return done();
}

// libgomp keeps a thread's team of workers for its next region, and waits for them for ever when they were lost in a
// fork. A thread started after the fork gets a team of its own: this one, which leads it for the thread that forked.
class Leader {
 public:
  // Null where no thread can be had.
  static Leader* start() {
    auto leader = std::make_unique<Leader>();
    try {
      std::thread([self = leader.get()] { self->serve(); }).detach();
    } catch (const std::system_error&) {
      return nullptr;
    }
    return leader.release();  // the thread uses it until the process ends
  }

  void run(int threads, TeamFn work, void* context) {
    {
      const std::lock_guard lock(mutex_);
      threads_ = threads, work_ = work, context_ = context;
      asked_.fetch_add(1, std::memory_order_release);
    }
    changed_.notify_one();
    work(context, 0);
    const uint64_t round = asked_.load(std::memory_order_relaxed);
    const auto finished = [&] { return done_.load(std::memory_order_acquire) == round; };
    if (spin_until(finished)) return;
    std::unique_lock lock(mutex_);
    changed_back_.wait(lock, finished);
  }

 private:
  void serve() {
    for (uint64_t next = 1;; ++next) {
      const auto asked = [&] { return asked_.load(std::memory_order_acquire) == next; };
      if (!spin_until(asked)) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, asked);
      }
      if (threads_ > 2)
        run_openmp_team(threads_ - 1, 1, work_, context_);
      else
        work_(context_, 1);
      {
        const std::lock_guard lock(mutex_);
        done_.store(next, std::memory_order_release);
      }
      changed_back_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_, changed_back_;
  std::atomic<uint64_t> asked_{0}, done_{0};
  int threads_ = 0;
  TeamFn work_ = nullptr;
  void* context_ = nullptr;
};

FG_FAST_THREAD_LOCAL bool lost_team = false;
Leader* leader = nullptr;  // of the one thread of this process whose team was lost

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

void run_team(int threads, TeamFn work, void* context) {
  if (!lost_team) return run_openmp_team(threads, 0, work, context);
  if (leader == nullptr) leader = Leader::start();
  if (leader != nullptr) return leader->run(threads, work, context);
  work(context, 0);
}

bool inside_foreign_team() { return omp_in_parallel() != 0; }

void team_is_lost() {
  lost_team = true;
  leader = nullptr;  // a leader of the parent's did not come along; its memory may be in any state
}

#else

int num_threads() { return 1; }
void set_num_threads(int) {}
void run_team(int, TeamFn work, void* context) { work(context, 0); }
bool inside_foreign_team() { return false; }
void team_is_lost() {}

#endif

}  // namespace fastgrad::runtime
