"""The normal distribution: of `x`, its mean `loc` and its standard deviation `scale`."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.scipy.special import log_ndtr, ndtr
from fastgrad.ops.numpy.common import tensor_of


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    return (tensor_of(x) - tensor_of(loc)) / tensor_of(scale)


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density."""
    return -0.5 * fg.square(_standard(x, loc, scale)) - fg.log(tensor_of(scale)) - 0.5 * math.log(2 * math.pi)


def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return fg.exp(logpdf(x, loc, scale))


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """How likely a number is at most `x`."""
    return ndtr(_standard(x, loc, scale))


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of how likely a number is at most `x`."""
    return log_ndtr(_standard(x, loc, scale))


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """How likely a number is more than `x`."""
    return ndtr(-_standard(x, loc, scale))


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of how likely a number is more than `x`."""
    return log_ndtr(-_standard(x, loc, scale))
