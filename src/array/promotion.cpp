#include "array/promotion.h"

#include <atomic>
#include <string>

#include "array/default_float.h"
#include "array/errors.h"

namespace fastgrad {

namespace {

constexpr int bits(DType t) { return static_cast<int>(itemsize(t)) * 8; }

constexpr DType signed_of(int bits) {
  return bits <= 8 ? DType::I8 : bits <= 16 ? DType::I16 : bits <= 32 ? DType::I32 : DType::I64;
}

// bool, integers, floats
constexpr int category(DType t) { return kind(t) == Kind::Bool ? 0 : is_floating(t) ? 2 : 1; }

std::atomic<bool> zero_dimensional_is_weak{false};
std::atomic<DType> chosen_float{DType::F32};

}  // namespace

DType promote(DType a, DType b, const char* op) {
  if (a == b) return a;
  const Kind ka = kind(a), kb = kind(b);
  if (ka == Kind::Bool) return b;
  if (kb == Kind::Bool) return a;
  if (ka == Kind::Float && kb == Kind::Float) {
    if (bits(a) == bits(b)) return DType::F32;  // float16 with bfloat16
    return bits(a) > bits(b) ? a : b;
  }
  if (ka == Kind::Float) return a;
  if (kb == Kind::Float) return b;
  if (ka == kb) return bits(a) > bits(b) ? a : b;
  const DType s = ka == Kind::Signed ? a : b, u = ka == Kind::Signed ? b : a;
  if (bits(u) == 64)
    type_error(std::string(op) + ": no dtype holds both " + name(a) + " and " + name(b) +
               "; convert one of them with .astype(...)");
  return bits(s) > bits(u) ? s : signed_of(bits(u) * 2);
}

DType promote(DType a, int a_ndim, DType b, int b_ndim, const char* op) {
  if (a != b && zero_dimensional_weak() && (a_ndim == 0) != (b_ndim == 0)) {
    const DType strong = a_ndim ? a : b, weak = a_ndim ? b : a;
    if (category(weak) <= category(strong)) return strong;
  }
  return promote(a, b, op);
}

void set_default_float(DType t) { chosen_float.store(t, std::memory_order_relaxed); }
DType default_float() { return chosen_float.load(std::memory_order_relaxed); }

void set_zero_dimensional_weak(bool weak) { zero_dimensional_is_weak.store(weak, std::memory_order_relaxed); }
bool zero_dimensional_weak() { return zero_dimensional_is_weak.load(std::memory_order_relaxed); }

DType promote_weak(DType a, Kind scalar, const char*) {
  const Kind k = kind(a);
  if (scalar == Kind::Bool) return a;
  if (scalar == Kind::Float) return to_default_float(a);
  return k == Kind::Bool ? DType::I64 : a;
}

DType sum_type(DType a) {
  switch (kind(a)) {
    case Kind::Bool:
    case Kind::Signed: return DType::I64;
    case Kind::Unsigned: return DType::U64;
    default: return a;
  }
}

}  // namespace fastgrad
