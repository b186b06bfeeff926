// Integer reductions, at the baseline instruction set. Two loops, as for floats (walk.h): along the contiguous
// axis where that one is reduced, else kRows rows at a time into a strip of accumulators, kStrip columns wide. Integers
// may be joined in any order, which is what lets the compiler vectorise the plain loops here.
#include "kernels/reduce/int.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "levels.h"
#include "runtime/parallel.h"
#include "runtime/scratch.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")  // -O2 leaves these loops scalar
#if defined(FG_HAVE_X86_LEVELS)
#pragma GCC target("sse4.2")  // x86-64-v2, the least that such a build runs on
#endif
#endif

namespace fastgrad::integer {
namespace {

constexpr int64_t kStrip = 512;
constexpr int kRows = 4;
constexpr int64_t kShortLine = 16;  // elements: shorter lines are not worth a vector loop
constexpr int64_t kLongLine = 512;  // elements: longer lines are worth many accumulators
constexpr int64_t kFewColumns = 32;  // so few side by side are walked several rows at a time, as one row
constexpr int64_t kGrain = 64 * 1024;

// Offsets of element `linear` in C order over the axes.
struct Offsets {
  int64_t x = 0, out = 0;
};
Offsets locate(const ReduceAxis* axes, int n, int64_t linear) {
  Offsets o;
  for (int i = n - 1; i >= 0; --i) {
    const int64_t q = i > 0 ? linear / axes[i].size : 0;
    const int64_t at = linear - q * axes[i].size;
    o.x += at * axes[i].x;
    o.out += at * axes[i].out;
    linear = q;
  }
  return o;
}

// An op has: Acc, the type it accumulates in; identity; add(acc, x); join(acc, acc); result(acc, n), what is stored.
template <class T>
struct SumOp {
  using Acc = uint64_t;  // modulo 2^64, signed or not
  static constexpr Acc identity = 0;
  static Acc add(Acc a, T x) { return a + static_cast<Acc>(static_cast<int64_t>(x)); }
  static Acc join(Acc a, Acc b) { return a + b; }
  static uint64_t result(Acc a, int64_t) { return a; }
};
template <class T>
struct ProdOp {
  using Acc = uint64_t;
  static constexpr Acc identity = 1;
  static Acc add(Acc a, T x) { return a * static_cast<Acc>(x); }
  static Acc join(Acc a, Acc b) { return a * b; }
  static uint64_t result(Acc a, int64_t) { return a; }
};
template <class T>
struct MaxOp {
  using Acc = T;
  static constexpr Acc identity = std::numeric_limits<T>::lowest();
  static Acc add(Acc a, T x) { return x > a ? x : a; }
  static Acc join(Acc a, Acc b) { return add(a, b); }
  static T result(Acc a, int64_t) { return a; }
};
template <class T>
struct MinOp {
  using Acc = T;
  static constexpr Acc identity = std::numeric_limits<T>::max();
  static Acc add(Acc a, T x) { return x < a ? x : a; }
  static Acc join(Acc a, Acc b) { return add(a, b); }
  static T result(Acc a, int64_t) { return a; }
};
// The exact sum, divided and rounded.
template <class T>
struct MeanOp {
  using Acc = std::conditional_t<sizeof(T) == 8, __int128, int64_t>;
  static constexpr Acc identity = 0;
  static Acc add(Acc a, T x) { return a + static_cast<Acc>(x); }
  static Acc join(Acc a, Acc b) { return a + b; }
  static double result(Acc a, int64_t n) { return static_cast<double>(a) / static_cast<double>(n); }
};
// T: an unsigned integer as wide as the element. kFloat: the sign bit says nothing (-0.0 is zero).
template <class T, bool kFloat>
struct CountOp {
  using Acc = int64_t;
  static constexpr Acc identity = 0;
  static Acc add(Acc a, T x) { return a + (static_cast<T>(kFloat ? x << 1 : x) != 0); }
  static Acc join(Acc a, Acc b) { return a + b; }
};
template <class T, bool kFloat>
struct CountNonzeroOp : CountOp<T, kFloat> {
  static int64_t result(int64_t a, int64_t) { return a; }
};
template <class T, bool kFloat>
struct AllOp : CountOp<T, kFloat> {
  static bool result(int64_t a, int64_t n) { return a == n; }
};
template <class T, bool kFloat>
struct AnyOp : CountOp<T, kFloat> {
  static bool result(int64_t a, int64_t) { return a != 0; }
};

// Of truths: bytes of any value, true where they are not 0.
struct LargestTruthOp : MaxOp<uint8_t> {
  static uint8_t result(uint8_t a, int64_t) { return a != 0; }
};
struct LeastTruthOp : MinOp<uint8_t> {
  static uint8_t result(uint8_t a, int64_t) { return a != 0; }
};
struct MeanTruthOp : MeanOp<uint8_t> {
  static Acc add(Acc a, uint8_t x) { return a + (x != 0); }
};

// acc[j] of n columns with the rows at row[0] ... row[kRows - 1], or with one row, whose elements lie `stride` apart.
template <class Op, class T>
__attribute__((noinline)) void add_rows(typename Op::Acc* __restrict acc, const T* const (&row)[kRows], int64_t n) {
  const T *a = row[0], *b = row[1], *c = row[2], *d = row[3];
  for (int64_t j = 0; j < n; ++j) acc[j] = Op::add(Op::add(Op::add(Op::add(acc[j], a[j]), b[j]), c[j]), d[j]);
}
template <class Op, class T>
__attribute__((noinline)) void add_row(typename Op::Acc* __restrict acc, const T* row, int64_t stride, int64_t n) {
  if (stride == 1)
    for (int64_t j = 0; j < n; ++j) acc[j] = Op::add(acc[j], row[j]);
  else
    for (int64_t j = 0; j < n; ++j) acc[j] = Op::add(acc[j], row[j * stride]);
}

// Few columns in neighbouring rows: several rows are one, whose accumulators are joined at the end.
template <class Op, class T>
__attribute__((noinline)) void add_few_columns(typename Op::Acc* acc, const T* x, int64_t rows, int64_t n) {
  typename Op::Acc wide[2 * kFewColumns];
  const int64_t together = 2 * kFewColumns / n, width = together * n;
  for (int64_t j = 0; j < width; ++j) wide[j] = Op::identity;
  int64_t r = 0;
  for (; r + kRows * together <= rows; r += kRows * together) {
    const T* const from = x + r * n;
    const T* const row[kRows] = {from, from + width, from + 2 * width, from + 3 * width};
    add_rows<Op>(wide, row, width);
  }
  for (; r + together <= rows; r += together) add_row<Op>(wide, x + r * n, 1, width);
  for (; r < rows; ++r) add_row<Op>(wide, x + r * n, 1, n);
  for (int64_t rest = together; rest > 1;) {  // by halves
    const int64_t half = rest / 2;
    const typename Op::Acc* const upper = wide + (rest - half) * n;
    for (int64_t j = 0; j < half * n; ++j) wide[j] = Op::join(wide[j], upper[j]);
    rest -= half;
  }
  for (int64_t c = 0; c < n; ++c) acc[c] = Op::join(acc[c], wide[c]);
}

// How many of n bytes are not 0, counted in bytes for as long as these hold it.
int64_t count_bytes(const uint8_t* x, int64_t n) {
  constexpr int64_t kWidth = 64, kMost = 255 * kWidth;
  int64_t count = 0;
  for (; n >= kWidth;) {
    const int64_t block = std::min(n, kMost) / kWidth * kWidth;
    uint8_t acc[kWidth] = {};
    for (int64_t i = 0; i < block; i += kWidth)
      for (int64_t j = 0; j < kWidth; ++j) acc[j] = static_cast<uint8_t>(acc[j] + (x[i + j] != 0));
    for (const uint8_t part : acc) count += part;
    x += block;
    n -= block;
  }
  for (int64_t i = 0; i < n; ++i) count += x[i] != 0;
  return count;
}

template <class Op, class T>
typename Op::Acc line(const T* x, int64_t n, int64_t stride) {
  if constexpr (std::is_base_of_v<CountOp<uint8_t, false>, Op>)
    if (stride == 1 && n >= kLongLine) return count_bytes(x, n);
  typename Op::Acc acc = Op::identity;
  if (stride == 1 && n >= kLongLine)  // many chains instead of one
    add_few_columns<Op>(&acc, x, n, 1);
  else if (stride == 1)
    for (int64_t i = 0; i < n; ++i) acc = Op::add(acc, x[i]);
  else
    for (int64_t i = 0; i < n; ++i) acc = Op::add(acc, x[i * stride]);
  return acc;
}
template <class Op, class T>
typename Op::Acc short_line(const T* x, int64_t n) {
  typename Op::Acc acc = Op::identity;
#pragma GCC unroll 1
  for (int64_t i = 0; i < n; ++i) acc = Op::add(acc, x[i]);
  return acc;
}

// Plain rows of `length` neighbouring elements each, `step` elements apart.
template <class Op, class T, class Out>
void plain_rows(const T* x, int64_t step, Out* out, int64_t out_step, int64_t rows, int64_t length) {
  for (int64_t r = 0; r < rows; ++r, x += step)
    out[r * out_step] = Op::result(length < kShortLine ? short_line<Op>(x, length) : line<Op>(x, length, 1), length);
}

// What the walk over rows and columns, which is the same for every op, does with elements, accumulators and results:
// pointers without a type, their sizes in bytes. All else is counted in elements.
struct Loops {
  int64_t x_size, out_size;
  void (*clear)(void* acc, int64_t n);
  void (*join)(void* acc, const void* other);
  void (*store)(void* out, int64_t stride, const void* acc, int64_t n, int64_t length);
  void (*line)(void* acc, const void* x, int64_t n, int64_t stride);
  void (*plain_rows)(const void* x, int64_t step, void* out, int64_t out_step, int64_t rows, int64_t length);
  void (*rows)(void* acc, const void* x, int64_t step, int64_t n);  // kRows of them
  void (*row)(void* acc, const void* x, int64_t stride, int64_t n);
  void (*few_columns)(void* acc, const void* x, int64_t rows, int64_t n);

