"""The categorical distribution, its values as rows of zeros and a one."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.categorical import Categorical
from fastgrad.distributions.distribution import Distribution


class OneHotCategorical(Distribution):
    """The categorical distribution over the rows of the identity matrix.

    Parameters
    ----------
    probs, logits : Tensor, shape (..., K)
        As `Categorical`'s.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.OneHotCategorical(probs=fg.tensor([0.25, 0.75]))
    >>> d.mode.tolist(), d.sample().sum().item()
    ([0.0, 1.0], 1.0)
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support: Any = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._categorical = Categorical(probs, logits, validate_args)
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
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        return self._rows(fg.argmax(self.probs, axis=-1))

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._categorical.param_shape

    def _rows(self, labels: Tensor) -> Tensor:
        return fg.one_hot(labels, self._event_shape[-1]).astype(self.probs.dtype)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self._rows(self._categorical.sample(sample_shape))

    def log_prob(self, value: Any) -> Tensor:
        return self._categorical.log_prob(fg.argmax(self._value(value), axis=-1))

    def entropy(self) -> Tensor:
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return self._enumerated(fg.eye(self._event_shape[-1], dtype=self.probs.dtype), expand)

    def __repr__(self) -> str:
        return repr(self._categorical).replace("Categorical", type(self).__name__, 1)


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """`OneHotCategorical` whose samples pass gradients straight to the probabilities.

    Y. Bengio, N. Leonard, A. Courville, "Estimating or propagating gradients through stochastic neurons for conditional
    computation", 2013. The gradient is not that of the expected value.

    Parameters
    ----------
    probs, logits : Tensor, shape (..., K)
        As `Categorical`'s.

    Examples
    --------
    >>> import fastgrad as fg
    >>> logits = fg.zeros(2, requires_grad=True)
    >>> x = fg.distributions.OneHotCategoricalStraightThrough(logits=logits).rsample()
    >>> (x * fg.tensor([1.0, 3.0])).sum().backward()
    >>> logits.grad.tolist()
    [-0.5, 0.5]
    """

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        probs = self.probs
        return self.sample(sample_shape) + (probs - probs.detach())
