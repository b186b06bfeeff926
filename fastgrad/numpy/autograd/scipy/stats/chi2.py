"""The distribution of the sum of `df` squared standard normals."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.scipy.stats import gamma
from fastgrad.ops.numpy.common import tensor_of


def logpdf(x: Any, df: Any) -> Any:
    """The logarithm of the density."""
    return gamma.logpdf(tensor_of(x) / 2, tensor_of(df) / 2) - math.log(2)


def pdf(x: Any, df: Any) -> Any:
    """The density."""
    return fg.exp(logpdf(x, df))


def cdf(x: Any, df: Any) -> Any:
    """How likely a number is at most `x`."""
    return gamma.cdf(tensor_of(x) / 2, tensor_of(df) / 2)
