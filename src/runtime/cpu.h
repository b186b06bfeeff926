// Which instruction set the kernels run with: the best that this CPU and its operating system have, or the lower one
// that the environment variable FASTGRAD_CPU names.
#pragma once

namespace fastgrad::runtime {

// The x86-64 psABI's micro-architecture levels; Base is portable code, for every other CPU.
enum class CpuLevel : int { Base = 0, V2 = 2, V3 = 3, V4 = 4 };

const char* name(CpuLevel level);  // "base", "v2", "v3", "v4"

CpuLevel detected_cpu_level();  // what this machine has
CpuLevel cpu_level();           // what the kernels use

// Why this library cannot be used here (FASTGRAD_CPU names no level, or one that the CPU lacks; a CPU below every
// level built); empty when all is well. Chosen while the library loads, where nothing may be thrown: whoever imports
// it asks.
const char* cpu_error();

}  // namespace fastgrad::runtime
