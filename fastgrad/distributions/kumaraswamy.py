"""The Kumaraswamy distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all, euler_constant, finfo, lbeta


class Kumaraswamy(Distribution):
    """The Kumaraswamy distribution over (0, 1): like `Beta`, with quantiles in closed form.

    Parameters
    ----------
    concentration1, concentration0 : Tensor or float
        a and b of the density ``a b x^(a - 1) (1 - x^a)^(b - 1)``, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Kumaraswamy(1.0, 2.0).cdf(0.5).item()
    0.75
    """

    concentration1: Tensor
    concentration0: Tensor

    arg_constraints: ClassVar[Any] = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        super().__init__(self.concentration1.shape, validate_args=validate_args)

    def _moment(self, n: int) -> Tensor:
        a, b = self.concentration1, self.concentration0
        return b * fg.exp(lbeta(1 + n / a, b))

    @property
    def mean(self) -> Tensor:
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        """NaN where a concentration is below 1."""
        a, b = self.concentration1, self.concentration0
        inner = fg.exp(fg.log((a - 1) / (a * b - 1)) / a)
        return fg.where((a < 1) | (b < 1), math.nan, inner)

    @property
    def variance(self) -> Tensor:
        return self._moment(2) - fg.square(self._moment(1))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        e = _draw.exponential(self._extended_shape(sample_shape), self.concentration1)
        x = self._at(e)
        facts = finfo(x)
        return fg.clip(x, float(facts.tiny), 1 - float(facts.epsneg))

    def _at(self, e: Tensor) -> Tensor:
        """Where ``exp(-e)`` of the distribution lies above."""
        return fg.pow(-fg.expm1(-e / self.concentration0), 1 / self.concentration1)

    def log_prob(self, value: Any) -> Tensor:
        a, b = self.concentration1, self.concentration0
        log_x = fg.log(self._value(value))
        return fg.log(a * b) + (a - 1) * log_x + (b - 1) * fg.log(-fg.expm1(a * log_x))

    def cdf(self, value: Any) -> Tensor:
        log_x = fg.log(self._value(value))
        return -fg.expm1(self.concentration0 * fg.log(-fg.expm1(self.concentration1 * log_x)))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self._at(-fg.log1p(-p))

    def entropy(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        return (1 - 1 / b) + (1 - 1 / a) * (fg.digamma(b + 1) + euler_constant) - fg.log(a * b)
