#include "ops/copy.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "array/visit.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/table.h"
#include "ops/plan.h"

namespace fastgrad::ops {

Scalar Scalar::of_unsigned(uint64_t u) {
  Scalar s(Kind::Unsigned, 0);
  if (u <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return of_int(static_cast<int64_t>(u));
  s.u = u;
  return s;
}

Scalar Scalar::of_float(double f) {
  Scalar s(Kind::Float, 0);
  s.f = f;
  return s;
}

Scalar Scalar::of_huge(int64_t sign) {
  Scalar s = of_int(sign);
  s.huge = true;
  return s;
}

namespace {

// Bytes up to which a plain copy is not worth planning.
constexpr size_t kSmallCopy = 4096;
// Bytes up to which zeros are stored on the calling thread.
constexpr size_t kSmallFill = 64 << 10;

CastLoop cast_loop(DType from, DType to) {
  const int f = static_cast<int>(from), t = static_cast<int>(to);
  if (CastLoop loop = integer::casts.loop[f][t]) return loop;
  return kernels().elementwise->casts->loop[f][t];
}

// Conversions that keep the bytes: the same dtype, integers of the same width.
bool keeps_bytes(DType from, DType to) {
  if (from == to) return true;
  if (is_floating(from) || is_floating(to) || itemsize(from) != itemsize(to)) return false;
  return from != DType::Bool && to != DType::Bool;
}

void run_cast(const void* context, int64_t n, char* const* p, const int64_t*, bool) {
  (*static_cast<const CastLoop*>(context))(n, p[1], p[0]);
}

// dst = src without any check, bumping nothing: the shapes broadcast and nothing overlaps.
void convert(const Array& dst, const Array& src) {
  if (keeps_bytes(src.dtype(), dst.dtype())) return run_copy(dst, src);
  const CastLoop loop = cast_loop(src.dtype(), dst.dtype());
  if (src.size() < dst.size() && src.size() > 0) {  // convert once, repeat after
    Array converted = Array::empty(src.shape(), dst.dtype());
    convert(converted, src);
    return run_copy(dst, converted);
  }
  if (src.shape() == dst.shape() && src.is_contiguous() && dst.is_contiguous() && src.size() <= kHeavyGrain)
    return loop(src.size(), src.bytes(), dst.bytes());
  run_elementwise({run_cast, &loop, kLightGrain, 0, false}, dst, {&src});
}

template <class T>
bool fits_in(Scalar s) {
  using Limits = std::numeric_limits<T>;
  if (s.huge) return false;
  if (s.kind == Kind::Unsigned) return s.u <= static_cast<uint64_t>(Limits::max());
  if (s.i < 0) return std::is_signed_v<T> && s.i >= static_cast<int64_t>(Limits::min());
  return static_cast<uint64_t>(s.i) <= static_cast<uint64_t>(Limits::max());
}

template <class T>
void store_integer(Scalar s, void* out, DType dtype, const char* op) {
  if (!fits_in<T>(s))
    overflow_error(std::string(op) + ": the Python integer " +
                   (s.kind == Kind::Unsigned ? std::to_string(s.u) : std::to_string(s.i)) + " is out of the range of " +
                   name(dtype));
  const T value = s.kind == Kind::Unsigned ? static_cast<T>(s.u) : static_cast<T>(s.i);
  std::memcpy(out, &value, sizeof value);
}

}  // namespace

bool fits(Scalar s, DType dtype) {
  return visit<AllTypes>(dtype, [&]<class T>() {
    if constexpr (std::is_integral_v<T>) return fits_in<T>(s);
    else return false;
  });
}

void store_scalar(Scalar s, DType dtype, void* out, const char* op) {
  std::memset(out, 0, 8);
  if (dtype == DType::F32) {
    // int64 to float32 directly: by way of float64 it would be rounded twice.
    const float value = s.kind == Kind::Float      ? static_cast<float>(s.f)
                        : s.kind == Kind::Unsigned ? static_cast<float>(s.u)
                                                   : static_cast<float>(s.i);
    std::memcpy(out, &value, sizeof value);
    return;
  }
  if (is_floating(dtype)) {
    const double value = s.as_double();
    if (dtype == DType::F64) std::memcpy(out, &value, sizeof value);
    else cast_loop(DType::F64, dtype)(1, &value, out);
    return;
  }
  if (dtype == DType::Bool) {
    const bool truth = s.kind == Kind::Float ? s.f != 0 : s.u != 0;
    std::memcpy(out, &truth, 1);
    return;
  }
  if (s.kind == Kind::Float)
    type_error(std::string(op) + ": a Python float does not go into " + name(dtype) + "; convert with .astype(...)");
  visit<Integers>(dtype, [&]<class T>() { store_integer<T>(s, out, dtype, op); });
}

Array scalar_array(Scalar s, DType dtype, const char* op) {
  char unit[8];
  store_scalar(s, dtype, unit, op);
  Array a = Array::empty(Dims(), dtype);
  std::memcpy(a.bytes(), unit, itemsize(dtype));
  return a;
}

bool holds_any_bytes(const Array& a) { return a.dtype() == DType::Bool && !sees_every_write(a.storage().get()); }

void make_canonical(const Array& moved, const Array& source) {
  if (holds_any_bytes(source)) run_copy_of_truths(moved, moved);
}

Array contiguous(const Array& a) {
  if (a.is_contiguous()) return a;
  Array out = Array::empty(a.shape(), a.dtype());
  run_copy(out, a);
  return out;
}

Array clone(const Array& a) {
  Array out = a.is_dense() ? Array::empty_like(a, a.dtype()) : Array::empty(a.shape(), a.dtype());
  run_copy(out, a);
  return out;
}

Array to_layout(const Array& a, const Dims& like_strides) {
  const auto lies_as = [&](const Dims& strides) {
    for (int i = 0; i < a.ndim(); ++i)
      if (a.shape(i) != 1 && a.stride(i) != strides[i]) return false;
    return true;
  };
  if (lies_as(like_strides) && a.is_dense()) return a;
  Array out = Array::empty_with_layout(a.shape(), a.dtype(), like_strides);
  if (lies_as(out.strides())) return a;
  run_copy(out, a);
  return out;
}

Array cast(const Array& a, DType dtype) {
  Array out = empty_result(a.shape(), dtype, {&a});
  convert(out, a);
  return out;
}

void check_writable(const Array& dst, const char* op) {
  if (!dst.writable()) value_error(std::string(op) + ": the destination is read-only");
  if (dst.has_overlap())
    value_error(std::string(op) + ": the destination of shape " + to_string(dst.shape()) + " and strides " +
                to_string(dst.strides()) + " has several elements in one place; write to a copy of it");
}

void copy_into(const Array& dst, const Array& src) {
  check_writable(dst, "copy");
  if (dst.nbytes() <= kSmallCopy && dst.dtype() == src.dtype() && dst.shape() == src.shape() && dst.is_contiguous() &&
      src.is_contiguous() && !holds_any_bytes(src)) {
    std::memmove(dst.bytes(), src.bytes(), dst.nbytes());
    return dst.bump_version();
  }
  Array from = src;
  while (from.ndim() > dst.ndim() && from.shape(0) == 1) from = from.squeeze(0);
  const Array whole = from.broadcast_to(dst.shape());  // or an error
  if (!same_view(dst, whole)) convert(dst, may_share_memory(dst, from) ? clone(from) : from);
  dst.storage()->version++;
}

void fill(const Array& dst, Scalar value) {
  check_writable(dst, "fill");
  char unit[8];
  store_scalar(value, dst.dtype(), unit, "fill");
  if (dst.nbytes() <= kSmallFill && dst.is_contiguous() && std::all_of(unit, unit + 8, [](char c) { return c == 0; }))
    std::memset(dst.bytes(), 0, dst.nbytes());
  else
    convert(dst, scalar_array(value, dst.dtype(), "fill"));
  dst.storage()->version++;
}

}  // namespace fastgrad::ops
