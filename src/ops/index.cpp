#include "ops/index.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <string>

#include "array/visit.h"
#include "kernels/index/index.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {

namespace {

constexpr int64_t kGrain = 32 * 1024;      // elements a piece
constexpr int64_t kMaxScatterPieces = 16;
constexpr int64_t kShortRun = 16;  // runs too short to be worth sorting

// ---- indices

// Indices given for an axis, as a C-order int64 array; the memory may be the caller's, and change at any time.
struct AxisIndices {
  AxisIndices(const Array& index, int64_t axis_size, int axis_number, const char* name_of_op)
      : size(axis_size), axis(axis_number), op(name_of_op), is_unsigned(index.dtype() == DType::U64) {
    if (!is_integer(index.dtype()))
      index_error(std::string(op) + ": indices must be integers, got an array of dtype " + name(index.dtype()));
    raw = contiguous(index.dtype() == DType::I64 ? index : cast(index, DType::I64));
  }

  // An error where these are the signs of indices outside [-size, size).
  void check(integer::IndexSigns signs) const {
    // The largest uint64 numbers look negative here.
    if (signs.outside || (is_unsigned && signs.negative)) report();
  }
  void check() const { check(integer::index_signs(raw.data<int64_t>(), raw.size(), size)); }
  [[noreturn]] void report() const {
    const int64_t* const p = raw.data<int64_t>();
    for (int64_t i = 0; i < raw.size(); ++i) {
      const int64_t at = __atomic_load_n(p + i, __ATOMIC_RELAXED);
      if (at < size && at >= (is_unsigned ? 0 : -size)) continue;
      index_error(std::string(op) + ": index " +
                  (is_unsigned ? std::to_string(static_cast<uint64_t>(at)) : std::to_string(at)) +
                  " is out of bounds for axis " + std::to_string(axis) + " with size " + std::to_string(size));
    }
    index_error(std::string(op) + ": an index that was out of bounds for axis " + std::to_string(axis) +
                " with size " + std::to_string(size) + " was changed by another thread during the call");
  }

  Array raw;
  int64_t size;
  int axis;
  const char* op;
  bool is_unsigned;
};

// The indices in [0, size), in memory of our own.
Array places(const AxisIndices& indices) {
  const Array own = Array::empty(indices.raw.shape(), DType::I64);
  indices.check(integer::index_offsets(indices.raw.data<int64_t>(), own.size(), indices.size, 1, false,
                                       own.data<int64_t>()));
  return own;
}

// What an index tuple means for an array: the axes of the result, before the index axes, of them, and after.
struct IndexPlan {
  Dims lead, index, tail;                 // shapes
  Dims lead_strides, tail_strides;        // of the indexed array
  Array offsets;                          // one per index position, in elements
  int64_t low = 0, high = 0;              // what they may be: [low, high)

