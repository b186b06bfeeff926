// Where the places of a grid lie, sums at places of images (PlacesShape), and their transposes. All arrays are dense;
// nothing may alias.
//
// Places are located, gathered and matched a block at a time, in loops without branches, which become vectors; what a
// block needs stays in the first cache for all channels. A channel of an image is one task of scatter, which adds to its
// pixels in the order of taps and places. Sums are in order of taps, or of channels: nothing depends on how the work is
// cut.
#include "kernels/resample/resample.h"
#include "simd/integers.h"
#include "simd/pieces.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kBlock = 256;  // places
inline constexpr int64_t kPieceTaps = 16 << 10;  // some 20 us of work
inline constexpr int kMostTaps = 4;  // of an axis

FG_INLINE int64_t grain_of(int64_t taps_each) { return larger(kPieceTaps / larger(taps_each, 1), 1); }

// f(image, first place, places) over blocks of the places of n images.
template <class F>
FG_INLINE void over_blocks(int64_t n, int64_t places, int64_t taps_each, const F& f) {
  const int64_t blocks = ceil_div(places, kBlock);
  for_ranges(n * blocks, grain_of(taps_each * kBlock), 1, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t from = u % blocks * kBlock;
      f(u / blocks, from, smaller(kBlock, places - from));
    }
  });
}

// Of numbers in the range of int32.
template <class T>
FG_INLINE T whole_part(T x) {
  const T whole = static_cast<T>(static_cast<int32_t>(x));
  return whole > x ? whole - 1 : whole;
}
template <class T>
FG_INLINE T clamped(T x, T low, T high) {  // low where it is NaN
  x = x > low ? x : low;
  return x < high ? x : high;
}

// Coordinates brought inside of an axis of the image; at the borders themselves nothing depends on the grid any more.
template <class T>
FG_INLINE void bring_inside(const GridShape& s, int64_t size, int64_t count, T* at, T* slope) {
  const T last = static_cast<T>(size - 1);
  if (s.beyond == PlaceBeyond::Reflection) {
    const T low = s.align_corners ? T{0} : T{-1} / 2, span = s.align_corners ? last : last + 1;
    for (int64_t i = 0; i < count; ++i) {
      const T x = at[i] - low, from = x < 0 ? -x : x;
      const T turns = span > 0 ? whole_part(clamped(from / span, T{0}, T{1 << 30})) : T{0};
      const T rest = span > 0 ? from - turns * span : T{0};
      const bool back = turns - 2 * whole_part(turns / 2) != 0;
      at[i] = (back ? span - rest : rest) + low;
      slope[i] = span > 0 ? ((x < 0) != back ? -slope[i] : slope[i]) : T{0};
    }
  }
  for (int64_t i = 0; i < count; ++i) {
    slope[i] = at[i] > 0 && at[i] < last ? slope[i] : T{0};
    at[i] = clamped(at[i], T{0}, last);
  }
}

template <class T>
void locate(const GridShape& s, const T* grid, int32_t* index, T* part, T* slope) {
  const int each = s.mode == PlaceMode::Linear ? 2 : s.mode == PlaceMode::Nearest ? 1 : kMostTaps;
  over_blocks(s.n, s.places, s.taps, [&](int64_t n, int64_t from, int64_t count) {
    int32_t pixel[3][kMostTaps][kBlock];
    for (int64_t a = 0; a < s.axes; ++a) {
      const T size = static_cast<T>(s.size[a]);
      const T* const __restrict x = grid + (n * s.places + from) * s.axes + a;
      T* const __restrict along = slope + (n * s.axes + a) * s.places + from;
      T* const __restrict rest = part + (n * s.axes + a) * s.places + from;
      T at[kBlock], low[kBlock];
      for (int64_t i = 0; i < count; ++i) {
        const T g = x[i * s.axes] == x[i * s.axes] ? x[i * s.axes] : T{-1};
        at[i] = s.align_corners ? (g + 1) / 2 * (size - 1) : ((g + 1) * size - 1) / 2;
        along[i] = s.align_corners ? (size - 1) / 2 : size / 2;
      }
      if (s.mode != PlaceMode::Cubic && s.beyond != PlaceBeyond::Zeros) bring_inside(s, s.size[a], count, at, along);
      // further away all is the same, but for reflections
      const bool far = s.mode == PlaceMode::Cubic && s.beyond == PlaceBeyond::Reflection;
      const T least = far ? -T{1 << 30} : T{-4}, most = far ? T{1 << 30} : size + 4;
      for (int64_t i = 0; i < count; ++i) at[i] = clamped(at[i], least, most);
      if (s.mode == PlaceMode::Nearest) {
        for (int64_t i = 0; i < count; ++i) {
          const T half = at[i] + T{1} / 2, up = whole_part(half);
          const bool tie = up == half && up - 2 * whole_part(up / 2) != 0;  // the even one of two
          low[i] = tie ? up - 1 : up;
          along[i] = rest[i] = 0;
        }
      } else {
        for (int64_t i = 0; i < count; ++i) {
          low[i] = whole_part(at[i]);
          rest[i] = at[i] - low[i];
        }
      }
      for (int k = 0; k < each; ++k) {
        T unused[kBlock];
        for (int64_t i = 0; i < count; ++i) {
          at[i] = low[i] + static_cast<T>(s.mode == PlaceMode::Cubic ? k - 1 : k);
          unused[i] = 0;
        }
        if (s.mode == PlaceMode::Cubic && s.beyond != PlaceBeyond::Zeros) bring_inside(s, s.size[a], count, at, unused);
        for (int64_t i = 0; i < count; ++i)
          pixel[a][k][i] = at[i] >= 0 && at[i] < size ? static_cast<int32_t>(at[i]) : -1;
      }
    }
    for (int64_t t = 0; t < s.taps; ++t) {
      int32_t* const __restrict to = index + (n * s.taps + t) * s.places + from;
      for (int64_t i = 0; i < count; ++i) to[i] = 0;
      int64_t digits = t;
      int32_t step = 1;
      for (int64_t a = 0; a < s.axes; ++a, digits /= each) {
        const int32_t* const __restrict at = pixel[a][digits % each];
        for (int64_t i = 0; i < count; ++i) to[i] = (to[i] | at[i]) < 0 ? -1 : to[i] + at[i] * step;
        step *= static_cast<int32_t>(s.size[a]);
      }
    }
  });
}

