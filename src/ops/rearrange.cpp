#include "ops/rearrange.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "array/promotion.h"
#include "ops/index.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {

namespace {

constexpr int64_t kGrainBytes = 256 * 1024;

// Whether every array is C order once its axes are taken in this order.
bool dense_in_order(std::span<const Array> arrays, const Dims& order) {
  return std::all_of(arrays.begin(), arrays.end(), [&](const Array& a) { return a.permute(order).is_contiguous(); });
}

// The axes from the largest stride to the smallest.
Dims memory_order(const Array& x) {
  Dims order(x.ndim());
  for (int i = 0; i < x.ndim(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return std::abs(x.stride(static_cast<int>(a))) > std::abs(x.stride(static_cast<int>(b)));
  });
  return order;
}

// Arrays of one dtype, dense in the same order of axes: every array gives `outer` runs of bytes.
void concat_runs(std::span<const Array> arrays, const Array& out, int axis) {
  int64_t outer = 1, inner = static_cast<int64_t>(itemsize(out.dtype()));
  for (int i = 0; i < axis; ++i) outer *= out.shape(i);
  for (int i = axis + 1; i < out.ndim(); ++i) inner *= out.shape(i);
  const int64_t row = inner * out.shape(axis);
  if (outer == 1) {
    char* to = out.bytes();
    for (const Array& a : arrays) {
      const char* const from = a.bytes();
      runtime::parallel_for(static_cast<int64_t>(a.nbytes()), kGrainBytes, [&](int64_t begin, int64_t end) {
        std::memcpy(to + begin, from + begin, static_cast<size_t>(end - begin));
      });
      to += a.nbytes();
    }
    return;
  }
  runtime::parallel_for(outer, std::max<int64_t>(1, kGrainBytes / row), [&](int64_t begin, int64_t end) {
    char* to = out.bytes() + begin * row;
    for (int64_t o = begin; o < end; ++o) {
      for (const Array& a : arrays) {
        const int64_t run = inner * a.shape(axis);
        std::memcpy(to, a.bytes() + o * run, static_cast<size_t>(run));
        to += run;
      }
    }
  });
}

// A view of a few elements of a list, as an index along an axis.
Array index_array(int64_t n) { return Array::empty({n}, DType::I64); }

// For each position of the padded axis the element it shows.
Array pad_index(int64_t size, int64_t before, int64_t after, PadMode mode) {
  const Array index = index_array(size + before + after);
  int64_t* const p = index.data<int64_t>();
  for (int64_t i = 0; i < index.size(); ++i) {
    const int64_t at = i - before;
    switch (mode) {
      case PadMode::Edge: p[i] = std::clamp<int64_t>(at, 0, size - 1); break;
      case PadMode::Reflect: p[i] = at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at; break;
      default: p[i] = ((at % size) + size) % size; break;
    }
  }
  return index;
}

Array triangle(const Array& x, int64_t k, bool lower) {
  const char* const op = lower ? "tril" : "triu";
  if (x.ndim() < 2)
    value_error(std::string(op) + ": needs an array of at least 2 dimensions, got shape " + to_string(x.shape()));
  const Array from = contiguous(x);
  const Array out = Array::empty(x.shape(), x.dtype());
  if (out.size() == 0) return out;
  const auto item = static_cast<int64_t>(itemsize(x.dtype()));
  const int64_t rows = x.shape(x.ndim() - 2), columns = x.shape(x.ndim() - 1);
  const int64_t near = std::clamp(k, -rows - 1, columns + 1);  // diagonals further out are all alike
  runtime::parallel_for(out.size() / columns, std::max<int64_t>(1, kGrainBytes / (columns * item)),
                        [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      // The first column that is not kept (lower), or the first that is.
      const int64_t cut = std::clamp<int64_t>(r % rows + near + (lower ? 1 : 0), 0, columns);
      const char* const src = from.bytes() + r * columns * item;
      char* const dst = out.bytes() + r * columns * item;
      const auto kept = static_cast<size_t>(cut * item), rest = static_cast<size_t>((columns - cut) * item);
      if (lower) {
        std::memcpy(dst, src, kept);
        std::memset(dst + kept, 0, rest);
      } else {
        std::memset(dst, 0, kept);
        std::memcpy(dst + kept, src + kept, rest);
      }
    }
  });
  return out;
}

void check_count(int64_t n, const char* op) {
  if (n < 0) value_error(std::string(op) + ": a count may not be negative, got " + std::to_string(n));
}

int64_t checked_product(int64_t a, int64_t b, const char* op) {
  int64_t p;
  if (__builtin_mul_overflow(a, b, &p))
    value_error(std::string(op) + ": " + std::to_string(b) + " times an axis of length " + std::to_string(a) +
                " is more than can be addressed");
  return p;
}

