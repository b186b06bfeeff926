"""The beta distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.utils import broadcast_all, finfo, lbeta, xlog1py, xlogy


class Beta(ExponentialFamily):
    """The beta distribution over probabilities: of density ``x^(a - 1) (1 - x)^(b - 1) / B(a, b)``.

    Parameters
    ----------
    concentration1 : Tensor or float
        a, above 0.
    concentration0 : Tensor or float
        b, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.Beta(2.0, 6.0)
    >>> d.mean.item(), 0.0 < d.sample().item() < 1.0
    (0.25, True)
    """

    concentration1: Tensor
    concentration0: Tensor

    arg_constraints: ClassVar[Any] = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Tensor:
        """NaN where the density has no single peak within (0, 1) and none at an end."""
        a, b = self.concentration1, self.concentration0
        inner = (a - 1) / (a + b - 2)
        ends = fg.where((a < 1) & (b >= 1), 0.0, fg.where((a >= 1) & (b < 1), 1.0, inner))
        return fg.where(((a < 1) & (b < 1)) | ((a == 1) & (b == 1)), fg.nan, ends)

    @property
    def variance(self) -> Tensor:
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (fg.square(total) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        one = _draw.log_standard_gamma(fg.broadcast_to(self.concentration1, shape))
        zero = _draw.log_standard_gamma(fg.broadcast_to(self.concentration0, shape))
        x = fg.sigmoid(one - zero).astype(self.concentration1.dtype)
        facts = finfo(x)
        return fg.clip(x, float(facts.tiny), 1 - float(facts.epsneg))

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value)
        a, b = self.concentration1, self.concentration0
        return xlogy(a - 1, x) + xlog1py(b - 1, -x) - lbeta(a, b)

    def entropy(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        return lbeta(a, b) - (a - 1) * fg.digamma(a) - (b - 1) * fg.digamma(b) + (a + b - 2) * fg.digamma(a + b)
