// A thread that another program keeps from running holds its piece for whole time slices, milliseconds, and the region
// waits; and a helper that waits for work keeps others from theirs. So a region that has waited in vain (the helper's
// CPU clock stood still, pool.cpp), or a helper that was itself kept waiting, makes the next ones do without it.
//
// Whether there is room again cannot be seen from the regions themselves: a thread that has slept is given a busy core
// at once, and only later made to wait. But a thread of the idle class (SCHED_IDLE) runs where nobody else wants to:
// while regions are limited, such a thread, the watch, gets up every few milliseconds and sees how long it is kept
// waiting. With a core free that is 0.1 ms, without one 10 to 500 ms (measured on Linux 6.18, two cores, with one, two
// and three busy loops beside it). It lifts the limit when it was in time several times running.
//
// Only Linux tells a thread's CPU time to another; elsewhere helpers are never found late, and nothing is limited.
#include "runtime/load.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "runtime/clock.h"
#include "runtime/futex.h"
#include "runtime/threads.h"

#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace fastgrad::runtime {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr int64_t kMicrosecond = 1'000, kMillisecond = 1'000'000;

// The watch sleeps this long, then runs this long. It was in time when it got up no later than kLatest after it should
// have, and then ran without a gap; several are asked for, so that one lucky moment on a busy core does not count, and
// a late one takes back two, as on a quiet virtual machine, too, one in ten is late. The run must be long: with a quarter
// of a millisecond two programs on two cores found room every 10 ms, and waited for each other half of the time.
constexpr int64_t kSleep = kMillisecond, kRun = kMillisecond;
constexpr int64_t kLatest = kMillisecond, kGap = 200 * kMicrosecond;
constexpr int kInTime = 2, kInTimeAtMost = 8;
// A limit that comes back so soon after it was lifted was lifted too lightly: twice as many are asked for.
constexpr int64_t kTooSoon = 100 * kMillisecond;
// When there was no work for kIdle, the watch gets up less and less often, down to kLongestSleep; on a busy machine a
// program is itself without a core for some ten milliseconds, which is no reason to. Without a watch a limit ends by
// itself.
constexpr int64_t kIdle = 50 * kMillisecond, kLongestSleep = 500 * kMillisecond, kUnwatched = 50 * kMillisecond;

std::atomic<int> limit{kMaxThreads};
std::atomic<int> wanted{1};             // threads that regions would use
std::atomic<int64_t> limited_since{0};
std::atomic<int64_t> lifted_at{0};
std::atomic<int> in_time_needed{kInTime};
std::atomic<bool> working{false};       // a region was limited since the watch looked last
std::atomic<int> watch_id{0};           // the system's number of the watch's thread
std::atomic<int> avoided{-1};           // the core that it keeps off
std::atomic<int64_t> moved_at{0};
enum class Watch : uint32_t { None, Off, On, Slow };
std::atomic<uint32_t> watch{static_cast<uint32_t>(Watch::None)};

Watch watch_state() { return static_cast<Watch>(watch.load()); }

void set_watch(Watch state) {
  watch.store(static_cast<uint32_t>(state));
  wake(watch);
}

void lift(int to) {
  limit.store(to >= wanted.load(kRelaxed) ? kMaxThreads : to, kRelaxed);
  lifted_at.store(now(), kRelaxed);
}

// Whether the calling thread, having slept until now, is given a core and left on it.
bool runs_undisturbed(int64_t should_start) {
  int64_t last = now();
  if (last - should_start > kLatest) return false;
  for (const int64_t end = last + kRun; last < end;) {
    const int64_t t = now();
    if (t - last > kGap) return false;
    last = t;
  }
  return true;
}

