// Why not OpenMP's team: its region ends with a barrier of all members, so that it lasts until the system has run every
// thread, with or without a piece; two processes on two cores then wait whole time slices for each other, region by
// region (a step of 0.12 ms took 24). Here nobody waits for a thread that holds no piece.
//
// A region is published by its number: `board.region` is odd while the rest of the board is written, then even and new,
// and helpers copy the board between two equal readings of it. Each member starts on its own stretch of the pieces, the
// same one in every region of this many pieces, so that it finds in its core's cache what it wrote there before; then
// it helps the others with theirs. A piece is taken by adding one to its stretch's word, which holds the region's
// number too: a helper that comes late, even from another region, takes nothing. Who has taken a piece counts it in
// its own seat when it is done, and when the seats' sum is what it must be, the region is over. The caller's memory
// is read only by those who hold a piece, so it may go as soon as that is reached.
//
// Waiting is spinning for as long as it usually takes, then sleeping in the kernel.
#include "runtime/pool.h"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <exception>
#if !defined(__x86_64__) && !defined(__i386__)
#include <thread>
#endif

#include "runtime/clock.h"
#include "runtime/futex.h"
#include "runtime/load.h"
#include "runtime/threads.h"

namespace fastgrad::runtime {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;

// A helper spins this long for the next region: regions of one program follow each other closely, and waking a
// sleeper costs the caller microseconds and comes 50 us late.
constexpr int64_t kSpinForRegion = 300'000;
// The caller spins for pieces that helpers still run this long before it looks whether they do.
constexpr int64_t kSpinForPieces = 50'000;
// Waiting longer than this for a helper that does not run makes it late.
constexpr int64_t kLate = 200'000;
// A helper that spins, or was woken, and does not get to run for this long is kept from it by others. The caller did not
// wait for it, but its spinning takes from them what they take from it: one process with helpers beside three of one
// thread each, on two cores, gave one in forty of their steps a millisecond more.
constexpr int64_t kKeptFrom = 1'500'000;
// Tests wait this long for a helper to begin.
constexpr int64_t kSoon = 20'000'000;
// After the system refused a thread, the next attempt.
constexpr int64_t kRefusedFor = 1'000'000'000;

// Whether one thread may read another's CPU clock. Where not, it counts as running all the time, and is never late.
#if defined(__linux__)
constexpr bool kKnowsClocks = true;
#else
constexpr bool kKnowsClocks = false;
int pthread_getcpuclockid(pthread_t, clockid_t*) { return -1; }
#endif

struct Job {
  const PieceFn fn;
  void* const context;
  std::atomic<bool> failed{false};
  std::exception_ptr error;  // of the first piece that failed

  void run(int64_t piece) noexcept {
    if (failed.load(kRelaxed)) return;
    try {
      fn(context, piece);
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
    }
  }
};

struct alignas(64) Board {
  std::atomic<uint32_t> region{0};
  std::atomic<int> team{0};     // members that the next regions are likely to have, too
  std::atomic<int> members{0};  // of this one: no more than there are pieces
  std::atomic<int64_t> pieces{0};
  std::atomic<Job*> job{nullptr};
};

struct alignas(64) Stretch {
  std::atomic<uint64_t> next{0};  // the region's number, and the piece that is taken next
};

// Of each member; the caller's is the first. A line each: the owner writes it, the caller of a region reads it.
struct alignas(64) Seat {
  std::atomic<uint64_t> taken{0}, done{0};  // pieces, ever
  std::atomic<uint32_t> asleep{0};
  std::atomic<int64_t> woken_at{0};
  std::atomic<int> woken_from{-1};  // the core of who woke it
  clockid_t clock = 0;  // the thread's CPU time
};

Board board;
alignas(64) std::atomic<uint32_t> caller_sleeps{0};
Stretch stretches[kMaxThreads];
Seat seats[kMaxThreads];

// These belong to the caller that holds busy.
int seated = 1;         // members that exist
uint64_t all_done = 0;  // the sum of the members' done at the end of the region
int64_t refused_at = -kRefusedFor;

inline void pause_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// Whether `done` came true within so many nanoseconds.
template <class Done>
bool spin(int64_t nanoseconds, const Done& done) {
  for (int i = 0; i < 64; ++i) {
    if (done()) return true;
    pause_cpu();
  }
  for (const int64_t end = now() + nanoseconds; now() < end;)
    for (int i = 0; i < 16; ++i) {
      if (done()) return true;
      pause_cpu();
    }
  return done();
}

// ---- running pieces ----

// What the board said of one region.
struct Region {
  uint32_t number;
  int members;
  int64_t pieces;
  Job* job;

