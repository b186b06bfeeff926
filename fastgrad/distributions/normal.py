"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.utils import broadcast_all
from fastgrad.ops.pytorch.special import ndtri


class Normal(ExponentialFamily):
    """The normal distribution.

    Parameters
    ----------
    loc : Tensor or float
        The mean.
    scale : Tensor or float
        The standard deviation, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> mean = fg.tensor(0.5, requires_grad=True)
    >>> d = fg.distributions.Normal(mean, 1.0)
    >>> round(d.log_prob(0.5).item(), 4)
    -0.9189
    >>> d.rsample((4,)).sum().backward()
    >>> mean.grad.item()
    4.0
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
    def stddev(self) -> Tensor:
        return self.scale

    @property
    def variance(self) -> Tensor:
        return fg.square(self.scale)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.loc + self.scale * _draw.normal(self._extended_shape(sample_shape), self.loc)

    def log_prob(self, value: Any) -> Tensor:
        z = (self._value(value) - self.loc) / self.scale
        return -0.5 * fg.square(z) - fg.log(self.scale) - 0.5 * math.log(2 * math.pi)

    def cdf(self, value: Any) -> Tensor:
        z = (self._value(value) - self.loc) / self.scale
        return 0.5 * (1 + fg.erf(z * math.sqrt(0.5)))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.loc + self.scale * ndtri(p)

    def entropy(self) -> Tensor:
        return 0.5 + 0.5 * math.log(2 * math.pi) + fg.log(self.scale)
