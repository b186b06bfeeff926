// log and what is made of it, and pow.
//
// log: x = 2^k m, 3/4 <= m < 3/2. By table (math_log_tables.h) where there is one; else f = m - 1, s = f / (2 + f):
// log(m) = 2 atanh(s) = f - s (f - s^2 Q(s^2)), Q minimax; f is exact and leads the sum (Cody & Waite 1980; Muller,
// Handbook of Floating-Point Arithmetic, 2018).
// pow: the same series with its first two terms in double-double (Dekker 1971), |error| of the logarithm < 2^-66.
#pragma once

#include <type_traits>

#include "simd/math_exp.h"
#include "simd/math_log_tables.h"
#include "simd/math_round.h"

namespace fastgrad::FG_LEVEL {

template <class T>
struct LogConstants;
template <>
struct LogConstants<float> {
  static constexpr float kLog[] = {0.666666627f, 0.400008678f, 0.285067946f, 0.241034865f};
  static constexpr float kInvLn2Hi = 0x1.715476p+0f, kInvLn2Lo = 0x1.4ae0cp-26f;
  static constexpr float kInvLn10Hi = 0x1.bcb7b2p-2f, kInvLn10Lo = -0x1.5b235ep-27f;
  static constexpr float kLog10Of2Hi = 0x1.344p-2f, kLog10Of2Lo = 0x1.3509f8p-18f;
};
template <>
struct LogConstants<double> {
  static constexpr double kLog[] = {0.66666666666672825, 0.39999999996102242, 0.28571429405954418, 0.22222137630654828,
                                    0.18186391732042725, 0.15249475130975046, 0.15373739192045965};
  static constexpr double kInvLn2Hi = 0x1.71547652b82fep+0, kInvLn2Lo = 0x1.777d0ffda0d24p-56;
  static constexpr double kInvLn10Hi = 0x1.bcb7b1526e50ep-2, kInvLn10Lo = 0x1.95355baaafad3p-57;
  static constexpr double kLog10Of2Hi = 0x1.34413509f8p-2, kLog10Of2Lo = -0x1.80433b83b532ap-44;
};
template <class V>
using LogOf = LogConstants<typename Format<V>::T>;

// x = 2^k m for positive finite x, subnormal too if kSubnormal.
template <class V>
struct LogParts {
  V m, k;
};
template <class V, bool kSubnormal = true>
FG_INLINE LogParts<V> log_parts(V x) {
#if defined(__AVX512F__)
  V m, e;
  if constexpr (sizeof(x[0]) == 4) {
    m = (V)_mm512_maskz_getmant_ps(-1, (__m512)x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    e = (V)_mm512_maskz_getexp_ps(-1, (__m512)x);
  } else {
    m = (V)_mm512_maskz_getmant_pd(-1, (__m512d)x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    e = (V)_mm512_maskz_getexp_pd(-1, (__m512d)x);
  }
  return {m, m < 1 ? e + 1 : e};
#else
  using F = Format<V>;
  using I = typename F::I;
  constexpr typename F::Int one = static_cast<typename F::Int>(F::kBias) << F::kMantissaBits;
  const auto tiny = x < F::kMinNormal;
  const V n = kSubnormal ? tiny ? x * (F::kTwoToMantissa * 4) : x : x;
  const I i = (I)n + (one - F::kThreeQuarters);
  const V m = (V)((i & F::kMantissaMask) + F::kThreeQuarters);
  // i is positive: its exponent field, laid into the mantissa of 2^(mantissa bits)
  const I e = (I)((typename F::U)i >> F::kMantissaBits);
  const V k = (V)(e | (I)fill<V>(F::kTwoToMantissa));
  const V bias = fill<V>(F::kTwoToMantissa + F::kBias);
  return {m, k - (kSubnormal ? tiny ? bias + (F::kMantissaBits + 2) : bias : bias)};
#endif
}

// log(1 + f) - f.
template <class V>
FG_INLINE V log_tail(V f) {
  const V s = f / (f + 2), z = s * s, h = f * f * typename Format<V>::T(0.5);
  return s * fma(z, poly(z, LogOf<V>::kLog), h) - h;
}

// What log, log2 and log10 are of 0, negatives, infinity and NaN.
template <class V>
FG_INLINE V log_special(V x, V y) {
  using F = Format<V>;
  const auto ordinary = (x > 0) & (x < F::kInf);
  if (any_lane<V>(~ordinary)) [[unlikely]] {
    y = ordinary ? y : x;
    y = x == 0 ? fill<V>(-F::kInf) : y;
    y = x < 0 ? fill<V>(F::kNaN) : y;
  }
  return y;
}

// Whether every lane is positive and finite, and normal where log_parts asks for that.
template <class V>
FG_INLINE bool all_ordinary(V x) {
#if defined(__AVX512F__)
  constexpr int special = 0xdf;  // NaN, zero, infinite, negative: all but subnormal
  if constexpr (sizeof(x[0]) == 4) return _mm512_fpclass_ps_mask((__m512)x, special) == 0;
  else return _mm512_fpclass_pd_mask((__m512d)x, special) == 0;
#else
  // Ordinary numbers' bits are neighbours: moved so that the lowest of them is the lowest integer, one comparison
  // tells.
  using F = Format<V>;
  using Int = typename F::Int;
  using Bits = std::make_unsigned_t<Int>;
  constexpr Bits low = Bits{1} << F::kMantissaBits, count = Bits{2} * F::kBias << F::kMantissaBits;
  constexpr Bits lowest = static_cast<Bits>(F::kSignBit);
  const auto moved = (typename F::I)((typename F::U)x + (lowest - low));
  return !any_lane<V>(moved >= static_cast<Int>(lowest + count));
#endif
}

// f(x, whether to expect subnormal numbers) where all is ordinary; else what is special corrected.
template <class V, class Fn>
FG_INLINE V log_with(V x, const Fn& f) {
  V y = f(x, std::false_type{});
  if (!all_ordinary(x)) [[unlikely]] y = log_special(x, f(x, std::true_type{}));
  return y;
}

// (k a_hi + k a_lo) + (f + tail) b
template <class V>
FG_INLINE V log_times(V k, V f, typename Format<V>::T a_hi, typename Format<V>::T a_lo, typename Format<V>::T b_hi,
                      typename Format<V>::T b_lo) {
  const Pair<V> l = fast_two_sum(f, log_tail(f));
  const Pair<V> p = two_product(l.hi, fill<V>(b_hi));
  const V low = fma(l.hi, fill<V>(b_lo), fma(l.lo, fill<V>(b_hi), p.lo));
  const Pair<V> s = two_sum(k * a_hi, p.hi);
  return s.hi + (s.lo + fma(k, fill<V>(a_lo), low));
}

// By table: (k a + t) + (f b + f^2 Q(f)), the first sum exact.
template <class V, class Table>
FG_INLINE LogParts<V> log_reduced(const LogParts<V>& p, const Table& table, V& t) {
  using F = Format<V>;
  using L = LogTables<typename F::T>;
  const auto i = (typename F::I)p.m >> (F::kMantissaBits - __builtin_ctz(L::kSize));
  t = log_lookup(table.t, i);
  return {fma(p.m, log_lookup(table.r, i), fill<V>(-1)), p.k};
}
template <class V, class Table>
FG_INLINE V log_times_by_table(const LogParts<V>& parts, const Table& table, typename Format<V>::T a_hi,
                               typename Format<V>::T a_lo, typename Format<V>::T b_hi, typename Format<V>::T b_lo) {
  V t;
  const LogParts<V> p = log_reduced(parts, table, t);
  const V f = p.m;
  V s = fma(f, fill<V>(b_hi), f * fma(poly(f, table.c), f, fill<V>(b_lo)));
  if (a_lo != 0) s = fma(p.k, fill<V>(a_lo), s);
  return fma(p.k, fill<V>(a_hi), t) + s;
}

template <class V>
FG_INLINE V log(V x) {
  using C = ExpOf<V>;
  using L = LogTables<typename Format<V>::T>;
  return log_with(x, [](V v, auto subnormal) __attribute__((always_inline)) {
    const LogParts<V> p = log_parts<V, subnormal>(v);
    if constexpr (L::kExist) {
      V t;
      const V f = log_reduced(p, L::kLog, t).m;
      const V s = fma(f * f, poly(f, L::kLog.c), f);
      return fma(p.k, fill<V>(C::kLn2Hi), t) + fma(p.k, fill<V>(C::kLn2Lo), s);
    } else {
      const V f = p.m - 1;
      return fma(p.k, fill<V>(C::kLn2Hi), f + fma(p.k, fill<V>(C::kLn2Lo), log_tail(f)));
    }
  });
}
template <class V>
FG_INLINE V log2(V x) {
  using C = LogOf<V>;
  using L = LogTables<typename Format<V>::T>;
  return log_with(x, [](V v, auto subnormal) __attribute__((always_inline)) {
    const LogParts<V> p = log_parts<V, subnormal>(v);
    if constexpr (L::kExist) return log_times_by_table(p, L::kLog2, 1, 0, C::kInvLn2Hi, C::kInvLn2Lo);
    else return log_times(p.k, p.m - 1, 1, 0, C::kInvLn2Hi, C::kInvLn2Lo);
  });
}
template <class V>
FG_INLINE V log10(V x) {
  using C = LogOf<V>;
  using L = LogTables<typename Format<V>::T>;
  return log_with(x, [](V v, auto subnormal) __attribute__((always_inline)) {
    const LogParts<V> p = log_parts<V, subnormal>(v);
    if constexpr (L::kExist)
      return log_times_by_table(p, L::kLog10, C::kLog10Of2Hi, C::kLog10Of2Lo, C::kInvLn10Hi, C::kInvLn10Lo);
    else return log_times(p.k, p.m - 1, C::kLog10Of2Hi, C::kLog10Of2Lo, C::kInvLn10Hi, C::kInvLn10Lo);
  });
}

// log(u + c), u = 1 + x rounded and c what the rounding lost: c / u is added to log(u). For ordinary x > -1.
template <class V>
FG_INLINE V log_of_sum(Pair<V> u) {
  using F = Format<V>;
  using C = ExpOf<V>;
  const LogParts<V> p = log_parts<V, false>(u.hi);
  const V f = p.m - 1;
  const V c = u.lo * pow2(max(-p.k, fill<V>(-F::kBias)));
  const V low = log_tail(f) + fma(p.k, fill<V>(C::kLn2Lo), c * fma(f, f - 1, fill<V>(1)));
  return fma(p.k, fill<V>(C::kLn2Hi), f + low);
}
template <class V>
FG_INLINE V log1p(V x) {
  using F = Format<V>;
  V y = copysign(log_of_sum(two_sum(x, fill<V>(1))), x);
  const auto ordinary = (x > -1) & (x < F::kInf);
  if (any_lane<V>(~ordinary)) [[unlikely]] {
    y = ordinary ? y : x;
    y = x == -1 ? fill<V>(-F::kInf) : y;
    y = x < -1 ? fill<V>(F::kNaN) : y;
  }
  return y;
}

// max(x, 0) + log(1 + exp(-|x|))
template <class V>
FG_INLINE V softplus(V x) {
  return max(V{}, x) + log_of_sum(fast_two_sum(fill<V>(1), exp(negative_abs(x))));
}

// log(x) in double-double for positive finite x.
FG_INLINE Pair<F64> log_pair(F64 x) {
  using C = ExpConstants<double>;
  // log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + s^5 P(s^2)
  static constexpr double kTail[] = {0.39999999999999719, 0.28571428571579877, 0.22222222190791854,
                                     0.18181821567139575, 0.15384404583591119, 0.13341203146325756,
                                     0.11591478621092957, 0.12576846321423926};
  const LogParts<F64> p = log_parts(x);
  const F64 f = p.m - 1;
  const Pair<F64> d = fast_two_sum(splat(2.0), f);
  const F64 inverse = 1 / d.hi;
  const F64 sh = f * inverse;
  const F64 sl = fma(-sh, d.lo, residual(sh, d.hi, f)) * inverse;
  const Pair<F64> zz = two_product(sh, sh);
  const Pair<F64> z = fast_two_sum(zz.hi, fma(sh + sh, sl, zz.lo));
  // c = 2/3 + z P(z), s^3 c
  const F64 tail = z.hi * poly(z.hi, kTail);
  Pair<F64> c = fast_two_sum(splat(0x1.5555555555555p-1), tail);
  c.lo += 0x1.5555555555555p-55;
  const Pair<F64> zc = two_product(z.hi, c.hi);
  const F64 zcl = fma(z.hi, c.lo, fma(z.lo, c.hi, zc.lo));
  const Pair<F64> szc = two_product(sh, zc.hi);
  const F64 szcl = fma(sh, zcl, fma(sl, zc.hi, szc.lo));
  // k ln 2 + 2 s + s^3 c, largest first
  const Pair<F64> a = fast_two_sum(p.k * C::kLn2Hi, sh + sh);
  const Pair<F64> b = two_sum(a.hi, szc.hi);
  const F64 low = (a.lo + b.lo) + (fma(p.k, splat(C::kLn2Lo), sl + sl) + szcl);
  return fast_two_sum(b.hi, low);
}

// C99 Annex F.10.4.4, given |x|^y: signs of negative bases, and the cases that are 1 or NaN whatever the rest.
template <class V>
FG_INLINE V pow_special(V x, V y, V r) {
  using F = Format<V>;
  const V half = y * typename F::T(0.5);
  const auto integer = trunc(y) == y;
  const auto odd = integer & (trunc(half) != half);
  r = (V)((typename F::I)r ^ ((typename F::I)x & odd & F::kSignBit));
  r = ((x < 0) & (x > -F::kInf) & ~integer & ~isnan(y)) ? fill<V>(F::kNaN) : r;
  r = ((x == 1) | (y == 0) | ((x == -1) & (abs(y) == F::kInf))) ? fill<V>(1) : r;
  return r;
}

FG_INLINE F64 pow(F64 x, F64 y) {
  using F = Format<F64>;
  using C = ExpConstants<double>;
  const F64 a = abs(x);
  Pair<F64> l = log_pair(a);
  const I64 ordinary = (a > 0) & (a < F::kInf);
  l.lo = ordinary ? l.lo : F64{};
  l.hi = ordinary ? l.hi : a == 0 ? splat(-F::kInf) : a;
  // y log|x|; the pair's low half is dropped where the high half alone decides
  const F64 ys = max(splat(-0x1p100), min(splat(0x1p100), y));
  const Pair<F64> t = two_product(ys, l.hi);
  const F64 c = max(splat(-800.0), min(splat(800.0), y * l.hi));
  const F64 low = abs(c) < 800 ? fma(ys, l.lo, t.lo) : F64{};
  const F64 k = nearest(c, C::kLog2E).k;
  const F64 rh = fma(k, splat(-C::kLn2Hi), c);
  const Pair<F64> r = fast_two_sum(rh, fma(k, splat(-C::kLn2Lo), low));
  const F64 q = fma(r.hi * r.hi, poly(r.hi, C::kExp), r.lo);
  return pow_special(x, y, scale((r.hi + q) + 1, k));
}

// |x|^y for x and y that were floats: the logarithm to 2^-35 leaves y log|x|, where it matters at most 104, to 2^-28.
FG_INLINE F64 pow_short(F64 x, F64 y) {
  using F = Format<F64>;
  using C = ExpConstants<double>;
  static constexpr double kLogShort[] = {0.66666663059289655, 0.4000086743545257, 0.28506794199658836,
                                         0.2410348656462627};
  static constexpr double kExpShort[] = {0.50000000676841838,   0.16666665868976863,   0.041666294942193739,
                                         0.0083334970612985275, 0.0013944659921691614, 0.00019790350068286518};
  const LogParts<F64> p = log_parts<F64, false>(x);
  const F64 f = p.m - 1, s = f / (f + 2), z = s * s;
  F64 l = fma(p.k, splat(0x1.62e42fefa39efp-1), fma(s * z, poly(z, kLogShort), s + s));
  l = ((x > 0) & (x < F::kInf)) ? l : x == 0 ? splat(-F::kInf) : x;
  const F64 t = max(splat(-120.0), min(splat(100.0), y * l));
  const Nearest<F64> n = nearest<F::kBias>(t, C::kLog2E);
  const F64 r = fma(n.k, splat(-0x1.62e42fefa39efp-1), t);
  return fma(r * r, poly(r, kExpShort), r + 1) * (F64)(n.bits << F::kMantissaBits);
}
FG_INLINE F32 pow(F32 x, F32 y) {
  const auto short_pow = [](F64 a, F64 b) __attribute__((always_inline)) { return pow_short(a, b); };
  return pow_special(x, y, by_double(abs(x), y, short_pow));
}

}  // namespace fastgrad::FG_LEVEL
