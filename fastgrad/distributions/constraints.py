"""What parameters and values must satisfy: objects whose ``check`` says of each element, or of each event, if it does.

``event_dim`` is the number of last axes that are one value together, ``is_discrete`` whether values are counted.
Names are PyTorch's.
"""

# mypy: disable-error-code="no-any-return"
# (of bounds that are numbers or tensors)

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor

__all__ = [
    "Constraint",
    "boolean",
    "cat",
    "corr_cholesky",
    "dependent",
    "dependent_property",
    "greater_than",
    "greater_than_eq",
    "half_open_interval",
    "independent",
    "integer_interval",
    "interval",
    "is_dependent",
    "less_than",
    "lower_cholesky",
    "lower_triangular",
    "multinomial",
    "nonnegative",
    "nonnegative_integer",
    "one_hot",
    "positive",
    "positive_definite",
    "positive_integer",
    "positive_semidefinite",
    "real",
    "real_vector",
    "simplex",
    "square",
    "stack",
    "symmetric",
    "unit_interval",
]


class Constraint:
    """A region of values; ``check(value)`` gives bools of the value's batch shape.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.constraints.positive.check(fg.tensor([-1.0, 1.0])).tolist()
    [False, True]
    """

    is_discrete = False
    event_dim = 0

    def check(self, value: Tensor) -> Tensor:
        """Whether each value lies in the region."""
        raise NotImplementedError

    def __repr__(self) -> str:
        name = type(self).__name__.strip("_")
        numbers = ", ".join(f"{k}={_shown(v)}" for k, v in vars(self).items() if not k.startswith("_"))
        return f"{name}({numbers})"


def _shown(v: Any) -> Any:
    return v.item() if isinstance(v, Tensor) and v.ndim == 0 else v


class _Dependent(Constraint):
    """A region that depends on other parameters: what asks for it must ask the distribution."""

    def __init__(self, *, is_discrete: bool | None = None, event_dim: int | None = None) -> None:
        if is_discrete is not None:
            self.is_discrete = is_discrete
        if event_dim is not None:
            self.event_dim = event_dim

    def __call__(self, *, is_discrete: bool | None = None, event_dim: int | None = None) -> _Dependent:
        return _Dependent(is_discrete=is_discrete, event_dim=event_dim)

    def check(self, value: Tensor) -> Tensor:
        raise ValueError("Dependent.check: which values are valid depends on the distribution; ask its support")


class dependent_property(property, _Dependent):
    """A property that gives a region made of other parameters: a decorator.

    Examples
    --------
    >>> from fastgrad.distributions import constraints
    >>> class Box:
    ...     high = 2.0
    ...     @constraints.dependent_property(is_discrete=False, event_dim=0)
    ...     def support(self):
    ...         return constraints.interval(0.0, self.high)
    >>> Box().support
    Interval(lower_bound=0.0, upper_bound=2.0)
    """

    def __init__(
        self, fn: Callable[[Any], Any] | None = None, *, is_discrete: bool | None = None, event_dim: int | None = None
    ) -> None:
        property.__init__(self, fn)
        self._words = {"is_discrete": is_discrete, "event_dim": event_dim}
        _Dependent.__init__(self, is_discrete=is_discrete, event_dim=event_dim)

    def __call__(self, fn: Any) -> Any:  # type: ignore[override]  # a decorator, where the other takes keywords
        return dependent_property(fn, **self._words)  # type: ignore[arg-type]


def is_dependent(constraint: Any) -> bool:
    """Whether a region depends on other parameters.

    Examples
    --------
    >>> from fastgrad.distributions import constraints
    >>> constraints.is_dependent(constraints.real)
    False
    """
    return isinstance(constraint, _Dependent)


class _Boolean(Constraint):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value == 0) | (value == 1)


class _OneHot(Constraint):
    is_discrete = True
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return fg.all((value == 0) | (value == 1), axis=-1) & (fg.sum(value, axis=-1) == 1)