  const void* at(const void* x, int64_t i) const { return static_cast<const char*>(x) + i * x_size; }
  void* result(void* out, int64_t i) const { return static_cast<char*>(out) + i * out_size; }
};

template <class Op, class T, class Out>
constexpr Loops loops_of = {
    sizeof(T),
    sizeof(Out),
    [](void* acc, int64_t n) {
      for (int64_t j = 0; j < n; ++j) static_cast<typename Op::Acc*>(acc)[j] = Op::identity;
    },
    [](void* acc, const void* other) {
      auto* const a = static_cast<typename Op::Acc*>(acc);
      *a = Op::join(*a, *static_cast<const typename Op::Acc*>(other));
    },
    [](void* out, int64_t stride, const void* acc, int64_t n, int64_t length) {
      for (int64_t j = 0; j < n; ++j)
        static_cast<Out*>(out)[j * stride] = Op::result(static_cast<const typename Op::Acc*>(acc)[j], length);
    },
    [](void* acc, const void* x, int64_t n, int64_t stride) {
      auto* const a = static_cast<typename Op::Acc*>(acc);
      *a = Op::join(*a, line<Op>(static_cast<const T*>(x), n, stride));
    },
    [](const void* x, int64_t step, void* out, int64_t out_step, int64_t rows, int64_t length) {
      plain_rows<Op>(static_cast<const T*>(x), step, static_cast<Out*>(out), out_step, rows, length);
    },
    [](void* acc, const void* x, int64_t step, int64_t n) {
      const T* const from = static_cast<const T*>(x);
      add_rows<Op>(static_cast<typename Op::Acc*>(acc), {from, from + step, from + 2 * step, from + 3 * step}, n);
    },
    [](void* acc, const void* x, int64_t stride, int64_t n) {
      add_row<Op>(static_cast<typename Op::Acc*>(acc), static_cast<const T*>(x), stride, n);
    },
    [](void* acc, const void* x, int64_t rows, int64_t n) {
      add_few_columns<Op>(static_cast<typename Op::Acc*>(acc), static_cast<const T*>(x), rows, n);
    },
};

// Joins acc with elements [begin, end) of one output's reduced axes.
void reduce_span(const Loops& loops, void* acc, const void* x, const ReduceGeometry& g, int64_t begin, int64_t end) {
  const ReduceAxis inner = g.reduced_axes[g.reduced - 1];
  int64_t at = begin % inner.size;
  for (int64_t i = begin; i < end;) {
    const int64_t n = std::min(end - i, inner.size - at);
    loops.line(acc, loops.at(x, locate(g.reduced_axes, g.reduced - 1, i / inner.size).x + at * inner.x), n, inner.x);
    i += n;
    at = 0;
  }
}

// Room for an accumulator of any op.
struct AnyAcc {
  alignas(16) std::byte bytes[16];
};

void reduce_rows(const Loops& loops, const void* x, void* out, const ReduceGeometry& g) {
  const int64_t pieces = runtime::count_pieces(g.outputs * g.length, kGrain);
  const int64_t chunks = std::min((pieces + g.outputs - 1) / g.outputs, g.length);
  if (chunks == 1) {
    runtime::parallel_for(g.outputs, std::max<int64_t>(1, kGrain / g.length), [&](int64_t begin, int64_t end) {
      if (g.kept == 1 && g.reduced == 1 && g.reduced_axes[0].x == 1) {
        const ReduceAxis rows = g.kept_axes[0];
        return loops.plain_rows(loops.at(x, begin * rows.x), rows.x, loops.result(out, begin * rows.out), rows.out,
                                end - begin, g.length);
      }
      for (int64_t o = begin; o < end; ++o) {
        const Offsets at = locate(g.kept_axes, g.kept, o);
        AnyAcc acc;
        loops.clear(&acc, 1);
        reduce_span(loops, &acc, loops.at(x, at.x), g, 0, g.length);
        loops.store(loops.result(out, at.out), 1, &acc, 1, g.length);
      }
    });
    return;
  }
  AnyAcc* const partial = static_cast<AnyAcc*>(
      runtime::scratch(runtime::Scratch::ReducePartials, static_cast<size_t>(g.outputs * chunks) * sizeof(AnyAcc)));
  runtime::parallel_for(g.outputs * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / chunks, c = u - o * chunks;
      loops.clear(&partial[u], 1);
      reduce_span(loops, &partial[u], loops.at(x, locate(g.kept_axes, g.kept, o).x), g, g.length * c / chunks,
                  g.length * (c + 1) / chunks);
    }
  });
  for (int64_t o = 0; o < g.outputs; ++o) {
    AnyAcc* const acc = &partial[o * chunks];
    for (int64_t c = 1; c < chunks; ++c) loops.join(acc, acc + c);
    loops.store(loops.result(out, locate(g.kept_axes, g.kept, o).out), 1, acc, 1, g.length);
  }
}