int64_t checked_sum(int64_t a, int64_t b, const char* op) {
  int64_t s;
  if (__builtin_add_overflow(a, b, &s)) value_error(std::string(op) + ": the result has more elements than can be addressed");
  return s;
}

}  // namespace

Array concat(std::span<const Array> arrays, int axis) {
  const char* const op = "concat";
  if (arrays.empty()) value_error("concat: needs at least one array");
  const Array& first = arrays[0];
  if (first.ndim() == 0) value_error("concat: 0-dimensional arrays have no axis to join along");
  axis = normalize_axis(axis, first.ndim(), op);
  DType dtype = first.dtype();
  Dims shape = first.shape();
  shape[axis] = 0;
  for (const Array& a : arrays) {
    bool fits = a.ndim() == first.ndim();
    for (int i = 0; fits && i < a.ndim(); ++i) fits = i == axis || a.shape(i) == first.shape(i);
    if (!fits)
      value_error("concat: shapes " + to_string(first.shape()) + " and " + to_string(a.shape()) +
                  " differ in more than axis " + std::to_string(axis));
    dtype = promote(dtype, a.dtype(), op);
    shape[axis] = checked_sum(shape[axis], a.shape(axis), op);
  }
  const Array out = Array::empty_with_layout(shape, dtype, first.strides());
  if (out.size() == 0) return out;
  const bool one_dtype = std::all_of(arrays.begin(), arrays.end(), [&](const Array& a) { return a.dtype() == dtype; });
  const Dims order = memory_order(out);
  if (one_dtype && dense_in_order(arrays, order)) {
    const Array ordered = out.permute(order);
    const auto at = static_cast<int>(std::find(order.begin(), order.end(), axis) - order.begin());
    Array list[16];
    if (arrays.size() <= std::size(list)) {
      for (size_t i = 0; i < arrays.size(); ++i) list[i] = arrays[i].permute(order);
      concat_runs({list, arrays.size()}, ordered, at);
    } else {
      std::vector<Array> many;
      for (const Array& a : arrays) many.push_back(a.permute(order));
      concat_runs(many, ordered, at);
    }
    return out;
  }
  int64_t start = 0;
  for (const Array& a : arrays) {
    if (a.size() > 0) copy_into(out.slice(axis, start, start + a.shape(axis)), a);
    start += a.shape(axis);
  }
  return out;
}

Array stack(std::span<const Array> arrays, int axis) {
  if (arrays.empty()) value_error("stack: needs at least one array");
  axis = normalize_axis(axis, arrays[0].ndim() + 1, "stack");
  std::vector<Array> list;
  for (const Array& a : arrays) {
    if (!(a.shape() == arrays[0].shape()))
      value_error("stack: all shapes must be the same, got " + to_string(arrays[0].shape()) + " and " +
                  to_string(a.shape()));
    list.push_back(a.expand_dims(axis));
  }
  return concat(list, axis);
}

Array pad(const Array& x, const Dims& before, const Dims& after, PadMode mode, Scalar value) {
  const char* const op = "pad";
  if (before.size() != x.ndim() || after.size() != x.ndim())
    value_error("pad: needs one pair of widths for each axis of an array of shape " + to_string(x.shape()) + ", got " +
                std::to_string(before.size()));
  Dims shape = x.shape();
  for (int i = 0; i < x.ndim(); ++i) {
    if (before[i] < 0 || after[i] < 0)
      value_error("pad: widths may not be negative, got " + std::to_string(before[i]) + " and " +
                  std::to_string(after[i]) + " for axis " + std::to_string(i));
    shape[i] = checked_sum(checked_sum(shape[i], before[i], op), after[i], op);
    if (mode == PadMode::Constant || (before[i] == 0 && after[i] == 0)) continue;
    if (x.shape(i) == 0) value_error("pad: axis " + std::to_string(i) + " is empty: there is nothing to repeat");
    if (mode == PadMode::Reflect && std::max(before[i], after[i]) >= x.shape(i))
      value_error("pad: reflect needs widths below the axis' length, got " + std::to_string(before[i]) + " and " +
                  std::to_string(after[i]) + " for axis " + std::to_string(i) + " with size " +
                  std::to_string(x.shape(i)));
  }
  if (mode != PadMode::Constant) {
    Array y = x;
    for (int i = 0; i < x.ndim(); ++i)
      if (before[i] > 0 || after[i] > 0) y = take(y, pad_index(x.shape(i), before[i], after[i], mode), i);
    return same_view(x, y) ? clone(x) : y;
  }
  const Array number = scalar_array(value, x.dtype(), op);
  const Array out = Array::empty_with_layout(shape, x.dtype(), x.strides());
  if (out.size() == 0) return out;
  // The borders along axis i: inside those of the axes before, across the whole of the axes after.
  Array inside = out;
  for (int i = 0; i < x.ndim(); ++i) {
    const int64_t end = before[i] + x.shape(i);
    if (before[i] > 0) copy_into(inside.slice(i, 0, before[i]), number);
    if (after[i] > 0) copy_into(inside.slice(i, end, shape[i]), number);
    inside = inside.slice(i, before[i], end);
  }
  if (x.size() > 0) copy_into(inside, x);
  return out;
}

