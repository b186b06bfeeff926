// Integer reductions, at the baseline instruction set. Two loops, as for floats (reduce_driver.h): along the contiguous
// axis where that one is reduced, else row by row into a strip of accumulators, kStrip columns wide.
#include "kernels/reduce_int.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "runtime/parallel.h"

namespace fastgrad::integer {
namespace {

constexpr int64_t kStrip = 512;
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
template <>
inline uint64_t SumOp<uint64_t>::add(uint64_t a, uint64_t x) {
  return a + x;
}
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
  static float result(Acc a, int64_t n) { return static_cast<float>(static_cast<double>(a) / static_cast<double>(n)); }
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

template <class Op, class T>
typename Op::Acc line(const T* x, int64_t n, int64_t stride) {
  typename Op::Acc a = Op::identity, b = Op::identity, c = Op::identity, d = Op::identity;
  int64_t i = 0;
  if (stride == 1) {
    for (; i + 4 <= n; i += 4) {
      a = Op::add(a, x[i]);
      b = Op::add(b, x[i + 1]);
      c = Op::add(c, x[i + 2]);
      d = Op::add(d, x[i + 3]);
    }
  }
  for (; i < n; ++i) a = Op::add(a, x[i * stride]);
  return Op::join(Op::join(a, b), Op::join(c, d));
}

// Elements [begin, end) of one output's reduced axes.
template <class Op, class T>
typename Op::Acc reduce_span(const T* x, const ReduceGeometry& g, int64_t begin, int64_t end) {
  const ReduceAxis inner = g.reduced_axes[g.reduced - 1];
  typename Op::Acc acc = Op::identity;
  int64_t at = begin % inner.size;
  for (int64_t i = begin; i < end;) {
    const int64_t n = std::min(end - i, inner.size - at);
    const T* from = x + locate(g.reduced_axes, g.reduced - 1, i / inner.size).x + at * inner.x;
    acc = Op::join(acc, line<Op>(from, n, inner.x));
    i += n;
    at = 0;
  }
  return acc;
}

template <class Op, class T, class Out>
void reduce_rows(const T* x, Out* out, const ReduceGeometry& g) {
  using Acc = typename Op::Acc;
  const int64_t pieces = runtime::count_pieces(g.outputs * g.length, kGrain);
  const int64_t chunks = std::min((pieces + g.outputs - 1) / g.outputs, g.length);
  if (chunks == 1) {
    runtime::parallel_for(g.outputs, std::max<int64_t>(1, kGrain / g.length), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) {
        const Offsets at = locate(g.kept_axes, g.kept, o);
        out[at.out] = Op::result(reduce_span<Op>(x + at.x, g, 0, g.length), g.length);
      }
    });
    return;
  }
  Acc* const partial = static_cast<Acc*>(runtime::scratch(0, static_cast<size_t>(g.outputs * chunks) * sizeof(Acc)));
  runtime::parallel_for(g.outputs * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / chunks, c = u - o * chunks;
      partial[u] = reduce_span<Op>(x + locate(g.kept_axes, g.kept, o).x, g, g.length * c / chunks,
                                   g.length * (c + 1) / chunks);
    }
  });
  for (int64_t o = 0; o < g.outputs; ++o) {
    Acc acc = partial[o * chunks];
    for (int64_t c = 1; c < chunks; ++c) acc = Op::join(acc, partial[o * chunks + c]);
    out[locate(g.kept_axes, g.kept, o).out] = Op::result(acc, g.length);
  }
}

template <class Op, class T, class Out>
void reduce_columns(const T* x, Out* out, const ReduceGeometry& g) {
  const ReduceAxis columns = g.kept_axes[g.kept - 1];
  const int64_t outer = g.outputs / columns.size, strips = (columns.size + kStrip - 1) / kStrip;
  const int64_t work = std::min(columns.size, kStrip) * g.length;
  runtime::parallel_for(outer * strips, std::max<int64_t>(1, kGrain / work), [&](int64_t begin, int64_t end) {
    typename Op::Acc acc[kStrip];
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / strips, first = (u - o * strips) * kStrip;
      const int64_t n = std::min(kStrip, columns.size - first);
      const Offsets at = locate(g.kept_axes, g.kept - 1, o);
      for (int64_t j = 0; j < n; ++j) acc[j] = Op::identity;
      for (int64_t r = 0; r < g.length; ++r) {
        const T* row = x + at.x + locate(g.reduced_axes, g.reduced, r).x + first * columns.x;
        if (columns.x == 1)
          for (int64_t j = 0; j < n; ++j) acc[j] = Op::add(acc[j], row[j]);
        else
          for (int64_t j = 0; j < n; ++j) acc[j] = Op::add(acc[j], row[j * columns.x]);
      }
      Out* to = out + at.out + first * columns.out;
      for (int64_t j = 0; j < n; ++j) to[j * columns.out] = Op::result(acc[j], g.length);
    }
  });
}

