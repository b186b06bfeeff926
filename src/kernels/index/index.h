// Moving and adding elements by index: what the kernels take. Offsets are in elements, checked by src/ops.
//
// Indices lie in memory that anybody may write to while a kernel reads it (another thread, without the GIL; a NumPy array
// that shares it). So an index is read once, and what was read is what is checked and used: offsets are made from indices
// in the pass that checks them, in memory of the operation's own; kernels that read indices themselves bound each one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

// n runs of `length` elements: run p starts at offsets[p] of the indexed array and at p * step of the dense one, or at
// positions[p] * step where a scatter has been sorted by destination.
struct IndexLine {
  const int64_t* offsets;
  const int64_t* positions;  // null: 0, 1, 2 ...
  int64_t n;
  int64_t step;
  int64_t length, indexed_stride, dense_stride;

  [[gnu::always_inline]] int64_t dense_at(int64_t p) const { return (positions ? positions[p] : p) * step; }
};

// One element for each of n indices in [-size, size): at index[i * index_stride] * axis_stride + i * indexed_stride of the
// indexed array (size added to negative indices) and at i * dense_stride of the dense one.
struct AlongLine {
  const int64_t* index;
  int64_t n, index_stride;
  int64_t size, axis_stride, indexed_stride, dense_stride;

  // Where index i points, within [0, size) whatever it has become since it was checked; `outside` remembers. The atomic
  // load is a plain one to the machine, and to the compiler one that is not repeated.
  [[gnu::always_inline]] int64_t place(int64_t i, bool& outside) const {
    int64_t at = __atomic_load_n(index + i * index_stride, __ATOMIC_RELAXED);
    if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(size)) [[unlikely]] {
      at += at < 0 ? size : 0;
      if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(size)) {
        outside = true;
        at = 0;
      }
    }
    return at;
  }
};

using GatherFn = void (*)(const void* indexed, void* dense, const IndexLine& line);
using ScatterFn = void (*)(void* indexed, const void* dense, const IndexLine& line);
// False where an index was outside: its element went to or came from place 0.
using TakeAlongFn = bool (*)(const void* indexed, void* dense, const AlongLine& line);
using PutAlongFn = bool (*)(void* indexed, const void* dense, const AlongLine& line);

// Additions of floats, in the order of the indices. Dense and indexed do not overlap.
template <class T>
struct IndexFunctions {
  ScatterFn add;
  PutAlongFn add_along;
};
struct IndexKernels : PerFloat<IndexFunctions> {};

namespace integer {

// Whether any of n indices is negative, and whether any is outside [-size, size).
struct IndexSigns {
  bool negative, outside;
};
IndexSigns index_signs(const int64_t* index, int64_t n, int64_t size);
// offsets[i] (+)= index[i] * stride, size added to negative indices first; the signs are those of what was read for it.
IndexSigns index_offsets(const int64_t* index, int64_t n, int64_t size, int64_t stride, bool add, int64_t* offsets);

// Copies n labels, each in [0, classes) or `ignore`: how many are not ignored, and whether any is neither.
struct LabelCount {
  int64_t counted;
  bool outside;
};
LabelCount copy_labels(const int64_t* labels, int64_t n, int64_t classes, int64_t ignore, int64_t* own);

// Elements are moved as units of 1, 2, 4 or 8 bytes, whatever their type.
GatherFn gather(size_t itemsize);
ScatterFn scatter(size_t itemsize);
TakeAlongFn take_along(size_t itemsize);
PutAlongFn put_along(size_t itemsize);
// Additions of integers, modulo their width.
ScatterFn scatter_add(size_t itemsize);
PutAlongFn put_along_add(size_t itemsize);
// Of bools: true where either is.
ScatterFn scatter_or();
PutAlongFn put_along_or();

}  // namespace integer
}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const IndexKernels index_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
