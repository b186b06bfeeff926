"""The Laplace distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all, finfo


class Laplace(Distribution):
    """The Laplace distribution: its density falls exponentially on both sides.

    Parameters
    ----------
    loc : Tensor or float
        The mean.
    scale : Tensor or float
        The mean distance to it, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Laplace(0.0, 0.5).log_prob(1.0).item()
    -2.0
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
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        return 2 * fg.square(self.scale)

    @property
    def stddev(self) -> Tensor:
        return self.scale * math.sqrt(2)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        u = fg.clip(2 * _draw.uniform(shape, self.loc) - 1, float(finfo(self.loc).eps) - 1)
        return self.loc - self.scale * (fg.sign(u) * fg.log1p(-fg.abs(u)))

    def log_prob(self, value: Any) -> Tensor:
        return -fg.log(2 * self.scale) - fg.abs(self._value(value) - self.loc) / self.scale

    def cdf(self, value: Any) -> Tensor:
        z = (self._value(value) - self.loc) / self.scale
        tail = 0.5 * fg.exp(-fg.abs(z))
        return fg.where(z < 0, tail, 1 - tail)

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.loc - self.scale * fg.sign(p - 0.5) * fg.log1p(-2 * fg.abs(p - 0.5))

    def entropy(self) -> Tensor:
        return 1 + fg.log(2 * self.scale)
