// Scatter-add of floats: runs of a dense array added to an array at offsets, one after the other. A caller cuts the
// work by destination, so that each sum has one order.
#include "kernels/index/index.h"

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Asks for the lines of the next run on the way: runs are anywhere, so that the hardware's guesses end with each.
template <class T>
FG_INLINE void add_run(T* to, const T* from, int64_t n, const T* next_to, const T* next_from) {
  constexpr int64_t lanes = kLanes<T>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    __builtin_prefetch(next_to + i, 1);
    __builtin_prefetch(next_from + i);
    store(to + i, load(to + i) + load(from + i));
  }
  for (; i < n; ++i) to[i] += from[i];
}

template <class T>
void add(void* indexed, const void* dense, const IndexLine& line) {
  T* const x = static_cast<T*>(indexed);
  const T* const d = static_cast<const T*>(dense);
  const bool contiguous = line.indexed_stride == 1 && line.dense_stride == 1;
  for (int64_t p = 0; p < line.n; ++p) {
    T* const to = x + line.offsets[p];
    const T* const from = d + line.dense_at(p);
    if (contiguous) {
      const int64_t next = p + 1 < line.n ? p + 1 : p;
      add_run(to, from, line.length, x + line.offsets[next], d + line.dense_at(next));
    } else {
      for (int64_t i = 0; i < line.length; ++i) to[i * line.indexed_stride] += from[i * line.dense_stride];
    }
  }
}

template <class T>
bool add_along(void* indexed, const void* dense, const AlongLine& line) {
  T* const x = static_cast<T*>(indexed);
  const T* const d = static_cast<const T*>(dense);
  bool outside = false;
  for (int64_t i = 0; i < line.n; ++i)
    x[line.place(i, outside) * line.axis_stride + i * line.indexed_stride] += d[i * line.dense_stride];
  return !outside;
}

}  // namespace

const IndexKernels index_kernels = {{{add<float>, add_along<float>}, {add<double>, add_along<double>}}};

}  // namespace fastgrad::FG_LEVEL
