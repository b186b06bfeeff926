"""The negative binomial distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions._by_probability import ByProbability
from fastgrad.distributions.utils import broadcast_all


class NegativeBinomial(ByProbability):
    """The negative binomial distribution: the number of successes before so many failures.

    Parameters
    ----------
    total_count : Tensor or float
        The failures, at least 0; it need not be an integer.
    probs : Tensor or float
        The probability of a success, in [0, 1). Either this or `logits`.
    logits : Tensor or float
        The logarithm of its odds.

    Raises
    ------
    ValueError
        If both or none are given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.NegativeBinomial(3.0, probs=0.5).mean.item()
    3.0
    """

    total_count: Tensor

    arg_constraints: ClassVar[Any] = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support: Any = constraints.nonnegative_integer

    def __init__(
        self, total_count: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        value = self._choose(probs, logits)
        self.total_count, value = broadcast_all(total_count, value)
        super().__init__(self._keep(probs, value).shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.total_count * fg.exp(self.logits)

    @property
    def mode(self) -> Tensor:
        return fg.floor(fg.clip((self.total_count - 1) * fg.exp(self.logits), 0))

    @property
    def variance(self) -> Tensor:
        return self.mean / fg.sigmoid(-self.logits)

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._param.shape

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with fg.no_grad():
            shape = self._extended_shape(sample_shape)
            count = fg.broadcast_to(self.total_count, shape)
            drawn = _draw.standard_gamma(fg.where(count == 0, 1.0, count)) * fg.exp(self.logits)
            rate = fg.where(count == 0, 0.0, drawn)
            return _draw.poisson(rate)

    def log_prob(self, value: Any) -> Tensor:
        x, r = self._value(value), self.total_count
        ways = fg.lgamma(r + x) - fg.lgamma(x + 1) - fg.lgamma(r)
        ways = fg.where((r == 0) & (x == 0), 0.0, ways)
        softplus = fg.nn.functional.softplus
        return ways - r * softplus(self.logits) - x * softplus(-self.logits)
