// Scatter-add of floats: runs of a dense array added to an array at offsets, one after the other. A caller cuts the
// work by destination, so that each sum has one order.
#include "kernels/index.h"

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

template <class T>
FG_INLINE void add_run(T* to, const T* from, int64_t n) {
  constexpr int64_t lanes = kLanes<T>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store(to + i, load(to + i) + load(from + i));
  for (; i < n; ++i) to[i] += from[i];
}

template <class T>
void add(void* indexed, const void* dense, const IndexLine& line) {
  T* const x = static_cast<T*>(indexed);
  const T* const d = static_cast<const T*>(dense);
  const bool contiguous = line.indexed_stride == 1 && line.dense_stride == 1;
  for (int64_t p = 0; p < line.n; ++p) {
    const int64_t at = line.offsets[p];
    if (at < line.low || at >= line.high) continue;
    T* const to = x + at;
    const T* const from = d + p * line.step;
    if (contiguous) {
      add_run(to, from, line.length);
    } else {
      for (int64_t i = 0; i < line.length; ++i) to[i * line.indexed_stride] += from[i * line.dense_stride];
    }
  }
}

template <class T>
void add_along(void* indexed, const void* dense, const AlongLine& line) {
  T* const x = static_cast<T*>(indexed);
  const T* const d = static_cast<const T*>(dense);
  for (int64_t i = 0; i < line.n; ++i)
    x[line.index[i * line.index_stride] * line.axis_stride + i * line.indexed_stride] += d[i * line.dense_stride];
}

}  // namespace

extern const IndexKernels index_kernels;
const IndexKernels index_kernels = {add<float>, add<double>, add_along<float>, add_along<double>};

}  // namespace fastgrad::FG_LEVEL
