// The vector types that every floating-point kernel is written with, for the one instruction set
// (FG_LEVEL: v2, v3, v4, or base where the CPU is unknown) that this object is compiled for.
//
// A Vec<T> is the compiler's own vector type, so + - * / & | ^ << >> < == and the ternary operator are built in.
// Objects compiled for a level may define no symbol outside fastgrad::FG_LEVEL (the linker may keep any copy of a
// weak symbol): no std containers, algorithms or exceptions here or in any kernel; everything is FG_INLINE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#if defined(__x86_64__)
// GCC 12's AVX-512 header reads its own "undefined" vectors, and warns of it wherever it is inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

#include "simd/level.h"

#define FG_INLINE static inline __attribute__((always_inline))

// A function around a tile's loop. Loops that start in the middle of a cache line of code cost up to 7 % with AVX2 and
// 2 % with AVX-512.
#if defined(__GNUC__) && !defined(__clang__)
#define FG_TILE_FUNCTION __attribute__((noinline, optimize("align-loops=64")))
#else
#define FG_TILE_FUNCTION __attribute__((noinline))
#endif

namespace fastgrad::FG_LEVEL {

template <class T>
struct VecType {
  typedef T type __attribute__((vector_size(kVectorBytes)));
  // Aliases T alone, as its elements do (no may_alias): else a loop would fetch every pointer and factor that it was
  // handed by reference again after each store. So memory is read and written as what it holds, or by memcpy.
  typedef T unaligned __attribute__((vector_size(kVectorBytes), aligned(alignof(T))));
};
template <class T>
using Vec = typename VecType<T>::type;
using F32 = Vec<float>;
using F64 = Vec<double>;
using I32 = Vec<int32_t>;
using I64 = Vec<int64_t>;
using U32 = Vec<uint32_t>;
using U64 = Vec<uint64_t>;

template <class T>
inline constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

// The signed integer as wide as T: what comparing two Vec<T> gives, lane by lane 0 or -1.
template <class T>
struct MaskType;
template <>
struct MaskType<float> {
  using type = int32_t;
};
template <>
struct MaskType<int32_t> {
  using type = int32_t;
};
template <>
struct MaskType<uint32_t> {
  using type = int32_t;
};
template <>
struct MaskType<double> {
  using type = int64_t;
};
template <>
struct MaskType<int64_t> {
  using type = int64_t;
};
template <>
struct MaskType<uint64_t> {
  using type = int64_t;
};
template <class T>
using Mask = Vec<typename MaskType<T>::type>;

template <class T>
FG_INLINE Vec<T> splat(T x) {
  return Vec<T>{} + x;
}
template <>
inline __attribute__((always_inline)) Vec<float> splat<float>(float x) {
  // {} + x would turn -0.0 into 0.0
#if defined(__AVX512F__)
  return (F32)_mm512_set1_ps(x);
#elif defined(__AVX2__)
  return (F32)_mm256_set1_ps(x);
#else
  return F32{x, x, x, x};
#endif
}
template <>
inline __attribute__((always_inline)) Vec<double> splat<double>(double x) {
#if defined(__AVX512F__)
  return (F64)_mm512_set1_pd(x);
#elif defined(__AVX2__)
  return (F64)_mm256_set1_pd(x);
#else
  return F64{x, x};
#endif
}

// No pointer needs to be aligned to more than its element.
template <class T>
FG_INLINE Vec<T> load(const T* p) {
  return *reinterpret_cast<const typename VecType<T>::unaligned*>(p);
}
template <class T>
FG_INLINE void store(T* p, Vec<T> v) {
  *reinterpret_cast<typename VecType<T>::unaligned*>(p) = v;
}
// The first n lanes (0 <= n <= kLanes); the other lanes are zero, and their memory is not touched.
template <class T>
FG_INLINE Vec<T> load_first(const T* p, int n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return (Vec<T>)_mm512_maskz_loadu_epi32(static_cast<__mmask16>((1u << n) - 1u), p);
  else
    return (Vec<T>)_mm512_maskz_loadu_epi64(static_cast<__mmask8>((1u << n) - 1u), p);
#elif defined(__AVX2__)  // a copy of n elements would be a call, before which every register goes to memory
  if constexpr (sizeof(T) == 4) {
    const __m256i below = _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    return (Vec<T>)_mm256_maskload_epi32(reinterpret_cast<const int*>(p), below);
  } else {
    const __m256i below = _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
    return (Vec<T>)_mm256_maskload_epi64(reinterpret_cast<const long long*>(p), below);
  }
#else
  Vec<T> v{};
  __builtin_memcpy(&v, p, static_cast<size_t>(n) * sizeof(T));
  return v;
#endif
}
template <class T>
FG_INLINE void store_first(T* p, Vec<T> v, int n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    _mm512_mask_storeu_epi32(p, static_cast<__mmask16>((1u << n) - 1u), (__m512i)v);
  else
    _mm512_mask_storeu_epi64(p, static_cast<__mmask8>((1u << n) - 1u), (__m512i)v);
#elif defined(__AVX2__)  // in halves: a masked store is slow where it is microcode
  if (n >= kLanes<T>) return store(p, v);
  auto* to = reinterpret_cast<char*>(p);
  const auto bytes = static_cast<unsigned>(n) * sizeof(T);
  __m128i half = _mm256_castsi256_si128((__m256i)v);
  if (bytes & 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), half);
    half = _mm256_extracti128_si256((__m256i)v, 1);
    to += 16;
  }
  if (bytes & 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), half);
    half = _mm_unpackhi_epi64(half, half);
    to += 8;
  }
  if (bytes & 4) {
    const int last = _mm_cvtsi128_si32(half);
    __builtin_memcpy(to, &last, sizeof last);
  }
