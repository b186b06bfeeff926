// Nanoseconds that only grow.
#pragma once

#include <time.h>

#include <cstdint>

namespace fastgrad::runtime {

// Of one of the system's clocks; 0 where it cannot be read (of a thread that has ended).
inline int64_t read_clock(clockid_t clock) {
  timespec t;
  return clock_gettime(clock, &t) == 0 ? t.tv_sec * INT64_C(1'000'000'000) + t.tv_nsec : 0;
}

inline int64_t now() { return read_clock(CLOCK_MONOTONIC); }

}  // namespace fastgrad::runtime
