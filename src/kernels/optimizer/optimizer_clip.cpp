// Norms of all elements of a list of arrays, and scaling and clipping them in place.
#include "kernels/optimizer/spans.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Elements of one partial sum of a norm.
inline constexpr int64_t kNormChunk = 16 << 10;

template <class T>
FG_INLINE F64 low_half(Vec<T> v) {
  if constexpr (std::is_same_v<T, double>) {
    return v;
  } else {
    typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
    Half h;
    __builtin_memcpy(&h, &v, sizeof h);
    return __builtin_convertvector(h, F64);
  }
}
FG_INLINE F64 high_half(F32 v) {
  typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
  Half h;
  __builtin_memcpy(&h, reinterpret_cast<const char*>(&v) + sizeof h, sizeof h);
  return __builtin_convertvector(h, F64);
}

// Of n elements, in double: nothing overflows or vanishes that the result could show.
template <class T>
FG_INLINE double norm_chunk(const T* p, int64_t n, NormKind kind, double power) {
  constexpr int L = kLanes<T>;
  if (kind == NormKind::Power) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += __builtin_pow(__builtin_fabs(static_cast<double>(p[i])), power);
    return sum;
  }
  if (kind == NormKind::Max) {
    double most = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double a = __builtin_fabs(static_cast<double>(p[i]));
      most = a > most || a != a ? a : most;
    }
    return most;
  }
  F64 sums[4] = {};
  const auto add = [&](F64 v, int k) { sums[k] = kind == NormKind::Two ? fma(v, v, sums[k]) : sums[k] + abs(v); };
  int64_t i = 0;
  for (; i + 2 * L <= n; i += 2 * L)
    for (int k = 0; k < 2; ++k) {
      const Vec<T> v = load(p + i + k * L);
      add(low_half<T>(v), 2 * k);
      if constexpr (std::is_same_v<T, float>) add(high_half(v), 2 * k + 1);
    }
  for (; i < n; i += L) {
    const Vec<T> v = load_first(p + i, static_cast<int>(n - i < L ? n - i : L));
    add(low_half<T>(v), 0);
    if constexpr (std::is_same_v<T, float>) add(high_half(v), 1);
  }
  return reduce_add<double>((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

template <class T>
double norm_sum(const ParameterSpan<T>* spans, int64_t count, NormKind kind, double power) {
  int64_t chunks = 0;
  for (int64_t k = 0; k < count; ++k) chunks += (spans[k].n + kNormChunk - 1) / kNormChunk;
  auto* parts =
      static_cast<double*>(runtime::scratch(Scratch::OptimizerSums, static_cast<size_t>(chunks + 1) * sizeof(double)));
  for_ranges(chunks, kPieceBytes / (kNormChunk * static_cast<int64_t>(sizeof(T))), 1, [&](int64_t begin, int64_t end) {
    int64_t start = 0;
    for (int64_t k = 0; k < count && start < end; ++k) {
      const int64_t here = (spans[k].n + kNormChunk - 1) / kNormChunk;
      for (int64_t c = begin > start ? begin : start; c < start + here && c < end; ++c) {
        const int64_t i = (c - start) * kNormChunk, left = spans[k].n - i;
        parts[c] = norm_chunk(spans[k].param + i, left < kNormChunk ? left : kNormChunk, kind, power);
      }
      start += here;
    }
  });
  double sum = 0;
  for (int64_t c = 0; c < chunks; ++c) {
    if (kind == NormKind::Max) sum = parts[c] > sum || parts[c] != parts[c] ? parts[c] : sum;
    else sum += parts[c];
  }
  return sum;
}

template <class T>
void scale(const ParameterSpan<T>* spans, int64_t count, double factor) {
  over_spans<T>(spans, count, 2, [&](const ParameterSpan<T>& s) {
    return [&, f = constant<T>(factor)](int64_t i, auto lanes) {
      store_lanes<T>(s.param + i, load_lanes(s.param + i, lanes) * f, lanes);
    };
  });
}

template <class T>
void clip(const ParameterSpan<T>* spans, int64_t count, double bound) {
  over_spans<T>(spans, count, 2, [&](const ParameterSpan<T>& s) {
    return [&, high = constant<T>(bound), low = constant<T>(-bound)](int64_t i, auto lanes) {
      const Vec<T> v = load_lanes(s.param + i, lanes);
      store_lanes<T>(s.param + i, v > high ? high : (v < low ? low : v), lanes);
    };
  });
}

template <class T>
constexpr ClipFunctions<T> kFunctions = {norm_sum<T>, scale<T>, clip<T>};

}  // namespace

const PerFloat<ClipFunctions> clip_kernels = {kFunctions<float>, kFunctions<double>};

}  // namespace fastgrad::FG_LEVEL
