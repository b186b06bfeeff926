"""The Poisson distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.utils import broadcast_all, xlogy


class Poisson(ExponentialFamily):
    """The Poisson distribution: the number of events in a unit of time.

    Parameters
    ----------
    rate : Tensor or float
        How many are to be expected, at least 0.

    Notes
    -----
    Samples are drawn by W. Hoermann's transformed rejection (1993), small ones by inversion.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Poisson(2.0).log_prob(0).item()
    -2.0
    """

    rate: Tensor

    arg_constraints: ClassVar[Any] = {"rate": constraints.nonnegative}
    support: Any = constraints.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.rate

    @property
    def mode(self) -> Tensor:
        return fg.floor(self.rate)

    @property
    def variance(self) -> Tensor:
        return self.rate

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return _draw.poisson(fg.broadcast_to(self.rate.detach(), self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value).astype(self.rate.dtype)
        return xlogy(x, self.rate) - self.rate - fg.lgamma(x + 1)
