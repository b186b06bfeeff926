"""The logarithm of the gamma function and its derivatives, to 40 digits, by nothing but arithmetic and logarithms.

With N the next of x, x + 1, ... that is large, Stirling's series give the functions at N, and recurrences lead back:
NIST's Digital Library of Mathematical Functions, https://dlmf.nist.gov, 5.5.1, 5.11.1, 5.11.2 and 5.15.8. Left of 0 the
reflection formulas hold, 5.5.3, 5.5.4 and 5.15.6, whose derivatives of the cotangent are polynomials in it. Digits that
cancel, next to zeros, are more than made up for by those that are carried.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np

CONTEXT = Context(prec=80, Emax=MAX_EMAX, Emin=MIN_EMIN)  # -2**52 + 2**-52 has 68 digits, which t below needs
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")
LARGE, TERMS = 40, 28  # the last term of the series at N >= 40 is below 1e-45 of the first


@cache
def _bernoulli(k: int) -> Fraction:
    """The Bernoulli number of an even k."""
    if k == 0:
        return Fraction(1)
    others = sum(math.comb(k + 1, j) * _bernoulli(j) for j in range(0, k, 2))
    return (Fraction(k + 1, 2) - others) / (k + 1)


@cache
def _coefficient(order: int, k: int) -> Decimal:
    """Of the term of N**-(2 k + order) in the series of the derivative of this order; -1 is lgamma's."""
    factor = _bernoulli(2 * k) * (-1) ** (order + 1)
    if order < 1:
        factor /= 2 * k * (2 * k - 1 if order < 0 else 1)
    else:
        factor *= Fraction(math.factorial(2 * k + order - 1), math.factorial(2 * k))
    with localcontext(CONTEXT):
        return Decimal(factor.numerator) / factor.denominator


def _sine_and_cosine(t: Decimal) -> tuple[Decimal, Decimal]:
    """Of pi t, |t| <= 1/2."""
    x = PI * t
    z, sine, cosine, term, k = x * x, x, Decimal(1), Decimal(1), 0
    while k < 70:
        k += 2
        term *= -z / (k * (k - 1))
        cosine += term
        sine += term * x / (k + 1)
    return sine, cosine


@cache
def _of_cotangent(order: int) -> tuple[int, ...]:
    """The coefficients of a polynomial p: of the cotangent's derivative, which is pi**order p(cot(pi x))."""
    if order == 0:
        return (0, 1)
    slope = [k * c for k, c in enumerate(_of_cotangent(order - 1))][1:]
    return tuple(-a - b for a, b in zip([*slope, 0, 0], [0, 0, *slope], strict=True))


def _lgamma(x: Decimal) -> Decimal:
    """Right of 0."""
    product = Decimal(1)
    while x < LARGE:
        product *= x
        x += 1
    series = sum(_coefficient(-1, k) / x ** (2 * k - 1) for k in range(1, TERMS))
    return (x - Decimal("0.5")) * x.ln() - x + (2 * PI).ln() / 2 + series - product.ln()