  Dims shape() const {
    Dims s = lead;
    for (const int64_t d : index) s.push_back(d);
    for (const int64_t d : tail) s.push_back(d);
    return s;
  }
};

// The shapes alone.
IndexPlan plan_shapes(const Array& x, Indices indices, const char* op) {
  const int given = static_cast<int>(indices.size());
  if (given > x.ndim())
    index_error(std::string(op) + ": " + std::to_string(given) + " indices for an array of " +
                std::to_string(x.ndim()) + " dimensions");
  IndexPlan plan;
  int first = -1, last = -1;
  bool together = true;
  for (int a = 0; a < given; ++a) {
    if (!indices[a].defined()) continue;
    if (first < 0) first = a;
    else if (last != a - 1) together = false;
    last = a;
    if (first == a) {
      plan.index = indices[a].shape();
    } else {
      try {
        plan.index = broadcast_shapes(plan.index, indices[a].shape(), op);
      } catch (const Error& e) {
        index_error(e.what());  // as NumPy's
      }
    }
  }
  if (first < 0) index_error(std::string(op) + ": no index array given");
  for (int a = 0; a < x.ndim(); ++a) {
    if (a < given && indices[a].defined()) continue;
    const bool before = together && a < first;
    (before ? plan.lead : plan.tail).push_back(x.shape(a));
    (before ? plan.lead_strides : plan.tail_strides).push_back(x.stride(a));
  }
  return plan;
}

IndexPlan plan_indices(const Array& x, Indices indices, const char* op) {
  IndexPlan plan = plan_shapes(x, indices, op);
  plan.offsets = Array::empty(plan.index, DType::I64);
  int64_t* const offsets = plan.offsets.data<int64_t>();
  const int64_t n = plan.offsets.size();
  bool first = true;
  for (int a = 0; a < static_cast<int>(indices.size()); ++a) {
    if (!indices[a].defined()) continue;
    const int64_t size = x.shape(a), stride = x.stride(a);
    AxisIndices index(indices[a], size, a, op);
    if (!(index.raw.shape() == plan.index)) index.raw = contiguous(places(index).broadcast_to(plan.index));
    index.check(integer::index_offsets(index.raw.data<int64_t>(), n, size, stride, !first, offsets));
    (stride < 0 ? plan.low : plan.high) += (size - 1) * stride;
    first = false;
  }
  plan.high += 1;
  return plan;
}

// ---- axes walked on both sides

struct PairAxis {
  int64_t size, indexed, dense;
};
struct PairAxes {
  int n = 0;
  int64_t count = 1;
  PairAxis axis[kMaxDims];

  void append(int64_t size, int64_t indexed, int64_t dense) {
    count *= size;
    if (size == 1) return;
    if (n > 0) {
      PairAxis& outer = axis[n - 1];
      if (outer.indexed == indexed * size && outer.dense == dense * size) {
        outer = {outer.size * size, indexed, dense};
        return;
      }
    }
    axis[n++] = {size, indexed, dense};
  }
  // Offsets of position `linear` in C order.
  PairAxis at(int64_t linear) const {
    PairAxis o{0, 0, 0};
    for (int i = n - 1; i >= 0; --i) {
      const int64_t q = linear / axis[i].size, r = linear - q * axis[i].size;
      o.indexed += r * axis[i].indexed;
      o.dense += r * axis[i].dense;
      linear = q;
    }
    return o;
  }
};

// An index plan against a dense array of the result's shape: lead axes, n indices `step` apart, tail axes of which the
// innermost are one run.
struct Moves {
  PairAxes lead, tail;
  IndexLine line;
  int64_t elements;
};

Moves plan_moves(const IndexPlan& plan, const Dims& dense_strides) {
  Moves m;
  int axis = 0;
  for (int i = 0; i < plan.lead.size(); ++i) m.lead.append(plan.lead[i], plan.lead_strides[i], dense_strides[axis++]);
  axis += plan.index.size();
  for (int i = 0; i < plan.tail.size(); ++i) m.tail.append(plan.tail[i], plan.tail_strides[i], dense_strides[axis++]);
  m.line = {plan.offsets.data<int64_t>(), nullptr, plan.offsets.size(), 0, 1, 1, 1};
  m.elements = m.lead.count * m.line.n * m.tail.count;
  if (m.tail.n > 0) {
    const PairAxis run = m.tail.axis[--m.tail.n];
    m.tail.count /= run.size;
    m.line.length = run.size;
    m.line.indexed_stride = run.indexed;
    m.line.dense_stride = run.dense;
  }
  return m;
}

ScatterFn scatter_kernel(DType dtype, bool accumulate) {
  if (!accumulate) return integer::scatter(itemsize(dtype));
  if (dtype == DType::Bool) return integer::scatter_or();
  if (!is_floating(dtype)) return integer::scatter_add(itemsize(dtype));
  return visit<ComputingFloats>(dtype, []<class T>() { return kernels().index->of<T>().add; });
}

PutAlongFn put_along_kernel(DType dtype, bool accumulate) {
  if (!accumulate) return integer::put_along(itemsize(dtype));
  if (dtype == DType::Bool) return integer::put_along_or();
  if (!is_floating(dtype)) return integer::put_along_add(itemsize(dtype));
  return visit<ComputingFloats>(dtype, []<class T>() { return kernels().index->of<T>().add_along; });
}

// Values to be written to x: of x's dtype, broadcast to shape (any strides), sharing no memory with x.
Array values_for(const Array& x, const Array& values, const Dims& shape, const char* op) {
  Array v = values.dtype() == x.dtype() && !holds_any_bytes(values) ? values : cast(values, x.dtype());
  Dims of = v.shape();
  while (of.size() > shape.size() && of[0] == 1) {  // leading axes of length 1 are let go, as in NumPy
    v = v.squeeze(0);
    of = v.shape();
  }
  bool fits = of.size() <= shape.size();
  for (int i = 0; fits && i < of.size(); ++i) {
    const int64_t d = of[of.size() - 1 - i];
    fits = d == 1 || d == shape[shape.size() - 1 - i];
  }
  if (!fits)
    value_error(std::string(op) + ": values of shape " + to_string(values.shape()) +
                " cannot be broadcast to the indexed shape " + to_string(shape));
  if (may_share_memory(v, x)) v = clone(v);
  return v.broadcast_to(shape);
}

void gather_into(const Array& out, const Array& x, const IndexPlan& plan) {
  const Moves m = plan_moves(plan, out.strides());
  const size_t item = itemsize(x.dtype());
  const GatherFn gather = integer::gather(item);
  const int64_t n = m.line.n, step = m.tail.count * m.line.length;
  runtime::parallel_for(m.lead.count * n, std::max<int64_t>(1, kGrain / step), [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end;) {
      const int64_t o = u / n, p = u - o * n, count = std::min(end - u, n - p);
      const PairAxis lead = m.lead.at(o);
      IndexLine line = m.line;
      line.offsets += p;
      line.n = count;
      line.step = step;
      for (int64_t t = 0; t < m.tail.count; ++t) {
        const PairAxis tail = m.tail.at(t);
        gather(x.bytes() + (lead.indexed + tail.indexed) * static_cast<int64_t>(item),
               out.bytes() + (lead.dense + p * step + tail.dense) * static_cast<int64_t>(item), line);
      }
      u += count;
    }
  });
}

