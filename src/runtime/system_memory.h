// Memory straight from the system, for the allocator and for scratch.
#pragma once

#include <cstddef>

namespace fastgrad::runtime {

inline constexpr size_t kHugePage = size_t{2} << 20;

// 64-byte aligned; from 2 MB up, 2 MB aligned and asked to be huge pages: one page fault then maps what 512 would.
// Null when there is none.
void* system_allocate(size_t bytes) noexcept;
void system_release(void* block, size_t bytes) noexcept;  // bytes: what system_allocate was asked for

}  // namespace fastgrad::runtime