def _polygamma(order: int, x: Decimal) -> Decimal:
    """Right of 0."""
    passed, large = Decimal(0), LARGE + order
    while x < large:
        passed += 1 / x ** (order + 1)
        x += 1
    series = sum(_coefficient(order, k) / x ** (2 * k + order) for k in range(1, TERMS))
    if order == 0:
        return x.ln() - 1 / (2 * x) + series - passed
    sign, factorial = (-1) ** (order + 1), math.factorial(order)
    first = Decimal(factorial // order) / x**order + Decimal(factorial) / (2 * x ** (order + 1))
    return sign * (first + factorial * passed) + series


def _terms(order: int, x: Decimal) -> tuple[Decimal, ...]:
    """What the function is the sum of; of order -1, lgamma."""
    if x > 0:
        return (_lgamma(x) if order < 0 else _polygamma(order, x),)
    sine, cosine = _sine_and_cosine(x - x.to_integral_value())
    if order < 0:
        return -(abs(sine) / PI).ln(), -_lgamma(1 - x)
    cotangent, derivative = cosine / sine, Decimal(0)
    for c in reversed(_of_cotangent(order)):
        derivative = derivative * cotangent + c
    return (-1) ** order * _polygamma(order, 1 - x), -(PI ** (order + 1)) * derivative


@lru_cache(maxsize=10_000)
def _value(order: int, x: float) -> float:
    """The sum of the terms, rounded; of NaN, infinities and poles 0."""
    if not math.isfinite(x) or (x <= 0 and x == math.floor(x)):
        return 0.0
    with localcontext(CONTEXT):
        return float(sum(_terms(order, Decimal(x))))


def _each(order: int, x: np.ndarray) -> np.ndarray:
    found = [_value(order, value) for value in np.asarray(x, dtype=np.float64).ravel().tolist()]
    return np.array(found).reshape(np.shape(x))


def _at_poles(x: np.ndarray) -> np.ndarray:
    return (x <= 0) & (x == np.floor(x)) & np.isfinite(x)


def lgamma(x: np.ndarray) -> np.ndarray:
    """The function, infinite at poles and at both ends, rounded once."""
    x = np.asarray(x, dtype=np.float64)
    found = np.where((x == 1) | (x == 2), 0.0, _each(-1, x))
    return np.where(np.isnan(x), x, np.where(_at_poles(x) | np.isinf(x), np.inf, found))


def digamma(x: np.ndarray) -> np.ndarray:
    """Its derivative, polygamma of order 0."""
    return polygamma(0, x)


def polygamma(order: int, x: np.ndarray) -> np.ndarray:
    """The derivative of that order; of even order it has no value at poles but 0."""
    x = np.asarray(x, dtype=np.float64)
    found = _each(order, x)
    if order % 2:
        at_poles = np.full(x.shape, np.inf)
    else:
        at_zero = -np.copysign(np.inf, x) if order == 0 else -np.inf  # where SciPy and PyTorch see no sign
        at_poles = np.where(x == 0, at_zero, np.nan)
    found = np.where(_at_poles(x), at_poles, found)
    found = np.where(x == np.inf, np.inf if order == 0 else 0.0, found)
    return np.where(np.isnan(x) | (x == -np.inf), np.nan, found)


def size_of_digamma(x: np.ndarray) -> np.ndarray:
    """That of `polygamma` of order 0."""
    return size_of_polygamma(0, x)


def size_of_polygamma(order: int, x: np.ndarray) -> np.ndarray:
    """The largest of the terms that add up to it: left of 0 the one of the nearest pole, next to zeros more than all.

    This is n! / d**(n + 1) at the distance d, of the sum of such terms over all poles.
    """
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(all="ignore"):
        nearest = np.exp(math.lgamma(order + 1) - (order + 1) * np.log(np.abs(x - np.round(x))))
    found = np.abs(_each(order, x))
    return np.where(x < 0, np.maximum(found, nearest), found)


@cache
def zeros() -> tuple[float, ...]:
    """Numbers next to zeros of digamma and of lgamma, down to -18."""
    found = [1.0, 2.0, _zero(digamma, 1.0, 2.0)]
    for n in range(18):
        low, high = math.nextafter(-n - 1.0, 0.0), math.nextafter(-float(n), -1.0)
        least = _zero(digamma, low, high)
        found.append(least)
        if float(lgamma(np.array(least))) < 0:
            found += [_zero(lgamma, low, least), _zero(lgamma, least, high)]
    return tuple(found)


def _zero(f: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float:
    rises = float(f(np.array(low))) < 0
    while (middle := (low + high) / 2) not in (low, high):
        if (float(f(np.array(middle))) < 0) == rises:
            low = middle
        else:
            high = middle
    return low
