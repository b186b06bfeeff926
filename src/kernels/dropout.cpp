// Dropout given a mask of bytes: a vector at a time, bound by memory.
#include "kernels/dropout.h"

#include "simd/pieces.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kPieceElements = 32 << 10;

template <class T>
void apply(int64_t n, const T* x, const uint8_t* mask, double scale, T* out) {
  constexpr int L = kLanes<T>;
  typedef uint8_t Bytes __attribute__((vector_size(L)));
  const Vec<T> kept = splat(static_cast<T>(scale));
  for_ranges(n, kPieceElements, L, [&](int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + L <= end; i += L) {
      Bytes bytes;
      __builtin_memcpy(&bytes, mask + i, sizeof bytes);
#if defined(__AVX512F__)
      // GCC 12 widens bytes by a chain of unpacks where one instruction would do
      Mask<T> keep;
      if constexpr (sizeof(T) == 4)
        keep = (Mask<T>)_mm512_cvtepu8_epi32((__m128i)bytes);
      else
        keep = __builtin_convertvector(bytes, Mask<T>);
#else
      const Mask<T> keep = __builtin_convertvector(bytes, Mask<T>);
#endif
      store(out + i, load(x + i) * (keep != 0 ? kept : Vec<T>{}));
    }
    for (; i < end; ++i) out[i] = x[i] * (mask[i] ? static_cast<T>(scale) : T{0});
  });
}

}  // namespace

extern const DropoutKernels dropout_kernels;
const DropoutKernels dropout_kernels = {{apply<float>}, {apply<double>}};

}  // namespace fastgrad::FG_LEVEL
