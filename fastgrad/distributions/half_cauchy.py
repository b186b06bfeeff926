"""The size of a Cauchy number."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all


class HalfCauchy(Distribution):
    """The distribution of the absolute value of a number of the Cauchy distribution around 0.

    Parameters
    ----------
    scale : Tensor or float
        The median, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.distributions.HalfCauchy(2.0).cdf(2.0).item(), 4)
    0.5
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
        return fg.full_like(self.scale, math.inf)

    @property
    def mode(self) -> Tensor:
        return fg.zeros_like(self.scale)

    @property
    def variance(self) -> Tensor:
        return fg.full_like(self.scale, math.inf)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        u = _draw.inside(self._extended_shape(sample_shape), self.scale)
        return self.scale * fg.tan(math.pi / 2 * u)

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value)
        inside = math.log(2 / math.pi) - fg.log(self.scale) - fg.log1p(fg.square(x / self.scale))
        return fg.where(x >= 0, inside, -math.inf)

    def cdf(self, value: Any) -> Tensor:
        return fg.atan(self._value(value) / self.scale) * (2 / math.pi)

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.scale * fg.tan(math.pi / 2 * p)

    def entropy(self) -> Tensor:
        return math.log(2 * math.pi) + fg.log(self.scale)
