"""The Dirichlet distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.utils import broadcast_all, xlogy


class Dirichlet(ExponentialFamily):
    """The Dirichlet distribution over vectors of probabilities.

    Parameters
    ----------
    concentration : Tensor, shape (..., K)
        Above 0.

    Raises
    ------
    ValueError
        If `concentration` has no axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.Dirichlet(fg.tensor([1.0, 3.0]))
    >>> d.mean.tolist(), d.sample((5,)).shape
    ([0.25, 0.75], (5, 2))
    """

    concentration: Tensor

    arg_constraints: ClassVar[Any] = {"concentration": constraints.independent(constraints.positive, 1)}
    support: Any = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        (self.concentration,) = broadcast_all(concentration)
        if self.concentration.ndim < 1:
            raise ValueError("Dirichlet: concentration must have at least one axis, got a number")
        shape = self.concentration.shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.concentration / fg.sum(self.concentration, axis=-1, keepdims=True)

    @property
    def mode(self) -> Tensor:
        above = fg.clip(self.concentration - 1, 0)
        mode = above / fg.sum(above, axis=-1, keepdims=True)
        corner = fg.one_hot(fg.argmax(self.concentration, axis=-1), self.event_shape[-1]).astype(mode.dtype)
        return fg.where(fg.all(self.concentration < 1, axis=-1, keepdims=True), corner, mode)

    @property
    def variance(self) -> Tensor:
        total = fg.sum(self.concentration, axis=-1, keepdims=True)
        return self.concentration * (total - self.concentration) / (fg.square(total) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        c = fg.broadcast_to(self.concentration, self._extended_shape(sample_shape))
        return fg.softmax(_draw.log_standard_gamma(c), axis=-1).astype(c.dtype)

    def _log_beta(self) -> Tensor:
        """The logarithm of the density's divisor, found in float64: its terms cancel."""
        c = self.concentration.astype(fg.float64)
        return (fg.sum(fg.lgamma(c), axis=-1) - fg.lgamma(fg.sum(c, axis=-1))).astype(self.concentration.dtype)

    def log_prob(self, value: Any) -> Tensor:
        return fg.sum(xlogy(self.concentration - 1, self._value(value)), axis=-1) - self._log_beta()

    def entropy(self) -> Tensor:
        c = self.concentration
        total = fg.sum(c, axis=-1)
        each = (c - 1) * fg.digamma(c)
        return self._log_beta() - fg.sum(each, axis=-1) + (total - c.shape[-1]) * fg.digamma(total)