// The runs of a scatter in order of the range of destinations that they go to, and in a range in their own order.
struct SortedRuns {
  Array offsets, positions;
  int64_t start[kMaxScatterPieces + 1] = {};
};
SortedRuns sort_runs(const IndexPlan& plan, int64_t ranges) {
  const int64_t n = plan.offsets.size();
  const int64_t* const from = plan.offsets.data<int64_t>();
  SortedRuns s{Array::empty({n}, DType::I64), Array::empty({n}, DType::I64)};
  // By a product instead of a division: all that matters is that an offset is always in the same range.
  const double each = static_cast<double>(ranges) / static_cast<double>(plan.high - plan.low);
  const auto range_of = [&](int64_t offset) {
    return std::min(ranges - 1, static_cast<int64_t>(static_cast<double>(offset - plan.low) * each));
  };
  for (int64_t p = 0; p < n; ++p) ++s.start[range_of(from[p]) + 1];
  for (int64_t r = 0; r < ranges; ++r) s.start[r + 1] += s.start[r];
  int64_t *const offsets = s.offsets.data<int64_t>(), *const positions = s.positions.data<int64_t>();
  int64_t next[kMaxScatterPieces];
  std::copy_n(s.start, ranges, next);
  for (int64_t p = 0; p < n; ++p) {
    const int64_t to = next[range_of(from[p])]++;
    offsets[to] = from[p];
    positions[to] = p;
  }
  return s;
}

