"""The categorical distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions._by_probability import ByProbability
from fastgrad.distributions.utils import broadcast_all, finfo


class Categorical(ByProbability):
    """The categorical distribution over the integers from 0 to K - 1.

    Parameters
    ----------
    probs : Tensor, shape (..., K)
        Their probabilities, or weights: they are divided by their sum. Either this or `logits`.
    logits : Tensor, shape (..., K)
        Logarithms of weights.

    Raises
    ------
    ValueError
        If both or none are given, or there is no axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.Categorical(probs=fg.tensor([1.0, 1.0, 2.0]))
    >>> d.probs.tolist(), d.sample((4,)).shape
    ([0.25, 0.25, 0.5], (4,))

    A policy's gradient, by its score:

    >>> scores = fg.zeros(1, 2, requires_grad=True)
    >>> policy = fg.distributions.Categorical(logits=scores)
    >>> loss = -policy.log_prob(fg.tensor([1])) * 3.0
    >>> loss.sum().backward()
    >>> scores.grad.tolist()
    [[1.5, -1.5]]
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True
    _is_binary = False

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        (value,) = broadcast_all(self._choose(probs, logits))
        if value.ndim < 1:
            raise ValueError("Categorical: probs or logits must have at least one axis, got a number")
        weights = probs is not None
        value = value / fg.sum(value, axis=-1, keepdims=True) if weights else fg.log_softmax(value, axis=-1)
        self._keep(probs, value)
        self._num_events = value.shape[-1]
        super().__init__(value.shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        """NaN: the numbers are names."""
        return fg.full(self.batch_shape, math.nan, dtype=self._param.dtype)

    @property
    def mode(self) -> Tensor:
        return fg.argmax(self._param, axis=-1)

    @property
    def variance(self) -> Tensor:
        """NaN: the numbers are names."""
        return self.mean

    @property
    def param_shape(self) -> tuple[int, ...]:
        """The shape of what was given."""
        return self._param.shape

    def sample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        weights = fg.reshape(self.probs.detach(), (-1, self._num_events))
        rows = weights.shape[0]
        count = math.prod(shape) // rows if rows else 0
        drawn = fg.multinomial(weights, count, True)
        return fg.reshape(drawn if count == 1 else fg.permute_dims(drawn, (1, 0)), shape)

    def log_prob(self, value: Any) -> Tensor:
        at = fg.expand_dims(self._value(value).astype(fg.int64), axis=-1)
        logits = self.logits
        lead = fg.broadcast_shapes(at.shape[:-1], logits.shape[:-1])
        if at.shape[:-1] != lead:
            at = fg.broadcast_to(at, (*lead, 1))
        if logits.shape[:-1] != lead:
            logits = fg.broadcast_to(logits, (*lead, self._num_events))
        return fg.squeeze(fg.take_along_axis(logits, at, axis=-1), axis=-1)

    def entropy(self) -> Tensor:
        logits = fg.clip(self.logits, float(finfo(self.logits).min))
        return -fg.sum(logits * self.probs, axis=-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return self._enumerated(fg.arange(self._num_events), expand)
