#include "runtime/cpu.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "levels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace fastgrad::runtime {
namespace {

#if defined(__x86_64__)

struct Cpuid {
  unsigned a = 0, b = 0, c = 0, d = 0;
  Cpuid(unsigned leaf, unsigned subleaf) {
    if (!__get_cpuid_count(leaf, subleaf, &a, &b, &c, &d)) a = b = c = d = 0;
  }
};

constexpr bool has(unsigned value, unsigned wanted) { return (value & wanted) == wanted; }

// Which register files the operating system saves (XCR0); only legal to ask where OSXSAVE is set.
unsigned saved_registers() {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// The levels as the x86-64 psABI defines them; every instruction a level allows the compiler must be there.
CpuLevel detect() {
  const Cpuid one(1, 0), seven(7, 0), extended(0x80000001u, 0);
  constexpr unsigned kV2 = bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT;
  if (!has(one.c, kV2) || !has(extended.c, bit_LAHF_LM)) return CpuLevel::base;

  constexpr unsigned kV3 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C;
  if (!has(one.c, kV3) || !has(seven.b, bit_BMI | bit_AVX2 | bit_BMI2) || !has(extended.c, bit_LZCNT))
    return CpuLevel::v2;
  const unsigned saved = saved_registers();
  if (!has(saved, 0x06)) return CpuLevel::v2;  // xmm, ymm

  constexpr unsigned kV4 = bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;
  if (!has(seven.b, kV4) || !has(saved, 0xe6)) return CpuLevel::v3;  // opmask, upper halves, upper sixteen
  return CpuLevel::v4;
}

#else

CpuLevel detect() { return CpuLevel::base; }

#endif

#define FG_ENUMERATOR(level) CpuLevel::level,
constexpr CpuLevel kBuilt[] = {FG_EACH_LEVEL(FG_ENUMERATOR)};  // from the lowest to the highest
#undef FG_ENUMERATOR

struct Choice {
  CpuLevel detected = detect();
  CpuLevel level = kBuilt[0];
  std::string error;

  Choice() {
    for (const CpuLevel built : kBuilt)
      if (built <= detected) level = built;
    if (kBuilt[0] > detected) {
      error = std::string("this build of fastgrad needs at least an x86-64-") + name(kBuilt[0]) +
              " CPU (FASTGRAD_LEVELS when it was built), got one of level " + name(detected);
      return;
    }
    const char* wanted = std::getenv("FASTGRAD_CPU");
    if (wanted == nullptr || *wanted == '\0') return;
    for (const CpuLevel built : kBuilt) {
      if (std::strcmp(wanted, name(built)) != 0) continue;
      if (built > detected)
        error = std::string("FASTGRAD_CPU=") + wanted + ": this CPU has no more than " + name(level);
      else
        level = built;
      return;
    }
    error = std::string("FASTGRAD_CPU=") + wanted + ": no such CPU level; this build has " + built_cpu_levels();
  }
};

const Choice& choice() {
  static const Choice chosen;
  return chosen;
}

}  // namespace

const char* name(CpuLevel level) {
  switch (level) {
    case CpuLevel::v2: return "v2";
    case CpuLevel::v3: return "v3";
    case CpuLevel::v4: return "v4";
    default: return "base";
  }
}

CpuLevel detected_cpu_level() { return choice().detected; }
CpuLevel cpu_level() { return choice().level; }
std::string built_cpu_levels() {
  std::string names;
  for (const CpuLevel built : kBuilt) names += (names.empty() ? "" : ", ") + std::string(name(built));
  return names;
}
const char* cpu_error() { return choice().error.c_str(); }

}  // namespace fastgrad::runtime
