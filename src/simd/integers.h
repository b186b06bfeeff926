// Small arithmetic of sizes and counts. (std::min and its like would leave symbols outside a level's namespace: vec.h.)
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

FG_INLINE constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
FG_INLINE constexpr int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
FG_INLINE constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace fastgrad::FG_LEVEL
