#include "kernels/table.h"

#include <cstring>

#include "levels.h"
#include "runtime/cpu.h"

namespace fastgrad {

#define FG_DECLARE(level)            \
  namespace level {                  \
  extern const KernelTable table;    \
  }
FG_EACH_LEVEL(FG_DECLARE)
#undef FG_DECLARE

namespace {

#define FG_ADDRESS(level) &level::table,
constexpr const KernelTable* kBuilt[] = {FG_EACH_LEVEL(FG_ADDRESS)};
#undef FG_ADDRESS

const KernelTable* choose() {
  const char* const wanted = runtime::name(runtime::cpu_level());
  for (const KernelTable* const built : kBuilt)
    if (std::strcmp(built->level, wanted) == 0) return built;
  return kBuilt[0];
}

}  // namespace

const KernelTable* const active_kernels = choose();

}  // namespace fastgrad
