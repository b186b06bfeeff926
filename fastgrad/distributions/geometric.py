"""The geometric distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions._by_probability import ByProbability, binary_cross_entropy
from fastgrad.distributions.utils import broadcast_all, finfo, xlog1py


class Geometric(ByProbability):
    """The geometric distribution: the number of failures before the first success.

    Parameters
    ----------
    probs : Tensor or float
        The probability of a success, in (0, 1]. Either this or `logits`.
    logits : Tensor or float
        The logarithm of its odds.

    Raises
    ------
    ValueError
        If both or none are given, or a probability is 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.Geometric(0.25).mean.item()
    3.0
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.nonnegative_integer

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        (value,) = broadcast_all(self._choose(probs, logits))
        super().__init__(self._keep(probs, value).shape, validate_args=validate_args)
        if self._validate_args and probs is not None and not bool(fg.all(value > 0)):
            raise ValueError("Geometric: probs must be above 0, got 0")

    @property
    def mean(self) -> Tensor:
        return 1 / self.probs - 1

    @property
    def mode(self) -> Tensor:
        return fg.zeros_like(self.probs)

    @property
    def variance(self) -> Tensor:
        return (1 / self.probs - 1) / self.probs

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with fg.no_grad():
            e = _draw.exponential(self._extended_shape(sample_shape), self.probs)
            rate = -fg.log1p(-fg.clip(self.probs, None, 1 - float(finfo(self.probs).epsneg)))
            return fg.floor(e / rate)

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value).astype(self.probs.dtype)
        return xlog1py(x, -self.probs) + fg.log(self.probs)

    def entropy(self) -> Tensor:
        return binary_cross_entropy(self.logits, self.probs) / self.probs