// Columns stride elements apart, of which n are joined with acc.
void add_strip(const Loops& loops, void* acc, const void* x, const ReduceGeometry& g, int64_t stride, int64_t n) {
  const ReduceAxis inner = g.reduced > 0 ? g.reduced_axes[g.reduced - 1] : ReduceAxis{1, 0, 0};
  for (int64_t first = 0; first < g.length; first += inner.size) {
    const int64_t from = g.reduced > 1 ? locate(g.reduced_axes, g.reduced - 1, first / inner.size).x : 0;
    int64_t r = 0;
    if (stride == 1)
      for (; r + kRows <= inner.size; r += kRows) loops.rows(acc, loops.at(x, from + r * inner.x), inner.x, n);
    for (; r < inner.size; ++r) loops.row(acc, loops.at(x, from + r * inner.x), stride, n);
  }
}

void reduce_columns(const Loops& loops, const void* x, void* out, const ReduceGeometry& g) {
  const ReduceAxis columns = g.kept_axes[g.kept - 1];
  const int64_t outer = g.outputs / columns.size, strips = (columns.size + kStrip - 1) / kStrip;
  const int64_t work = std::min(columns.size, kStrip) * g.length;
  const bool few = columns.x == 1 && columns.size <= kFewColumns && g.reduced == 1 &&
                   g.reduced_axes[0].x == columns.size && g.length >= 2 * kFewColumns;
  runtime::parallel_for(outer * strips, std::max<int64_t>(1, kGrain / work), [&](int64_t begin, int64_t end) {
    AnyAcc acc[kStrip];
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / strips, first = (u - o * strips) * kStrip;
      const int64_t n = std::min(kStrip, columns.size - first);
      const Offsets at = locate(g.kept_axes, g.kept - 1, o);
      loops.clear(acc, n);
      if (few) loops.few_columns(acc, loops.at(x, at.x), g.length, n);
      else add_strip(loops, acc, loops.at(x, at.x + first * columns.x), g, columns.x, n);
      loops.store(loops.result(out, at.out + first * columns.out), columns.out, acc, n, g.length);
    }
  });
}

