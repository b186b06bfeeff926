"""Special functions with SciPy's names and arguments, of numbers and arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import fastgrad as fg
from fastgrad.ops.numpy import reduce
from fastgrad.ops.numpy.common import tensor_of
from fastgrad.ops.pytorch import arithmetic, special


def _floats(x: Any) -> Any:
    x = tensor_of(x)
    return x if x.dtype.kind == "f" else x.astype(fg.float64)


def _of_one(name: str, function: Callable[..., Any], what: str) -> Callable[..., Any]:
    def call(x: Any) -> Any:
        return function(_floats(x))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = what
    return call


gammaln = _of_one("gammaln", fg.lgamma, "The logarithm of the gamma function's size.")
gamma = _of_one(
    "gamma",
    lambda x: fg.exp(fg.lgamma(x)) * fg.where((x < 0) & (fg.remainder(fg.floor(x), 2) != 0), -1.0, 1.0),
    "The gamma function.",
)
digamma = psi = _of_one("digamma", fg.digamma, "The slope of the logarithm of the gamma function.")
erf = _of_one("erf", fg.erf, "The error function.")
erfc = _of_one("erfc", special.erfc, "One less the error function, exact where that is small.")
erfinv = _of_one("erfinv", fg.erfinv, "What the error function gives this of.")
expit = _of_one("expit", fg.sigmoid, "The logistic function.")
logit = _of_one("logit", arithmetic.logit, "What the logistic function gives this of.")
ndtr = _of_one("ndtr", special.ndtr, "The normal distribution's function.")
log_ndtr = _of_one("log_ndtr", special.log_ndtr, "The logarithm of the normal distribution's function.")
i0 = _of_one("i0", special.i0, "The modified Bessel function of the first kind, of order 0.")
i1 = _of_one("i1", special.i1, "The modified Bessel function of the first kind, of order 1.")


def polygamma(n: int, x: Any) -> Any:
    """The derivative of `digamma` of this order."""
    return fg.polygamma(n, _floats(x))


def gammainc(a: Any, x: Any) -> Any:
    """The lower incomplete gamma function over the gamma function."""
    return special.igamma(*fg.broadcast_arrays(_floats(a), _floats(x)))


def gammaincc(a: Any, x: Any) -> Any:
    """The upper incomplete gamma function over the gamma function."""
    return special.igammac(*fg.broadcast_arrays(_floats(a), _floats(x)))


def betaln(a: Any, b: Any) -> Any:
    """The logarithm of the beta function's size."""
    a, b = _floats(a), _floats(b)
    return fg.lgamma(a) + fg.lgamma(b) - fg.lgamma(a + b)


def beta(a: Any, b: Any) -> Any:
    """The beta function, of positive numbers."""
    return fg.exp(betaln(a, b))


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the gamma function of matrices of `d` rows."""
    a = _floats(a)
    terms = [fg.lgamma(a - 0.5 * i) for i in range(d)]
    return sum(terms[1:], terms[0]) + 0.25 * d * (d - 1) * math.log(math.pi)


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    """The logarithm of the sum of exponentials along axes, each times `b` where that is given."""
    a = _floats(a)
    if b is None:
        return fg.logsumexp(a, axis, keepdims)
    highest = reduce.max(a.detach(), axis, keepdims=True)
    highest = fg.where(fg.isfinite(highest), highest, 0.0)
    total = fg.log(fg.sum(tensor_of(b) * fg.exp(a - highest), axis, None, True)) + highest
    return total if keepdims else fg.squeeze(total, axis=axis if axis is not None else tuple(range(a.ndim)))
