"""The uniform distribution."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all


class Uniform(Distribution):
    """The uniform distribution over ``[low, high)``.

    Parameters
    ----------
    low, high : Tensor or float
        The interval's ends; `low` is below `high`.

    Raises
    ------
    ValueError
        If `low` is not below `high`, where validation is on.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Uniform(0.0, 4.0).cdf(1.0).item()
    0.25
    """

    low: Tensor
    high: Tensor

    has_rsample = True

    @property
    def arg_constraints(self) -> Any:
        return {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Tensor:
        return 0.5 * (self.low + self.high)

    @property
    def mode(self) -> Tensor:
        return fg.full_like(self.low, math.nan)

    @property
    def stddev(self) -> Tensor:
        return (self.high - self.low) / math.sqrt(12)

    @property
    def variance(self) -> Tensor:
        return fg.square(self.high - self.low) / 12

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        u = _draw.uniform(self._extended_shape(sample_shape), self.low)
        return self.low + u * (self.high - self.low)

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value)
        inside = (self.low <= x) & (x < self.high)
        return fg.where(inside, -fg.log(self.high - self.low), -math.inf)

    def cdf(self, value: Any) -> Tensor:
        return fg.clip((self._value(value) - self.low) / (self.high - self.low), 0, 1)

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.low + p * (self.high - self.low)

    def entropy(self) -> Tensor:
        return fg.log(self.high - self.low)