class _Real(Constraint):
    def check(self, value: Tensor) -> Tensor:
        return value == value  # not NaN


class _Bounded(Constraint):
    """Of the numbers between bounds, each of which may be there or not, and belong to the region or not."""

    def __init__(self, lower_bound: Any = None, upper_bound: Any = None) -> None:
        if lower_bound is not None:
            self.lower_bound = lower_bound
        if upper_bound is not None:
            self.upper_bound = upper_bound


class _GreaterThan(_Bounded):
    def check(self, value: Tensor) -> Tensor:
        return self.lower_bound < value


class _GreaterThanEq(_Bounded):
    def check(self, value: Tensor) -> Tensor:
        return self.lower_bound <= value


class _LessThan(_Bounded):
    def __init__(self, upper_bound: Any) -> None:
        super().__init__(None, upper_bound)

    def check(self, value: Tensor) -> Tensor:
        return value < self.upper_bound


class _Interval(_Bounded):
    def check(self, value: Tensor) -> Tensor:
        return (self.lower_bound <= value) & (value <= self.upper_bound)


class _HalfOpenInterval(_Bounded):
    def check(self, value: Tensor) -> Tensor:
        return (self.lower_bound <= value) & (value < self.upper_bound)


class _IntegerInterval(_Bounded):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & (self.lower_bound <= value) & (value <= self.upper_bound)


class _IntegerGreaterThan(_Bounded):
    is_discrete = True

    def check(self, value: Tensor) -> Tensor:
        return (value % 1 == 0) & (value >= self.lower_bound)


class _Simplex(Constraint):
    event_dim = 1

    def check(self, value: Tensor) -> Tensor:
        return fg.all(value >= 0, axis=-1) & (fg.abs(fg.sum(value, axis=-1) - 1) < 1e-6)


class _Multinomial(Constraint):
    """Counts whose sum is at most an upper bound."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Tensor) -> Tensor:
        return fg.all(value >= 0, axis=-1) & (fg.sum(value, axis=-1) <= self.upper_bound)


class _LowerTriangular(Constraint):
    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        return fg.all(fg.tril(value) == value, axis=(-2, -1))


class _LowerCholesky(Constraint):
    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        diagonal = fg.sum(value * fg.eye(value.shape[-1], dtype=value.dtype), axis=-1)
        return fg.all(fg.tril(value) == value, axis=(-2, -1)) & fg.all(diagonal > 0, axis=-1)


class _CorrCholesky(_LowerCholesky):
    """Of correlation matrices: rows have length 1."""

    def check(self, value: Tensor) -> Tensor:
        from fastgrad.distributions.utils import finfo

        off = fg.abs(fg.sqrt(fg.sum(fg.square(value.detach()), axis=-1)) - 1)
        return super().check(value) & fg.all(off <= 10 * value.shape[-1] * float(finfo(value).eps), axis=-1)


class _Square(Constraint):
    event_dim = 2

    def check(self, value: Tensor) -> Tensor:
        is_square = value.ndim >= 2 and value.shape[-1] == value.shape[-2]
        return fg.full(value.shape[:-2], is_square, dtype=fg.bool_)


class _Symmetric(_Square):
    def check(self, value: Tensor) -> Tensor:
        square_ = super().check(value)
        if not bool(fg.all(square_)):
            return square_
        other = fg.swapaxes(value, -1, -2)
        return fg.all(fg.abs(value - other) <= 1e-6 + 1e-6 * fg.abs(other), axis=(-2, -1))


class _Positive2(_Symmetric):
    """Of symmetric matrices, by NumPy's eigenvalues."""

    def _holds(self, least: Any) -> Any:
        raise NotImplementedError

    def check(self, value: Tensor) -> Tensor:
        import numpy as np

        symmetric_ = super().check(value)
        if not bool(fg.all(symmetric_)):
            return symmetric_
        least = np.linalg.eigvalsh(value.detach().numpy()).min(axis=-1)
        return fg.asarray(np.asarray(self._holds(least)))


