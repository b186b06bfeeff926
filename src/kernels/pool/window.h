// What the pooling kernels share: cutting into pieces, strided vector loads, the valid part of a window, which element
// is the largest.
#pragma once

#include <type_traits>
#include <utility>

#include "kernels/pool/pool.h"
#include "simd/integers.h"
#include "simd/lanes.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "simd/stream.h"
#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

// Memory that one piece should touch: some 10 us of work, and nothing smaller is worth a second thread.
inline constexpr int64_t kPoolPieceBytes = 128 << 10;

FG_INLINE int64_t pool_grain(int64_t bytes_per_item) {
  const int64_t grain = kPoolPieceBytes / (bytes_per_item > 0 ? bytes_per_item : 1);
  return grain > 0 ? grain : 1;
}

// Whether an input's gradient of channels last is stored past the caches.
template <class T>
FG_INLINE bool streams_gradient(const PoolShape& s, const T* grad_x) {
  constexpr int64_t kItem = sizeof(T);
  return s.n * s.c * (s.h * s.w + s.oh * s.ow) * kItem > kStreamTotalBytes && s.c % kLanes<T> == 0 &&
         reinterpret_cast<uintptr_t>(grad_x) % static_cast<uintptr_t>(kVectorBytes) == 0;
}
template <class T, class Lanes>
FG_INLINE void store_gradient(T* p, Vec<T> v, Lanes lanes, bool streaming) {
  if constexpr (!std::is_same_v<Lanes, int>)
    if (streaming) return store_streaming(p, v);
  store_lanes<T>(p, v, lanes);
}

// Positions k in [begin, end) of a window starting at `start` (maybe negative) that lie in [0, size).
struct WindowRange {
  int64_t begin, end;
};
FG_INLINE WindowRange clip_window(int64_t start, int64_t kernel, int64_t dilation, int64_t size) {
  int64_t begin = 0, end = kernel;
  if (start < 0) begin = (-start + dilation - 1) / dilation;
  if (start + (kernel - 1) * dilation >= size) end = (size - start + dilation - 1) / dilation;
  return {begin, end};
}

// Outputs [begin, end) whose window lies wholly inside the axis.
FG_INLINE WindowRange whole_windows(int64_t out, int64_t kernel, int64_t step, int64_t pad, int64_t dilation,
                                    int64_t size) {
  int64_t begin = ceil_div(pad, step);
  const int64_t room = size - 1 - (kernel - 1) * dilation + pad;
  int64_t end = room < 0 ? 0 : room / step + 1;
  if (end > out) end = out;
  if (begin > end) begin = end;
  return {begin, end};
}

template <class V, size_t... I>
FG_INLINE V every_second(V a, V b, std::index_sequence<I...>) {
  return __builtin_shufflevector(a, b, (2 * I < sizeof...(I) ? 2 * I : 2 * I + 1)...);
}
template <size_t From, class V, size_t... I>
FG_INLINE V interleave(V a, V b, std::index_sequence<I...>) {
  return __builtin_shufflevector(a, b, (From + I / 2 + (I % 2 ? sizeof...(I) : 0))...);
}
template <class V>
using LaneSequence = std::make_index_sequence<sizeof(V) / sizeof(V{}[0])>;

// p[0], p[2], ..., given a = p[0 ... L-1] and b = p[L-1 ... 2L-2]: nothing past the last wanted element is read.
template <class V>
FG_INLINE V every_second(V a, V b) {
  return every_second(a, b, LaneSequence<V>{});
}
// a[0], b[0], a[1], b[1] ...: the first and the second vector of them.
template <class V>
FG_INLINE V interleave_low(V a, V b) {
  return interleave<0>(a, b, LaneSequence<V>{});
}
template <class V>
FG_INLINE V interleave_high(V a, V b) {
  return interleave<sizeof(V) / sizeof(V{}[0]) / 2>(a, b, LaneSequence<V>{});
}

// Lanes p[0], p[step], p[2 * step] ...; n of them (the other lanes zero, their memory untouched).
template <class T>
FG_INLINE Vec<T> load_step(const T* p, int64_t step) {
  constexpr int L = kLanes<T>;
  if (step == 1) return load(p);
  if (step == 2) return every_second(load(p), load(p + L - 1));
  Vec<T> v{};
  for (int i = 0; i < L; ++i) v[i] = p[i * step];
  return v;
}
template <class T>
FG_INLINE Vec<T> load_step_first(const T* p, int64_t step, int n) {
  constexpr int L = kLanes<T>;
  if (step == 1) return load_first(p, n);
  if (step == 2)
    return every_second(load_first(p, 2 * n - 1 < L ? 2 * n - 1 : L), load_first(p + L - 1, 2 * n > L ? 2 * n - L : 0));
  Vec<T> v{};
  for (int i = 0; i < n; ++i) v[i] = p[i * step];
  return v;
}