template <class Op, class T, class Out>
void run(const void* x, void* out, const ReduceGeometry& g) {
  static_assert(sizeof(typename Op::Acc) <= sizeof(AnyAcc));
  const bool by_columns =
      g.kept > 0 && (g.reduced == 0 || g.kept_axes[g.kept - 1].x < g.reduced_axes[g.reduced - 1].x);
  (by_columns ? reduce_columns : reduce_rows)(loops_of<Op, T, Out>, x, out, g);
}

template <template <class, bool> class Op, class Out>
void run_truth(DType dtype, const void* x, void* out, const ReduceGeometry& g) {
  visit_unit(itemsize(dtype), [&]<class U>() {
    if constexpr (sizeof(U) > 1)
      if (is_floating(dtype)) return run<Op<U, true>, U, Out>(x, out, g);
    run<Op<U, false>, U, Out>(x, out, g);
  });
}

void reduce_truths(ReduceOp op, const void* x, void* out, const ReduceGeometry& g) {
  switch (op) {
    case ReduceOp::Prod: return run<AllOp<uint8_t, false>, uint8_t, uint64_t>(x, out, g);
    case ReduceOp::Max: return run<LargestTruthOp, uint8_t, uint8_t>(x, out, g);
    case ReduceOp::Min: return run<LeastTruthOp, uint8_t, uint8_t>(x, out, g);
    case ReduceOp::Mean: return run<MeanTruthOp, uint8_t, double>(x, out, g);
    default: return run<CountNonzeroOp<uint8_t, false>, uint8_t, int64_t>(x, out, g);
  }
}

