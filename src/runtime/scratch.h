// Scratch memory of the calling thread, each use of it by name.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fastgrad::runtime {

// Who uses it, and for what. "Caller": from the start of a kernel to its end, on the thread that calls it; the others:
// while a piece is worked on, on whichever thread does. A caller runs pieces itself, so what may be alive together on
// one thread has slots of its own: all names of a family, and around them PlanBuffers. Kernels of different families do
// not run inside each other: they use the same slots again, whose memory may still be in the cache.
enum class Scratch : uint8_t {
  GemmB = 0,           // a block of B, packed; where A stays near, its panels behind it
  GemmA = 1,           // a tile's rows of A, packed
  GemmPartials = 2,    // caller: the sums of chunks of K
  GemmVectors = 3,     // caller: the few vectors of a skinny product, made contiguous
  GemmTransposed = 4,  // a part of the transposed result

  ConvWeights = 0,  // caller: weights, bias and epilogue, packed
  ConvSums = 0,     // caller, of the weight's gradient: the sums of chunks of pixels (depthwise: behind the weights)
  ConvWindow = 1,   // a block of the image, and of the output's gradient; depthwise: a row on its way
  ConvLists = 2,    // addresses and places of pixels, rows and tiles
  ConvSent = 3,     // caller, of an input of few channels: what each output pixel sends through the kernel

  NormSums = 0,  // caller: the sums of chunks
  NormRow = 1,   // a row scaled, a plane of the gradient

  PoolRow = 0,    // a row of sums
  PoolLists = 0,  // caller: the outputs that hold each input

  ResampleBand = 0,     // rows between the two axes
  ResampleColumns = 1,  // columns turned

  SoftmaxLine = 0,  // lines copied so that their elements are neighbours

  ReducePartials = 0,  // caller: the sums of chunks
  ReduceLevels = 1,    // sums of blocks, level by level
  ReduceCopy = 2,      // elements copied so that they are neighbours

  RecurrentWeights = 0,  // caller: the recurrent weight, packed
  RecurrentRows = 1,     // a tile's rows of the state, at another pitch

  LossSums = 0,       // caller: the sums of chunks
  LossLines = 1,      // the states of a sample's path
  OptimizerSums = 0,  // caller: the sums of chunks

  AttentionBlocks = 0,  // what a block of queries needs, and copies of keys and values

  PlanBuffers = 7,  // ops/plan.cpp: blocks of operands and result on their way to and from a kernel
};
inline constexpr int kScratchSlots = 8;

// 64-byte aligned; what the slot held is lost. It grows, and is kept until the thread ends. MemoryError where there is
// none.
void* scratch(Scratch use, size_t bytes);

}  // namespace fastgrad::runtime