class _PositiveSemidefinite(_Positive2):
    def _holds(self, least: Any) -> Any:
        return least >= 0


class _PositiveDefinite(_Positive2):
    def _holds(self, least: Any) -> Any:
        return least > 0


class _IndependentConstraint(Constraint):
    """A region whose last axes are one value together: all must lie in it."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Tensor) -> Tensor:
        result = self.base_constraint.check(value)
        n = self.reinterpreted_batch_ndims
        if result.ndim < n:
            raise ValueError(f"{self!r}: a value must have at least {self.event_dim} axes, got shape {value.shape}")
        return fg.all(result, axis=tuple(range(-n, 0))) if n else result

    def __repr__(self) -> str:
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class _Joined(Constraint):
    """Several regions, each for a part of an axis."""

    def __init__(self, constraints: Any, dim: int) -> None:
        self.cseq: list[Any] = list(constraints)
        self.dim: int = dim

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        return any(c.is_discrete for c in self.cseq)


class cat(_Joined):  # PyTorch's name
    """Constraints of parts of an axis, one after the other, of the lengths given (else 1 each)."""

    def __init__(self, constraints: Any, dim: int = 0, lengths: Any = None) -> None:
        super().__init__(constraints, dim)
        self.lengths: list[int] = list(lengths) if lengths is not None else [1] * len(self.cseq)

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        return max(c.event_dim for c in self.cseq)

    def check(self, value: Tensor) -> Tensor:
        ends = [sum(self.lengths[: i + 1]) for i in range(len(self.lengths) - 1)]
        parts = _pieces(value, ends, self.dim)
        return fg.concat([c.check(v) for c, v in zip(self.cseq, parts, strict=True)], axis=self.dim)


class stack(_Joined):  # PyTorch's name
    """Constraints of slices along an axis, one each."""

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        dim = max(c.event_dim for c in self.cseq)
        return dim + 1 if self.dim + dim < 0 else dim

    def check(self, value: Tensor) -> Tensor:
        parts = fg.unstack(value, axis=self.dim)
        return fg.stack([c.check(v) for c, v in zip(self.cseq, parts, strict=True)], axis=self.dim)


def _pieces(value: Tensor, ends: list[int], dim: int) -> list[Tensor]:
    bounds = [0, *ends, value.shape[dim]]
    at: list[Any] = [slice(None)] * value.ndim
    found = []
    for low, high in pairwise(bounds):
        at[dim] = slice(low, high)
        found.append(value[tuple(at)])
    return found


dependent: Any = _Dependent()
boolean: Constraint = _Boolean()
one_hot: Constraint = _OneHot()
real: Constraint = _Real()
nonnegative_integer: Constraint = _IntegerGreaterThan(0)
positive_integer: Constraint = _IntegerGreaterThan(1)
integer_interval = _IntegerInterval
greater_than = _GreaterThan
greater_than_eq = _GreaterThanEq
less_than = _LessThan
interval = _Interval
half_open_interval = _HalfOpenInterval
nonnegative: Constraint = _GreaterThanEq(0.0)
positive: Constraint = _GreaterThan(0.0)
unit_interval: Constraint = _Interval(0.0, 1.0)
multinomial = _Multinomial
simplex: Constraint = _Simplex()
lower_triangular: Constraint = _LowerTriangular()
lower_cholesky: Constraint = _LowerCholesky()
corr_cholesky: Constraint = _CorrCholesky()
square: Constraint = _Square()
symmetric: Constraint = _Symmetric()
positive_semidefinite: Constraint = _PositiveSemidefinite()
positive_definite: Constraint = _PositiveDefinite()
independent = _IndependentConstraint
real_vector: Constraint = independent(real, 1)