// The first largest (smallest) of n > 0 elements. Long runs: which block has it, by a vectorised reduction, then where.
template <class T, bool kLargest>
int64_t arg_line(const T* p, int64_t n, int64_t stride) {
  using Op = std::conditional_t<kLargest, MaxOp<T>, MinOp<T>>;
  constexpr int64_t block = 512;
  T best = p[0];
  int64_t where = 0;
  if (stride != 1 || n < 2 * kShortLine) {
    for (int64_t i = 1; i < n; ++i) {
      const T v = p[i * stride];
      const bool better = kLargest ? v > best : v < best;
      best = better ? v : best;
      where = better ? i : where;
    }
    return where;
  }
  for (int64_t first = 0; first < n; first += block) {
    const T most = line<Op>(p + first, std::min(block, n - first), 1);
    if (kLargest ? most > best : most < best) {
      best = most;
      where = first;
    }
  }
  // Another thread may write here between the two passes: the search ends with the line.
  const int64_t from = where;
  while (where < n && p[where] != best) ++where;
  return where < n ? where : from;
}

// The first true (false) of n > 0 bools; 0 where there is none.
struct Truth {
  uint8_t byte;
  bool is(bool wanted) const { return (byte != 0) == wanted; }
};
template <bool kLargest>
int64_t arg_line_of_truths(const Truth* p, int64_t n, int64_t stride) {
  constexpr int64_t block = 512;
  if (stride != 1) {
    for (int64_t i = 0; i < n; ++i)
      if (p[i * stride].is(kLargest)) return i;
    return 0;
  }
  for (int64_t first = 0; first < n; first += block) {
    const int64_t stop = std::min(first + block, n);
    uint8_t found = 0;
    for (int64_t i = first; i < stop; ++i) found |= p[i].is(kLargest);
    if (!found) continue;
    for (int64_t i = first; i < stop; ++i)
      if (p[i].is(kLargest)) return i;
  }
  return 0;
}

