#include "runtime/fork.h"

#if !defined(_WIN32)
#include <pthread.h>

namespace fastgrad::runtime {
namespace {

const int registered = pthread_atfork(
    [] {
      regions_before_fork();
      memory_before_fork();
    },
    [] {
      memory_after_fork_in_parent();
      regions_after_fork_in_parent();
    },
    [] {
      memory_after_fork_in_child();
      regions_after_fork_in_child();
    });

}  // namespace
}  // namespace fastgrad::runtime
#endif
