// Integer matrix products, wrapping around: for the baseline instruction set only.
#pragma once

#include <cstdint>

#include "kernels/gemm/gemm.h"

namespace fastgrad::integer {

// As gemm.h, without biases and activation. Signed integers have the same bits: call it with their unsigned type.
void gemm(const GemmArgs<uint8_t>& g);
void gemm(const GemmArgs<uint16_t>& g);
void gemm(const GemmArgs<uint32_t>& g);
void gemm(const GemmArgs<uint64_t>& g);

}  // namespace fastgrad::integer
