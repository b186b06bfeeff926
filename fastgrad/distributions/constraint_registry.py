"""Which transform carries all numbers to a region: for parameters that are to stay in it while they are learnt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastgrad.distributions import constraints, transforms

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """A table from regions to transforms; called with a region, it gives the transform.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import constraints, transform_to
    >>> transform_to(constraints.positive)(fg.tensor(0.0)).item()
    1.0
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._factories: dict[type, Callable[[Any], transforms.Transform]] = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Register a function that makes the transform of a region of this kind; without one, a decorator."""
        if factory is None:
            return lambda f: self.register(constraint, f)
        kind = constraint if isinstance(constraint, type) else type(constraint)
        if not issubclass(kind, constraints.Constraint):
            raise TypeError(f"{self.name}.register: a constraint or its class is wanted, got {constraint!r}")
        self._factories[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> transforms.Transform:
        try:
            factory = self._factories[type(constraint)]
        except KeyError:
            raise NotImplementedError(
                f"{self.name}: there is no transform to {constraint!r}; {self.name}.register adds one"
            ) from None
        return factory(constraint)


biject_to: ConstraintRegistry = ConstraintRegistry("biject_to")
transform_to: ConstraintRegistry = ConstraintRegistry("transform_to")


def _both(constraint: Any, factory: Callable[[Any], transforms.Transform]) -> None:
    biject_to.register(constraint, factory)
    transform_to.register(constraint, factory)


def _to_interval(region: Any) -> transforms.Transform:
    low, high = region.lower_bound, region.upper_bound
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and (low, high) == (0, 1):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform([transforms.SigmoidTransform(), transforms.AffineTransform(low, high - low)])


def _above(region: Any) -> transforms.Transform:
    if isinstance(region.lower_bound, (int, float)) and region.lower_bound == 0:
        return transforms.ExpTransform()
    return transforms.ComposeTransform([transforms.ExpTransform(), transforms.AffineTransform(region.lower_bound, 1)])


def _below(region: Any) -> transforms.Transform:
    return transforms.ComposeTransform([transforms.ExpTransform(), transforms.AffineTransform(region.upper_bound, -1)])


_both(constraints.real, lambda region: transforms.identity_transform)
_both(constraints.greater_than, _above)
_both(constraints.greater_than_eq, _above)
_both(constraints.less_than, _below)
_both(constraints.interval, _to_interval)
_both(constraints.half_open_interval, _to_interval)
_both(constraints.lower_cholesky, lambda region: transforms.LowerCholeskyTransform())
_both(constraints.corr_cholesky, lambda region: transforms.CorrCholeskyTransform())
_both(constraints.positive_definite, lambda region: transforms.PositiveDefiniteTransform())
_both(constraints.positive_semidefinite, lambda region: transforms.PositiveDefiniteTransform())
biject_to.register(constraints.simplex, lambda region: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda region: transforms.SoftmaxTransform())


def _join(registry: ConstraintRegistry) -> None:
    """Regions made of others."""

    def independent(region: Any) -> transforms.Transform:
        return transforms.IndependentTransform(registry(region.base_constraint), region.reinterpreted_batch_ndims)

    def cat(region: Any) -> transforms.Transform:
        return transforms.CatTransform([registry(c) for c in region.cseq], region.dim, region.lengths)

    def stack(region: Any) -> transforms.Transform:
        return transforms.StackTransform([registry(c) for c in region.cseq], region.dim)

    registry.register(constraints.independent, independent)
    registry.register(constraints.cat, cat)
    registry.register(constraints.stack, stack)


_join(biject_to)
_join(transform_to)
