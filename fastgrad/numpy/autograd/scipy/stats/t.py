"""Student's distribution: of `x`, degrees of freedom `df`, `loc` and `scale`."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.scipy.special import gammaln
from fastgrad.ops.numpy.common import tensor_of


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density."""
    df, scale = tensor_of(df, fg.float64), tensor_of(scale)
    squared = fg.square((tensor_of(x) - tensor_of(loc)) / scale)
    height = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * fg.log(df * math.pi) - fg.log(scale)
    return height - (df + 1) / 2 * fg.log1p(squared / df)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return fg.exp(logpdf(x, df, loc, scale))
