#include "runtime/limits.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#include <sys/sysinfo.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace fastgrad::runtime {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

#if defined(__linux__)

// "max", "-1", an absent file and an absent number all mean no limit.
int64_t read_limit(std::istream& in) {
  int64_t value = 0;
  return in >> value && value > 0 ? value : kUnlimited;
}

// Calls visit(directory) for the control group of this process that has this controller ("cpu", "memory") and for
// its parents: a limit set on any of them holds. Inside a container the path may name a group of the host that is not
// visible; what is mounted at the root is then the container's own group.
template <class F>
void for_each_cgroup(const char* controller, const F& visit) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string names = ',' + line.substr(first + 1, second - first - 1) + ',';
    const bool unified = names == ",,";
    if (!unified && names.find(std::string(",") + controller + ",") == std::string::npos) continue;
    const std::string root = unified ? "/sys/fs/cgroup" : std::string("/sys/fs/cgroup/") + controller;
    std::string path = line.substr(second + 1);
    while (!path.empty() && path != "/") {
      visit(root + path);
      path.resize(path.rfind('/'));
    }
    visit(root);
  }
}

double cpu_quota() {
  double quota = std::numeric_limits<double>::infinity();
  const auto apply = [&](int64_t microseconds, int64_t period) {
    if (microseconds != kUnlimited && period != kUnlimited)
      quota = std::min(quota, static_cast<double>(microseconds) / static_cast<double>(period));
  };
  for_each_cgroup("cpu", [&](const std::string& directory) {
    if (std::ifstream v2(directory + "/cpu.max"); v2) {  // "quota period" or "max period"
      const int64_t microseconds = read_limit(v2);
      if (microseconds != kUnlimited) apply(microseconds, read_limit(v2));
    }
    std::ifstream v1(directory + "/cpu.cfs_quota_us"), period(directory + "/cpu.cfs_period_us");
    if (v1 && period) apply(read_limit(v1), read_limit(period));
  });
  return quota;
}

int64_t memory_limit() {
  int64_t limit = kUnlimited;
  for_each_cgroup("memory", [&](const std::string& directory) {
    for (const char* file : {"/memory.max", "/memory.limit_in_bytes"})
      if (std::ifstream in(directory + file); in) limit = std::min(limit, read_limit(in));
  });
  return limit;
}

int affinity_cpus() {
  // Machines with more than 1024 CPUs need a larger mask than cpu_set_t.
  for (int cpus = 1024; cpus <= 1 << 16; cpus *= 2) {
    cpu_set_t* mask = CPU_ALLOC(cpus);
    if (mask == nullptr) break;
    const size_t bytes = CPU_ALLOC_SIZE(cpus);
    const bool known = sched_getaffinity(0, bytes, mask) == 0;
    const int n = known ? CPU_COUNT_S(bytes, mask) : 0;
    CPU_FREE(mask);
    if (n > 0) return n;
  }
  return std::numeric_limits<int>::max();
}

#endif

}  // namespace

int available_cpus() {
  const unsigned hardware = std::thread::hardware_concurrency();
  int cpus = hardware == 0 ? 1 : static_cast<int>(hardware);
#if defined(__linux__)
  cpus = std::min(cpus, affinity_cpus());
  const double quota = cpu_quota();
  if (quota < cpus) cpus = static_cast<int>(std::ceil(quota));
#endif
  return std::max(cpus, 1);
}

int64_t available_memory() {
#if defined(__linux__)
  int64_t bytes = kUnlimited;
  struct sysinfo machine;
  if (sysinfo(&machine) == 0)
    bytes = static_cast<int64_t>(machine.totalram + machine.totalswap) * static_cast<int64_t>(machine.mem_unit);
  return std::min(bytes, memory_limit());
#elif defined(__APPLE__)
  int64_t bytes = 0;
  size_t length = sizeof bytes;
  return sysctlbyname("hw.memsize", &bytes, &length, nullptr, 0) == 0 && bytes > 0 ? bytes : kUnlimited;
#else
  return kUnlimited;
#endif
}

}  // namespace fastgrad::runtime
