"""Mixtures of distributions of one family."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.categorical import Categorical
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import shape_of


class MixtureSameFamily(Distribution):
    """A mixture: a component is drawn, and then a value of it.

    Parameters
    ----------
    mixture_distribution : Categorical
        Over the K components.
    component_distribution : Distribution
        The components, along the last batch axis, of length K.

    Raises
    ------
    ValueError
        If the first is no `Categorical`, or both do not fit.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import Categorical, MixtureSameFamily, Normal
    >>> weights = Categorical(probs=fg.tensor([0.25, 0.75]))
    >>> mixture = MixtureSameFamily(weights, Normal(fg.tensor([-4.0, 4.0]), 1.0))
    >>> mixture.mean.item(), mixture.variance.item()
    (2.0, 13.0)
    """

    arg_constraints: ClassVar[Any] = {}

    def __init__(
        self, mixture_distribution: Categorical, component_distribution: Distribution, validate_args: bool | None = None
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(
                f"MixtureSameFamily: the mixture distribution must be a Categorical, got "
                f"a {type(mixture_distribution).__name__}"
            )
        if not isinstance(component_distribution, Distribution):
            raise ValueError(
                f"MixtureSameFamily: the component distribution must be a Distribution, got "
                f"a {type(component_distribution).__name__}"
            )
        batch = tuple(component_distribution.batch_shape)
        weights = tuple(mixture_distribution.batch_shape)
        count = mixture_distribution.param_shape[-1]
        if not batch or batch[-1] != count:
            raise ValueError(
                f"MixtureSameFamily: the last batch axis of the components must have a place for each of the {count} "
                f"weights, got batch shape {batch}"
            )
        if any(n not in (m, 1) for n, m in zip(reversed(weights), reversed(batch[:-1]), strict=False)):
            raise ValueError(
                f"MixtureSameFamily: the weights' batch shape must broadcast with the components' {batch[:-1]}, "
                f"got {weights}"
            )
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        self._num_component = count
        self._event_ndims = len(component_distribution.event_shape)
        super().__init__(batch[:-1], component_distribution.event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        batch_shape = shape_of(batch_shape)
        new._component_distribution = self._component_distribution.expand((*batch_shape, self._num_component))
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        return new

    @property
    def mixture_distribution(self) -> Categorical:
        """The weights."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components."""
        return self._component_distribution

    @constraints.dependent_property
    def support(self) -> Any:
        return self._component_distribution.support

    def _weights(self) -> Tensor:
        probs = self._mixture_distribution.probs
        return fg.reshape(probs, (*probs.shape, *(1 for _ in range(self._event_ndims))))

    @property
    def mean(self) -> Tensor:
        return fg.sum(self._weights() * self._component_distribution.mean, axis=-1 - self._event_ndims)

    @property
    def variance(self) -> Tensor:
        axis = -1 - self._event_ndims
        parts = self._component_distribution
        within = fg.sum(self._weights() * parts.variance, axis=axis)
        off = parts.mean - fg.expand_dims(self.mean, axis=axis)
        return within + fg.sum(self._weights() * fg.square(off), axis=axis)

    def _padded(self, value: Tensor) -> Tensor:
        return fg.expand_dims(value, axis=-1 - self._event_ndims)

    def log_prob(self, value: Any) -> Tensor:
        each = self._component_distribution.log_prob(self._padded(self._value(value)))
        return fg.logsumexp(each + self._mixture_distribution.logits, axis=-1)

    def cdf(self, value: Any) -> Tensor:
        if self._event_ndims:
            raise NotImplementedError("MixtureSameFamily: cdf is there for components of single numbers")
        each = self._component_distribution.cdf(self._padded(self._value(value)))
        return fg.sum(each * self._mixture_distribution.probs, axis=-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with fg.no_grad():
            axis = -1 - self._event_ndims
            values = self._component_distribution.sample(sample_shape)
            chosen = self._mixture_distribution.expand(self._batch_shape).sample(sample_shape)
            at = fg.reshape(chosen, (*chosen.shape, *(1 for _ in range(self._event_ndims + 1))))
            at = fg.broadcast_to(at, (*chosen.shape, 1, *self._event_shape))
            return fg.squeeze(fg.take_along_axis(values, at, axis=axis), axis=axis)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self._mixture_distribution!r},\n  {self._component_distribution!r})"
