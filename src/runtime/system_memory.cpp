#include "runtime/system_memory.h"

#include <cstdint>
#include <cstdlib>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#define FG_HAVE_MMAP 1
#endif

namespace fastgrad::runtime {
namespace {

constexpr size_t kAlignment = 64;

constexpr size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

#if defined(FG_HAVE_MMAP)

constexpr size_t kPageBound = 65536;  // at least a page, whatever the machine's page size

// mmap aligns to small pages only: ask for one huge page more, and give back what lies before and after.
void* map_huge(size_t bytes) noexcept {
  const size_t kept = round_up(bytes, kPageBound), asked = kept + kHugePage;
  if (asked < bytes) return nullptr;
  const auto map = [](size_t length) {
    return mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  };
  void* const mapped = map(asked);
  if (mapped == MAP_FAILED) {  // what is wanted may just fit, on small pages
    void* const small = map(kept);
    return small == MAP_FAILED ? nullptr : small;
  }
  char* const begin = static_cast<char*>(mapped);
  char* const block = reinterpret_cast<char*>(round_up(reinterpret_cast<uintptr_t>(begin), kHugePage));
  if (block > begin) munmap(begin, static_cast<size_t>(block - begin));
  const size_t after = static_cast<size_t>(begin + asked - (block + kept));
  if (after > 0) munmap(block + kept, after);
#if defined(MADV_HUGEPAGE)
  madvise(block, kept, MADV_HUGEPAGE);
#endif
  return block;
}

#endif

}  // namespace

void* system_allocate(size_t bytes) noexcept {
#if defined(FG_HAVE_MMAP)
  if (bytes >= kHugePage) return map_huge(bytes);
#endif
  return std::aligned_alloc(kAlignment, round_up(bytes, kAlignment));
}

void system_release(void* block, [[maybe_unused]] size_t bytes) noexcept {
#if defined(FG_HAVE_MMAP)
  if (bytes >= kHugePage) {
    munmap(block, round_up(bytes, kPageBound));
    return;
  }
#endif
  std::free(block);
}

}  // namespace fastgrad::runtime
