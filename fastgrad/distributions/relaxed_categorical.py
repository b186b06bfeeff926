"""The relaxed one-hot categorical distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.categorical import Categorical
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.transformed_distribution import TransformedDistribution
from fastgrad.distributions.transforms import ExpTransform
from fastgrad.distributions.utils import broadcast_all


class ExpRelaxedCategorical(Distribution):
    """The logarithms of `RelaxedOneHotCategorical`'s values.

    Parameters
    ----------
    temperature : Tensor or float
        The lower, the nearer to 0 and 1; above 0.
    probs, logits : Tensor, shape (..., K)
        As `Categorical`'s.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions.relaxed_categorical import ExpRelaxedCategorical
    >>> x = ExpRelaxedCategorical(0.5, logits=fg.zeros(3)).rsample()
    >>> round(x.exp().sum().item(), 4)
    1.0
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support: Any = constraints.real_vector
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._categorical = Categorical(probs, logits, validate_args)
        self.temperature = temperature
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        return new

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
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._categorical.param_shape

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        gumbel = -fg.log(_draw.exponential(self._extended_shape(sample_shape), self.logits))
        return fg.log_softmax((self.logits + gumbel) / self.temperature, axis=-1)

    def log_prob(self, value: Any) -> Tensor:
        k = self._event_shape[-1]
        (temperature,) = broadcast_all(self.temperature)
        scores = fg.log_softmax(self.logits - self._value(value) * self.temperature, axis=-1)
        return fg.sum(scores, axis=-1) + math.lgamma(k) + (k - 1) * fg.log(temperature)


class RelaxedOneHotCategorical(TransformedDistribution):
    """A distribution over probabilities that is `OneHotCategorical` for temperature 0; its samples have gradients.

    E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-softmax", and C. J. Maddison, A. Mnih, Y. W.
    Teh, "The concrete distribution", both ICLR 2017.

    Parameters
    ----------
    temperature : Tensor or float
        Above 0.
    probs, logits : Tensor, shape (..., K)
        As `Categorical`'s.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.distributions.RelaxedOneHotCategorical(0.5, logits=fg.zeros(3)).rsample()
    >>> round(x.sum().item(), 4)
    1.0
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support: Any = constraints.simplex
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args)
        super().__init__(base, ExpTransform(), validate_args)

    @property
    def temperature(self) -> Any:
        """The temperature."""
        return self.base_dist.temperature  # type: ignore[attr-defined]

    @property
    def logits(self) -> Tensor:
        """Logarithms of the probabilities."""
        found: Tensor = self.base_dist.logits  # type: ignore[attr-defined]
        return found

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        found: Tensor = self.base_dist.probs  # type: ignore[attr-defined]
        return found
