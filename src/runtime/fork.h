// fork(): every lock of the runtime is taken before and given back after on both sides, so the child never inherits one
// that a thread it does not have is holding. In order: the parallel region first, for its pieces may allocate.
#pragma once

namespace fastgrad::runtime {

// parallel.cpp: waits for the running region; in the child, this thread's worker pool is gone.
void regions_before_fork();
void regions_after_fork_in_parent();
void regions_after_fork_in_child();

// memory.cpp
void memory_before_fork();
void memory_after_fork_in_parent();
void memory_after_fork_in_child();

}  // namespace fastgrad::runtime
