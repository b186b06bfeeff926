// The program's own threads that compute at the same time: they share the cores by themselves. See callers.cpp.
#pragma once

namespace fastgrad::runtime {

// How many other threads of this program need a core while the calling one runs the region that it begins now.
int other_callers();

// While it lives, its thread runs the pieces of a region by itself.
class AloneInRegion {
 public:
  AloneInRegion();
  ~AloneInRegion();
  AloneInRegion(const AloneInRegion&) = delete;
  AloneInRegion& operator=(const AloneInRegion&) = delete;
};

void callers_after_fork_in_child();

}  // namespace fastgrad::runtime
