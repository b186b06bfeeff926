// The error of an axis that an array does not have, with what Python is told of it.
#pragma once

#include <cstdint>
#include <string>

#include "array/errors.h"

namespace fastgrad {

class AxisError : public Error {
 public:
  AxisError(const char* op, int64_t axis, int ndim)
      : Error(ErrorKind::Index, std::string(op) + ": axis " + std::to_string(axis) +
                                    " is out of bounds for array of dimension " + std::to_string(ndim)),
        op_(op),
        axis_(axis),
        ndim_(ndim) {}
  const char* op() const noexcept { return op_.c_str(); }
  int64_t axis() const noexcept { return axis_; }
  int ndim() const noexcept { return ndim_; }

 private:
  std::string op_;
  int64_t axis_;
  int ndim_;
};

}  // namespace fastgrad
