// Scratch memory for kernels: as runtime/scratch.h, by elements.
#pragma once

#include "runtime/scratch.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

using runtime::Scratch;

template <class T>
FG_INLINE T* scratch(Scratch use, int64_t count) {
  return static_cast<T*>(runtime::scratch(use, static_cast<size_t>(count) * sizeof(T)));
}

}  // namespace fastgrad::FG_LEVEL
