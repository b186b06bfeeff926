// Which instruction set the kernels run with: the best that this CPU and its operating system have, or the lower one
// that the environment variable FASTGRAD_CPU names.
#pragma once

#include <string>

namespace fastgrad::runtime {

// The x86-64 psABI's micro-architecture levels; base is portable code, for every other CPU. Written as setup.py and the
// kernels' namespaces write them: the build lists its own in the generated levels.h.
enum class CpuLevel : int { base = 0, v2 = 2, v3 = 3, v4 = 4 };

const char* name(CpuLevel level);  // "base", "v2", "v3", "v4"

CpuLevel detected_cpu_level();  // what this machine has
CpuLevel cpu_level();           // what the kernels use
std::string built_cpu_levels();  // what this build has kernels for, from the lowest: "v2, v3, v4"

// Why this library cannot be used here (FASTGRAD_CPU names no level, or one that the CPU lacks; a CPU below every
// level built); empty when all is well. Chosen while the library loads, where nothing may be thrown: whoever imports
// it asks.
const char* cpu_error();

}  // namespace fastgrad::runtime
