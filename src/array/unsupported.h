// The error of a dtype that an operation is not defined on: TypeError as others, and PyTorch's NotImplementedError.
#pragma once

#include <string>
#include <utility>

#include "array/errors.h"

namespace fastgrad {

class UnsupportedDtype final : public Error {
 public:
  explicit UnsupportedDtype(std::string message) : Error(ErrorKind::Type, std::move(message)) {}
};

[[noreturn]] inline void unsupported_dtype(std::string m) { throw UnsupportedDtype(std::move(m)); }

}  // namespace fastgrad
