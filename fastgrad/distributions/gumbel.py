"""The Gumbel distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all, euler_constant


class Gumbel(Distribution):
    """The Gumbel distribution: of the largest of many numbers.

    Parameters
    ----------
    loc : Tensor or float
        The mode.
    scale : Tensor or float
        Above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.distributions.Gumbel(0.0, 1.0).mean.item(), 4)
    0.5772
    """

    loc: Tensor
    scale: Tensor

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.loc + self.scale * euler_constant

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return self.scale * (math.pi / math.sqrt(6))

    @property
    def variance(self) -> Tensor:
        return fg.square(self.stddev)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.loc - self.scale * fg.log(_draw.exponential(self._extended_shape(sample_shape), self.loc))

    def log_prob(self, value: Any) -> Tensor:
        z = (self._value(value) - self.loc) / self.scale
        return -z - fg.exp(-z) - fg.log(self.scale)

    def cdf(self, value: Any) -> Tensor:
        return fg.exp(-fg.exp((self.loc - self._value(value)) / self.scale))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.loc - self.scale * fg.log(-fg.log(p))

    def entropy(self) -> Tensor:
        return fg.log(self.scale) + (1 + euler_constant)
