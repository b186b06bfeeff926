// Scaled dot product attention: out = softmax(scale q k' + mask) v for each item, a pair of a sequence of queries and
// one of keys, and its gradients, in memory linear in both lengths: see attention_forward.cpp, attention_backward.cpp.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

inline constexpr int kMaxItemAxes = 16;

// A matrix for each item: element (i, j) at p[i * row + j], moved by the item's index along each axis of items.
template <class T>
struct ItemMatrix {
  T* p = nullptr;
  int64_t row = 0;
  int64_t item[kMaxItemAxes] = {};
};

template <class T>
struct AttentionArgs {
  int64_t queries = 0, keys = 0, depth = 0, value_depth = 0;
  double scale = 1;
  bool causal = false;  // query i sees keys 0 .. i
  int axes = 0;         // of items, outermost first; at least one
  int64_t items[kMaxItemAxes];
  ItemMatrix<const T> q, k, v;
  // Added to the scores, where p is not null; -inf hides a key. Its rows are the keys, its columns the queries, of which
  // whole vectors are read past the last one, or one for all where mask_by_key.
  ItemMatrix<const T> mask;
  bool mask_by_key = false;
};

template <class T>
struct AttentionGradients {
  ItemMatrix<const T> grad, out;
  const T* log_sums = nullptr;
  // Each may be null: not wanted. Along the last axis of items dk and dv are summed (step 0), along the others they are
  // apart.
  ItemMatrix<T> dq, dk, dv;
  // The keys of an item are cut into so many runs, each with its own share of dq, added in order: partial has room for
  // dense dq of all items, times groups, where there are more than one.
  int64_t groups = 1;
  T* partial = nullptr;
};

template <class T>
struct AttentionForward {
  // log_sums: items x queries, the logarithm to base 2 of each query's sum of exponentials; infinite where it sees no
  // key, whose result is 0.
  void (*run)(const AttentionArgs<T>&, const ItemMatrix<T>& out, T* log_sums);
};
template <class T>
struct AttentionBackward {
  void (*run)(const AttentionArgs<T>&, const AttentionGradients<T>&);
};
using AttentionForwardKernels = PerFloat<AttentionForward>;
using AttentionBackwardKernels = PerFloat<AttentionBackward>;

struct AttentionKernels {
  const AttentionForwardKernels* forward;
  const AttentionBackwardKernels* backward;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const AttentionForwardKernels attention_forward_kernels;
extern const AttentionBackwardKernels attention_backward_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
