#include "array/array.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "array/axis_error.h"

namespace fastgrad {

void too_many_dims(int64_t n) {
  value_error("an array has at most " + std::to_string(kMaxDims) + " dimensions, got " + std::to_string(n));
}

std::string to_string(const Dims& d) {
  std::string s = "(";
  for (int i = 0; i < d.size(); ++i) {
    if (i) s += ", ";
    s += std::to_string(d[i]);
  }
  return s + (d.size() == 1 ? ",)" : ")");
}

int64_t count(const Dims& shape) {
  int64_t n = 1;
  bool overflow = false, zero = false;
  for (const int64_t d : shape) {
    if (d < 0) value_error("negative dimension in shape " + to_string(shape));
    if (d == 0) zero = true;
    else overflow |= __builtin_mul_overflow(n, d, &n);
  }
  if (zero) return 0;
  if (overflow) value_error("shape " + to_string(shape) + " has more elements than can be addressed");
  return n;
}

Dims contiguous_strides(const Dims& shape) {
  Dims strides(shape.size());
  uint64_t step = 1;  // of an array without elements the product may wrap
  for (int i = shape.size() - 1; i >= 0; --i) {
    strides[i] = static_cast<int64_t>(step);
    step *= static_cast<uint64_t>(std::max<int64_t>(shape[i], 1));
  }
  return strides;
}

Dims broadcast_shapes(const Dims& a, const Dims& b, const char* op) {
  if (a == b) return a;
  const int n = std::max(a.size(), b.size());
  Dims out(n);
  for (int i = n - 1; i >= 0; --i) {
    const int ia = i - (n - a.size()), ib = i - (n - b.size());
    const int64_t da = ia >= 0 ? a[ia] : 1, db = ib >= 0 ? b[ib] : 1;
    if (da != db && da != 1 && db != 1)  // the second sentence is PyTorch's: programs look for it
      value_error(std::string(op) + ": shapes " + to_string(a) + " and " + to_string(b) +
                  " cannot be broadcast together. The size of tensor a (" + std::to_string(da) +
                  ") must match the size of tensor b (" + std::to_string(db) + ") at non-singleton dimension " +
                  std::to_string(i));
    out[i] = da == 1 ? db : da;
  }
  return out;
}

int normalize_axis(int64_t axis, int ndim, const char* op) {
  if (axis < -ndim || axis >= ndim) throw AxisError(op, axis, ndim);
  return static_cast<int>(axis < 0 ? axis + ndim : axis);
}

namespace {

size_t checked_bytes(const Dims& shape, DType dtype, int64_t* size) {
  *size = count(shape);
  size_t bytes;
  if (__builtin_mul_overflow(static_cast<size_t>(*size), itemsize(dtype), &bytes) ||
      bytes > static_cast<size_t>(std::numeric_limits<int64_t>::max() / 2))
    memory_error("an array of shape " + to_string(shape) + " and dtype " + name(dtype) +
                 " has more bytes than can be addressed");
  return bytes;
}

// The bytes an array reaches, as [first, last).
std::pair<const char*, const char*> extent(const Array& a) {
  int64_t low = 0, high = 0;
  for (int i = 0; i < a.ndim(); ++i) {
    const int64_t reach = (a.shape(i) - 1) * a.stride(i);
    (reach < 0 ? low : high) += reach;
  }
  const auto item = static_cast<int64_t>(itemsize(a.dtype()));
  return {a.bytes() + low * item, a.bytes() + (high + 1) * item};
}

}  // namespace

Array::Array(StorageRef storage, char* data, DType dtype, const Dims& shape, const Dims& strides)
    : storage_(std::move(storage)), data_(data), size_(count(shape)), shape_(shape), dtype_(dtype), strides_(strides) {}

Array Array::empty(const Dims& shape, DType dtype) {
  int64_t size;
  const size_t bytes = checked_bytes(shape, dtype, &size);
  return Array(StorageRef(new_storage(bytes)), size, dtype, shape, contiguous_strides(shape));
}

Array Array::empty_with_layout(const Dims& shape, DType dtype, const Dims& like) {
  Array a = empty(shape, dtype);
  const int n = shape.size();
  // Axes from the outermost in memory to the innermost; a stable order keeps C order where strides tie.
  int order[kMaxDims];
  for (int i = 0; i < n; ++i) {
    int at = i;
    const int64_t s = like[i] < 0 ? -like[i] : like[i];
    while (at > 0) {
      const int64_t before = like[order[at - 1]];
      if ((before < 0 ? -before : before) >= s) break;
      order[at] = order[at - 1];
      --at;
    }
    order[at] = i;
  }
  uint64_t step = 1;
  for (int k = n - 1; k >= 0; --k) {
    a.strides_[order[k]] = static_cast<int64_t>(step);
    step *= static_cast<uint64_t>(std::max<int64_t>(shape[order[k]], 1));
  }
  return a;
}

Array Array::empty_like(const Array& dense, DType dtype) {
  StorageRef storage(new_storage(static_cast<size_t>(dense.size_) * itemsize(dtype)));
  return Array(std::move(storage), dense.size_, dtype, dense.shape_, dense.strides_);
}

Array Array::zeros(const Dims& shape, DType dtype) {
  Array a = empty(shape, dtype);
  std::memset(a.bytes(), 0, a.nbytes());
  return a;
}

bool Array::is_contiguous() const {
  if (size_ == 0) return true;
  int64_t step = 1;
  for (int i = ndim() - 1; i >= 0; --i) {
    if (shape_[i] == 1) continue;
    if (strides_[i] != step) return false;
    step *= shape_[i];
  }
  return true;
}

bool Array::is_dense() const {
  if (size_ <= 1) return true;
  // Axes longer than 1, by stride: each must step over exactly what lies inside it.
  int order[kMaxDims], n = 0;
  for (int i = 0; i < ndim(); ++i) {
    if (shape_[i] == 1) continue;
    int at = n++;
    for (; at > 0 && strides_[order[at - 1]] > strides_[i]; --at) order[at] = order[at - 1];
    order[at] = i;
  }
  int64_t step = 1;
  for (int k = 0; k < n; ++k) {
    if (strides_[order[k]] != step) return false;
    step *= shape_[order[k]];
  }
  return true;
}

bool Array::is_channels_last() const {
  if (ndim() != 4) return false;
  static constexpr int order[4] = {1, 3, 2, 0};  // innermost first
  int64_t step = 1;
  for (const int i : order) {
    if (shape_[i] == 1) continue;
    if (strides_[i] != step) return false;
    step *= shape_[i];
  }
  return true;
}

bool Array::has_overlap() const {
  if (size_ <= 1 || is_contiguous()) return false;
  int order[kMaxDims], n = 0;
  const auto magnitude = [&](int i) { return strides_[i] < 0 ? -strides_[i] : strides_[i]; };
  for (int i = 0; i < ndim(); ++i) {
    if (shape_[i] == 1) continue;
    int at = n++;
    for (; at > 0 && magnitude(order[at - 1]) > magnitude(i); --at) order[at] = order[at - 1];
    order[at] = i;
  }
  // Each axis must step past everything that the smaller strides reach.
  int64_t reach = 0;
  for (int k = 0; k < n; ++k) {
    if (magnitude(order[k]) <= reach) return true;
    reach += magnitude(order[k]) * (shape_[order[k]] - 1);
  }
  return false;
}

Array Array::view(const Dims& shape, const Dims& strides, int64_t offset) const {
  return Array(storage_, data_ + offset * static_cast<int64_t>(itemsize(dtype_)), dtype_, shape, strides);
}

Array Array::view_as(DType same_size) const {
  Array a = *this;
  a.dtype_ = same_size;
  return a;
}

Array Array::permute(const Dims& axes) const {
  Array a = *this;
  for (int i = 0; i < ndim(); ++i) {
    a.shape_[i] = shape_[static_cast<int>(axes[i])];
    a.strides_[i] = strides_[static_cast<int>(axes[i])];
  }
  return a;
}

Array Array::swap_axes(int i, int j) const {
  Array a = *this;
  std::swap(a.shape_[i], a.shape_[j]);
  std::swap(a.strides_[i], a.strides_[j]);
  return a;
}

Array Array::slice(int axis, int64_t start, int64_t stop, int64_t step) const {
  Array a = *this;
  const int64_t span = step > 0 ? stop - start : start - stop;
  // Unsigned, for the largest steps have no opposite and no room for more.
  const uint64_t pace = step > 0 ? static_cast<uint64_t>(step) : uint64_t{0} - static_cast<uint64_t>(step);
  const int64_t n = span > 0 ? static_cast<int64_t>(static_cast<uint64_t>(span - 1) / pace) + 1 : 0;
  a.shape_[axis] = n;
  if (n > 1) a.strides_[axis] = strides_[axis] * step;
  if (n > 0) a.data_ += start * strides_[axis] * static_cast<int64_t>(itemsize(dtype_));
  a.size_ = count(a.shape_);
  return a;
}

Array Array::select(int axis, int64_t index) const {
  Array a = *this;
  a.data_ += index * strides_[axis] * static_cast<int64_t>(itemsize(dtype_));
  a.shape_.erase(axis);
  a.strides_.erase(axis);
  a.size_ = count(a.shape_);
  return a;
}

Array Array::expand_dims(int axis) const {
  Array a = *this;
  // Of an array without elements the product may wrap.
  const uint64_t stride =
      axis < ndim() ? static_cast<uint64_t>(shape_[axis]) * static_cast<uint64_t>(strides_[axis]) : 1;
  a.shape_.insert(axis, 1);
  a.strides_.insert(axis, static_cast<int64_t>(stride));
  return a;
}

Array Array::squeeze(int axis) const {
  Array a = *this;
  a.shape_.erase(axis);
  a.strides_.erase(axis);
  return a;
}

Array Array::broadcast_to(const Dims& shape) const {
  const int lead = shape.size() - ndim();
  if (lead >= 0) {
    Dims strides(shape.size());
    bool fits = true;
    for (int i = 0; i < ndim() && fits; ++i) {
      if (shape_[i] == shape[lead + i]) strides[lead + i] = strides_[i];
      else fits = shape_[i] == 1;
    }
    if (fits) return view(shape, strides);
  }
  value_error("broadcast_to: shape " + to_string(shape_) + " cannot be broadcast to " + to_string(shape));
}

bool Array::try_reshape(const Dims& shape, Array* out) const {
  if (is_contiguous()) {
    *out = view(shape, contiguous_strides(shape));
    return true;
  }
  // Walk both shapes from the front in groups of equal products; each group of old axes must be one run of memory.
  Dims strides(shape.size());
  int i = 0, j = 0;
  const int ni = ndim(), nj = shape.size();
  while (i < ni && j < nj) {
    const int i0 = i, j0 = j;
    int64_t a = shape_[i++], b = shape[j++];
    while (a != b) {
      if (a < b) {
        if (i == ni) return false;
        a *= shape_[i++];
      } else {
        if (j == nj) return false;
        b *= shape[j++];
      }
    }
    // The run: innermost stride of the group, and each longer axis stepping over the next.
    int64_t inner = 0, expect = 0;
    bool started = false;
    for (int k = i - 1; k >= i0; --k) {
      if (shape_[k] == 1) continue;
      if (!started) {
        inner = strides_[k];
        started = true;
      } else if (strides_[k] != expect) {
        return false;
      }
      expect = strides_[k] * shape_[k];
    }
    if (!started) inner = 1;
    for (int k = j - 1; k >= j0; --k) {
      strides[k] = inner;
      inner *= shape[k];
    }
  }
  for (; i < ni; ++i)
    if (shape_[i] != 1) return false;
  for (; j < nj; ++j) strides[j] = 1;
  *out = view(shape, strides);
  return true;
}

bool may_share_memory(const Array& a, const Array& b) {
  if (a.size() == 0 || b.size() == 0) return false;
  const auto [a0, a1] = extent(a);
  const auto [b0, b1] = extent(b);
  return a0 < b1 && b0 < a1;
}

bool same_view(const Array& a, const Array& b) {
  return a.bytes() == b.bytes() && a.dtype() == b.dtype() && a.shape() == b.shape() && a.strides() == b.strides();
}

}  // namespace fastgrad
