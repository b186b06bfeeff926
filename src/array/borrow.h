// Arrays on memory that others own and describe: DLPack's, the buffer protocol's.
#pragma once

#include "array/array.h"

namespace fastgrad {

// What somebody says of his memory. Strides in elements.
struct ForeignMemory {
  void* data;
  uint64_t byte_offset;
  DType dtype;
  Dims shape, strides;
  bool writable;
};

// The array that release_owner(owner) is called for when its last view is gone. BufferError, which names op and what is
// wrong, where it cannot be as it is said: then the owner stays the caller's. Lengths that are merely longer than the
// memory cannot be known.
Array borrow_array(const ForeignMemory& memory, void* owner, void (*release_owner)(void*), const char* op);

}  // namespace fastgrad
