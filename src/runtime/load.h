// Whether the machine has a core for each thread: learned from what regions see, so that on a busy machine a process
// costs its share. See load.cpp.
#pragma once

namespace fastgrad::runtime {

// The most threads that a region should use now.
int thread_limit();

// So many helpers, in regions of so many threads, did not run when they should: others have the cores.
void helpers_were_late(int members, int late);

// Work for so many threads got fewer.
void work_was_limited(int wanted);

void load_after_fork_in_child();

}  // namespace fastgrad::runtime