void scatter_from(const Array& x, const Array& values, const IndexPlan& plan, bool accumulate) {
  // The index axes must be steps of one length: values are copied where they are not (a single one stays).
  Array v = values;
  int64_t step = 0;
  const int first = plan.lead.size();
  bool even = true;
  for (int i = first + plan.index.size() - 1; i >= first; --i) {
    if (v.shape(i) == 1) continue;
    const int64_t expected = [&] {
      for (int k = i + 1; k < first + plan.index.size(); ++k)
        if (v.shape(k) != 1) return v.stride(k) * v.shape(k);
      return v.stride(i);
    }();
    even &= v.stride(i) == expected;
    step = step == 0 ? v.stride(i) : step;
  }
  if (!even) {
    v = contiguous(v);
    step = 1;
    for (const int64_t d : plan.tail) step *= d;
  }
  Moves m = plan_moves(plan, v.strides());
  m.line.step = step;
  const auto item = static_cast<int64_t>(itemsize(x.dtype()));
  const ScatterFn scatter = scatter_kernel(x.dtype(), accumulate);
  // Cut by lead axes, then by where the runs go: each place is written by one piece.
  const int64_t pieces = runtime::count_pieces(m.elements, kGrain);
  int64_t ranges = 1;
  if (m.lead.count < pieces && m.tail.count * m.line.length >= kShortRun)
    ranges = std::min({pieces, kMaxScatterPieces, plan.high - plan.low});
  SortedRuns sorted;
  if (ranges > 1) sorted = sort_runs(plan, ranges);
  const int64_t units = m.lead.count * ranges;
  runtime::parallel_for(units, std::max<int64_t>(1, units / pieces), [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / ranges, r = u - o * ranges;
      const PairAxis lead = m.lead.at(o);
      IndexLine line = m.line;
      if (ranges > 1) {
        line.offsets = sorted.offsets.data<int64_t>() + sorted.start[r];
        line.positions = sorted.positions.data<int64_t>() + sorted.start[r];
        line.n = sorted.start[r + 1] - sorted.start[r];
      }
      for (int64_t t = 0; t < m.tail.count; ++t) {
        const PairAxis tail = m.tail.at(t);
        scatter(x.bytes() + (lead.indexed + tail.indexed) * item, v.bytes() + (lead.dense + tail.dense) * item, line);
      }
    }
  });
}

// ---- along an axis

// The axes of an along-axis operation but for the axis itself: x, indices and the dense array walk them together.
struct AlongPlan {
  int outer = 0;
  int64_t outer_count = 1;
  int64_t size[kMaxDims], x[kMaxDims], index[kMaxDims], dense[kMaxDims];
  int64_t steps, steps_index, steps_dense;  // along the axis, where that is not the line itself
  AlongLine line;

  struct At {
    int64_t x, index, dense;
  };
  At at(int64_t linear) const {
    At o{0, 0, 0};
    for (int i = outer - 1; i >= 0; --i) {
      const int64_t q = linear / size[i], r = linear - q * size[i];
      o.x += r * x[i];
      o.index += r * index[i];
      o.dense += r * dense[i];
      linear = q;
    }
    return o;
  }
};

AlongPlan plan_along(const Array& x, const Array& index, const Array& dense, int axis) {
  AlongPlan p;
  const int last = dense.ndim() - 1;
  for (int i = 0; i < dense.ndim(); ++i) {
    if (i == axis || i == last) continue;
    p.size[p.outer] = dense.shape(i);
    p.x[p.outer] = x.stride(i);
    p.index[p.outer] = index.stride(i);
    p.dense[p.outer] = dense.stride(i);
    p.outer_count *= dense.shape(i);
    ++p.outer;
  }
  p.line = {nullptr,        dense.shape(last), index.stride(last),
            x.shape(axis),  x.stride(axis),    axis == last ? 0 : x.stride(last),
            dense.stride(last)};
  p.steps = axis == last ? 1 : dense.shape(axis);
  p.steps_index = axis == last ? 0 : index.stride(axis);
  p.steps_dense = axis == last ? 0 : dense.stride(axis);
  return p;
}

