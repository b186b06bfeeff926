// The helpers: threads of this process's own that run pieces of a region beside its caller.
#pragma once

#include <cstdint>

#include "runtime/parallel.h"

namespace fastgrad::runtime {

// run_pieces on the calling thread and up to members - 1 helpers. The caller is the only one in the process that is in
// here: it holds parallel.cpp's `busy`.
void run_with_helpers(int64_t pieces, int members, PieceFn fn, void* context);

// Pieces that helpers have run so far.
int64_t helper_pieces();

// Regions of more pieces than this are not for the pool.
inline constexpr int64_t kMostPoolPieces = INT64_C(0xffffffff);

void pool_after_fork_in_child();

}  // namespace fastgrad::runtime
