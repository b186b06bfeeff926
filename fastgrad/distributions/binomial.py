"""The binomial distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions._by_probability import ByProbability
from fastgrad.distributions.utils import broadcast_all


class Binomial(ByProbability):
    """The binomial distribution: the number of successes of so many trials.

    Parameters
    ----------
    total_count : Tensor or int, default 1
        The trials.
    probs : Tensor or float
        The probability of a success, in [0, 1]. Either this or `logits`.
    logits : Tensor or float
        The logarithm of its odds.

    Raises
    ------
    ValueError
        If both or none are given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.Binomial(4, probs=fg.tensor([0.5]))
    >>> d.log_prob(fg.tensor([2.0])).exp().tolist()
    [0.375]
    """

    total_count: Tensor

    arg_constraints: ClassVar[Any] = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        value = self._choose(probs, logits)
        self.total_count, value = broadcast_all(total_count, value)
        self.total_count = self.total_count.astype(value.dtype)
        super().__init__(self._keep(probs, value).shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        return fg.minimum(fg.floor((self.total_count + 1) * self.probs), self.total_count)

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._param.shape

    def sample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        count = fg.broadcast_to(self.total_count.detach(), shape)
        probs = fg.broadcast_to(self.probs.detach(), shape)
        return _draw.binomial(count, probs)

    def log_prob(self, value: Any) -> Tensor:
        x, n = self._value(value), self.total_count
        ways = fg.lgamma(n + 1) - fg.lgamma(x + 1) - fg.lgamma(n - x + 1)
        return ways + x * self.logits - n * fg.nn.functional.softplus(self.logits)

    def _one_count(self, what: str) -> int:
        """The trials, where they are as many for all."""
        count = int(fg.max(self.total_count).item())
        if not bool(fg.all(self.total_count == count)):
            raise NotImplementedError(f"Binomial: {what} is there where all have as many trials")
        return count

    def entropy(self) -> Tensor:
        self._one_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -fg.sum(fg.exp(log_prob) * log_prob, axis=0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        count = self._one_count("enumerate_support")
        return self._enumerated(fg.arange(count + 1, dtype=self._param.dtype), expand)
