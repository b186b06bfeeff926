#include "kernels/table.h"

#include "runtime/cpu.h"

namespace fastgrad {

#if defined(FG_HAVE_X86_LEVELS)
namespace v2 {
extern const KernelTable table;
}
namespace v3 {
extern const KernelTable table;
}
namespace v4 {
extern const KernelTable table;
}
#else
namespace base {
extern const KernelTable table;
}
#endif

namespace {

const KernelTable* choose() {
#if defined(FG_HAVE_X86_LEVELS)
  switch (runtime::cpu_level()) {
    case runtime::CpuLevel::V4: return &v4::table;
    case runtime::CpuLevel::V3: return &v3::table;
    default: return &v2::table;
  }
#else
  return &base::table;
#endif
}

}  // namespace

const KernelTable* const active_kernels = choose();

}  // namespace fastgrad
