"""Poisson's distribution: of counts `k` and the mean `mu`."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.scipy.special import gammaincc, gammaln
from fastgrad.ops.numpy.common import tensor_of


def logpmf(k: Any, mu: Any) -> Any:
    """The logarithm of how likely this count is."""
    k, mu = tensor_of(k), tensor_of(mu, fg.float64)
    return k * fg.log(mu) - mu - gammaln(k + 1)


def pmf(k: Any, mu: Any) -> Any:
    """How likely this count is."""
    return fg.exp(logpmf(k, mu))


def cdf(k: Any, mu: Any) -> Any:
    """How likely a count is at most `k`."""
    return gammaincc(fg.floor(tensor_of(k)) + 1, mu)
