"""The exponential distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.utils import broadcast_all


class Exponential(ExponentialFamily):
    """The exponential distribution: the time until an event that has no memory.

    Parameters
    ----------
    rate : Tensor or float
        Events in a unit of time, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Exponential(2.0).mean.item()
    0.5
    """

    rate: Tensor

    arg_constraints: ClassVar[Any] = {"rate": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample = True

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return 1 / self.rate

    @property
    def mode(self) -> Tensor:
        return fg.zeros_like(self.rate)

    @property
    def stddev(self) -> Tensor:
        return 1 / self.rate

    @property
    def variance(self) -> Tensor:
        return 1 / fg.square(self.rate)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return _draw.exponential(self._extended_shape(sample_shape), self.rate) / self.rate

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value)
        return fg.where(x < 0, -math.inf, fg.log(self.rate) - self.rate * x)

    def cdf(self, value: Any) -> Tensor:
        return -fg.expm1(-self.rate * self._value(value))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return -fg.log1p(-p) / self.rate

    def entropy(self) -> Tensor:
        return 1 - fg.log(self.rate)
