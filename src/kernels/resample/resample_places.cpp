// Sums at places of images (PlacesShape), and their transposes. All arrays are dense; nothing may alias.
//
// A channel of an image is one task of gather and of scatter, which adds to its pixels in the order of taps and
// outputs; an image is one of match, which adds up its channels in order. So nothing depends on how the work is cut.
#include "kernels/resample/resample.h"
#include "simd/pieces.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kPieceTaps = 16 << 10;  // some 20 us of work

FG_INLINE int64_t grain_of(int64_t taps_each) {
  return taps_each < kPieceTaps ? kPieceTaps / (taps_each > 0 ? taps_each : 1) : 1;
}

template <class T>
void gather(const PlacesShape& s, const int64_t* index, const T* weight, const T* x, T* out) {
  for_ranges(s.n * s.c, grain_of(s.taps * s.out), 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t image = plane / s.c * s.taps * s.out;
      const T* const pixels = x + plane * s.in;
      T* const o = out + plane * s.out;
      for (int64_t p = 0; p < s.out; ++p) {
        T sum = 0;
        for (int64_t k = image + p; k < image + s.taps * s.out; k += s.out)
          if (index[k] >= 0) sum += weight[k] * pixels[index[k]];
        o[p] = sum;
      }
    }
  });
}

template <class T>
void scatter(const PlacesShape& s, const int64_t* index, const T* weight, const T* grad, T* x) {
  for_ranges(s.n * s.c, grain_of(s.taps * s.out + s.in), 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t image = plane / s.c * s.taps * s.out;
      const T* const g = grad + plane * s.out;
      T* const pixels = x + plane * s.in;
      __builtin_memset(pixels, 0, static_cast<size_t>(s.in) * sizeof(T));
      for (int64_t k = 0; k < s.taps; ++k)
        for (int64_t p = 0; p < s.out; ++p) {
          const int64_t at = image + k * s.out + p;
          if (index[at] >= 0) pixels[index[at]] += weight[at] * g[p];
        }
    }
  });
}

template <class T>
void match(const PlacesShape& s, const int64_t* index, const T* grad, const T* x, T* weight) {
  for_ranges(s.n * s.taps, grain_of(s.c * s.out), 1, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t* const at = index + line * s.out;
      T* const o = weight + line * s.out;
      __builtin_memset(o, 0, static_cast<size_t>(s.out) * sizeof(T));
      for (int64_t c = 0; c < s.c; ++c) {
        const int64_t plane = line / s.taps * s.c + c;
        const T *g = grad + plane * s.out, *pixels = x + plane * s.in;
        for (int64_t p = 0; p < s.out; ++p)
          if (at[p] >= 0) o[p] += g[p] * pixels[at[p]];
      }
    }
  });
}

}  // namespace

const PlacesKernels resample_places_kernels = {
    {gather<float>, scatter<float>, match<float>},
    {gather<double>, scatter<double>, match<double>},
};

}  // namespace fastgrad::FG_LEVEL