// Lines of the last axis, each within its own part of x where the axis is the last one; else all lines of an outer
// position are run by one piece, in order, or by several that share out the columns.
template <class F>
void run_along(const AlongPlan& p, bool last_axis, const F& line_fn) {
  const int64_t each = p.steps * p.line.n;
  const int64_t pieces = runtime::count_pieces(p.outer_count * each, kGrain);
  const int64_t parts =
      last_axis || p.outer_count >= pieces ? 1 : std::min(p.line.n, (pieces + p.outer_count - 1) / p.outer_count);
  const int64_t units = p.outer_count * parts;
  runtime::parallel_for(units, std::max<int64_t>(1, units / pieces), [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t o = u / parts, part = u - o * parts;
      const int64_t first = p.line.n * part / parts, stop = p.line.n * (part + 1) / parts;
      const AlongPlan::At at = p.at(o);
      for (int64_t s = 0; s < p.steps; ++s) {
        AlongLine line = p.line;
        line.n = stop - first;
        line_fn(at.x + first * line.indexed_stride, at.index + s * p.steps_index + first * line.index_stride,
                at.dense + s * p.steps_dense + first * line.dense_stride, line);
      }
    }
  });
}

struct AlongShapes {
  Dims common;  // the result's: indices' length along the axis, broadcast elsewhere
  Dims x;       // x broadcast
};
AlongShapes along_shapes(const Array& x, const Array& indices, int axis, const char* op) {
  if (x.ndim() != indices.ndim() || x.ndim() == 0)
    value_error(std::string(op) + ": an array of shape " + to_string(x.shape()) + " and indices of shape " +
                to_string(indices.shape()) + " must have the same number of axes, at least one");
  Dims a = x.shape(), b = indices.shape();
  const int64_t length = b[axis], size = a[axis];
  a[axis] = b[axis] = 1;
  AlongShapes s;
  s.common = s.x = broadcast_shapes(a, b, op);
  s.common[axis] = length;
  s.x[axis] = size;
  return s;
}

}  // namespace

Dims index_shape(const Array& x, Indices indices, const char* op) { return plan_shapes(x, indices, op).shape(); }

Array index_get(const Array& x, Indices indices, const char* op) {
  const IndexPlan plan = plan_indices(x, indices, op);
  const Array out = Array::empty(plan.shape(), x.dtype());
  if (out.size() == 0) return out;
  gather_into(out, x, plan);
  make_canonical(out, x);
  return out;
}

void index_put(const Array& x, Indices indices, const Array& values, bool accumulate, const char* op) {
  check_writable(x, op);
  if (accumulate && is_narrow_float(x.dtype())) {  // what meets at one place is summed in float32
    const Array sums = cast(x, DType::F32);
    index_put(sums, indices, values, true, op);
    return copy_into(x, sums);
  }
  const IndexPlan plan = plan_indices(x, indices, op);
  const Dims shape = plan.shape();
  const Array v = values_for(x, values, shape, op);
  x.bump_version();
  if (v.size() > 0) scatter_from(x, v, plan, accumulate);
}

Array take(const Array& x, const Array& indices, int axis) {
  const int a = normalize_axis(axis, x.ndim(), "take");
  Array list[kMaxDims];
  list[a] = indices;
  return index_get(x, Indices(list, static_cast<size_t>(a) + 1), "take");
}

void check_rows(const Array& indices, int64_t rows, const char* op) {
  const Array own = contiguous(indices);
  const int64_t* const p = own.data<int64_t>();
  const integer::IndexSigns signs = integer::index_signs(p, own.size(), rows);
  if (!signs.negative && !signs.outside) return;
  for (int64_t i = 0; i < own.size(); ++i) {
    const int64_t row = __atomic_load_n(p + i, __ATOMIC_RELAXED);
    if (row < 0 || row >= rows)
      index_error(std::string(op) + ": input must hold numbers of the weight's rows, from 0 to " +
                  std::to_string(rows - 1) + ", got " + std::to_string(row));
  }
  index_error(std::string(op) + ": input was changed by another thread during the call");
}

