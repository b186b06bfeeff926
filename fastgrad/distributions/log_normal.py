"""The log-normal distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.normal import Normal
from fastgrad.distributions.transformed_distribution import TransformedDistribution
from fastgrad.distributions.transforms import ExpTransform


class LogNormal(TransformedDistribution):
    """The distribution of the exponential of a normal number.

    Parameters
    ----------
    loc, scale : Tensor or float
        That number's mean and standard deviation.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.distributions.LogNormal(0.0, 1.0).mean.item(), 4)
    1.6487
    """

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(loc, scale, validate_args), ExpTransform(), validate_args)

    @property
    def loc(self) -> Tensor:
        """The mean of the logarithm."""
        found: Tensor = self.base_dist.loc  # type: ignore[attr-defined]
        return found

    @property
    def scale(self) -> Tensor:
        """The standard deviation of the logarithm."""
        found: Tensor = self.base_dist.scale  # type: ignore[attr-defined]
        return found

    @property
    def mean(self) -> Tensor:
        return fg.exp(self.loc + 0.5 * fg.square(self.scale))

    @property
    def mode(self) -> Tensor:
        return fg.exp(self.loc - fg.square(self.scale))

    @property
    def variance(self) -> Tensor:
        s = fg.square(self.scale)
        return fg.expm1(s) * fg.exp(2 * self.loc + s)

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() + self.loc
