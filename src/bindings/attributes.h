// What a recorded operation remembers besides tensors, under its own names: each kind of operation has a struct for it,
// which lies in the operation's node.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

namespace fastgrad::bindings {

[[noreturn]] void refuse_attributes();

class Attributes {
 public:
  // A node's room as T's, to be filled in: what T does not initialise holds what an earlier operation left.
  template <class T>
  T* set() noexcept {
    static_assert(sizeof(T) <= kRoom, "attributes do not fit into a node");
    static_assert(alignof(T) <= alignof(std::max_align_t) && std::is_trivially_destructible_v<T>);
    type_ = &kTypeOf<T>;
    return new (room_) T;
  }

  // What was set; it must have been a T.
  template <class T>
  T* get() {
    if (type_ != &kTypeOf<T>) [[unlikely]]
      refuse_attributes();
    return std::launder(reinterpret_cast<T*>(room_));
  }

  void clear() noexcept { type_ = nullptr; }

 private:
  static constexpr std::size_t kRoom = 160;  // a shape and three numbers
  template <class T>
  static inline char kTypeOf = 0;  // its address stands for the type

  const char* type_ = nullptr;
  alignas(std::max_align_t) char room_[kRoom];
};

}  // namespace fastgrad::bindings
