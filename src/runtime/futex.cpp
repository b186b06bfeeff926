#include "runtime/futex.h"

#include <climits>
#include <ctime>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <pthread.h>
#endif

namespace fastgrad::runtime {

#if defined(__linux__)

void sleep_while(const std::atomic<uint32_t>& word, uint32_t value, int64_t nanoseconds) {
  const timespec limit{static_cast<time_t>(nanoseconds / 1'000'000'000), static_cast<long>(nanoseconds % 1'000'000'000)};
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nanoseconds < 0 ? nullptr : &limit, nullptr, 0);
}

void wake(const std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

void futex_after_fork_in_child() {}

#else

// One lock and one condition for all words: there are few sleepers.
namespace {
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
}  // namespace

void sleep_while(const std::atomic<uint32_t>& word, uint32_t value, int64_t nanoseconds) {
  timespec until{};
  if (nanoseconds >= 0) {
    clock_gettime(CLOCK_REALTIME, &until);
    nanoseconds += until.tv_nsec;
    until.tv_sec += static_cast<time_t>(nanoseconds / 1'000'000'000);
    until.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000);
  }
  pthread_mutex_lock(&lock);
  if (word.load() == value) {
    if (nanoseconds >= 0)
      pthread_cond_timedwait(&changed, &lock, &until);
    else
      pthread_cond_wait(&changed, &lock);
  }
  pthread_mutex_unlock(&lock);
}

void wake(const std::atomic<uint32_t>&) {
  pthread_mutex_lock(&lock);  // a thread that has seen the old value is asleep by now
  pthread_mutex_unlock(&lock);
  pthread_cond_broadcast(&changed);
}

void futex_after_fork_in_child() {
  pthread_mutex_init(&lock, nullptr);  // a sleeper of the parent may have held it
  pthread_cond_init(&changed, nullptr);
}

#endif

}  // namespace fastgrad::runtime
