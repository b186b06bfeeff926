// What an array is: a view of a storage. Shape and strides (in elements, any sign, 0 where broadcast), a dtype and the
// address of its first element. A value: copying one copies the view, not the elements. No arithmetic here.
#pragma once

#include "array/dims.h"
#include "array/dtype.h"
#include "array/errors.h"
#include "array/storage.h"

namespace fastgrad {

// Aligned, so that no move of two lengths or strides crosses a cache line: where that is the end of a page, too, it
// costs as much as all the rest of recording a small operation.
class alignas(16) Array {
 public:
  Array() : data_(nullptr), size_(0), dtype_(DType::F32) {}
  Array(StorageRef storage, char* data, DType dtype, const Dims& shape, const Dims& strides);

  // Uninitialised, C order; refuses negative and absurd sizes.
  static Array empty(const Dims& shape, DType dtype);
  // Uninitialised, dense, with its axes in memory in the order of these strides (largest outermost).
  static Array empty_with_layout(const Dims& shape, DType dtype, const Dims& like_strides);
  // Uninitialised, of a dense array's shape and strides.
  static Array empty_like(const Array& dense, DType dtype);
  static Array zeros(const Dims& shape, DType dtype);

  int ndim() const { return shape_.size(); }
  int64_t size() const { return size_; }
  size_t nbytes() const { return static_cast<size_t>(size_) * itemsize(dtype_); }
  DType dtype() const { return dtype_; }
  const Dims& shape() const { return shape_; }
  const Dims& strides() const { return strides_; }
  int64_t shape(int i) const { return shape_[i]; }
  int64_t stride(int i) const { return strides_[i]; }
  const StorageRef& storage() const { return storage_; }
  bool defined() const { return static_cast<bool>(storage_); }
  // Becomes an array of nothing, of whatever shape.
  void let_go() { storage_ = StorageRef(); }

  char* bytes() const { return data_; }
  template <class T>
  T* data() const {
    return reinterpret_cast<T*>(data_);
  }

  bool is_contiguous() const;     // C order (axes of length 1 do not count)
  bool is_dense() const;          // some permutation of its axes is C order: every byte used once
  bool is_channels_last() const;  // 4-D (N, C, H, W) whose memory is N, H, W, C
  bool writable() const { return storage_->writable; }
  // Elements may share memory with another element of this array (a broadcast axis, at least).
  bool has_overlap() const;

  uint64_t version() const { return storage_->version; }
  void bump_version() const { ++storage_->version; }

  // Views of the same storage. offset counts elements from this array's first.
  Array view(const Dims& shape, const Dims& strides, int64_t offset = 0) const;
  Array view_as(DType same_size) const;
  Array permute(const Dims& axes) const;
  Array swap_axes(int a, int b) const;
  Array slice(int axis, int64_t start, int64_t stop, int64_t step = 1) const;  // already normalised
  Array select(int axis, int64_t index) const;                                 // drops the axis
  Array expand_dims(int axis) const;
  Array squeeze(int axis) const;
  Array broadcast_to(const Dims& shape) const;
  // True and the strides where this shape can be had without a copy.
  bool try_reshape(const Dims& shape, Array* out) const;

 private:
  Array(StorageRef storage, int64_t size, DType dtype, const Dims& shape, const Dims& strides)
      : storage_(std::move(storage)),
        data_(storage_->bytes),
        size_(size),
        shape_(shape),
        dtype_(dtype),
        strides_(strides) {}

  StorageRef storage_;
  char* data_;
  int64_t size_;
  Dims shape_;
  DType dtype_;  // here, the entries of both Dims are aligned
  Dims strides_;
};

int64_t count(const Dims& shape);                         // product, checked for overflow
Dims contiguous_strides(const Dims& shape);
Dims broadcast_shapes(const Dims& a, const Dims& b, const char* op);  // ValueError names op and both shapes
// -ndim <= axis < ndim, made non-negative; IndexError names op.
int normalize_axis(int64_t axis, int ndim, const char* op);
// Whether two arrays can share bytes (conservative: compares the extents of their memory).
bool may_share_memory(const Array& a, const Array& b);
bool same_view(const Array& a, const Array& b);           // same memory, shape and strides

}  // namespace fastgrad
