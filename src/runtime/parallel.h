// Threads. Work is cut into pieces by its size alone; who runs a piece is free, so results never depend on the number
// of threads. One parallel region at a time per process: a caller that finds it busy, or that already is inside one,
// runs its pieces itself.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fastgrad::runtime {

// Threads that the next region started by this thread will use: what set_num_threads asked for, or OpenMP's current
// maximum where that was set later (threadpoolctl) or nothing was asked for; where nobody has set that either
// (OMP_NUM_THREADS), no more than the affinity mask and the cgroup quota allow. 1 in a build without OpenMP.
int num_threads();
void set_num_threads(int n);

// Threads that the next region gets: fewer than num_threads() while other programs keep the cores busy (load.h). For
// cuts that are best made by the number of threads, where the result's bits do not depend on the cut. Who asks has work
// for several: that there is room again is looked for no further where nobody does.
int usable_threads();

// Calls fn(context, i) once for each i in [0, pieces), in any order, on any threads; returns when all are done.
// What a piece throws (scratch may, when memory is out) is thrown again here, once. With one piece, or inside another
// region, everything runs on the calling thread. More than one piece means the work is long: the GIL is given up
// meanwhile (through the hooks below).
using PieceFn = void (*)(void* context, int64_t piece);
void run_pieces(int64_t pieces, PieceFn fn, void* context);

// How many pieces to cut `items` into so that each holds about `grain` items (at least one piece). A test hook can
// divide every grain, so that small samples split too; it also counts the regions and pieces run.
int64_t count_pieces(int64_t items, int64_t grain);
void set_grain_divisor(int64_t divisor);
int64_t grain_divisor();

struct RegionCounts {
  int64_t regions;         // regions of more than one piece
  int64_t pieces;          // pieces run in them
  int64_t threaded_pieces; // of these, run by another thread than the caller
};
RegionCounts region_counts();

// What surrounds long work (bindings/ sets it to release and take the GIL); both null without Python.
struct LongWorkHooks {
  void* (*begin)();      // on the calling thread before the region
  void (*end)(void*);    // after it, with what begin returned
};
void set_long_work_hooks(LongWorkHooks hooks);

// Convenience for baseline code (kernels use simd/pieces.h): f(begin, end) over [0, n), cut by grain.
template <class F>
void parallel_for(int64_t n, int64_t grain, const F& f) {
  if (n <= 0) return;
  const int64_t pieces = count_pieces(n, grain);
  if (pieces == 1) {
    f(int64_t{0}, n);
    return;
  }
  struct Context {
    const F* f;
    int64_t n, pieces;
  } context{&f, n, pieces};
  run_pieces(
      pieces,
      [](void* c, int64_t i) {
        const Context& x = *static_cast<Context*>(c);
        const int64_t q = x.n / x.pieces, r = x.n % x.pieces;
        const int64_t begin = i * q + (i < r ? i : r);
        (*x.f)(begin, begin + q + (i < r ? 1 : 0));
      },
      &context);
}

}  // namespace fastgrad::runtime