// The pixel, and zero where there is none; without a branch, so that loops become gathers.
template <class T>
FG_INLINE T pixel_or_zero(const T* pixels, int32_t index) {
  const T v = pixels[index < 0 ? 0 : index];
  return index < 0 ? T{0} : v;
}

// o += w times the pixels at n places. (GCC makes no gathers of its own; with them it is two thirds of the time.)
template <class T>
FG_INLINE void add_pixels(const T* __restrict w, const T* __restrict pixels, const int32_t* __restrict at, int64_t n,
                          T* __restrict o) {
  int64_t p = 0;
#if defined(__AVX512F__)
  constexpr int L = kLanes<T>;
  for (; p + L <= n; p += L) {
    Vec<T> v;
    if constexpr (sizeof(T) == 4) {
      const __m512i i = _mm512_loadu_si512(at + p);
      v = (Vec<T>)_mm512_mask_i32gather_ps(_mm512_setzero_ps(), static_cast<__mmask16>(~_mm512_movepi32_mask(i)), i,
                                           pixels, 4);
    } else {
      const __m256i i = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + p));
      v = (Vec<T>)_mm512_mask_i32gather_pd(_mm512_setzero_pd(), static_cast<__mmask8>(~_mm256_movepi32_mask(i)), i,
                                           pixels, 8);
    }
    store(o + p, load(o + p) + load(w + p) * v);
  }
#endif
  for (; p < n; ++p) o[p] += w[p] * pixel_or_zero(pixels, at[p]);
}

template <class T>
void gather(const PlacesShape& s, const int32_t* index, const T* weight, const T* x, T* out) {
  over_blocks(s.n, s.out, s.taps * s.c, [&](int64_t n, int64_t from, int64_t count) {
    for (int64_t c = 0; c < s.c; ++c) {
      const T* const pixels = x + (n * s.c + c) * s.in;
      T* const o = out + (n * s.c + c) * s.out + from;
      for (int64_t p = 0; p < count; ++p) o[p] = 0;
      for (int64_t k = 0; k < s.taps; ++k) {
        const int32_t* const at = index + (n * s.taps + k) * s.out + from;
        const T* const w = weight + (n * s.taps + k) * s.out + from;
        add_pixels(w, pixels, at, count, o);
      }
    }
  });
}

template <class T>
void scatter(const PlacesShape& s, const int32_t* index, const T* weight, const T* grad, T* x) {
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
void match(const PlacesShape& s, const int32_t* index, const T* grad, const T* x, T* weight) {
  over_blocks(s.n, s.out, s.taps * s.c, [&](int64_t n, int64_t from, int64_t count) {
    for (int64_t k = 0; k < s.taps; ++k) {
      const int32_t* const at = index + (n * s.taps + k) * s.out + from;
      T* const o = weight + (n * s.taps + k) * s.out + from;
      for (int64_t p = 0; p < count; ++p) o[p] = 0;
      for (int64_t c = 0; c < s.c; ++c) {
        const T* const pixels = x + (n * s.c + c) * s.in;
        const T* const g = grad + (n * s.c + c) * s.out + from;
        add_pixels(g, pixels, at, count, o);
      }
    }
  });
}

}  // namespace

const PlacesKernels resample_places_kernels = {
    {locate<float>, gather<float>, scatter<float>, match<float>},
    {locate<double>, gather<double>, scatter<double>, match<double>},
};

}  // namespace fastgrad::FG_LEVEL
