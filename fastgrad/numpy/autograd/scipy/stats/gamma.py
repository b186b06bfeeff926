"""The gamma distribution of rate 1: of `x` and its shape `a`."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.scipy.special import gammainc, gammaln
from fastgrad.ops.numpy.common import tensor_of


def logpdf(x: Any, a: Any) -> Any:
    """The logarithm of the density."""
    x, a = tensor_of(x), tensor_of(a)
    return (a - 1) * fg.log(x) - x - gammaln(a)


def pdf(x: Any, a: Any) -> Any:
    """The density."""
    return fg.exp(logpdf(x, a))


def cdf(x: Any, a: Any) -> Any:
    """How likely a number is at most `x`."""
    return gammainc(a, x)
