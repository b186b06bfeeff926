// How many threads to use: what the user, OpenMP's settings and the machine say. And starting one.
#pragma once

#include <pthread.h>

namespace fastgrad::runtime {

inline constexpr int kMaxThreads = 512;

// Whether the calling thread already is one of an OpenMP team (of anybody's).
bool inside_foreign_team();

// Starts a detached thread that takes no signals, with a name (at most 15 characters) for whoever lists threads.
// `member` chooses its place where OpenMP binds threads to places (OMP_PROC_BIND). False where the system gives no
// thread (a limit on processes or memory).
bool start_thread(const char* name, int member, void* (*run)(void*), void* argument, pthread_t* thread);

// The core that the calling thread runs on; -1 where the system does not tell.
int current_core();

// Keeps a thread of this process (by the system's number) off one core of those that the calling thread may use. False
// where there is no other.
bool keep_off(int thread, int core);

// Moves the calling thread to another of the cores that it may use, if there is one.
bool change_core();

}  // namespace fastgrad::runtime
