// A short list of integers held in place: shapes, strides (counted in elements), axes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace fastgrad {

inline constexpr int kMaxDims = 16;

[[noreturn]] void too_many_dims(int64_t n);

class Dims {
 public:
  Dims() : n_(0) { set_near(); }
  explicit Dims(int n, int64_t fill = 0) {
    set_near();
    resize(n);
    for (int i = 0; i < n; ++i) v_[i] = fill;
  }
  Dims(std::initializer_list<int64_t> x) : Dims() {
    for (int64_t e : x) push_back(e);
  }
  explicit Dims(std::span<const int64_t> x) : Dims() {
    for (int64_t e : x) push_back(e);
  }
  Dims(const Dims& o) { copy(o); }
  Dims& operator=(const Dims& o) {
    copy(o);
    return *this;
  }

  int size() const { return n_; }
  bool empty() const { return n_ == 0; }
  int64_t& operator[](int i) { return v_[i]; }
  int64_t operator[](int i) const { return v_[i]; }
  const int64_t* begin() const { return v_; }
  const int64_t* end() const { return v_ + n_; }
  int64_t* begin() { return v_; }
  int64_t* end() { return v_ + n_; }
  int64_t back() const { return v_[n_ - 1]; }
  void resize(int n) {  // new entries are not initialised
    if (n > kMaxDims) too_many_dims(n);
    n_ = n;
  }
  void push_back(int64_t x) {
    if (n_ == kMaxDims) too_many_dims(n_ + 1);
    v_[n_++] = x;
  }
  void insert(int at, int64_t x) {
    push_back(x);
    for (int i = n_ - 1; i > at; --i) v_[i] = v_[i - 1];
    v_[at] = x;
  }
  void erase(int at) {
    --n_;
    for (int i = at; i < n_; ++i) v_[i] = v_[i + 1];
  }
  bool operator==(const Dims& o) const {
    if (n_ != o.n_) return false;
    for (int i = 0; i < n_; ++i)
      if (v_[i] != o.v_[i]) return false;
    return true;
  }

 private:
  // The first few are copied whether in use or not: a few moves of known length, where any length is a call.
  static constexpr int kNear = 4;
  void set_near() {
    for (int i = 0; i < kNear; ++i) v_[i] = 0;
  }
  void copy(const Dims& o) {
    n_ = o.n_;
    for (int i = 0; i < kNear; ++i) v_[i] = o.v_[i];
    for (int i = kNear; i < n_; ++i) v_[i] = o.v_[i];
  }

  int n_;
  int64_t v_[kMaxDims];
};

// "(2, 3)", "(4,)", "()": as Python prints a tuple.
std::string to_string(const Dims& d);

}  // namespace fastgrad
