"""The F-distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all, lbeta


class FisherSnedecor(Distribution):
    """The F-distribution: of the ratio of two numbers of `Chi2`, each over its degrees of freedom.

    Parameters
    ----------
    df1, df2 : Tensor or float
        Those of the first and of the second, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.FisherSnedecor(3.0, 4.0).mean.item()
    2.0
    """

    df1: Tensor
    df2: Tensor

    arg_constraints: ClassVar[Any] = {"df1": constraints.positive, "df2": constraints.positive}
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """NaN for `df2` up to 2."""
        return fg.where(self.df2 > 2, self.df2 / (self.df2 - 2), math.nan)

    @property
    def mode(self) -> Tensor:
        """NaN for `df1` up to 2."""
        inner = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return fg.where(self.df1 > 2, inner, math.nan)

    @property
    def variance(self) -> Tensor:
        """NaN for `df2` up to 4."""
        m, n = self.df1, self.df2
        found = 2 * fg.square(n) * (m + n - 2) / (m * fg.square(n - 2) * (n - 4))
        return fg.where(n > 4, found, math.nan)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        m, n = fg.broadcast_to(self.df1, shape), fg.broadcast_to(self.df2, shape)
        ratio = _draw.log_standard_gamma(0.5 * m) - _draw.log_standard_gamma(0.5 * n)
        return fg.exp(ratio).astype(m.dtype) * (n / m)

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value)
        half1, half2, ratio = 0.5 * self.df1, 0.5 * self.df2, self.df1 / self.df2
        rising = half1 * fg.log(ratio) + (half1 - 1) * fg.log(x)
        return rising - (half1 + half2) * fg.log1p(ratio * x) - lbeta(half1, half2)
