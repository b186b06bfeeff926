#include "array/check.h"

#include "array/errors.h"

namespace fastgrad {

std::string conversion(const char* what, DType to) {
  return std::string("; convert the ") + what + " with .astype(fg." + name(to) + ")";
}

namespace {

std::string float_wanted(DType t, const char* op, const char* what) {
  return std::string(op) + ": " + what + " must be float32 or float64, got " + name(t);
}

}  // namespace

void refuse_dtype(DType t, const char* op, const char* what) { unsupported_dtype(float_wanted(t, op, what)); }

void refuse_array(const Array& x, const char* op, const char* what) {
  unsupported_dtype(float_wanted(x.dtype(), op, what) + conversion(what, DType::F32));
}

}  // namespace fastgrad