// Only other cores than the caller's can take a helper. A watch that waits its turn on the caller's core, as it may when
// it was put there while the others were busy, is not moved for some hundred milliseconds after they are free.
void keep_watch_off_this_core() {
  const int core = current_core(), id = watch_id.load(kRelaxed);
  if (core == avoided.load(kRelaxed) || id == 0) return;
  const int64_t t = now();
  if (t - moved_at.load(kRelaxed) < kMillisecond) return;
  moved_at.store(t, kRelaxed);
  if (keep_off(id, core)) avoided.store(core, kRelaxed);
}

void* keep_watch(void*) {
#if defined(__linux__)
  watch_id.store(static_cast<int>(syscall(SYS_gettid)), kRelaxed);
  const sched_param none{};
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) setpriority(PRIO_PROCESS, 0, 19);
#endif
  for (;;) {
    uint32_t state = watch.load();
    while (state == static_cast<uint32_t>(Watch::Off)) {
      sleep_while(watch, state);
      state = watch.load();
    }
    int in_time = 0;
    int64_t sleep = kSleep, worked_at = now();
    while (limit.load(kRelaxed) < kMaxThreads) {
      const int64_t start = now() + sleep;
      sleep_while(watch, watch.load(), sleep);
      if (working.exchange(false, kRelaxed)) {
        worked_at = now();
        if (sleep > kSleep) {  // woken for new work: look at once
          sleep = kSleep;
          watch.store(static_cast<uint32_t>(Watch::On));
          continue;
        }
      } else if (now() - worked_at > kIdle) {
        sleep = std::min(2 * sleep, kLongestSleep);
        watch.store(static_cast<uint32_t>(Watch::Slow));
      }
      in_time = runs_undisturbed(start) ? in_time + 1 : std::max(0, in_time - 2);
      if (in_time >= in_time_needed.load(kRelaxed)) {
        lift(2 * limit.load(kRelaxed));
        in_time = 0;
      }
    }
    // Off, unless a region was limited again meanwhile.
    watch.store(static_cast<uint32_t>(Watch::Off));
    if (limit.load() < kMaxThreads) watch.store(static_cast<uint32_t>(Watch::On));
  }
  return nullptr;
}

void start_watch() {
  switch (watch_state()) {
    case Watch::None: {
      uint32_t none = static_cast<uint32_t>(Watch::None);
      if (!watch.compare_exchange_strong(none, static_cast<uint32_t>(Watch::On))) return;
      pthread_t thread;
      if (!start_thread("fastgrad-watch", 0, keep_watch, nullptr, &thread)) watch.store(static_cast<uint32_t>(Watch::None));
      return;
    }
    case Watch::Off:
    case Watch::Slow:
      return set_watch(Watch::On);
    default:
      return;
  }
}

}  // namespace

int thread_limit() { return limit.load(kRelaxed); }

void helpers_were_late(int members, int late) {
  const int64_t t = now();
  const int64_t since = t - lifted_at.load(kRelaxed);
  in_time_needed.store(since < kTooSoon ? std::min(2 * in_time_needed.load(kRelaxed), kInTimeAtMost) : kInTime, kRelaxed);
  limited_since.store(t, kRelaxed);
  wanted.store(std::max(members, wanted.load(kRelaxed)), kRelaxed);
  limit.store(std::max(1, std::min(limit.load(kRelaxed), members) - late));
  start_watch();
}

void work_was_limited(int threads) {
  if (wanted.load(kRelaxed) != threads) wanted.store(threads, kRelaxed);
  if (!working.load(kRelaxed)) working.store(true, kRelaxed);
  keep_watch_off_this_core();
  switch (watch_state()) {
    case Watch::Slow:
      return set_watch(Watch::On);
    case Watch::None:  // the system gave no thread for it
      if (now() - limited_since.load(kRelaxed) > kUnwatched) lift(kMaxThreads);
      return;
    default:
      return;
  }
}

void load_after_fork_in_child() {
  watch.store(static_cast<uint32_t>(Watch::None));
  watch_id.store(0);
  avoided.store(-1);
  limit.store(kMaxThreads);
  in_time_needed.store(kInTime);
}

}  // namespace fastgrad::runtime
