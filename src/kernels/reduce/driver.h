// The two loops that every reduction of floats is made of, whatever it computes.
//
// rows:    the reduced axis is the contiguous one. An output's elements are cut into blocks of kBlock, each reduced by a
//          policy's run() with several vector accumulators.
// columns: a kept axis is the contiguous one. Outputs lie side by side in vectors; blocks are kRowsPerBlock rows high
//          and at most kPanel columns wide, so that 8 streams are read in order and partial results stay in the L1 cache.
//
// In both, the blocks of an output are merged in pairs, pairs of pairs and so on (Higham, Accuracy and Stability of
// Numerical Algorithms, 4.2): a sum of n terms in a type of unit roundoff u has an error of at most
// (c + log2(n / b)) u sum|x|, where b is the block and c the longest chain inside one: 3 for columns; for rows
// kBlock / (8 lanes) + 3 + log2(lanes), which is 15 in AVX-512 and 37 in SSE. The tree is the same wherever the blocks
// are cut into pieces for threads, as long as each piece starts at a multiple of a power of two.
//
// A line or panel that is not contiguous is copied to scratch a block at a time, so that there is one arithmetic.
//
// A policy P<T> has: State<V> {V f[kFields]}; run(p, n, origin): State<T> of n contiguous elements; few<N>(p,
// lanes): the same of N <= kFew vectors that are a whole line, the last of `lanes` lanes, or where kFoldsRows,
// few<N>(line, lines, lanes), of as many such lines as a vector has lanes, or of the one that there is; rows(x, n,
// origin): State<Vec<T>> of the n rows x(0) ... x(n - 1); merge(a, na, b, nb): of two neighbours with their numbers
// of elements; and finish(op, state, n, divisor): the result, in vectors. The origin is the first element of an
// output's line; where kHasOrigin, states are relative to it. Where kMends, doubtful(op, result) tells lanes whose
// result again(op, line, g, divisor, result) computes once more.
#pragma once

#include "kernels/reduce/columns.h"
#include "kernels/reduce/rows.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Lines no longer than this are better taken side by side, though each must be copied: lines that are not contiguous;
// contiguous ones that are taken one by one; and those folded several at once.
inline constexpr int64_t kShortStrided = 32, kShortLine = 8, kShortRow = 3;

FG_INLINE bool columns_first(const ReduceGeometry& g, bool folds_rows) {
  if (g.kept == 0) return false;
  if (g.reduced == 0) return true;
  const ReduceAxis &k = g.kept_axes[g.kept - 1], &r = g.reduced_axes[g.reduced - 1];
  if (k.x != 0 && k.x < r.x) return true;
  const int64_t most = r.x != 1 ? kShortStrided : folds_rows ? kShortRow : kShortLine;
  return g.reduced == 1 && r.size <= most && k.size >= 16;
}

template <class P, class T>
void run_reduction(ReduceOp op, const T* x, T* out, const ReduceGeometry& g, T divisor) {
  if (columns_first(g, P::kFoldsRows)) reduce_columns<P, T>(op, x, out, g, divisor);
  else reduce_rows<P, T>(op, x, out, g, divisor);
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
