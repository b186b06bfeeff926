#include "runtime/parallel.h"

#include <atomic>
#include <thread>

#include "runtime/blocks.h"
#include "runtime/callers.h"
#include "runtime/fork.h"
#include "runtime/futex.h"
#include "runtime/load.h"
#include "runtime/pool.h"
#include "runtime/threads.h"

namespace fastgrad::runtime {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Held by the one region that runs on several threads, and by a fork.
std::atomic<bool> busy{false};
std::atomic<int> forks_waiting{0};  // regions that start meanwhile leave busy to them

std::atomic<int64_t> divisor{1};
std::atomic<int64_t> regions{0}, region_pieces{0};
LongWorkHooks long_work_hooks{nullptr, nullptr};  // set once, before there is any work

FG_FAST_THREAD_LOCAL bool inside = false;       // this thread is running pieces
FG_FAST_THREAD_LOCAL bool holds_busy = false;  // this thread is forking

class Inside {
 public:
  Inside() : before_(inside) { inside = true; }
  ~Inside() { inside = before_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  const bool before_;
};

class LongWork {
 public:
  LongWork() : hooks_(long_work_hooks), state_(hooks_.begin != nullptr ? hooks_.begin() : nullptr) {}
  ~LongWork() {
    if (hooks_.end != nullptr) hooks_.end(state_);
  }
  LongWork(const LongWork&) = delete;
  LongWork& operator=(const LongWork&) = delete;

 private:
  const LongWorkHooks hooks_;
  void* const state_;
};

void run_serially(int64_t pieces, PieceFn fn, void* context) {
  const Inside mark;
  for (int64_t i = 0; i < pieces; ++i) fn(context, i);
}

void run_alone(int64_t pieces, PieceFn fn, void* context) {
  const AloneInRegion mark;
  run_serially(pieces, fn, context);
}

// Gives busy back when the region ends, also by an exception.
class Busy {
 public:
  Busy() : held_(!busy.exchange(true, std::memory_order_acquire)) {}
  ~Busy() {
    if (held_) busy.store(false, std::memory_order_release);
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  explicit operator bool() const { return held_; }

 private:
  const bool held_;
};

}  // namespace

void run_pieces(int64_t pieces, PieceFn fn, void* context) {
  if (pieces <= 1) {
    if (pieces == 1) fn(context, 0);
    return;
  }
  regions.fetch_add(1, kRelaxed);
  region_pieces.fetch_add(pieces, kRelaxed);
  if (inside) return run_serially(pieces, fn, context);
  const int threads = usable_threads();
  const LongWork long_work;
  const int members = divisor.load(kRelaxed) != 1 ? threads : threads - other_callers();
  if (members <= 1 || pieces > kMostPoolPieces || inside_foreign_team() || forks_waiting.load(kRelaxed) > 0)
    return run_alone(pieces, fn, context);
  const Busy mine;
  if (!mine) return run_alone(pieces, fn, context);
  const Inside mark;
  run_with_helpers(pieces, members, fn, context);
}

int usable_threads() {
  const int threads = num_threads();
  // Tests that make the smallest work split want it split, however busy the machine.
  if (divisor.load(kRelaxed) != 1) return threads;
  const int most = thread_limit();
  if (threads <= most) return threads;
  work_was_limited(threads);
  return most;
}

int64_t count_pieces(int64_t items, int64_t grain) {
  grain /= divisor.load(kRelaxed);
  if (grain < 1) grain = 1;
  return items <= grain ? 1 : (items - 1) / grain + 1;
}

void set_grain_divisor(int64_t d) { divisor.store(d < 1 ? 1 : d, kRelaxed); }
int64_t grain_divisor() { return divisor.load(kRelaxed); }

RegionCounts region_counts() {
  return {regions.load(kRelaxed), region_pieces.load(kRelaxed), helper_pieces()};
}

void set_long_work_hooks(LongWorkHooks hooks) { long_work_hooks = hooks; }

void regions_before_fork() {
  if (inside) return;  // forked from within a piece: the region cannot end before the fork does
  forks_waiting.fetch_add(1, kRelaxed);
  while (busy.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  forks_waiting.fetch_sub(1, kRelaxed);
  holds_busy = true;
}

void regions_after_fork_in_parent() {
  if (holds_busy) busy.store(false, std::memory_order_release);
  holds_busy = false;
}

void regions_after_fork_in_child() {
  futex_after_fork_in_child();
  pool_after_fork_in_child();
  load_after_fork_in_child();
  callers_after_fork_in_child();
  forks_waiting.store(0, kRelaxed);
  busy.store(false, std::memory_order_release);
  holds_busy = false;
}

}  // namespace fastgrad::runtime
