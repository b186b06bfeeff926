"""Distributions of functions of random numbers."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.independent import Independent
from fastgrad.distributions.transforms import ComposeTransform, Transform
from fastgrad.distributions.utils import shape_of, sum_rightmost


class TransformedDistribution(Distribution):
    """The distribution of a function of a random number: a flow.

    Parameters
    ----------
    base_distribution : Distribution
        The number's.
    transforms : Transform or list of Transform
        The function, or several one after another.

    Raises
    ------
    ValueError
        If `transforms` are none, or the base has fewer axes than the function takes.

    Notes
    -----
    The density is the base's, at the inverse, over the determinant of the function's derivative.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import Normal, TanhTransform, TransformedDistribution
    >>> policy = TransformedDistribution(Normal(0.0, 1.0), [TanhTransform(cache_size=1)])
    >>> action = policy.rsample()
    >>> policy.log_prob(action).shape
    ()
    """

    arg_constraints: ClassVar[Any] = {}

    def __init__(self, base_distribution: Distribution, transforms: Any, validate_args: bool | None = None) -> None:
        self.transforms: list[Transform] = [transforms] if isinstance(transforms, Transform) else list(transforms)
        if not all(isinstance(t, Transform) for t in self.transforms):
            raise ValueError(
                f"{type(self).__name__}: transforms must be a Transform or a list of them, got {transforms!r}"
            )
        whole = (*base_distribution.batch_shape, *base_distribution.event_shape)
        base_dim = len(base_distribution.event_shape)
        function = ComposeTransform(self.transforms)
        needed = function.domain.event_dim
        if len(whole) < needed:
            raise ValueError(
                f"{type(self).__name__}: the base distribution must have at least {needed} axes, got shape {whole}"
            )
        forward = function.forward_shape(whole)
        expanded = function.inverse_shape(forward)
        if tuple(expanded) != whole:
            base_distribution = base_distribution.expand(expanded[: len(expanded) - base_dim])
        if needed > base_dim:
            base_distribution = Independent(base_distribution, needed - base_dim)
        self.base_dist = base_distribution
        dim = function.codomain.event_dim + max(base_dim - needed, 0)
        cut = len(forward) - dim
        super().__init__(forward[:cut], forward[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        function = ComposeTransform(self.transforms)
        whole = function.inverse_shape((*shape_of(batch_shape), *self._event_shape))
        new.base_dist = self.base_dist.expand(whole[: len(whole) - len(self.base_dist.event_shape)])
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        if not self.transforms:
            return self.base_dist.support
        found = self.transforms[-1].codomain
        missing = len(self._event_shape) - found.event_dim
        return constraints.independent(found, missing) if missing > 0 else found

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        return self.base_dist.has_rsample

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with fg.no_grad():
            return self._forward(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self._forward(self.base_dist.rsample(sample_shape))

    def _forward(self, x: Tensor) -> Tensor:
        for t in self.transforms:
            x = t(x)
        return x

    def log_prob(self, value: Any) -> Tensor:
        y = self._value(value)
        dim = len(self._event_shape)
        total: Any = 0.0
        for t in reversed(self.transforms):
            x = t.inv(y)
            dim += t.domain.event_dim - t.codomain.event_dim
            total = total - sum_rightmost(t.log_abs_det_jacobian(x, y), dim - t.domain.event_dim)
            y = x
        log_prob: Tensor = total + sum_rightmost(self.base_dist.log_prob(y), dim - len(self.base_dist.event_shape))
        return log_prob

    def _flip(self, share: Tensor) -> Tensor:
        """A share of the base from below, from above where the function falls."""
        sign: Any = 1
        for t in self.transforms:
            sign = sign * t.sign
        if isinstance(sign, int) and sign == 1:
            return share
        flipped: Tensor = sign * (share - 0.5) + 0.5
        return flipped

    def cdf(self, value: Any) -> Tensor:
        y = self._value(value)
        for t in reversed(self.transforms):
            y = t.inv(y)
        return self._flip(self.base_dist.cdf(y))

    def icdf(self, value: Any) -> Tensor:
        p = value if isinstance(value, Tensor) else fg.asarray(value)
        return self._forward(self.base_dist.icdf(self._flip(p)))

    def __repr__(self) -> str:
        if self.arg_constraints:
            return super().__repr__()
        return f"{type(self).__name__}({self.base_dist!r}, {self.transforms!r})"
