#include "runtime/parallel.h"

#include <atomic>
#include <exception>
#include <thread>

#include "runtime/blocks.h"
#include "runtime/fork.h"
#include "runtime/threads.h"

namespace fastgrad::runtime {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Each member of the team starts on its own stretch of the pieces, the same one in every region of this many pieces, so
// that it finds in its core's cache what it wrote there before; then it helps the others with theirs.
struct alignas(64) Stretch {
  std::atomic<int64_t> next;
  int64_t end;
};

// Held by the one region that runs on several threads, and by a fork.
std::atomic<bool> busy{false};
std::atomic<int> forks_waiting{0};  // regions that start meanwhile leave busy to them
Stretch stretches[kMaxThreads];  // of the region that holds busy

std::atomic<int64_t> divisor{1};
std::atomic<int64_t> regions{0}, region_pieces{0};      // written by callers,
alignas(64) std::atomic<int64_t> threaded_pieces{0};  // by the others: on a cache line of its own
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

struct Region {
  PieceFn fn;
  void* context;
  int stretches;
  std::atomic<bool> failed{false};
  std::exception_ptr error;  // of the first piece that failed

  void work(int member) noexcept {
    const Inside mark;
    int64_t done = 0;
    try {
      for (int k = 0; k < stretches; ++k) {
        Stretch& s = runtime::stretches[(member + k) % stretches];
        while (s.next.load(kRelaxed) < s.end) {
          const int64_t piece = s.next.fetch_add(1, kRelaxed);
          if (piece >= s.end) break;
          fn(context, piece);
          ++done;
        }
      }
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
    }
    if (member != 0) threaded_pieces.fetch_add(done, kRelaxed);
  }
};

void run_serially(int64_t pieces, PieceFn fn, void* context) {
  const Inside mark;
  for (int64_t i = 0; i < pieces; ++i) fn(context, i);
}

void run_threaded(int64_t pieces, int threads, PieceFn fn, void* context) {
  Region region{fn, context, threads < pieces ? threads : static_cast<int>(pieces), {}, {}};
  const int64_t q = pieces / region.stretches, r = pieces % region.stretches;
  for (int i = 0; i < region.stretches; ++i) {
    const int64_t begin = i * q + (i < r ? i : r);
    stretches[i].next.store(begin, kRelaxed);
    stretches[i].end = begin + q + (i < r ? 1 : 0);
  }
  // Always the whole team, even for few pieces: OpenMP ends the threads that a smaller team has no use for, and
  // starting them again costs hundreds of times what a region does.
  run_team(
      threads, [](void* c, int member) { static_cast<Region*>(c)->work(member); }, &region);
  busy.store(false, std::memory_order_release);
  if (region.error) std::rethrow_exception(region.error);
}

}  // namespace

void run_pieces(int64_t pieces, PieceFn fn, void* context) {
  if (pieces <= 1) {
    if (pieces == 1) fn(context, 0);
    return;
  }
  regions.fetch_add(1, kRelaxed);
  region_pieces.fetch_add(pieces, kRelaxed);
  if (inside) return run_serially(pieces, fn, context);
  const int threads = num_threads();
  const LongWork long_work;
  if (threads == 1 || inside_foreign_team() || forks_waiting.load(kRelaxed) > 0 ||
      busy.exchange(true, std::memory_order_acquire))
    return run_serially(pieces, fn, context);
  run_threaded(pieces, threads, fn, context);
}

int64_t count_pieces(int64_t items, int64_t grain) {
  grain /= divisor.load(kRelaxed);
  if (grain < 1) grain = 1;
  return items <= grain ? 1 : (items - 1) / grain + 1;
}

void set_grain_divisor(int64_t d) { divisor.store(d < 1 ? 1 : d, kRelaxed); }
int64_t grain_divisor() { return divisor.load(kRelaxed); }

RegionCounts region_counts() {
  return {regions.load(kRelaxed), region_pieces.load(kRelaxed), threaded_pieces.load(kRelaxed)};
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
  team_is_lost();
  forks_waiting.store(0, kRelaxed);
  busy.store(false, std::memory_order_release);
  holds_busy = false;
}

}  // namespace fastgrad::runtime