template <class Op, class T, class Out>
void run(const void* x, void* out, const ReduceGeometry& g) {
  const bool by_columns =
      g.kept > 0 && (g.reduced == 0 || g.kept_axes[g.kept - 1].x < g.reduced_axes[g.reduced - 1].x);
  if (by_columns) reduce_columns<Op>(static_cast<const T*>(x), static_cast<Out*>(out), g);
  else reduce_rows<Op>(static_cast<const T*>(x), static_cast<Out*>(out), g);
}

template <template <class, bool> class Op, class Out>
void run_truth(DType dtype, const void* x, void* out, const ReduceGeometry& g) {
  switch (dtype) {
    case DType::F16:
    case DType::BF16: return run<Op<uint16_t, true>, uint16_t, Out>(x, out, g);
    case DType::F32: return run<Op<uint32_t, true>, uint32_t, Out>(x, out, g);
    case DType::F64: return run<Op<uint64_t, true>, uint64_t, Out>(x, out, g);
    default: break;
  }
  switch (itemsize(dtype)) {
    case 1: return run<Op<uint8_t, false>, uint8_t, Out>(x, out, g);
    case 2: return run<Op<uint16_t, false>, uint16_t, Out>(x, out, g);
    case 4: return run<Op<uint32_t, false>, uint32_t, Out>(x, out, g);
    default: return run<Op<uint64_t, false>, uint64_t, Out>(x, out, g);
  }
}

// f.operator()<T>() with the integer type of a dtype; a bool is read as the byte it is.
template <class F>
void visit_integer(DType t, const F& f) {
  switch (t) {
    case DType::I8: return f.template operator()<int8_t>();
    case DType::U16: return f.template operator()<uint16_t>();
    case DType::I16: return f.template operator()<int16_t>();
    case DType::U32: return f.template operator()<uint32_t>();
    case DType::I32: return f.template operator()<int32_t>();
    case DType::U64: return f.template operator()<uint64_t>();
    case DType::I64: return f.template operator()<int64_t>();
    default: return f.template operator()<uint8_t>();
  }
}

template <class T, bool kLargest>
void arg_rows(const T* x, int64_t* out, const ReduceGeometry& g) {
  const ReduceAxis r = g.reduced_axes[0];
  runtime::parallel_for(g.outputs, std::max<int64_t>(1, kGrain / r.size), [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      const Offsets at = locate(g.kept_axes, g.kept, o);
      const T* const p = x + at.x;
      T best = p[0];
      int64_t where = 0;
      for (int64_t i = 1; i < r.size; ++i) {
        const T v = p[i * r.x];
        if (kLargest ? v > best : v < best) {
          best = v;
          where = i;
        }
      }
      out[at.out] = where;
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
  visit_integer(dtype, [&]<class T>() {
    switch (op) {
      case ReduceOp::Prod: return run<ProdOp<T>, T, uint64_t>(x, out, g);
      case ReduceOp::Max: return run<MaxOp<T>, T, T>(x, out, g);
      case ReduceOp::Min: return run<MinOp<T>, T, T>(x, out, g);
      case ReduceOp::Mean: return run<MeanOp<T>, T, float>(x, out, g);
      default: return run<SumOp<T>, T, uint64_t>(x, out, g);
    }
  });
}

void arg_reduce(bool largest, DType dtype, const void* x, int64_t* out, const ReduceGeometry& g) {
  visit_integer(dtype, [&]<class T>() {
    if (largest) arg_rows<T, true>(static_cast<const T*>(x), out, g);
    else arg_rows<T, false>(static_cast<const T*>(x), out, g);
  });
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
      for (; i < g.n; ++i)
        for (int64_t c = 0; c < g.inner; ++c)
          to[i * g.inner + c] = to[(i - 1) * g.inner + c] + from[i * g.inner + c];
    }
  });
}

}  // namespace fastgrad::integer
