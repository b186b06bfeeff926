"""The inverse gamma distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all


class InverseGamma(Distribution):
    """The distribution of 1 / x, x being of a gamma distribution.

    Parameters
    ----------
    concentration, rate : Tensor or float
        Of that distribution, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.InverseGamma(3.0, 4.0).mean.item()
    2.0
    """

    concentration: Tensor
    rate: Tensor

    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive, "rate": constraints.positive}
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        c = self.concentration
        return fg.where(c > 1, self.rate / (c - 1), math.inf)

    @property
    def mode(self) -> Tensor:
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Tensor:
        c = self.concentration
        return fg.where(c > 2, fg.square(self.rate / (c - 1)) / (c - 2), math.inf)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        c = fg.broadcast_to(self.concentration, self._extended_shape(sample_shape))
        return self.rate * fg.exp(-_draw.log_standard_gamma(c)).astype(c.dtype)

    def log_prob(self, value: Any) -> Tensor:
        x, c = self._value(value), self.concentration
        return c * fg.log(self.rate) - (c + 1) * fg.log(x) - self.rate / x - fg.lgamma(c)

    def cdf(self, value: Any) -> Tensor:
        return _draw.gammainc(self.concentration, self.rate / self._value(value), upper=True)

    def entropy(self) -> Tensor:
        c = self.concentration
        return c + fg.log(self.rate) + fg.lgamma(c) - (1 + c) * fg.digamma(c)
