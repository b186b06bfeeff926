#include "runtime/random.h"

#include <random>

namespace fastgrad::runtime {

void philox(uint64_t seed, uint64_t group, uint32_t lane, uint32_t attempt, uint32_t out[4]) {
  uint32_t c0 = lane, c1 = attempt;
  uint32_t c2 = static_cast<uint32_t>(group), c3 = static_cast<uint32_t>(group >> 32);
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{kPhiloxMultiplier0} * c0, p1 = uint64_t{kPhiloxMultiplier1} * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(p1);
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(p0);
    k0 += kPhiloxWeyl0;
    k1 += kPhiloxWeyl1;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

uint64_t entropy_seed() {
  std::random_device device;
  const uint64_t high = device();
  return high << 32 | device();
}

}  // namespace fastgrad::runtime
