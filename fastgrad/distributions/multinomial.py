"""The multinomial distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.binomial import Binomial
from fastgrad.distributions.categorical import Categorical
from fastgrad.distributions.distribution import Distribution


class Multinomial(Distribution):
    """The multinomial distribution: how often each of K outcomes occurs in so many trials.

    Parameters
    ----------
    total_count : int, default 1
        The trials.
    probs, logits : Tensor, shape (..., K)
        As `Categorical`'s.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.Multinomial(8, probs=fg.tensor([0.25, 0.75]))
    >>> d.mean.tolist(), d.sample().sum().item()
    ([2.0, 6.0], 8.0)
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("Multinomial: total_count must be an int, the same for the whole batch")
        self.total_count = total_count
        self._categorical = Categorical(probs, logits, validate_args)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        return new

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        return constraints.multinomial(self.total_count)

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        found: Tensor = self._categorical.probs
        return found

    @property
    def logits(self) -> Tensor:
        """Their logarithms."""
        found: Tensor = self._categorical.logits
        return found

    @property
    def mean(self) -> Tensor:
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._categorical.param_shape

    def sample(self, sample_shape: Any = ()) -> Tensor:
        drawn = self._categorical.sample((self.total_count, *sample_shape))
        return fg.sum(fg.one_hot(drawn, self._event_shape[-1]), axis=0).astype(self.probs.dtype)

    def log_prob(self, value: Any) -> Tensor:
        x = self._value(value).astype(self.probs.dtype)
        logits, x = fg.broadcast_arrays(self.logits, x)
        logits = fg.where((x == 0) & (logits == -fg.inf), 0.0, logits)
        ways = fg.lgamma(fg.sum(x, axis=-1) + 1) - fg.sum(fg.lgamma(x + 1), axis=-1)
        return ways + fg.sum(logits * x, axis=-1)

    def entropy(self) -> Tensor:
        n = self.total_count
        counts = fg.arange(n + 1, dtype=self.probs.dtype)
        counts = fg.reshape(counts, (-1, *(1 for _ in self.probs.shape)))
        chance = fg.exp(Binomial(n, probs=self.probs, validate_args=False).log_prob(counts))
        ways = fg.sum(chance * fg.lgamma(counts + 1), axis=(0, -1))
        return n * self._categorical.entropy() - fg.lgamma(fg.tensor(n + 1.0, dtype=self.probs.dtype)) + ways

    def __repr__(self) -> str:
        return repr(self._categorical).replace("Categorical", type(self).__name__, 1)