// The same of a whole vector (lanes: std::integral_constant) or its first lanes (lanes: int).
template <class T, class Lanes>
FG_INLINE Vec<T> load_step_lanes(const T* p, int64_t step, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int>) return load_step_first(p, step, lanes);
  else return load_step(p, step);
}

// f(r, the plane's first element, oh) over rows [begin, end) of all planes' outputs, which takes a division a plane.
template <class T, class F>
FG_INLINE void over_output_rows(const PoolShape& s, const T* x, int64_t begin, int64_t end, const F& f) {
  int64_t plane = begin / s.oh, oh = begin % s.oh;
  for (int64_t r = begin; r < end; ++plane, oh = 0) {
    const T* p = x + plane / s.c * s.stride_n + plane % s.c * s.stride_c;
    for (; oh < s.oh && r < end; ++oh, ++r) f(r, p, oh);
  }
}

// Indices in memory: one byte or four, in registers as wide as T.
template <class T, class I>
struct NarrowVec {
  typedef I type __attribute__((vector_size(kLanes<T> * sizeof(I))));
};
// (GCC 12 narrows to bytes lane by lane where two packs would do.)
template <class T, class I>
FG_INLINE typename NarrowVec<T, I>::type narrow_index(Mask<T> index) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  if constexpr (sizeof(I) == 1 && sizeof(T) == 4) {
    const auto low = _mm256_castsi256_si128((__m256i)index), high = _mm256_extracti128_si256((__m256i)index, 1);
    const __m128i words = _mm_packus_epi32(low, high);
    return __builtin_bit_cast(typename NarrowVec<T, I>::type, _mm_cvtsi128_si64(_mm_packus_epi16(words, words)));
  }
#endif
  return __builtin_convertvector(index, typename NarrowVec<T, I>::type);
}
template <class T, class I>
FG_INLINE void store_index(I* p, Mask<T> index) {
#if defined(__AVX512F__)
  if constexpr (sizeof(I) == 1 && sizeof(T) == 4) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8((__m512i)index));
    return;
  }
#endif
  const auto narrow = narrow_index<T, I>(index);
  __builtin_memcpy(p, &narrow, sizeof narrow);
}
template <class T, class I>
FG_INLINE void store_index_first(I* p, Mask<T> index, int n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(I) == 1) {
    const __m128i bytes = sizeof(T) == 4 ? _mm512_maskz_cvtepi32_epi8(-1, (__m512i)index)
                                         : _mm512_maskz_cvtepi64_epi8(-1, (__m512i)index);
    _mm_mask_storeu_epi8(p, static_cast<__mmask16>((1u << n) - 1u), bytes);
    return;
  }
#endif
  const auto narrow = narrow_index<T, I>(index);
  for (int i = 0; i < n; ++i) p[i] = narrow[i];
}
template <class T, class I, class Lanes>
FG_INLINE void store_index_lanes(I* p, Mask<T> index, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int>) store_index_first<T, I>(p, index, lanes);
  else store_index<T, I>(p, index);
}
// (GCC 12 widens bytes by a chain of unpacks where one instruction would do.)
template <class T, class I>
FG_INLINE Mask<T> load_index(const I* p) {
#if defined(__AVX512F__)
  if constexpr (sizeof(I) == 1 && sizeof(T) == 4)
    return (Mask<T>)_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  if constexpr (sizeof(I) == 1 && sizeof(T) == 8)
    return (Mask<T>)_mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
#elif defined(__AVX2__)
  if constexpr (sizeof(I) == 1 && sizeof(T) == 4)
    return (Mask<T>)_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
#endif
  typename NarrowVec<T, I>::type narrow;
  __builtin_memcpy(&narrow, p, sizeof narrow);
  return __builtin_convertvector(narrow, Mask<T>);
}
template <class T, class I>
FG_INLINE Mask<T> load_index_first(const I* p, int n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(I) == 1) {
    const __m128i bytes = _mm_maskz_loadu_epi8(static_cast<__mmask16>((1u << n) - 1u), p);
    return (Mask<T>)(sizeof(T) == 4 ? _mm512_maskz_cvtepu8_epi32(-1, bytes) : _mm512_maskz_cvtepu8_epi64(-1, bytes));
  }
