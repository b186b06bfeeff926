"""Dirichlet's distribution: of a vector of shares `x` that sum to 1, and the concentrations `alpha`."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.scipy.special import gammaln
from fastgrad.ops.numpy.common import tensor_of


def logpdf(x: Any, alpha: Any) -> Any:
    """The logarithm of the density."""
    x, alpha = tensor_of(x), tensor_of(alpha)
    return fg.sum((alpha - 1) * fg.log(x), -1) + gammaln(fg.sum(alpha, -1)) - fg.sum(gammaln(alpha), -1)


def pdf(x: Any, alpha: Any) -> Any:
    """The density."""
    return fg.exp(logpdf(x, alpha))