void index_add(const Array& x, int axis, const Array& indices, const Array& values) {
  const int a = normalize_axis(axis, x.ndim(), "index_add");
  Array list[kMaxDims];
  list[a] = indices;
  index_put(x, Indices(list, static_cast<size_t>(a) + 1), values, true, "index_add");
}

Array take_along_axis(const Array& x, const Array& indices, int axis) {
  const char* const op = "take_along_axis";
  axis = normalize_axis(axis, x.ndim(), op);
  const AlongShapes shapes = along_shapes(x, indices, axis, op);
  const Array from = x.broadcast_to(shapes.x);
  const AxisIndices checked(indices, x.shape(axis), axis, op);
  const Array index = checked.raw.broadcast_to(shapes.common);
  const Array out = Array::empty(shapes.common, x.dtype());
  // The pass that reads the indices checks them, unless it does not read all or uint64's largest look negative.
  if (out.size() == 0 || from.size() == 0 || checked.is_unsigned) checked.check();
  if (out.size() == 0) return out;
  const auto item = static_cast<int64_t>(itemsize(x.dtype()));
  const TakeAlongFn take = integer::take_along(itemsize(x.dtype()));
  std::atomic<bool> outside{false};
  run_along(plan_along(from, index, out, axis), axis == x.ndim() - 1,
            [&](int64_t at_x, int64_t at_index, int64_t at_out, AlongLine& line) {
              line.index = index.data<int64_t>() + at_index;
              if (!take(from.bytes() + at_x * item, out.bytes() + at_out * item, line)) outside = true;
            });
  if (outside) checked.report();
  make_canonical(out, x);
  return out;
}

void put_along_axis(const Array& x, const Array& indices, const Array& values, int axis, bool accumulate) {
  const char* const op = "put_along_axis";
  check_writable(x, op);
  if (accumulate && is_narrow_float(x.dtype())) {  // as in index_put
    const Array sums = cast(x, DType::F32);
    put_along_axis(sums, indices, values, axis, true);
    return copy_into(x, sums);
  }
  axis = normalize_axis(axis, x.ndim(), op);
  const AlongShapes shapes = along_shapes(x, indices, axis, op);
  if (!(shapes.x == x.shape()))
    value_error(std::string(op) + ": indices of shape " + to_string(indices.shape()) +
                " do not broadcast to the array's shape " + to_string(x.shape()));
  AxisIndices checked(indices, x.shape(axis), axis, op);
  if (may_share_memory(checked.raw, x)) checked.raw = clone(checked.raw);
  checked.check();
  const Array index = checked.raw.broadcast_to(shapes.common);
  const Array v = values_for(x, values, shapes.common, op);
  x.bump_version();
  if (v.size() == 0) return;
  const auto item = static_cast<int64_t>(itemsize(x.dtype()));
  const PutAlongFn put = put_along_kernel(x.dtype(), accumulate);
  std::atomic<bool> outside{false};  // another thread wrote to the indices since they were checked
  run_along(plan_along(x, index, v, axis), axis == x.ndim() - 1,
            [&](int64_t at_x, int64_t at_index, int64_t at_v, AlongLine& line) {
              line.index = index.data<int64_t>() + at_index;
              if (!put(x.bytes() + at_x * item, v.bytes() + at_v * item, line)) outside = true;
            });
  if (outside) checked.report();
}

