"""The beta distribution: of `x` between 0 and 1, and its shapes `a` and `b`."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.scipy.special import betaln
from fastgrad.ops.numpy.common import tensor_of


def logpdf(x: Any, a: Any, b: Any) -> Any:
    """The logarithm of the density."""
    x, a, b = tensor_of(x), tensor_of(a), tensor_of(b)
    return (a - 1) * fg.log(x) + (b - 1) * fg.log1p(-x) - betaln(a, b)


def pdf(x: Any, a: Any, b: Any) -> Any:
    """The density."""
    return fg.exp(logpdf(x, a, b))
