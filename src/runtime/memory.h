// The caching allocator: size-bucketed free lists that keep pages warm from one step to the next.
// Blocks are 64-byte aligned; from 2 MB up they are 2 MB aligned and asked to be huge pages. Thread-safe.
// FASTGRAD_ALLOCATOR=system passes every call to the system's allocator (for sanitizers).
#pragma once

#include <cstddef>
#include <cstdint>

namespace fastgrad::runtime {

// Uninitialised memory; throws Error(Memory) naming the size when there is none. bytes == 0 is legal.
void* allocate(size_t bytes);
// bytes: what allocate was asked for.
void deallocate(void* block, size_t bytes) noexcept;

bool system_allocator();  // FASTGRAD_ALLOCATOR=system

struct MemoryStats {
  int64_t in_use;  // bytes handed out, rounded up to the sizes of blocks
  int64_t cached;  // bytes kept for reuse
  int64_t peak;    // the most ever in use
};
MemoryStats memory_stats();
void reset_peak_memory();
// Returns the cached blocks to the system (all but the few that other threads keep for themselves).
void empty_cache();
// What `take` gives; where that is null, what it gives once the cache is empty. Every request to the system goes through
// here, so that none fails while memory lies unused.
template <class Take>
void* take_or_empty_cache(const Take& take) {
  void* block = take();
  if (block == nullptr && !system_allocator()) {
    empty_cache();
    block = take();
  }
  return block;
}
// Bound on cached bytes; what is freed past it goes back to the system, the sizes unused for longest first. A quarter
// of what the process may use, unless set.
void set_cache_limit(int64_t bytes);
int64_t cache_limit();

const char* allocator_error();   // what is wrong with FASTGRAD_ALLOCATOR; empty when all is well

}  // namespace fastgrad::runtime
