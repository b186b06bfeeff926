// A team of threads that runs one parallel region: OpenMP's, or, in a child that was forked by a thread whose OpenMP
// team died with the fork, a new team led by a thread of the child's own.
#pragma once

#include <cstddef>

namespace fastgrad::runtime {

inline constexpr int kMaxThreads = 512;

// Calls work(context, i) for i = 0 on the calling thread, and for others of 1 ... threads - 1 on other threads at the
// same time (for fewer of them, when the system gives no more threads). Returns when all calls have returned. work
// must not throw. One team at a time per process.
using TeamFn = void (*)(void* context, int member);
void run_team(int threads, TeamFn work, void* context);

// Whether the calling thread already is one of an OpenMP team (of anybody's).
bool inside_foreign_team();

// This process was just forked by the calling thread.
void team_is_lost();

}  // namespace fastgrad::runtime
