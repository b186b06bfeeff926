"""The size of a normal number."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all


class HalfNormal(Distribution):
    """The distribution of the absolute value of a normal number of mean 0.

    Parameters
    ----------
    scale : Tensor or float
        That number's standard deviation, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.distributions.HalfNormal(1.0).mean.item(), 4)
    0.7979
    """

    scale: Tensor

    arg_constraints: ClassVar[Any] = {"scale": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample = True

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        (self.scale,) = broadcast_all(scale)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def mode(self) -> Tensor:
        return fg.zeros_like(self.scale)

    @property
    def variance(self) -> Tensor:
        return fg.square(self.scale) * (1 - 2 / math.pi)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.scale * fg.abs(_draw.normal(self._extended_shape(sample_shape), self.scale))

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value)
        inside = -0.5 * fg.square(x / self.scale) - fg.log(self.scale) + 0.5 * math.log(2 / math.pi)
        return fg.where(x >= 0, inside, -math.inf)

    def cdf(self, value: Any) -> Tensor:
        return fg.erf(self._value(value) / self.scale * math.sqrt(0.5))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.scale * fg.erfinv(p) * math.sqrt(2)

    def entropy(self) -> Tensor:
        return fg.log(self.scale) + 0.5 * math.log(math.pi / 2) + 0.5