  int64_t begin(int stretch) const {
    const int64_t q = pieces / members, r = pieces % members;
    return stretch * q + (stretch < r ? stretch : r);
  }
};

void run_pieces_of(const Region& region, int member) {
  Seat& seat = seats[member];
  for (int k = 0; k < region.members; ++k) {
    const int stretch = member + k < region.members ? member + k : member + k - region.members;
    std::atomic<uint64_t>& next = stretches[stretch].next;
    const auto end = static_cast<uint32_t>(region.begin(stretch + 1));
    for (uint64_t at = next.load(kRelaxed);;) {
      if (at >> 32 != region.number) return;  // over
      const auto piece = static_cast<uint32_t>(at);
      if (piece >= end) break;
      if (!next.compare_exchange_weak(at, at + 1, kAcquire, kRelaxed)) continue;
      seat.taken.store(seat.taken.load(kRelaxed) + 1, kRelaxed);
      region.job->run(piece);
      seat.done.fetch_add(1);  // in one order with caller_sleeps: either the caller sees it, or it is woken
      if (member != 0 && caller_sleeps.load() != 0 && caller_sleeps.exchange(0) != 0) wake(caller_sleeps);
      at = next.load(kRelaxed);
    }
  }
}

// Sleepers are woken in a tree: each member wakes two more, so that a large team does not keep its caller.
void wake_next(int member, int members) {
  for (int m = member == 0 ? 1 : 2 * member; m <= 2 * member + 1 && m < members; ++m)
    if (seats[m].asleep.load() != 0) {
      seats[m].woken_at.store(now(), kRelaxed);
      seats[m].woken_from.store(current_core(), kRelaxed);
      if (seats[m].asleep.exchange(0) != 0) wake(seats[m].asleep);
    }
}

// ---- the helpers ----

// Whether it could run is known of a helper that had nothing else to do since then but to wait, for so long at most.
bool was_kept(int64_t since, int64_t waiting) { return now() - since > waiting + kKeptFrom; }

void report_kept(int member) {
  if (member < thread_limit()) helpers_were_late(board.team.load(kRelaxed), 1);
}

// The system may put a sleeper on the core of who wakes it, when no other was free at that moment; there it waits for
// its own program, which says nothing of others, and is not moved for some milliseconds.
void look_whether_kept_since_woken(int member) {
  const Seat& seat = seats[member];
  if (!was_kept(seat.woken_at.load(kRelaxed), 0)) return;
  if (current_core() != seat.woken_from.load(kRelaxed) || !change_core()) report_kept(member);
}

// The next region after the one of this number. Its caller has written it completely.
Region next_region(int member, uint32_t last) {
  Seat& seat = seats[member];
  const auto is_new = [&] {
    const uint32_t number = board.region.load(kAcquire);
    return number != last && number % 2 == 0;
  };
  for (;;) {
    for (;;) {
      const int64_t begun = now();
      const bool found = spin(member < board.team.load(kRelaxed) ? kSpinForRegion : 0, is_new);
      if (was_kept(begun, kSpinForRegion)) report_kept(member);
      if (found) break;
      seat.asleep.store(1);
      if (board.region.load() == last) {
        while (seat.asleep.load() != 0) sleep_while(seat.asleep, 1);
        look_whether_kept_since_woken(member);
      }
      seat.asleep.store(0);
    }
    const uint32_t number = board.region.load(kAcquire);
    const Region region{number, board.members.load(kRelaxed), board.pieces.load(kRelaxed), board.job.load(kRelaxed)};
    std::atomic_thread_fence(kAcquire);
    if (number % 2 == 0 && board.region.load(kRelaxed) == number) return region;
  }
}

void* help(void* seat) {
  const auto member = static_cast<int>(static_cast<Seat*>(seat) - seats);
  for (uint32_t last = 0;;) {
    const Region region = next_region(member, last);
    last = region.number;
    if (member >= region.members) continue;
    wake_next(member, region.members);
    run_pieces_of(region, member);
  }
  return nullptr;
}

// Starts helpers until there are as many members, or as many as the system gives.
void seat_members(int members) {
  if (now() - refused_at < kRefusedFor) return;
  for (; seated < members; ++seated) {
    Seat& seat = seats[seated];
    pthread_t thread;
    if (!start_thread("fastgrad", seated, help, &seat, &thread)) {
      refused_at = now();
      return;
    }
    if (!kKnowsClocks || pthread_getcpuclockid(thread, &seat.clock) != 0) seat.clock = CLOCK_MONOTONIC;
    all_done += seat.done.load(kRelaxed);  // of a parent's helper
  }
}

// ---- the caller ----

uint64_t taken_by_helpers() {
  uint64_t taken = 0;
  for (int m = 1; m < seated; ++m) taken += seats[m].taken.load(kRelaxed);
  return taken;
}

bool all_are_done() {
  uint64_t done = 0;
  for (int m = 0; m < seated; ++m) done += seats[m].done.load(kAcquire);
  return done == all_done;
}

// The CPU time that those who hold a piece have had, taken when the caller begins to wait for them.
class Holders {
 public:
  explicit Holders(int members) : members_(members), since_(now()) {
    for (int m = 1; m < members; ++m)
      ran_[m] = seats[m].taken.load(kRelaxed) != seats[m].done.load(kRelaxed) ? read_clock(seats[m].clock) : -1;
  }
  // How many of them have run for less than half of the time since.
  int stopped() const {
    const int64_t passed = now() - since_;
    int found = 0;
    for (int m = 1; m < members_; ++m) found += ran_[m] >= 0 && read_clock(seats[m].clock) - ran_[m] < passed / 2;
    return found;
  }
  int64_t since() const { return since_; }

