// Gather and scatter of elements as units of their size, and their integer additions, at the baseline instruction set.
#include <cstring>

#include "kernels/index.h"

namespace fastgrad::integer {
namespace {

template <class U>
void copy_run(U* to, int64_t to_stride, const U* from, int64_t from_stride, int64_t n) {
  if (to_stride == 1 && from_stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(U));
  } else {
    for (int64_t i = 0; i < n; ++i) to[i * to_stride] = from[i * from_stride];
  }
}

template <class U>
void gather_units(const void* indexed, void* dense, const IndexLine& line) {
  const U* const x = static_cast<const U*>(indexed);
  U* const d = static_cast<U*>(dense);
  if (line.length == 1) {
    for (int64_t p = 0; p < line.n; ++p) d[p * line.step] = x[line.offsets[p]];
    return;
  }
  for (int64_t p = 0; p < line.n; ++p)
    copy_run(d + p * line.step, line.dense_stride, x + line.offsets[p], line.indexed_stride, line.length);
}

template <class U>
void scatter_units(void* indexed, const void* dense, const IndexLine& line) {
  U* const x = static_cast<U*>(indexed);
  const U* const d = static_cast<const U*>(dense);
  for (int64_t p = 0; p < line.n; ++p) {
    const int64_t at = line.offsets[p];
    if (at < line.low || at >= line.high) continue;
    if (line.length == 1) x[at] = d[p * line.step];
    else copy_run(x + at, line.indexed_stride, d + p * line.step, line.dense_stride, line.length);
  }
}

struct Add {
  template <class U>
  static U join(U a, U b) {
    return static_cast<U>(a + b);
  }
};
struct Or {
  template <class U>
  static U join(U a, U b) {
    return a | b;
  }
};

template <class Op, class U>
void scatter_join(void* indexed, const void* dense, const IndexLine& line) {
  U* const x = static_cast<U*>(indexed);
  const U* const d = static_cast<const U*>(dense);
  for (int64_t p = 0; p < line.n; ++p) {
    const int64_t at = line.offsets[p];
    if (at < line.low || at >= line.high) continue;
    for (int64_t i = 0; i < line.length; ++i) {
      U& to = x[at + i * line.indexed_stride];
      to = Op::join(to, d[p * line.step + i * line.dense_stride]);
    }
  }
}

template <class U>
void take_along_units(const void* indexed, void* dense, const AlongLine& line) {
  const U* const x = static_cast<const U*>(indexed);
  U* const d = static_cast<U*>(dense);
  for (int64_t i = 0; i < line.n; ++i)
    d[i * line.dense_stride] = x[line.index[i * line.index_stride] * line.axis_stride + i * line.indexed_stride];
}

template <class U>
void put_along_units(void* indexed, const void* dense, const AlongLine& line) {
  U* const x = static_cast<U*>(indexed);
  const U* const d = static_cast<const U*>(dense);
  for (int64_t i = 0; i < line.n; ++i)
    x[line.index[i * line.index_stride] * line.axis_stride + i * line.indexed_stride] = d[i * line.dense_stride];
}

template <class Op, class U>
void put_along_join(void* indexed, const void* dense, const AlongLine& line) {
  U* const x = static_cast<U*>(indexed);
  const U* const d = static_cast<const U*>(dense);
  for (int64_t i = 0; i < line.n; ++i) {
    U& to = x[line.index[i * line.index_stride] * line.axis_stride + i * line.indexed_stride];
    to = Op::join(to, d[i * line.dense_stride]);
  }
}

// f.operator()<U>() with the unsigned integer of this size.
template <class F>
auto with_unit(size_t itemsize, const F& f) {
  switch (itemsize) {
    case 1: return f.template operator()<uint8_t>();
    case 2: return f.template operator()<uint16_t>();
    case 4: return f.template operator()<uint32_t>();
    default: return f.template operator()<uint64_t>();
  }
}

}  // namespace

GatherFn gather(size_t itemsize) {
  return with_unit(itemsize, []<class U>() -> GatherFn { return gather_units<U>; });
}
ScatterFn scatter(size_t itemsize) {
  return with_unit(itemsize, []<class U>() -> ScatterFn { return scatter_units<U>; });
}
TakeAlongFn take_along(size_t itemsize) {
  return with_unit(itemsize, []<class U>() -> TakeAlongFn { return take_along_units<U>; });
}
PutAlongFn put_along(size_t itemsize) {
  return with_unit(itemsize, []<class U>() -> PutAlongFn { return put_along_units<U>; });
}
ScatterFn scatter_add(size_t itemsize) {
  return with_unit(itemsize, []<class U>() -> ScatterFn { return scatter_join<Add, U>; });
}
PutAlongFn put_along_add(size_t itemsize) {
  return with_unit(itemsize, []<class U>() -> PutAlongFn { return put_along_join<Add, U>; });
}
ScatterFn scatter_or() { return scatter_join<Or, uint8_t>; }
PutAlongFn put_along_or() { return put_along_join<Or, uint8_t>; }

}  // namespace fastgrad::integer
