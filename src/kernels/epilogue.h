// What becomes of results before they leave the cache: the end of a product, a convolution, a normalisation. (The model
// are oneDNN's post-ops.) The bits are those of the separate operations: the functions are elementwise's, lane by lane.
#pragma once

#include <cstdint>

namespace fastgrad {

enum class Activation : uint8_t { Identity, Relu, Sigmoid, Tanh, Silu, Gelu };

// In this order, each where it is given. The vectors are dense, and have an element for each channel: the columns of a
// product, the filters of a convolution.
template <class T>
struct Epilogue {
  const T* bias = nullptr;  // + bias
  const T *mean = nullptr, *scale = nullptr, *shift = nullptr;  // (y - mean) * scale + shift, in one multiply-add
  Activation activation = Activation::Identity;
};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
#include "kernels/elementwise/unary.h"
#include "simd/lanes.h"

namespace fastgrad::FG_LEVEL {

// Whether tiles apply an activation to what they have in registers. Others are left to `activate`, for what has just
// been stored: of a hundred and more instructions, they are not worth a copy for each vector of each tile, and a load
// from the first cache is nothing beside them.
FG_INLINE constexpr bool fits_tiles(Activation a) { return a <= Activation::Relu; }

struct Unchanged {
  FG_INLINE auto f(auto x) { return x; }
};
// f(the activation as a type)
template <class F>
FG_INLINE void with_activation(Activation a, const F& f) {
  switch (a) {
    case Activation::Identity: return f(Unchanged{});
    case Activation::Relu: return f(functions::Relu{});
    case Activation::Sigmoid: return f(functions::Sigmoid{});
    case Activation::Tanh: return f(functions::Tanh{});
    case Activation::Silu: return f(functions::Silu{});
    case Activation::Gelu: return f(functions::Gelu{});
  }
}

// In place, `rows` times `columns` neighbours, `pitch` from one row to the next.
template <class T>
__attribute__((noinline)) static void activate(Activation a, T* c, int64_t pitch, int64_t rows, int64_t columns) {
  if (pitch == columns) {
    columns *= rows;
    rows = 1;
  }
  with_activation(a, [&](auto activation) {
    for (int64_t i = 0; i < rows; ++i)
      over_lanes<T>(columns, [&](int64_t j, auto lanes) {
        T* const at = c + i * pitch + j;
        store_lanes<T>(at, activation.f(load_lanes(at, lanes)), lanes);
      });
  });
}

// What tiles have left of an epilogue.
template <class T>
FG_INLINE void activate_late(Activation a, T* c, int64_t pitch, int64_t rows, int64_t columns) {
  if (!fits_tiles(a)) activate(a, c, pitch, rows, columns);
}

}  // namespace fastgrad::FG_LEVEL
#endif