 private:
  const int members_;
  const int64_t since_;
  int64_t ran_[kMaxThreads];
};

void sleep_until_done() {
  for (;;) {
    caller_sleeps.store(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (all_are_done()) break;
    sleep_while(caller_sleeps, 1);
  }
  caller_sleeps.store(0, kRelaxed);
}

// Waits for pieces that helpers have begun: spinning while these run, else asleep, for one of them may want this core.
void wait_for_helpers(int members) {
  if (spin(kSpinForPieces, all_are_done)) return;
  for (;;) {
    const Holders holders(members);
    if (spin(kSpinForPieces, all_are_done)) return;
    if (kKnowsClocks && holders.stopped() == 0) continue;
    sleep_until_done();
    if (now() - holders.since() < kLate) return;
    const int late = holders.stopped();
    if (late > 0) helpers_were_late(members, late);
    return;
  }
}

// Waits until a helper has begun a piece, if one does soon: where tests make the smallest work split, several threads
// shall really share it.
void let_a_helper_begin(uint64_t taken_before) {
  for (const int64_t end = now() + kSoon; now() < end && taken_by_helpers() == taken_before;) sched_yield();
}

}  // namespace

void run_with_helpers(int64_t pieces, int members, PieceFn fn, void* context) {
  if (members > seated) {
    seat_members(members);
    if (members > seated) members = seated;
  }
  Job job{fn, context, {}, {}};
  const uint32_t number = board.region.load(kRelaxed) + 2;
  const Region region{number, members < pieces ? members : static_cast<int>(pieces), pieces, &job};
  board.region.store(number - 1, kRelaxed);
  std::atomic_thread_fence(kRelease);
  for (int i = 0; i < region.members; ++i)
    stretches[i].next.store(static_cast<uint64_t>(number) << 32 | static_cast<uint64_t>(region.begin(i)), kRelaxed);
  board.team.store(members, kRelaxed);
  board.members.store(region.members, kRelaxed);
  board.pieces.store(pieces, kRelaxed);
  board.job.store(&job, kRelaxed);
  all_done += static_cast<uint64_t>(pieces);
  const bool wants_help = grain_divisor() != 1;
  const uint64_t taken_before = wants_help ? taken_by_helpers() : 0;
  board.region.store(number);  // in one order with the seats' asleep: either a helper sees it, or it is woken
  wake_next(0, region.members);
  if (wants_help) let_a_helper_begin(taken_before);
  run_pieces_of(region, 0);
  if (!all_are_done()) wait_for_helpers(region.members);
  if (job.error) std::rethrow_exception(job.error);
}

int64_t helper_pieces() {
  uint64_t done = 0;
  for (int m = 1; m < kMaxThreads; ++m) done += seats[m].done.load(kRelaxed);
  return static_cast<int64_t>(done);
}

void pool_after_fork_in_child() {
  // No helper came along. Their pieces stay counted, and none was being run: the fork held busy.
  for (int m = 1; m < seated; ++m) {
    seats[m].asleep.store(0, kRelaxed);
    seats[m].taken.store(seats[m].done.load(kRelaxed), kRelaxed);
  }
  caller_sleeps.store(0, kRelaxed);
  seated = 1;
  all_done = seats[0].done.load(kRelaxed);
  refused_at = -kRefusedFor;
}

}  // namespace fastgrad::runtime
