// The exceptions of the core. Each names the Python exception it becomes; bindings/bridge.cpp translates.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace fastgrad {

// Unsupported: a dtype that an operation is not defined on.
enum class ErrorKind : int { Type, Unsupported, Value, Index, Overflow, Runtime, Memory, Buffer };

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}
  ErrorKind kind() const noexcept { return kind_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_;
};

[[noreturn]] inline void type_error(std::string m) { throw Error(ErrorKind::Type, std::move(m)); }
[[noreturn]] inline void unsupported_dtype(std::string m) { throw Error(ErrorKind::Unsupported, std::move(m)); }
[[noreturn]] inline void value_error(std::string m) { throw Error(ErrorKind::Value, std::move(m)); }
[[noreturn]] inline void index_error(std::string m) { throw Error(ErrorKind::Index, std::move(m)); }
[[noreturn]] inline void overflow_error(std::string m) { throw Error(ErrorKind::Overflow, std::move(m)); }
[[noreturn]] inline void runtime_error(std::string m) { throw Error(ErrorKind::Runtime, std::move(m)); }
[[noreturn]] inline void memory_error(std::string m) { throw Error(ErrorKind::Memory, std::move(m)); }

}  // namespace fastgrad
