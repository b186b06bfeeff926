// Gather and scatter of elements as units of their size, and their integer additions, at the baseline instruction set.
#include <cstring>

#include "kernels/index/index.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")  // -O2 leaves the tests of indices scalar
#endif

namespace fastgrad::integer {
namespace {

// How the bytes of a contiguous run are copied: calls of memcpy cost more than short runs.
enum class Run { One, Short, Long, Strided };
constexpr int64_t kShortRun = 64;   // bytes
constexpr int64_t kPrefetch = 1024;  // bytes of the next run that are asked for

template <class U>
Run kind_of_run(const IndexLine& line) {
  if (line.length == 1) return Run::One;
  if (line.indexed_stride != 1 || line.dense_stride != 1) return Run::Strided;
  return line.length * static_cast<int64_t>(sizeof(U)) <= kShortRun ? Run::Short : Run::Long;
}

// At most kShortRun bytes: by words, the last of which may overlap the one before.
template <class W>
void copy_words(char* to, const char* from, int64_t bytes) {
  constexpr auto w = static_cast<int64_t>(sizeof(W));
  for (int64_t i = 0; i + w < bytes; i += w) std::memcpy(to + i, from + i, sizeof(W));
  std::memcpy(to + bytes - w, from + bytes - w, sizeof(W));
}
struct Words16 {
  uint64_t a, b;
};
template <class U>
void copy_short(U* to, const U* from, int64_t n) {
  char* const t = reinterpret_cast<char*>(to);
  const char* const f = reinterpret_cast<const char*>(from);
  const int64_t bytes = n * static_cast<int64_t>(sizeof(U));
  if (bytes >= 16) return copy_words<Words16>(t, f, bytes);
  if (bytes >= 8) return copy_words<uint64_t>(t, f, bytes);
  if (bytes >= 4) return copy_words<uint32_t>(t, f, bytes);
  copy_words<U>(t, f, bytes);
}

template <class U>
void prefetch_run(const U* p, int64_t n) {
  const char* const first = reinterpret_cast<const char*>(p);
  const int64_t bytes = n * static_cast<int64_t>(sizeof(U));
  for (int64_t i = 0; i < bytes && i < kPrefetch; i += 64) __builtin_prefetch(first + i);
}

// Runs from `from(p)` to `to(p)`.
template <class U, class To, class From>
void copy_runs(const IndexLine& line, int64_t to_stride, int64_t from_stride, const To& to, const From& from) {
  switch (kind_of_run<U>(line)) {
    case Run::One:
      for (int64_t p = 0; p < line.n; ++p) *to(p) = *from(p);
      return;
    case Run::Short:
      for (int64_t p = 0; p < line.n; ++p) copy_short(to(p), from(p), line.length);
      return;
    case Run::Long:
      for (int64_t p = 0; p < line.n; ++p) {
        if (p + 1 < line.n) prefetch_run(from(p + 1), line.length);
        std::memcpy(to(p), from(p), static_cast<size_t>(line.length) * sizeof(U));
      }
      return;
    case Run::Strided:
      for (int64_t p = 0; p < line.n; ++p) {
        U* const t = to(p);
        const U* const f = from(p);
        for (int64_t i = 0; i < line.length; ++i) t[i * to_stride] = f[i * from_stride];
      }
  }
}

template <class U>
void gather_units(const void* indexed, void* dense, const IndexLine& line) {
  const U* const x = static_cast<const U*>(indexed);
  U* const d = static_cast<U*>(dense);
  copy_runs<U>(
      line, line.dense_stride, line.indexed_stride, [&](int64_t p) { return d + p * line.step; },
      [&](int64_t p) { return x + line.offsets[p]; });
}

template <class U>
void scatter_units(void* indexed, const void* dense, const IndexLine& line) {
  U* const x = static_cast<U*>(indexed);
  const U* const d = static_cast<const U*>(dense);
  copy_runs<U>(
      line, line.indexed_stride, line.dense_stride, [&](int64_t p) { return x + line.offsets[p]; },
      [&](int64_t p) { return d + line.dense_at(p); });
}

struct Add {
  template <class U>
  static U join(U a, U b) {
    return static_cast<U>(a + b);
  }
};
struct Or {  // of truths: bytes that are zero or not
  template <class U>
  static U join(U a, U b) {
    return (a | b) != 0;
  }
};

template <class Op, class U>
void scatter_join(void* indexed, const void* dense, const IndexLine& line) {
  U* const x = static_cast<U*>(indexed);
  const U* const d = static_cast<const U*>(dense);
  for (int64_t p = 0; p < line.n; ++p) {
    U* const to = x + line.offsets[p];
    const U* const from = d + line.dense_at(p);
    if (line.indexed_stride == 1 && line.dense_stride == 1) {
      for (int64_t i = 0; i < line.length; ++i) to[i] = Op::join(to[i], from[i]);
    } else {
      for (int64_t i = 0; i < line.length; ++i) {
        U& at = to[i * line.indexed_stride];
        at = Op::join(at, from[i * line.dense_stride]);
      }
    }
  }
}

// body(i, place) for each index.
template <class Body>
bool for_places(const AlongLine& given, const Body& body) {
  AlongLine line = given;  // which no store can change
  bool outside = false;
  if (line.index_stride == 1) {
    line.index_stride = 1;  // as the compiler knows now
    for (int64_t i = 0; i < line.n; ++i) body(i, line.place(i, outside));
  } else {
    for (int64_t i = 0; i < line.n; ++i) body(i, line.place(i, outside));
  }
  return !outside;
}

template <class U>
bool take_along_units(const void* indexed, void* dense, const AlongLine& line) {
  const U* const x = static_cast<const U*>(indexed);
  U* const d = static_cast<U*>(dense);
  const int64_t dense_stride = line.dense_stride, axis_stride = line.axis_stride, indexed_stride = line.indexed_stride;
  if (dense_stride == 1 && axis_stride == 1 && indexed_stride == 0)
    return for_places(line, [=](int64_t i, int64_t place) { d[i] = x[place]; });
  if (dense_stride == 1 && indexed_stride == 1)
    return for_places(line, [=](int64_t i, int64_t place) { d[i] = x[place * axis_stride + i]; });
  return for_places(line, [=](int64_t i, int64_t place) {
    d[i * dense_stride] = x[place * axis_stride + i * indexed_stride];
  });
}

template <class Join, class U>
bool put_along(void* indexed, const void* dense, const AlongLine& line, const Join& join) {
  U* const x = static_cast<U*>(indexed);
  const U* const d = static_cast<const U*>(dense);
  const int64_t dense_stride = line.dense_stride, axis_stride = line.axis_stride, indexed_stride = line.indexed_stride;
  return for_places(line, [=](int64_t i, int64_t place) {
    U& to = x[place * axis_stride + i * indexed_stride];
    to = join(to, d[i * dense_stride]);
  });
}

template <class U>
bool put_along_units(void* indexed, const void* dense, const AlongLine& line) {
  const auto second = [](U, U b) { return b; };
  return put_along<decltype(second), U>(indexed, dense, line, second);
}

template <class Op, class U>
bool put_along_join(void* indexed, const void* dense, const AlongLine& line) {
  const auto join = [](U a, U b) { return Op::template join<U>(a, b); };
  return put_along<decltype(join), U>(indexed, dense, line, join);
}

}  // namespace

IndexSigns index_signs(const int64_t* index, int64_t n, int64_t size) {
  // Of sums that wrap, too, the signs tell: no index is within 2^62 of both ends.
  const auto u = static_cast<uint64_t>(size);
  uint64_t negative = 0, outside = 0;
  for (int64_t i = 0; i < n; ++i) {
    const auto x = static_cast<uint64_t>(index[i]);
    negative |= x;
    outside |= (x + u) | (u - 1 - x);
  }
  return {(negative >> 63) != 0, (outside >> 63) != 0};
}

// Copies at most a chunk; for all that the compiler knows `own` is something else than `from` after: what is read from it
// cannot be read from there again.
constexpr int64_t kChunk = 512;
static void take_own(const int64_t* from, int64_t n, int64_t* own) {
  std::memcpy(own, from, static_cast<size_t>(n) * sizeof(int64_t));
  asm volatile("" : : "r"(own) : "memory");
}

IndexSigns index_offsets(const int64_t* index, int64_t n, int64_t size, int64_t stride, bool add, int64_t* offsets) {
  int64_t buffer[kChunk];
  const bool in_place = stride == 1 && !add;
  IndexSigns signs{false, false};
  for (int64_t first = 0; first < n; first += kChunk) {
    const int64_t count = n - first < kChunk ? n - first : kChunk;
    int64_t* const to = offsets + first;
    int64_t* const own = in_place ? to : buffer;
    take_own(index + first, count, own);
    const IndexSigns s = index_signs(own, count, size);
    signs.outside |= s.outside;
    if (s.negative) {
      signs.negative = true;
      for (int64_t i = 0; i < count; ++i) own[i] += (own[i] >> 63) & size;
    }
    if (in_place) continue;
    const auto step = static_cast<uint64_t>(stride);  // of an index that is outside the product may wrap
    if (add)
      for (int64_t i = 0; i < count; ++i)
        to[i] = static_cast<int64_t>(static_cast<uint64_t>(to[i]) + static_cast<uint64_t>(own[i]) * step);
    else
      for (int64_t i = 0; i < count; ++i) to[i] = static_cast<int64_t>(static_cast<uint64_t>(own[i]) * step);
  }
  return signs;
}

LabelCount copy_labels(const int64_t* labels, int64_t n, int64_t classes, int64_t ignore, int64_t* own) {
  const auto last = static_cast<uint64_t>(classes) - 1;
  uint64_t counted = 0, outside = 0;
  for (int64_t first = 0; first < n; first += kChunk) {
    const int64_t count = n - first < kChunk ? n - first : kChunk;
    take_own(labels + first, count, own + first);
    for (int64_t i = first; i < first + count; ++i) {
      const auto x = static_cast<uint64_t>(own[i]);
      const uint64_t difference = x ^ static_cast<uint64_t>(ignore);
      const uint64_t counts = (difference | (uint64_t{0} - difference)) >> 63;  // 0 for `ignore`
      counted += counts;
      outside |= (x | (last - x)) & (uint64_t{0} - counts);  // the sign: negative, or past the last
    }
  }
  return {static_cast<int64_t>(counted), (outside >> 63) != 0};
}

GatherFn gather(size_t itemsize) {
  return visit_unit(itemsize, []<class U>() -> GatherFn { return gather_units<U>; });
}
ScatterFn scatter(size_t itemsize) {
  return visit_unit(itemsize, []<class U>() -> ScatterFn { return scatter_units<U>; });
}
TakeAlongFn take_along(size_t itemsize) {
  return visit_unit(itemsize, []<class U>() -> TakeAlongFn { return take_along_units<U>; });
}
PutAlongFn put_along(size_t itemsize) {
  return visit_unit(itemsize, []<class U>() -> PutAlongFn { return put_along_units<U>; });
}
ScatterFn scatter_add(size_t itemsize) {
  return visit_unit(itemsize, []<class U>() -> ScatterFn { return scatter_join<Add, U>; });
}
PutAlongFn put_along_add(size_t itemsize) {
  return visit_unit(itemsize, []<class U>() -> PutAlongFn { return put_along_join<Add, U>; });
}
ScatterFn scatter_or() { return scatter_join<Or, uint8_t>; }
PutAlongFn put_along_or() { return put_along_join<Or, uint8_t>; }

}  // namespace fastgrad::integer