std::vector<Array> nonzero(const Array& x) {
  if (x.ndim() == 0) value_error("nonzero: a 0-dimensional array has no axis to index");
  // Of a bool array the memory may be the caller's, and change at any time: what is written is bound by what was counted.
  const Array truth = contiguous(x.dtype() == DType::Bool ? x : cast(x, DType::Bool));
  const auto* const p = truth.data<uint8_t>();
  std::atomic<bool> changed{false};
  constexpr int64_t kChunk = 64 * 1024;
  const int64_t chunks = (x.size() + kChunk - 1) / kChunk;
  // Where each chunk's positions start.
  std::vector<int64_t> start(static_cast<size_t>(chunks) + 1, 0);
  runtime::parallel_for(chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      int64_t n = 0;
      for (int64_t i = c * kChunk; i < std::min(x.size(), (c + 1) * kChunk); ++i) n += p[i] != 0;
      start[static_cast<size_t>(c) + 1] = n;
    }
  });
  for (int64_t c = 0; c < chunks; ++c) start[static_cast<size_t>(c) + 1] += start[static_cast<size_t>(c)];

  std::vector<Array> out;
  int64_t* lists[kMaxDims];
  for (int a = 0; a < x.ndim(); ++a) {
    out.push_back(Array::empty({start.back()}, DType::I64));
    lists[a] = out.back().data<int64_t>();
  }
  const int last = x.ndim() - 1;
  runtime::parallel_for(chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      int64_t at = start[static_cast<size_t>(c)];
      const int64_t stop = std::min(x.size(), (c + 1) * kChunk);
      int64_t index[kMaxDims], linear = c * kChunk;
      for (int a = last; a >= 0; --a) {
        index[a] = linear % x.shape(a);
        linear /= x.shape(a);
      }
      // Part of a row by part of a row. Whether an element counts moves the place of the next and decides no jump: of
      // random truths every other jump would be mispredicted.
      for (int64_t i = c * kChunk; i < stop;) {
        constexpr int64_t kPart = 512;
        const int64_t part = std::min({kPart, stop - i, x.shape(last) - index[last]});
        int64_t found[kPart], count = 0;
        for (int64_t j = 0; j < part; ++j) {
          found[count] = index[last] + j;
          count += p[i + j] != 0;
        }
        if (const int64_t room = start[static_cast<size_t>(c) + 1] - at; count > room) {
          changed = true;
          count = room;
        }
        std::copy_n(found, count, lists[last] + at);
        for (int a = 0; a < last; ++a) std::fill_n(lists[a] + at, count, index[a]);
        at += count;
        i += part;
        index[last] += part;
        for (int a = last; a > 0 && index[a] == x.shape(a); --a) {
          index[a] = 0;
          ++index[a - 1];
        }
      }
      if (at < start[static_cast<size_t>(c) + 1]) changed = true;
    }
  });
  if (changed) index_error("nonzero: the mask was changed by another thread during the call");
  return out;
}

[[noreturn, gnu::cold, gnu::noinline]] static void no_class(int64_t label, int64_t classes) {
  index_error("one_hot: label " + std::to_string(label) + " is out of bounds for " + std::to_string(classes) + " classes");
}

Array one_hot(const Array& indices, int64_t n, DType dtype) {
  if (n < 1) value_error("one_hot: needs at least one class, got " + std::to_string(n));
  if (!is_integer(indices.dtype()))
    type_error(std::string("one_hot: labels must be integers, got dtype ") + name(indices.dtype()));
  const Array labels = contiguous(indices.dtype() == DType::I64 ? indices : cast(indices, DType::I64));
  const int64_t* const p = labels.data<int64_t>();
  // Read once for each use: another thread may write there.
  const auto label = [&](int64_t i) {
    const int64_t at = __atomic_load_n(p + i, __ATOMIC_RELAXED);
    if (static_cast<uint64_t>(at) >= static_cast<uint64_t>(n)) [[unlikely]] no_class(at, n);
    return at;
  };
  for (int64_t i = 0; i < labels.size(); ++i) label(i);
  Dims shape = indices.shape();
  shape.push_back(n);
  const Array out = Array::zeros(shape, dtype);
  char one[8];
  store_scalar(is_floating(dtype) ? Scalar::of_float(1) : dtype == DType::Bool ? Scalar::of_bool(true) : Scalar::of_int(1),
               dtype, one, "one_hot");
  visit_unit(itemsize(dtype), [&]<class U>() {
    U value;
    std::memcpy(&value, one, sizeof value);
    U* const to = reinterpret_cast<U*>(out.bytes());
    for (int64_t i = 0; i < labels.size(); ++i) to[i * n + label(i)] = value;
  });
  return out;
}

}  // namespace fastgrad::ops
