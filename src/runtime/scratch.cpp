#include <cstdlib>
#include <string>

#include "array/errors.h"
#include "runtime/blocks.h"
#include "runtime/memory.h"
#include "runtime/scratch.h"
#include "runtime/system_memory.h"

namespace fastgrad::runtime {
namespace {

constexpr size_t kMostBytes = size_t{1} << 47;  // more cannot be addressed; what is less does not wrap when rounded up

// Not from the caching allocator: its figures are those of arrays alone.
struct Slots {
  void* block[kScratchSlots] = {};
  size_t bytes[kScratchSlots] = {};

  ~Slots() {
    for (int i = 0; i < kScratchSlots; ++i) release(i);
  }
  void release(int slot) {
    if (block[slot] == nullptr) return;
    if (system_allocator())
      std::free(block[slot]);
    else
      system_release(block[slot], bytes[slot]);
    block[slot] = nullptr;
    bytes[slot] = 0;
  }
  void* grow(int slot, size_t wanted) {
    release(slot);
    if (wanted > kMostBytes)
      memory_error("out of memory: cannot allocate " + std::to_string(wanted) + " bytes of scratch memory");
    // The size classes of the allocator: growing little by little seldom allocates.
    const size_t rounded = wanted < kHugePage / 2 ? (wanted + 4095) / 4096 * 4096 : class_bytes(size_class(wanted));
    void* const fresh = take_or_empty_cache(
        [&] { return system_allocator() ? std::aligned_alloc(kUnit, rounded) : system_allocate(rounded); });
    if (fresh == nullptr)
      memory_error("out of memory: cannot allocate " + std::to_string(wanted) + " bytes of scratch memory");
    block[slot] = fresh;
    bytes[slot] = rounded;
    return fresh;
  }
};

FG_FAST_THREAD_LOCAL Slots* mine = nullptr;

// Makes and ends this thread's scratch memory; `mine` is the quick way to it.
struct Owner {
  Slots slots;
  Owner() { mine = &slots; }
  ~Owner() { mine = nullptr; }
};

[[gnu::noinline]] void* scratch_slow(int slot, size_t bytes) {
  thread_local Owner owner;
  return owner.slots.grow(slot, bytes == 0 ? 1 : bytes);
}

}  // namespace

void* scratch(Scratch use, size_t bytes) {
  const int slot = static_cast<int>(use);
  if (mine != nullptr && mine->bytes[slot] >= bytes && bytes > 0) [[likely]]
    return mine->block[slot];
  return scratch_slow(slot, bytes);
}

}  // namespace fastgrad::runtime
