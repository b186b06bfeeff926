"""Distributions whose batch axes are taken as axes of one value."""

from __future__ import annotations

from typing import Any, ClassVar

from fastgrad._arguments import check_instance
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole
from fastgrad.distributions import constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import shape_of, sum_rightmost


class Independent(Distribution):
    """A batch of distributions, of which the last axes are one value together: logarithms of densities are summed.

    Parameters
    ----------
    base_distribution : Distribution
        The one whose batch axes are taken in.
    reinterpreted_batch_ndims : int
        How many of its batch axes, from the last.

    Raises
    ------
    ValueError
        If it has fewer.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import Independent, Normal
    >>> d = Independent(Normal(fg.zeros(2, 3), 1.0), 1)
    >>> d.batch_shape, d.event_shape, d.log_prob(fg.zeros(3)).shape
    ((2,), (3,), (2,))
    """

    arg_constraints: ClassVar[Any] = {}

    def __init__(
        self, base_distribution: Distribution, reinterpreted_batch_ndims: int, validate_args: bool | None = None
    ) -> None:
        check_instance(base_distribution, Distribution, "Independent", "base_distribution")
        batch, event = base_distribution.batch_shape, base_distribution.event_shape
        n = whole(reinterpreted_batch_ndims, "Independent", "reinterpreted_batch_ndims")
        if not 0 <= n <= len(batch):
            raise ValueError(
                f"Independent: reinterpreted_batch_ndims must be from 0 to the {len(batch)} batch axes, got {n}"
            )
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = n
        cut = len(batch) - n
        super().__init__(batch[:cut], (*batch[cut:], *event), validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        inner = self._event_shape[: self.reinterpreted_batch_ndims]
        new.base_dist = self.base_dist.expand((*shape_of(batch_shape), *inner))
        return new

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> bool:  # type: ignore[override]
        return self.reinterpreted_batch_ndims == 0 and self.base_dist.has_enumerate_support

    @constraints.dependent_property
    def support(self) -> Any:
        n = self.reinterpreted_batch_ndims
        return constraints.independent(self.base_dist.support, n) if n else self.base_dist.support

    @property
    def mean(self) -> Tensor:
        return self.base_dist.mean

    @property
    def mode(self) -> Tensor:
        return self.base_dist.mode

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Tensor:
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Tensor:
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        if self.reinterpreted_batch_ndims:
            raise NotImplementedError("Independent: the values of several together are too many to enumerate")
        return self.base_dist.enumerate_support(expand)

    def __repr__(self) -> str:
        return f"Independent({self.base_dist!r}, {self.reinterpreted_batch_ndims})"
