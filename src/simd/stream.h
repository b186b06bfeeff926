// Stores past the caches, for results so large that whoever reads them next finds other things there.
#pragma once

#include "simd/vec.h"

namespace fastgrad::FG_LEVEL {

// Results that are so large together with what they are made of. A plain store first fetches the line that it
// overwrites: among other arrays as large, copying 26 MB took 3.2 ms on one core, past the caches 1.8.
inline constexpr int64_t kStreamTotalBytes = 48 << 20;

// p is aligned to whole vectors.
template <class T>
FG_INLINE void store_streaming(T* p, Vec<T> v) {
#if defined(__AVX512F__)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(p), (__m512i)v);
#elif defined(__AVX2__)
  _mm256_stream_si256(reinterpret_cast<__m256i*>(p), (__m256i)v);
#elif defined(__SSE2__)
  _mm_stream_si128(reinterpret_cast<__m128i*>(p), (__m128i)v);
#else
  store(p, v);
#endif
}

// Streamed lines are ordered before what other threads are told afterwards.
FG_INLINE void streaming_fence() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace fastgrad::FG_LEVEL
