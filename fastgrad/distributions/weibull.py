"""The Weibull distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all, euler_constant


class Weibull(Distribution):
    """The Weibull distribution: of the time until something fails.

    Parameters
    ----------
    scale : Tensor or float
        The time by which 63 of 100 have failed, above 0.
    concentration : Tensor or float
        Above 0; above 1, failing becomes more likely with age.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Weibull(2.0, 1.0).mean.item()
    2.0
    """

    scale: Tensor
    concentration: Tensor

    arg_constraints: ClassVar[Any] = {"scale": constraints.positive, "concentration": constraints.positive}
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def concentration_reciprocal(self) -> Tensor:
        """One over the concentration."""
        return 1 / self.concentration

    def _moment(self, n: int) -> Tensor:
        """The mean of the nth power, for scale 1."""
        return fg.exp(fg.lgamma(1 + n / self.concentration))

    @property
    def mean(self) -> Tensor:
        return self.scale * self._moment(1)

    @property
    def mode(self) -> Tensor:
        k = self.concentration
        return self.scale * fg.pow(fg.clip((k - 1) / k, 0), 1 / k)

    @property
    def variance(self) -> Tensor:
        return fg.square(self.scale) * (self._moment(2) - fg.square(self._moment(1)))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        e = _draw.exponential(self._extended_shape(sample_shape), self.scale)
        return self.scale * fg.pow(e, 1 / self.concentration)

    def log_prob(self, value: Any) -> Tensor:
        x, k = self._value(value), self.concentration
        log_ratio = fg.log(x / self.scale)
        return fg.log(k / self.scale) + (k - 1) * log_ratio - fg.exp(k * log_ratio)

    def cdf(self, value: Any) -> Tensor:
        return -fg.expm1(-fg.pow(self._value(value) / self.scale, self.concentration))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self.scale * fg.pow(-fg.log1p(-p), 1 / self.concentration)

    def entropy(self) -> Tensor:
        k = self.concentration
        return euler_constant * (1 - 1 / k) + fg.log(self.scale / k) + 1
