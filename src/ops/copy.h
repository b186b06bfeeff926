// Copies, conversions and fills of arrays of any strides.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

// A number that is not an array: Python's bool, int or float. Weak: it takes the dtype of the array it meets.
struct Scalar {
  Kind kind;         // Bool, Signed (i), Unsigned (u: what int64 cannot hold) or Float (f)
  bool huge = false;  // an integer that no dtype holds; of i only the sign is right
  union {
    int64_t i;
    uint64_t u;
    double f;
  };

  Scalar() : Scalar(Kind::Bool, 0) {}
  static Scalar of_bool(bool b) { return Scalar(Kind::Bool, b); }
  static Scalar of_int(int64_t i) { return Scalar(Kind::Signed, i); }
  static Scalar of_unsigned(uint64_t u);
  static Scalar of_float(double f);
  static Scalar of_huge(int64_t sign);
  double as_double() const {
    return kind == Kind::Float ? f : kind == Kind::Unsigned ? static_cast<double>(u) : static_cast<double>(i);
  }

 private:
  Scalar(Kind k, int64_t value) : kind(k), i(value) {}
};

// Whether an integer lies in the range of an integer dtype.
bool fits(Scalar s, DType dtype);
// The bytes of a scalar as one element of dtype: 8 bytes at `out`. An integer that does not fit an integer dtype is an
// OverflowError; a float in an integer dtype is a TypeError.
void store_scalar(Scalar s, DType dtype, void* out, const char* op);
// A 0-dimensional array.
Array scalar_array(Scalar s, DType dtype, const char* op);

// `a` itself where it is in C order, else a copy that is.
Array contiguous(const Array& a);
// A copy; of the same layout where that is dense, else in C order.
Array clone(const Array& a);
// A dense copy whose axes lie in memory in the order of these strides (largest outermost); `a` itself where it does.
Array to_layout(const Array& a, const Dims& like_strides);
// A copy in another dtype (also where the dtype is the same), laid out as by clone. Integers wrap; floats to integers
// go toward zero, saturate, NaN gives 0; to bool: not equal to zero; to narrower floats: nearest, ties to even.
Array cast(const Array& a, DType dtype);
// An input in the dtype that is computed in: itself, or a copy kept in `converted`.
inline const Array& in_dtype(const Array& a, DType t, Array& converted) {
  if (a.dtype() == t) return a;
  converted = cast(a, t);
  return converted;
}

// dst = src, broadcast to dst's shape and converted to its dtype; as if copied first where they overlap. Bumps dst's
// version. Refuses read-only and self-overlapping (stride 0) destinations.
void copy_into(const Array& dst, const Array& src);
void fill(const Array& dst, Scalar value);

// Bools of memory that others write to (NumPy's, DLPack's) may be any bytes: what is not 0 is true. Kernels that compute
// with bools go by that; whatever moves them makes them 0 and 1 where the source may hold others.
bool holds_any_bytes(const Array& a);
void make_canonical(const Array& moved, const Array& source);

// What writing operations ask before they write: TypeErrors and ValueErrors name op.
void check_writable(const Array& dst, const char* op);

}  // namespace fastgrad::ops