template <class T, bool kLargest>
int64_t arg_of_line(const T* p, int64_t n, int64_t stride) {
  if constexpr (std::is_same_v<T, Truth>) return arg_line_of_truths<kLargest>(p, n, stride);
  else return arg_line<T, kLargest>(p, n, stride);
}

template <class T, bool kLargest>
void arg_rows(const T* x, int64_t* out, const ReduceGeometry& g) {
  const ReduceAxis r = g.reduced_axes[0];
  runtime::parallel_for(g.outputs, std::max<int64_t>(1, kGrain / r.size), [&](int64_t begin, int64_t end) {
    if (g.kept == 1) {
      const ReduceAxis rows = g.kept_axes[0];
      for (int64_t o = begin; o < end; ++o) out[o * rows.out] = arg_of_line<T, kLargest>(x + o * rows.x, r.size, r.x);
      return;
    }
    for (int64_t o = begin; o < end; ++o) {
      const Offsets at = locate(g.kept_axes, g.kept, o);
      out[at.out] = arg_of_line<T, kLargest>(x + at.x, r.size, r.x);
    }
  });
}

}  // namespace

void reduce(ReduceOp op, DType dtype, const void* x, void* out, const ReduceGeometry& g) {
  switch (op) {
    case ReduceOp::CountNonzero: return run_truth<CountNonzeroOp, int64_t>(dtype, x, out, g);
    case ReduceOp::All: return run_truth<AllOp, bool>(dtype, x, out, g);
    case ReduceOp::Any: return run_truth<AnyOp, bool>(dtype, x, out, g);
    default: break;
  }
  if (dtype == DType::Bool) return reduce_truths(op, x, out, g);
  visit<Integers>(dtype, [&]<class T>() {
    using Wide = std::conditional_t<std::is_same_v<T, uint64_t>, int64_t, T>;  // modulo 2^64 the same, in one function
    switch (op) {
      case ReduceOp::Prod: return run<ProdOp<Wide>, Wide, uint64_t>(x, out, g);
      case ReduceOp::Max: return run<MaxOp<T>, T, T>(x, out, g);
      case ReduceOp::Min: return run<MinOp<T>, T, T>(x, out, g);
      case ReduceOp::Mean: return run<MeanOp<T>, T, double>(x, out, g);
      default: return run<SumOp<Wide>, Wide, uint64_t>(x, out, g);
    }
  });
}

void arg_reduce(bool largest, DType dtype, const void* x, int64_t* out, const ReduceGeometry& g) {
  const auto rows = [&]<class T>() {
    if (largest) arg_rows<T, true>(static_cast<const T*>(x), out, g);
    else arg_rows<T, false>(static_cast<const T*>(x), out, g);
  };
  if (dtype == DType::Bool) return rows.template operator()<Truth>();
  visit<Integers>(dtype, rows);
}

void scan(const uint64_t* x, uint64_t* out, const ScanGeometry& g) {
  const int64_t n_out = g.n + g.include_initial;
  runtime::parallel_for(g.outer, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, g.n * g.inner)),
                        [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      const uint64_t* from = x + o * g.n * g.inner;
      uint64_t* to = out + o * n_out * g.inner;
      int64_t i = 0;
      if (g.include_initial) {
        for (int64_t c = 0; c < g.inner; ++c) to[c] = 0;
        to += g.inner;
      } else if (g.n > 0) {
        for (int64_t c = 0; c < g.inner; ++c) to[c] = from[c];
        i = 1;
      }
      if (g.inner == 1) {
        uint64_t sum = i == 0 ? 0 : to[0];
#pragma GCC unroll 4
        for (; i < g.n; ++i) to[i] = sum += from[i];
        continue;
      }
      for (; i < g.n; ++i)
        for (int64_t c = 0; c < g.inner; ++c)
          to[i * g.inner + c] = to[(i - 1) * g.inner + c] + from[i * g.inner + c];
    }
  });
}

}  // namespace fastgrad::integer
