"""The Cauchy distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all


class Cauchy(Distribution):
    """The Cauchy distribution, which has no mean and no variance.

    Parameters
    ----------
    loc : Tensor or float
        The median.
    scale : Tensor or float
        Half the distance between the quartiles, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.distributions.Cauchy(0.0, 1.0).cdf(1.0).item(), 4)
    0.75
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
        return fg.full_like(self.loc, math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        return fg.full_like(self.loc, math.inf)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        u = _draw.inside(self._extended_shape(sample_shape), self.loc)
        return self.loc + self.scale * fg.tan(math.pi * (u - 0.5))

    def log_prob(self, value: Any) -> Tensor:
        z = (self._value(value) - self.loc) / self.scale
        return -math.log(math.pi) - fg.log(self.scale) - fg.log1p(fg.square(z))

    def cdf(self, value: Any) -> Tensor:
        return fg.atan((self._value(value) - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.loc + self.scale * fg.tan(math.pi * (p - 0.5))

    def entropy(self) -> Tensor:
        return math.log(4 * math.pi) + fg.log(self.scale)
