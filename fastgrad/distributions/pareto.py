"""The Pareto distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all


class Pareto(Distribution):
    """The Pareto distribution: the share of what is larger than x falls with a power of x.

    Parameters
    ----------
    scale : Tensor or float
        The smallest value, above 0.
    alpha : Tensor or float
        The power, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Pareto(1.0, 2.0).mean.item()
    2.0
    """

    scale: Tensor
    alpha: Tensor

    arg_constraints: ClassVar[Any] = {"alpha": constraints.positive, "scale": constraints.positive}
    has_rsample = True

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        return constraints.greater_than_eq(self.scale)

    @property
    def mean(self) -> Tensor:
        a = self.alpha
        return fg.where(a > 1, a * self.scale / (a - 1), math.inf)

    @property
    def mode(self) -> Tensor:
        return self.scale

    @property
    def variance(self) -> Tensor:
        a = self.alpha
        return fg.where(a > 2, fg.square(self.scale / (a - 1)) * a / (a - 2), math.inf)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        e = _draw.exponential(self._extended_shape(sample_shape), self.scale)
        return self.scale * fg.exp(e / self.alpha)

    def log_prob(self, value: Any) -> Tensor:
        x, a = self._value(value), self.alpha
        return fg.log(a) + a * fg.log(self.scale) - (a + 1) * fg.log(x)

    def cdf(self, value: Any) -> Tensor:
        return -fg.expm1(self.alpha * fg.log(self.scale / self._value(value)))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.scale * fg.exp(-fg.log1p(-p) / self.alpha)

    def entropy(self) -> Tensor:
        return fg.log(self.scale / self.alpha) + (1 + 1 / self.alpha)