Array flip(const Array& x, const Dims& axes) {
  Array y = x;
  for (const int64_t a : axes) {
    const auto axis = static_cast<int>(a);
    y = y.slice(axis, y.shape(axis) - 1, -1, -1);
  }
  return y;
}

Array roll(const Array& x, std::span<const int64_t> shifts, std::span<const int64_t> axes) {
  if (shifts.size() != axes.size())
    value_error("roll: " + std::to_string(shifts.size()) + " shifts for " + std::to_string(axes.size()) + " axes");
  Dims shift(x.ndim(), 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int a = normalize_axis(axes[i], x.ndim(), "roll");
    const int64_t n = std::max<int64_t>(1, x.shape(a));
    shift[a] = ((shift[a] + shifts[i] % n) % n + n) % n;
  }
  const Array out = Array::empty_with_layout(x.shape(), x.dtype(), x.strides());
  if (out.size() == 0) return out;
  // Every combination of "moved up" and "came back" along the rolled axes is one block.
  int rolled[kMaxDims], n = 0;
  for (int i = 0; i < x.ndim(); ++i)
    if (shift[i] != 0) rolled[n++] = i;
  for (int corner = 0; corner < (1 << n); ++corner) {
    Array from = x, to = out;
    for (int i = 0; i < n; ++i) {
      const int a = rolled[i];
      const int64_t length = x.shape(a), s = shift[a];
      const bool back = (corner >> i) & 1;
      from = back ? from.slice(a, length - s, length) : from.slice(a, 0, length - s);
      to = back ? to.slice(a, 0, s) : to.slice(a, s, length);
    }
    copy_into(to, from);
  }
  return out;
}

Array tile(const Array& x, std::span<const int64_t> repetitions) {
  const char* const op = "tile";
  const int n = std::max(x.ndim(), static_cast<int>(repetitions.size()));
  const int lead = n - x.ndim(), skip = n - static_cast<int>(repetitions.size());
  Dims shape(n), from_shape, from_strides, to_shape;
  for (int i = 0; i < n; ++i) {
    const int64_t size = i < lead ? 1 : x.shape(i - lead), stride = i < lead ? 0 : x.stride(i - lead);
    const int64_t times = i < skip ? 1 : repetitions[static_cast<size_t>(i - skip)];
    check_count(times, op);
    shape[i] = checked_product(size, times, op);
    if (times != 1 && size != 1) {
      from_shape.push_back(1);
      from_strides.push_back(0);
      to_shape.push_back(times);
    }
    from_shape.push_back(size);
    from_strides.push_back(stride);
    to_shape.push_back(size == 1 ? times : size);
  }
  const Array out = Array::empty(shape, x.dtype());
  if (out.size() > 0) copy_into(out.view(to_shape, contiguous_strides(to_shape)), x.view(from_shape, from_strides));
  return out;
}

Array repeat(const Array& x, int64_t count, std::optional<int> axis) {
  if (!axis) return repeat(contiguous(x).view({x.size()}, {1}), count, 0);
  check_count(count, "repeat");
  const int a = normalize_axis(*axis, x.ndim(), "repeat");
  Dims shape = x.shape();
  shape[a] = checked_product(shape[a], count, "repeat");
  const Array out = Array::empty(shape, x.dtype());
  if (out.size() == 0) return out;
  Dims to_shape = x.shape();
  to_shape.insert(a + 1, count);
  copy_into(out.view(to_shape, contiguous_strides(to_shape)), x.expand_dims(a + 1));
  return out;
}

Array repeat(const Array& x, std::span<const int64_t> counts, std::optional<int> axis) {
  if (!axis) return repeat(contiguous(x).view({x.size()}, {1}), counts, 0);
  const int a = normalize_axis(*axis, x.ndim(), "repeat");
  if (static_cast<int64_t>(counts.size()) != x.shape(a))
    value_error("repeat: " + std::to_string(counts.size()) + " counts for axis " + std::to_string(a) + " with size " +
                std::to_string(x.shape(a)));
  int64_t n = 0;
  for (const int64_t c : counts) {
    check_count(c, "repeat");
    n = checked_sum(n, c, "repeat");
  }
  const Array index = index_array(n);
  int64_t* p = index.data<int64_t>();
  for (size_t i = 0; i < counts.size(); ++i) p = std::fill_n(p, counts[i], static_cast<int64_t>(i));
  return take(x, index, a);
}

Array tril(const Array& x, int64_t k) { return triangle(x, k, true); }
Array triu(const Array& x, int64_t k) { return triangle(x, k, false); }

}  // namespace fastgrad::ops
