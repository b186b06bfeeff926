#include "array/storage.h"

#include <new>

#include "runtime/blocks.h"
#include "runtime/memory.h"

namespace fastgrad {
namespace {

// Header and elements of a small array share one block: the header takes the first 64 bytes, the elements the rest.
constexpr size_t kHeader = 64;
static_assert(sizeof(Storage) <= kHeader);

struct BorrowedStorage : Storage {
  void (*release_owner)(void*);
};

void release_joined(Storage* s) {
  if (s->derived) drop_derived(s);
  runtime::give_small(s, kHeader + s->nbytes);
}

void release_separate(Storage* s) {
  if (s->derived) drop_derived(s);
  runtime::deallocate(s->bytes, s->nbytes);
  runtime::give_small(s, kHeader);
}

void release_borrowed(Storage* s) {
  const BorrowedStorage b = *static_cast<BorrowedStorage*>(s);
  runtime::give_small(s, sizeof(BorrowedStorage));
  b.release_owner(b.owner);
}

Storage* new_separate(size_t nbytes) {
  void* const bytes = runtime::allocate(nbytes);
  void* header;
  try {
    header = runtime::take_small(kHeader);
  } catch (...) {
    runtime::deallocate(bytes, nbytes);
    throw;
  }
  return new (header) Storage{1, static_cast<char*>(bytes), nbytes, 0, release_separate, nullptr, true};
}

}  // namespace

Storage* new_storage(size_t nbytes) {
  if (nbytes > runtime::kSmallBytes - kHeader) return new_separate(nbytes);
  char* const block = static_cast<char*>(runtime::take_small(kHeader + nbytes));
  return new (block) Storage{1, block + kHeader, nbytes, 0, release_joined, nullptr, true};
}

Storage* borrow_storage(void* bytes, size_t nbytes, bool writable, void* owner, void (*release_owner)(void*)) {
  void* const header = runtime::take_small(sizeof(BorrowedStorage));
  return new (header)
      BorrowedStorage{{1, static_cast<char*>(bytes), nbytes, 0, release_borrowed, owner, writable}, release_owner};
}

}  // namespace fastgrad
