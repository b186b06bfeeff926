"""Student's t-distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all


def _half_step(h: Tensor) -> Tensor:
    """lgamma(h + 1/2) - lgamma(h): of large h by a series of their difference."""
    large = h > 40
    far, near = fg.where(large, h, 40.0), fg.where(large, 1.0, h)
    r = 1 / far
    z = r * r
    series = 0.5 * fg.log(far) - r * (1 / 8 - z * (1 / 192 - z * (1 / 640 - z * (17 / 14336))))
    return fg.where(large, series, fg.lgamma(near + 0.5) - fg.lgamma(near))


class StudentT(Distribution):
    """Student's t-distribution, moved and scaled.

    Parameters
    ----------
    df : Tensor or float
        The degrees of freedom, above 0.
    loc : Tensor or float, default 0
        The median.
    scale : Tensor or float, default 1
        Above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.StudentT(4.0).variance.item()
    2.0
    """

    df: Tensor
    loc: Tensor
    scale: Tensor

    arg_constraints: ClassVar[Any] = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support: Any = constraints.real
    has_rsample = True

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return fg.where(self.df > 1, self.loc, math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        wide = fg.where(self.df > 1, math.inf, math.nan)
        return fg.where(self.df > 2, fg.square(self.scale) * self.df / (self.df - 2), wide.astype(self.df.dtype))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        half = 0.5 * fg.broadcast_to(self.df, shape)
        # the root of the gamma number's mean over it
        shrink = fg.exp(-0.5 * (_draw.log_standard_gamma(half) - fg.log(half))).astype(half.dtype)
        return self.loc + self.scale * _draw.normal(shape, self.loc) * shrink

    def log_prob(self, value: Any) -> Tensor:
        z = (self._value(value) - self.loc) / self.scale
        return -0.5 * (self.df + 1) * fg.log1p(fg.square(z) / self.df) - self._log_size()

    def _log_size(self) -> Tensor:
        """The logarithm of the density's divisor."""
        return fg.log(self.scale) + 0.5 * fg.log(math.pi * self.df) - _half_step(0.5 * self.df)

    def entropy(self) -> Tensor:
        half = 0.5 * self.df
        spread = fg.digamma(half + 0.5) - fg.digamma(half)
        return (half + 0.5) * spread + self._log_size()
