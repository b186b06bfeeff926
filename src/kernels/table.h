// The kernels of one instruction set. Each family has a folder, and in the header of the folder's name a struct of
// function pointers (kernels/gemm/gemm.h: GemmKernels). Its sources fill that in and are compiled once per level; the
// library chooses a table when it loads.
#pragma once

namespace fastgrad {

struct ElementwiseKernels;
struct ReduceKernels;
struct GemmKernels;
struct ConvKernels;
struct PoolKernels;
struct ResampleKernels;
struct NormKernels;
struct SoftmaxKernels;
struct LossKernels;
struct OptimizerKernels;
struct RandomKernels;
struct IndexKernels;
struct RecurrentKernels;
struct AttentionKernels;

struct KernelTable {
  const char* level;  // "v2", "v3", "v4" or "base"
  const ElementwiseKernels* elementwise;
  const ReduceKernels* reduce;
  const GemmKernels* gemm;
  const ConvKernels* conv;
  const PoolKernels* pool;
  const ResampleKernels* resample;
  const NormKernels* norm;
  const SoftmaxKernels* softmax;
  const LossKernels* loss;
  const OptimizerKernels* optimizer;
  const RandomKernels* random;
  const IndexKernels* index;
  const RecurrentKernels* recurrent;
  const AttentionKernels* attention;
};

// The table of the best level that this CPU has, or of the lower one that FASTGRAD_CPU names.
extern const KernelTable* const active_kernels;
inline const KernelTable& kernels() { return *active_kernels; }

}  // namespace fastgrad
