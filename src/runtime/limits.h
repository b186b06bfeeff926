// What this process may use of the machine: the smaller of what the hardware has and what its control group grants.
#pragma once

#include <cstdint>

namespace fastgrad::runtime {

// CPUs of the affinity mask, at most the control group's CPU quota (rounded up); at least 1.
int available_cpus();
// Bytes of physical memory and swap, at most the control group's memory limit; INT64_MAX where nothing is known.
int64_t available_memory();

}  // namespace fastgrad::runtime
