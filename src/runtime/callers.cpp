// Four Python threads that each train on two cores are best left with one thread each: a helper that one of them calls
// takes the core from another, which holds Python's lock or has a region of its own. So a region leaves a core to each
// other thread that runs one alone, and to one that began a region within the last kLately: under Python's lock that
// thread is now between two of them.
#include "runtime/callers.h"

#include <atomic>
#include <cstdint>

#include "runtime/blocks.h"
#include "runtime/clock.h"

namespace fastgrad::runtime {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr int64_t kLately = 1'000'000;

std::atomic<int> alone{0};
std::atomic<const void*> last_caller{nullptr};
std::atomic<int64_t> changed_at{-kLately};
FG_FAST_THREAD_LOCAL char name = 0;  // of this thread: its address

}  // namespace

int other_callers() {
  const int64_t t = now();
  if (last_caller.load(kRelaxed) != &name && last_caller.exchange(&name, kRelaxed) != nullptr) changed_at.store(t, kRelaxed);
  const int running = alone.load(kRelaxed);
  return running == 0 && t - changed_at.load(kRelaxed) < kLately ? 1 : running;
}

AloneInRegion::AloneInRegion() { alone.fetch_add(1, kRelaxed); }
AloneInRegion::~AloneInRegion() { alone.fetch_sub(1, kRelaxed); }

void callers_after_fork_in_child() {
  alone.store(0, kRelaxed);
  last_caller.store(nullptr, kRelaxed);
  changed_at.store(-kLately, kRelaxed);
}

}  // namespace fastgrad::runtime