#endif
  typename NarrowVec<T, I>::type narrow{};
  for (int i = 0; i < n; ++i) narrow[i] = p[i];
  return __builtin_convertvector(narrow, Mask<T>);
}

// f(c, vectors as a constant, lanes) over the channels, Block vectors, one vector, or part of one at a time.
template <class T, int Block, class F>
FG_INLINE void over_channels(int64_t channels, const F& f) {
  constexpr int L = kLanes<T>;
  constexpr std::integral_constant<int, L> whole{};
  int64_t c = 0;
  for (; c + Block * L <= channels; c += Block * L) f(c, std::integral_constant<int, Block>{}, whole);
  for (; c + L <= channels; c += L) f(c, std::integral_constant<int, 1>{}, whole);
  if (c < channels) f(c, std::integral_constant<int, 1>{}, static_cast<int>(channels - c));
}
template <class T, class I, class Lanes>
FG_INLINE Mask<T> load_index_lanes(const I* p, Lanes lanes) {
  if constexpr (std::is_same_v<Lanes, int>) return load_index_first<T, I>(p, lanes);
  else return load_index<T, I>(p);
}

// The larger stays, with its position; NaN is larger than any number, and the first NaN is not replaced by numbers.
template <class T>
FG_INLINE void take_larger(Vec<T>& best, Mask<T>& index, Vec<T> v, Mask<T> k) {
  index = v > best ? k : index;
  best = v > best ? v : best;
  index = v != v ? k : index;
  best = v != v ? v : best;
}

template <class T>
FG_INLINE Mask<T> position(int64_t k) {
  return splat(static_cast<typename MaskType<T>::type>(k));
}

// Backward, rows of pixels, 2x2 windows with step 2 and no padding: each output owns four inputs.
template <class T, class I>
FG_INLINE void max_backward_2x2(const PoolShape& s, const T* grad, const I* index, T* grad_x) {
  constexpr int L = kLanes<T>;
  for (int64_t h = 2 * s.oh; h < s.h; ++h)
    for (int64_t w = 0; w < s.w; ++w) grad_x[h * s.w + w] = 0;
  for (int64_t oh = 0; oh < s.oh; ++oh) {
    const T* g = grad + oh * s.ow;
    const I* k = index + oh * s.ow;
    T* rows[2] = {grad_x + 2 * oh * s.w, grad_x + (2 * oh + 1) * s.w};
    int64_t ow = 0;
    for (; ow + L <= s.ow; ow += L) {
      const Vec<T> v = load(g + ow);
      const Mask<T> chosen = load_index<T, I>(k + ow);
      for (int kh = 0; kh < 2; ++kh) {
        const Vec<T> left = chosen == position<T>(2 * kh) ? v : Vec<T>{};
        const Vec<T> right = chosen == position<T>(2 * kh + 1) ? v : Vec<T>{};
        store(rows[kh] + 2 * ow, interleave_low(left, right));
        store(rows[kh] + 2 * ow + L, interleave_high(left, right));
      }
    }
    if constexpr (kVectorBytes == 64) {
      const int n = static_cast<int>(s.ow - ow);
      const Vec<T> v = load_first(g + ow, n);
      const Mask<T> chosen = load_index_first<T, I>(k + ow, n);
      for (int kh = 0; kh < 2; ++kh) {
        const Vec<T> left = chosen == position<T>(2 * kh) ? v : Vec<T>{};
        const Vec<T> right = chosen == position<T>(2 * kh + 1) ? v : Vec<T>{};
        store_first(rows[kh] + 2 * ow, interleave_low(left, right), 2 * n < L ? 2 * n : L);
        store_first(rows[kh] + 2 * ow + L, interleave_high(left, right), 2 * n > L ? 2 * n - L : 0);
      }
      ow = s.ow;
    }
    for (; ow < s.ow; ++ow)
      for (int q = 0; q < 4; ++q) rows[q / 2][2 * ow + q % 2] = k[ow] == q ? g[ow] : T{0};
    for (int64_t w = 2 * s.ow; w < s.w; ++w) rows[0][w] = rows[1][w] = 0;
  }
}

}  // namespace fastgrad::FG_LEVEL
