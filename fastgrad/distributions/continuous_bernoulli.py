"""The continuous Bernoulli distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions._by_probability import ByProbability, binary_cross_entropy
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.utils import broadcast_all, clamp_probs


class ContinuousBernoulli(ByProbability, ExponentialFamily):
    """The continuous Bernoulli distribution over [0, 1]: of density ``C p^x (1 - p)^(1 - x)``.

    What the cross entropy of grey pixels is the likelihood of, with its normalising constant: G. Loaiza-Ganem, J. P.
    Cunningham, "The continuous Bernoulli", NeurIPS 2019.

    Parameters
    ----------
    probs : Tensor or float
        p, in (0, 1). Either this or `logits`.
    logits : Tensor or float
        The logarithm of its odds.
    lims : tuple of float, default (0.499, 0.501)
        Between which series around 1/2 stand for formulas that lose their digits there.

    Raises
    ------
    ValueError
        If both or none are given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.ContinuousBernoulli(probs=0.5).log_prob(0.25).item()
    0.0
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        (value,) = broadcast_all(self._choose(probs, logits))
        self._lims = lims
        super().__init__(self._keep(probs, value).shape, validate_args=validate_args)
        if probs is not None:
            self._keep(probs, clamp_probs(value))

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._param.shape

    def _outside(self) -> tuple[Tensor, Tensor, Tensor]:
        """Whether formulas keep their digits; probabilities for them, others replaced; the distance to 1/2."""
        low, high = self._lims
        p = self.probs
        far = (p <= low) | (p > high)
        return far, fg.where(far, p, low), p - 0.5

    @staticmethod
    def _odds(p: Tensor) -> Tensor:
        return fg.log1p(-p) - fg.log(p)

    def _log_constant(self) -> Tensor:
        far, p, x = self._outside()
        scale = fg.where(p <= 0.5, fg.log1p(-2 * fg.where(p <= 0.5, p, 0.0)), fg.log(2 * fg.where(p > 0.5, p, 1.0) - 1))
        z = fg.square(x)
        return fg.where(far, fg.log(fg.abs(self._odds(p))) - scale, math.log(2) + (4 / 3 + 104 / 45 * z) * z)

    @property
    def mean(self) -> Tensor:
        far, p, x = self._outside()
        return fg.where(far, p / (2 * p - 1) + 1 / self._odds(p), 0.5 + (1 / 3 + 16 / 45 * fg.square(x)) * x)

    @property
    def variance(self) -> Tensor:
        far, p, x = self._outside()
        z = fg.square(x)
        found = p * (p - 1) / fg.square(1 - 2 * p) + 1 / fg.square(self._odds(p))
        return fg.where(far, found, 1 / 12 - (1 / 15 - 128 / 945 * z) * z)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.icdf(_draw.uniform(self._extended_shape(sample_shape), self.probs))

    def log_prob(self, value: Any) -> Tensor:
        return self._log_constant() - binary_cross_entropy(self.logits, self._value(value))

    def cdf(self, value: Any) -> Tensor:
        x = self._value(value)
        far, p, _ = self._outside()
        share = (fg.pow(p, x) * fg.pow(1 - p, 1 - x) + p - 1) / (2 * p - 1)
        return fg.where(x <= 0, 0.0, fg.where(x >= 1, 1.0, fg.where(far, share, x)))

    def icdf(self, value: Any) -> Tensor:
        u = value if isinstance(value, Tensor) else fg.asarray(value)
        far, p, _ = self._outside()
        found = (fg.log1p(-p + u * (2 * p - 1)) - fg.log1p(-p)) / -self._odds(p)
        return fg.where(far, found, u)

    def entropy(self) -> Tensor:
        return -self._log_constant() - fg.log1p(-self.probs) + self.mean * self._odds(self.probs)
