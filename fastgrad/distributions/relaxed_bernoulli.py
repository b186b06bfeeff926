"""The relaxed Bernoulli distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions._by_probability import ByProbability
from fastgrad.distributions.transformed_distribution import TransformedDistribution
from fastgrad.distributions.transforms import SigmoidTransform
from fastgrad.distributions.utils import broadcast_all


class LogitRelaxedBernoulli(ByProbability):
    """The logits of `RelaxedBernoulli`'s values.

    Parameters
    ----------
    temperature : Tensor or float
        The lower, the nearer to 0 and 1; above 0.
    probs, logits : Tensor or float
        As `Bernoulli`'s.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions.relaxed_bernoulli import LogitRelaxedBernoulli
    >>> round(LogitRelaxedBernoulli(1.0, logits=0.0).log_prob(0.0).exp().item(), 4)
    0.25
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.real
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        (value,) = broadcast_all(self._choose(probs, logits))
        self.temperature = temperature
        super().__init__(self._keep(probs, value).shape, validate_args=validate_args)

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._param.shape

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        u = _draw.inside(self._extended_shape(sample_shape), self._param)
        x: Tensor = (fg.log(u) - fg.log1p(-u) + self.logits) / self.temperature
        return x

    def log_prob(self, value: Any) -> Tensor:
        (temperature,) = broadcast_all(self.temperature)
        rest = self.logits - self._value(value) * temperature
        return fg.log(temperature) + rest - 2 * fg.nn.functional.softplus(rest)


class RelaxedBernoulli(TransformedDistribution):
    """A distribution over (0, 1) that is Bernoulli's for temperature 0, and whose samples have gradients.

    C. J. Maddison, A. Mnih, Y. W. Teh, "The concrete distribution", ICLR 2017.

    Parameters
    ----------
    temperature : Tensor or float
        Above 0.
    probs, logits : Tensor or float
        As `Bernoulli`'s.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.distributions.RelaxedBernoulli(0.1, probs=fg.tensor([0.9])).rsample()
    >>> 0.0 < x.item() < 1.0
    True
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits, validate_args)
        super().__init__(base, SigmoidTransform(), validate_args)

    @property
    def temperature(self) -> Any:
        """The temperature."""
        return self.base_dist.temperature  # type: ignore[attr-defined]

    @property
    def logits(self) -> Tensor:
        """The logits."""
        found: Tensor = self.base_dist.logits  # type: ignore[attr-defined]
        return found

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        found: Tensor = self.base_dist.probs  # type: ignore[attr-defined]
        return found
