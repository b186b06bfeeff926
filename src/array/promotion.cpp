#include "array/promotion.h"

#include <string>

#include "array/errors.h"

namespace fastgrad {

namespace {

constexpr int bits(DType t) { return static_cast<int>(itemsize(t)) * 8; }

constexpr DType signed_of(int bits) {
  return bits <= 8 ? DType::I8 : bits <= 16 ? DType::I16 : bits <= 32 ? DType::I32 : DType::I64;
}

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

DType promote_weak(DType a, Kind scalar, const char*) {
  const Kind k = kind(a);
  if (scalar == Kind::Bool) return a;
  if (scalar == Kind::Float) return k == Kind::Float ? a : DType::F32;
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