#else
  __builtin_memcpy(p, &v, static_cast<size_t>(n) * sizeof(T));
#endif
}

// a * b + c: rounded once where the level has FMA, twice on v2 and base.
FG_INLINE F32 fma(F32 a, F32 b, F32 c) {
#if defined(__AVX512F__)
  return (F32)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__)
  return (F32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return a * b + c;
#endif
}
FG_INLINE F64 fma(F64 a, F64 b, F64 c) {
#if defined(__AVX512F__)
  return (F64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__AVX2__)
  return (F64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  return a * b + c;
#endif
}

FG_INLINE F32 sqrt(F32 x) {
#if defined(__AVX512F__)
  return (F32)_mm512_maskz_sqrt_ps(0xffff, (__m512)x);  // GCC 12 warns of the unmasked form's undefined operand
#elif defined(__AVX2__)
  return (F32)_mm256_sqrt_ps((__m256)x);
#else
  for (int i = 0; i < kLanes<float>; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}
FG_INLINE F64 sqrt(F64 x) {
#if defined(__AVX512F__)
  return (F64)_mm512_maskz_sqrt_pd(0xff, (__m512d)x);
#elif defined(__AVX2__)
  return (F64)_mm256_sqrt_pd((__m256d)x);
#else
  for (int i = 0; i < kLanes<double>; ++i) x[i] = __builtin_sqrt(x[i]);
  return x;
#endif
}

template <class V>
FG_INLINE V min(V a, V b) {  // b where either is NaN
  return a < b ? a : b;
}
template <class V>
FG_INLINE V max(V a, V b) {  // b where either is NaN
  return a > b ? a : b;
}
#if defined(__AVX512F__)
// One instruction, the same meaning, which GCC does not always find. All-ones masks: the unmasked intrinsics warn.
FG_INLINE F32 min(F32 a, F32 b) { return (F32)_mm512_maskz_min_ps(-1, (__m512)a, (__m512)b); }
FG_INLINE F64 min(F64 a, F64 b) { return (F64)_mm512_maskz_min_pd(-1, (__m512d)a, (__m512d)b); }
FG_INLINE F32 max(F32 a, F32 b) { return (F32)_mm512_maskz_max_ps(-1, (__m512)a, (__m512)b); }
FG_INLINE F64 max(F64 a, F64 b) { return (F64)_mm512_maskz_max_pd(-1, (__m512d)a, (__m512d)b); }
#elif defined(__AVX2__)
FG_INLINE F32 min(F32 a, F32 b) { return (F32)_mm256_min_ps((__m256)a, (__m256)b); }
FG_INLINE F64 min(F64 a, F64 b) { return (F64)_mm256_min_pd((__m256d)a, (__m256d)b); }
FG_INLINE F32 max(F32 a, F32 b) { return (F32)_mm256_max_ps((__m256)a, (__m256)b); }
FG_INLINE F64 max(F64 a, F64 b) { return (F64)_mm256_max_pd((__m256d)a, (__m256d)b); }
#elif defined(__x86_64__)
FG_INLINE F32 min(F32 a, F32 b) { return (F32)_mm_min_ps((__m128)a, (__m128)b); }
FG_INLINE F64 min(F64 a, F64 b) { return (F64)_mm_min_pd((__m128d)a, (__m128d)b); }
FG_INLINE F32 max(F32 a, F32 b) { return (F32)_mm_max_ps((__m128)a, (__m128)b); }
FG_INLINE F64 max(F64 a, F64 b) { return (F64)_mm_max_pd((__m128d)a, (__m128d)b); }
#endif

template <class V>
FG_INLINE V relu(V x) {  // NaN stays NaN, -0 becomes 0
  return x <= V{} ? V{} : x;
}

FG_INLINE I32 bits(F32 x) { return (I32)x; }
FG_INLINE I64 bits(F64 x) { return (I64)x; }
FG_INLINE F32 from_bits(I32 x) { return (F32)x; }
FG_INLINE F64 from_bits(I64 x) { return (F64)x; }
FG_INLINE F32 abs(F32 x) { return (F32)((I32)x & 0x7fffffff); }
FG_INLINE F64 abs(F64 x) { return (F64)((I64)x & 0x7fffffffffffffffLL); }

// Whether any lane of a comparison's result is set.
template <class T>
FG_INLINE bool any(Vec<T> mask) {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_epi8((__m256i)mask) != 0;
#elif defined(__x86_64__)
  return _mm_movemask_epi8((__m128i)mask) != 0;
#else
  T r = 0;
  for (int i = 0; i < kLanes<T>; ++i) r |= mask[i];
  return r != 0;
#endif
}

// Lanes folded in halves, the upper onto the lower: a fixed tree, so the result does not depend on the compiler's mood.
template <class V, class F, size_t... I>
FG_INLINE auto fold_lanes(V v, const F& f, std::index_sequence<I...>) {
  constexpr size_t half = sizeof...(I);
  if constexpr (half == 1) {
    return f(v[0], v[1]);
  } else {
    const auto low = __builtin_shufflevector(v, v, I...), high = __builtin_shufflevector(v, v, (half + I)...);
    return fold_lanes(f(low, high), f, std::make_index_sequence<half / 2>());
  }
}
template <class T>
FG_INLINE T reduce_add(Vec<T> v) {
  return fold_lanes(v, [](auto a, auto b) { return a + b; }, std::make_index_sequence<kLanes<T> / 2>());
}
template <class T>
FG_INLINE T reduce_max(Vec<T> v) {
  return fold_lanes(v, [](auto a, auto b) { return a > b ? a : b; }, std::make_index_sequence<kLanes<T> / 2>());
}

}  // namespace fastgrad::FG_LEVEL
