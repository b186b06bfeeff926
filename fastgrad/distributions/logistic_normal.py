"""The logistic normal distribution."""

from __future__ import annotations

from typing import Any, ClassVar

from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.normal import Normal
from fastgrad.distributions.transformed_distribution import TransformedDistribution
from fastgrad.distributions.transforms import StickBreakingTransform


class LogisticNormal(TransformedDistribution):
    """The distribution over K probabilities that K - 1 normal numbers make by breaking a stick.

    Parameters
    ----------
    loc, scale : Tensor, shape (..., K - 1)
        Those numbers' means and standard deviations.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.LogisticNormal(fg.zeros(2), fg.ones(2))
    >>> d.event_shape, round(d.sample().sum().item(), 4)
    ((3,), 1.0)
    """

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.simplex
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args)
        if not base.batch_shape:
            base = base.expand((1,))
        super().__init__(base, StickBreakingTransform(), validate_args)

    @property
    def loc(self) -> Tensor:
        """The normal numbers' means."""
        found: Tensor = self.base_dist.base_dist.loc  # type: ignore[attr-defined]
        return found

    @property
    def scale(self) -> Tensor:
        """The normal numbers' standard deviations."""
        found: Tensor = self.base_dist.base_dist.scale  # type: ignore[attr-defined]
        return found
