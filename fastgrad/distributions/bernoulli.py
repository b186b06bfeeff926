"""The Bernoulli distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions._by_probability import ByProbability, binary_cross_entropy
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.utils import broadcast_all


class Bernoulli(ByProbability, ExponentialFamily):
    """The Bernoulli distribution: 1 with a probability, else 0.

    Parameters
    ----------
    probs : Tensor or float
        The probability of 1, in [0, 1]. Either this or `logits`.
    logits : Tensor or float
        The logarithm of its odds.

    Raises
    ------
    ValueError
        If both or none are given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.Bernoulli(logits=fg.zeros(2))
    >>> d.probs.tolist(), d.sample().shape
    ([0.5, 0.5], (2,))
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.boolean
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        (value,) = broadcast_all(self._choose(probs, logits))
        super().__init__(self._keep(probs, value).shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        """NaN where both are as likely."""
        p = self.probs
        return fg.where(p == 0.5, fg.nan, (p > 0.5).astype(p.dtype))

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._param.shape

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return _draw.bernoulli(fg.broadcast_to(self.probs.detach(), self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Tensor:
        return -binary_cross_entropy(self.logits, self._value(value))

    def entropy(self) -> Tensor:
        return binary_cross_entropy(self.logits, self.probs)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return self._enumerated(fg.arange(2, dtype=self._param.dtype), expand)
