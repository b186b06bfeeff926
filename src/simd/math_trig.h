// sin, cos, tan.
//
// x = n pi/2 + r, |r| <= pi/4, r as an unevaluated pair. With FMA three parts of pi/2 of full length; without, two of
// 33 bits (their products with n are exact) and a third (Cody & Waite 1980). Arguments too large for that, and those
// for which r is too near 0, are reduced lane by lane in integers with as many bits of 2/pi as they need (Payne & Hanek
// 1983).
// Float: with FMA in float, otherwise (and tan always) in double with polynomials to 2^-33; large arguments by double's
// own functions.
#pragma once

#include "simd/math_round.h"

namespace fastgrad::FG_LEVEL {

struct TrigConstants {
  static constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;
  static constexpr double kPiHalf[] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
  static constexpr double kPiHalf33[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
  static constexpr double kMaxTurns = 0x1p20;
  static constexpr double kSin[] = {-0.1666666666666663,    0.0083333333333220905,   -0.00019841269829566239,
                                    2.7557313613012433e-06, -2.5050746408854693e-08, 1.5896149303200107e-10};
  static constexpr double kCos[] = {0.041666666666666595,    -0.0013888888888873017, 2.4801587288825832e-05,
                                    -2.7557314171625909e-07, 2.0875699773684808e-09, -1.1358479931683702e-11};
  // For float results. kCosAll is (cos(sqrt(z)) - 1) / z.
  static constexpr double kSinShort[] = {-0.16666654591398364, 0.008332159587289471, -0.00019515120483126671};
  static constexpr double kCosShort[] = {0.041666645650895721, -0.0013887314658609616, 2.4432971044677744e-05};
  static constexpr float kPiHalfFloat[] = {0x1.921fb6p+0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};
  static constexpr float kSinFloat[] = {-0.166666552f, 0.00833215937f, -0.000195151209f};
  static constexpr float kCosAllFloat[] = {-0.5f, 0.0416666195f, -0.00138866797f, 2.43833565e-05f};
};

struct Reduced {
  I64 n;  // modulo 4
  Pair<F64> r;
};

struct ReducedDouble {
  int64_t n;
  double hi, lo;
};

// Any finite |x| >= 2^-9. 192 bits of 2/pi, from the first whose product with x's integer mantissa is not a multiple of
// 4, times that mantissa: two bits of quadrant and 190 of fraction, at least 128 of them significant.
__attribute__((noinline, cold)) static inline ReducedDouble reduce_by_integers(double x) {
  static constexpr uint64_t kTwoOverPi[] = {
      0,                     0xa2f9836e4e441529ULL, 0xfc2757d1f534ddc0ULL, 0xdb6295993c439041ULL, 0xfe5163abdebbc561ULL,
      0xb7246e3a424dd2e0ULL, 0x06492eea09d1921cULL, 0xfe1deb1cb129a73eULL, 0xe88235f52ebb4484ULL, 0xe99c7026b45f7e41ULL,
      0x3991d639835339f4ULL, 0x9c845f8bbdf9283bULL, 0x1ff897ffde05980fULL, 0xef2f118b5a0a6d1fULL, 0x6d367ecf27cb09b7ULL,
      0x4f463f669e5fea2dULL, 0x7527bac7ebe5f17bULL, 0x3d0739f78a5292eaULL, 0x6bfb5fb11f8d5d08ULL, 0x56033046fc7b6babULL,
      0xf0cfbc209af4361dULL, 0xa9e391615ee61b08ULL};
  using U128 = unsigned __int128;
  uint64_t u;
  __builtin_memcpy(&u, &x, 8);
  const int field = static_cast<int>(u >> 52 & 0x7ff);
  if (field == 0x7ff) return {0, x - x, 0};
  const uint64_t m = (u & 0xfffffffffffffULL) | 0x10000000000000ULL;
  // x = m 2^(field - 1075); the table's bit i weighs 2^(63 - i), and the product's first kept bit 2
  const int bit = field - 1075 - 2 + 64, word = bit / 64, shift = bit % 64;
  uint64_t w[3];
  for (int i = 0; i < 3; ++i)
    w[i] = shift == 0 ? kTwoOverPi[word + i]
                      : kTwoOverPi[word + i] << shift | kTwoOverPi[word + i + 1] >> (64 - shift);
  const U128 p2 = static_cast<U128>(m) * w[2];
  const U128 p1 = static_cast<U128>(m) * w[1] + static_cast<uint64_t>(p2 >> 64);
  uint64_t f2 = static_cast<uint64_t>(p2), f1 = static_cast<uint64_t>(p1);
  uint64_t f0 = m * w[0] + static_cast<uint64_t>(p1 >> 64);
  int64_t n = static_cast<int64_t>(f0 >> 62);
  f0 = f0 << 2 | f1 >> 62;
  f1 = f1 << 2 | f2 >> 62;
  f2 <<= 2;
  const bool upper = f0 >> 63;
  if (upper) {  // nearer to the next multiple: 1 - fraction (but for the last bit), negated below
    ++n;
    f0 = ~f0, f1 = ~f1, f2 = ~f2;
  }
  int exponent = 0;
  if (f0 == 0) {
    f0 = f1, f1 = f2, f2 = 0;
    exponent = -64;
  }
  const int zeros = f0 == 0 ? 0 : __builtin_clzll(f0);
  if (zeros > 0) {
    f0 = f0 << zeros | f1 >> (64 - zeros);
    f1 = f1 << zeros | f2 >> (64 - zeros);
  }
  exponent -= zeros;
  // times pi/2 = h 2^-127
  constexpr uint64_t h0 = 0xc90fdaa22168c234ULL, h1 = 0xc4c6628b80dc1cd1ULL;
  const U128 product = static_cast<U128>(f0) * h0 + static_cast<uint64_t>(static_cast<U128>(f0) * h1 >> 64) +
                       static_cast<uint64_t>(static_cast<U128>(f1) * h0 >> 64);
  const double a = static_cast<double>(static_cast<int64_t>(product >> 75));
  const double b = static_cast<double>(static_cast<int64_t>(product >> 22 & 0x1fffffffffffffULL));
  // a 2^75 + b 2^22, in units of 2^(exponent - 127)
  const uint64_t scale_a = static_cast<uint64_t>(exponent - 127 + 75 + 1023) << 52;
  double unit;
  __builtin_memcpy(&unit, &scale_a, 8);
  if (upper != (u >> 63 != 0)) unit = -unit;
  if (u >> 63) n = -n;
  const double ah = a * unit, bl = b * (unit * 0x1p-53);
  const double hi = ah + bl;
  return {n, hi, (ah - hi) + bl};
}

// The lanes in `rare`, again.
FG_INLINE void reduce_rare(F64 x, I64 rare, Reduced& d) {
  for (int i = 0; i < kLanes<double>; ++i) {
    if (rare[i] == 0) continue;
    const ReducedDouble r = reduce_by_integers(x[i]);
    d.n[i] = r.n;
    d.r.hi[i] = r.hi;
    d.r.lo[i] = r.lo;
  }
}

FG_INLINE Reduced reduce(F64 x) {
  using C = TrigConstants;
  const auto [n, bits] = nearest(x, C::kTwoOverPi);
  Reduced d;
  d.n = bits;
  I64 rare = abs(n) > C::kMaxTurns;
  if constexpr (kHasFma) {
    const F64 a = fma(n, splat(-C::kPiHalf[0]), x);  // exact
    d.r.hi = fma(n, splat(-C::kPiHalf[1]), a);
    d.r.lo = fma(n, splat(-C::kPiHalf[2]), fma(n, splat(-C::kPiHalf[1]), a - d.r.hi));
  } else {
    const F64 a = x - n * C::kPiHalf33[0];  // exact
    const Pair<F64> b = two_sum(a, -n * C::kPiHalf33[1]);
    d.r = fast_two_sum(b.hi, b.lo - n * C::kPiHalf33[2]);
  }
  rare |= abs(d.r.hi) < abs(n) * 0x1p-40;
  if (any_lane<F64>(rare)) [[unlikely]] reduce_rare(x, rare, d);
  return d;
}

// sin and cos of |r| <= pi/4, each as a pair.
FG_INLINE Pair<F64> sin_pair(Pair<F64> r) {
  const F64 z = r.hi * r.hi;
  // d sin(r) = cos(r) dr
  return {r.hi, fma(r.hi * z, poly(z, TrigConstants::kSin), r.lo - r.lo * z * 0.5)};
}
FG_INLINE Pair<F64> cos_pair(Pair<F64> r) {
  const F64 z = r.hi * r.hi, h = z * 0.5, c = 1 - h;
  return {c, ((1 - c) - h) + fma(z * z, poly(z, TrigConstants::kCos), -(r.hi * r.lo))};
}

// The sine in quadrant n, given the sine and cosine within it.
template <class V>
FG_INLINE V by_quadrant(typename Format<V>::I n, V s, V c) {
  using I = typename Format<V>::I;
  const V y = (n & 1) == 0 ? s : c;
  return (V)((I)y ^ (n << (Format<V>::kSignShift - 1) & Format<V>::kSignBit));
}

FG_INLINE F64 sin_shifted(F64 x, int quadrant) {
  const Reduced d = reduce(x);
  const Pair<F64> s = sin_pair(d.r), c = cos_pair(d.r);
  return by_quadrant(d.n + quadrant, s.hi + s.lo, c.hi + c.lo);
}
FG_INLINE F64 sin(F64 x) {
  const F64 y = sin_shifted(x, 0);
  return x == 0 ? x : y;
}
FG_INLINE F64 cos(F64 x) { return sin_shifted(x, 1); }

FG_INLINE F64 tan(F64 x) {
  const Reduced d = reduce(x);
  const Pair<F64> s = sin_pair(d.r), c = cos_pair(d.r);
  const Pair<F64> sn = fast_two_sum(s.hi, s.lo), cn = fast_two_sum(c.hi, c.lo);
  const I64 even = (d.n & 1) == 0;
  const F64 nh = even ? sn.hi : -cn.hi, nl = even ? sn.lo : -cn.lo;
  const F64 dh = even ? cn.hi : sn.hi, dl = even ? cn.lo : sn.lo;
  // the quotient, corrected by its remainder
  const F64 inverse = 1 / dh, q = nh * inverse;
  const F64 y = fma(fma(-q, dl, residual(q, dh, nh) + nl), inverse, q);
  return abs(x) < 0x1p-300 ? x : y;
}

// Double's functions for the float arguments that the short ways below do not reach.
__attribute__((noinline, cold)) static inline F32 sin_far(F32 x) {
  return by_double(x, [](F64 h) __attribute__((always_inline)) { return sin(h); });
}
__attribute__((noinline, cold)) static inline F32 cos_far(F32 x) {
  return by_double(x, [](F64 h) __attribute__((always_inline)) { return cos(h); });
}
__attribute__((noinline, cold)) static inline F32 tan_far(F32 x) {
  return by_double(x, [](F64 h) __attribute__((always_inline)) { return tan(h); });
}
inline constexpr float kFarDouble = 0x1p20f, kFarFloat = 0x1p13f;

// sin and cos in quadrant n, in double to 2^-33.
struct SinCosShort {
  I64 n;
  F64 s, c;
};
FG_INLINE SinCosShort sin_cos_short(F64 x) {
  using C = TrigConstants;
  const auto [n, bits] = nearest(x, C::kTwoOverPi);
  const F64 r = fma(n, splat(-(C::kPiHalf33[1] + C::kPiHalf33[2])), fma(n, splat(-C::kPiHalf33[0]), x));
  const F64 z = r * r;
  return {bits, fma(r * z, poly(z, C::kSinShort), r), fma(z * z, poly(z, C::kCosShort), 1 - z * 0.5)};
}

template <int kQuadrant>
FG_INLINE F32 sin_shifted(F32 x) {
  using C = TrigConstants;
  if constexpr (kHasFma) {
    const auto [n, bits] = nearest(x, static_cast<float>(C::kTwoOverPi));
    F32 r = fma(n, splat(-C::kPiHalfFloat[0]), x);
    r = fma(n, splat(-C::kPiHalfFloat[1]), r);
    r = fma(n, splat(-C::kPiHalfFloat[2]), r);
    const F32 z = r * r;
    return by_quadrant(bits + kQuadrant, fma(r * z, poly(z, C::kSinFloat), r),
                       fma(z, poly(z, C::kCosAllFloat), splat(1.0f)));
  } else {
    return by_double(x, [](F64 h) __attribute__((always_inline)) {
      const SinCosShort d = sin_cos_short(h);
      return by_quadrant(d.n + kQuadrant, d.s, d.c);
    });
  }
}
FG_INLINE F32 sin(F32 x) {
  const I32 far = abs(x) > (kHasFma ? kFarFloat : kFarDouble);
  F32 y = sin_shifted<0>(x);
  if (any<int32_t>(far)) [[unlikely]] y = far ? sin_far(x) : y;  // a lane's result does not depend on its neighbours
  return x == 0 ? x : y;
}
FG_INLINE F32 cos(F32 x) {
  const I32 far = abs(x) > (kHasFma ? kFarFloat : kFarDouble);
  F32 y = sin_shifted<1>(x);
  if (any<int32_t>(far)) [[unlikely]] y = far ? cos_far(x) : y;
  return y;
}
FG_INLINE F32 tan(F32 x) {
  const I32 far = abs(x) > kFarDouble;
  F32 y = by_double(x, [](F64 h) __attribute__((always_inline)) {
    const SinCosShort d = sin_cos_short(h);
    const I64 even = (d.n & 1) == 0;
    return (even ? d.s : -d.c) / (even ? d.c : d.s);
  });
  if (any<int32_t>(far)) [[unlikely]] y = far ? tan_far(x) : y;
  return x == 0 ? x : y;
}

}  // namespace fastgrad::FG_LEVEL
