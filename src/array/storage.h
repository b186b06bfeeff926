// The memory that arrays are views of: counted references, a version counter shared by all views, and how to let go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace fastgrad {

// Something computed from a storage's bytes and kept with it, such as weights in a kernel's own order.
struct Derived {
  explicit Derived(uint64_t at) : version(at) {}
  virtual ~Derived() = default;
  const uint64_t version;  // of the storage that it was computed from
};

// Reference counts are plain integers: arrays are created, copied and destroyed by one thread at a time (under the
// GIL in Python); kernels on other threads see only pointers.
struct Storage {
  int64_t refs;
  char* bytes;              // first byte
  size_t nbytes;
  uint64_t version;         // bumped by every write after creation
  void (*release)(Storage*);  // frees the bytes and the Storage itself
  void* owner;              // what a borrowed buffer belongs to; null for the allocator's
  bool writable;
  int32_t lent = 0;            // how many know the bytes' address and may write there without a new version
  Derived* derived = nullptr;  // owned
};

inline void drop_derived(Storage* s) {
  delete s->derived;
  s->derived = nullptr;
}
// Whoever learns the bytes' address from outside is counted while they may use it.
inline void lend(Storage* s) {
  ++s->lent;
  drop_derived(s);
}
inline void end_loan(Storage* s) { --s->lent; }
inline void lend_for_good(Storage* s) {
  s->lent |= int32_t{1} << 30;
  drop_derived(s);
}
// Whether every change to the bytes shows in the version.
inline bool sees_every_write(const Storage* s) { return s->lent == 0 && !s->owner; }

// A block of the caching allocator, not initialised.
Storage* new_storage(size_t nbytes);
// Memory that somebody else owns: release_owner(owner) is called with the last reference.
Storage* borrow_storage(void* bytes, size_t nbytes, bool writable, void* owner, void (*release_owner)(void*));

class StorageRef {
 public:
  StorageRef() : p_(nullptr) {}
  explicit StorageRef(Storage* adopt) : p_(adopt) {}  // takes over one reference
  StorageRef(const StorageRef& o) : p_(o.p_) {
    if (p_) ++p_->refs;
  }
  StorageRef(StorageRef&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  StorageRef& operator=(StorageRef o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }
  ~StorageRef() {
    if (p_ && --p_->refs == 0) p_->release(p_);
  }
  Storage* get() const { return p_; }
  Storage* operator->() const { return p_; }
  explicit operator bool() const { return p_ != nullptr; }

 private:
  Storage* p_;
};

}  // namespace fastgrad
