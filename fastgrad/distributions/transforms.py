"""Functions with inverses, whose derivatives' determinants are known: what densities are carried along.

Names and meanings are PyTorch's. ``t(x)`` applies one, ``t.inv`` is its inverse, and ``t.log_abs_det_jacobian(x, y)``
the logarithm of the volume that it makes of a small one. ``cache_size=1`` keeps the last pair of argument and result,
by which the inverse of what was just computed is exact.
"""

# mypy: disable-error-code="no-any-return"
# (of exponents, scales and distributions of any kind)

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.utils import finfo, sum_rightmost

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "CatTransform",
    "ComposeTransform",
    "CumulativeDistributionTransform",
    "ExpTransform",
    "IndependentTransform",
    "LowerCholeskyTransform",
    "PositiveDefiniteTransform",
    "PowerTransform",
    "ReshapeTransform",
    "SigmoidTransform",
    "SoftmaxTransform",
    "SoftplusTransform",
    "StackTransform",
    "StickBreakingTransform",
    "TanhTransform",
    "Transform",
    "identity_transform",
]


def _sign(x: Any) -> Any:
    return fg.sign(x) if isinstance(x, Tensor) else (x > 0) - (x < 0)


class Transform:
    """The base: a subclass defines ``_call``, ``_inverse``, ``log_abs_det_jacobian``, ``domain`` and ``codomain``.

    Parameters
    ----------
    cache_size : {0, 1}
        1 keeps the last input and its image, so that the inverse of this is exact and costs nothing.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import Transform, constraints
    >>> class Double(Transform):
    ...     domain = codomain = constraints.real
    ...     bijective, sign = True, 1
    ...     def _call(self, x):
    ...         return 2 * x
    ...     def _inverse(self, y):
    ...         return y / 2
    ...     def log_abs_det_jacobian(self, x, y):
    ...         return fg.full_like(x, 0.6931472)
    >>> Double().inv(fg.tensor(3.0)).item()
    1.5
    """

    bijective = False
    domain: Any
    codomain: Any

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ValueError(f"{type(self).__name__}: cache_size must be 0 or 1, got {cache_size}")
        self._cache_size = cache_size
        self._cached: tuple[Any, Any] = (None, None)
        self._inv: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_cached": (None, None), "_inv": None}

    @property
    def event_dim(self) -> int:
        """The last axes that are one value together, where they are as many before and after."""
        if self.domain.event_dim != self.codomain.event_dim:
            raise ValueError("event_dim: domain and codomain have different numbers of axes; ask those")
        return int(self.domain.event_dim)

    @property
    def inv(self) -> Transform:
        """The inverse."""
        inverse = None if self._inv is None else self._inv()
        if inverse is None:
            import weakref

            inverse = _InverseTransform(self)
            self._inv = weakref.ref(inverse)
        return inverse

    @property
    def sign(self) -> Any:
        """1 or -1: whether the function rises or falls, for functions of single numbers."""
        raise NotImplementedError(f"{type(self).__name__} says nothing of its sign")

    def with_cache(self, cache_size: int = 1) -> Transform:
        """Return this transform with a cache of this size."""
        if self._cache_size == cache_size:
            return self
        import copy

        other = copy.copy(self)
        Transform.__init__(other, cache_size)
        return other

    def __call__(self, x: Tensor) -> Tensor:
        if self._cache_size == 0:
            return self._call(x)
        before, after = self._cached
        if before is x:
            return after
        y = self._call(x)
        self._cached = x, y
        return y

    def _inv_call(self, y: Tensor) -> Tensor:
        if self._cache_size == 0:
            return self._inverse(y)
        before, after = self._cached
        if after is y:
            return before
        x = self._inverse(y)
        self._cached = x, y
        return x

    def _call(self, x: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not define _call")

    def _inverse(self, y: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no inverse")

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        """log |det dy / dx|, of the shape of x without the event's axes; y is this transform of x."""
        raise NotImplementedError(f"{type(self).__name__} has no Jacobian")

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        """The result's shape, of an argument's."""
        return tuple(shape)

    def inverse_shape(self, shape: Any) -> tuple[int, ...]:
        """The argument's shape, of a result's."""
        return tuple(shape)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _InverseTransform(Transform):
    """The inverse of a transform, and an inverse's inverse is that."""

    def __init__(self, transform: Transform) -> None:
        super().__init__(transform._cache_size)
        self._forward = transform

    @property
    def domain(self) -> Any:
        return self._forward.codomain

    @property
    def codomain(self) -> Any:
        return self._forward.domain

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return self._forward.bijective

    @property
    def sign(self) -> Any:
        return self._forward.sign

    @property
    def inv(self) -> Transform:
        return self._forward

    def with_cache(self, cache_size: int = 1) -> Transform:
        """Return this transform with a cache of this size."""
        return self._forward.with_cache(cache_size).inv

    def __call__(self, x: Tensor) -> Tensor:
        return self._forward._inv_call(x)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return -self._forward.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        return self._forward.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> tuple[int, ...]:
        return self._forward.forward_shape(shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _InverseTransform) and self._forward == other._forward

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __repr__(self) -> str:
        return f"{self._forward!r}.inv"


class ComposeTransform(Transform):
    """Several transforms, one after another.

    Parameters
    ----------
    parts : list of Transform
        The transforms, the first one applied first.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import AffineTransform, ComposeTransform, ExpTransform
    >>> t = ComposeTransform([AffineTransform(0.0, 2.0), ExpTransform()])
    >>> t.inv(fg.tensor(1.0)).item()
    0.0
    """

    parts: list[Transform]

    def __init__(self, parts: Sequence[Transform], cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.parts = [p.with_cache(cache_size) for p in parts] if cache_size else list(parts)

    @property
    def domain(self) -> Any:
        if not self.parts:
            return constraints.real
        domain = self.parts[0].domain
        # how many axes the last part has, carried back to the first
        dim = self.parts[-1].codomain.event_dim
        for part in reversed(self.parts):
            dim = max(dim + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
        return constraints.independent(domain, dim - domain.event_dim) if dim > domain.event_dim else domain

    @property
    def codomain(self) -> Any:
        if not self.parts:
            return constraints.real
        codomain = self.parts[-1].codomain
        dim = self.parts[0].domain.event_dim
        for part in self.parts:
            dim = max(dim + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim)
        return constraints.independent(codomain, dim - codomain.event_dim) if dim > codomain.event_dim else codomain

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return all(p.bijective for p in self.parts)

    @property
    def sign(self) -> Any:
        return reduce(operator.mul, (p.sign for p in self.parts), 1)

    @property
    def inv(self) -> Transform:
        return ComposeTransform([p.inv for p in reversed(self.parts)], self._cache_size)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """Return this transform with a cache of this size."""
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size)

    def __call__(self, x: Tensor) -> Tensor:
        for part in self.parts:
            x = part(x)
        return x

    def _inv_call(self, y: Tensor) -> Tensor:
        for part in reversed(self.parts):
            y = part.inv(y)
        return y

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        if not self.parts:
            return fg.zeros_like(x)
        dim = self.domain.event_dim
        total: Any = 0
        for k, part in enumerate(self.parts):
            after = y if k == len(self.parts) - 1 else part(x)
            total = total + sum_rightmost(part.log_abs_det_jacobian(x, after), dim - part.domain.event_dim)
            dim += part.codomain.event_dim - part.domain.event_dim
            x = after
        return total

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        return reduce(lambda s, p: p.forward_shape(s), self.parts, tuple(shape))

    def inverse_shape(self, shape: Any) -> tuple[int, ...]:
        return reduce(lambda s, p: p.inverse_shape(s), reversed(self.parts), tuple(shape))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __repr__(self) -> str:
        return f"ComposeTransform([{', '.join(map(repr, self.parts))}])"


identity_transform: Transform = ComposeTransform([])


class IndependentTransform(Transform):
    """A transform whose last batch axes become part of the event: their determinants multiply.

    Parameters
    ----------
    base_transform : Transform
        What is applied.
    reinterpreted_batch_ndims : int
        How many batch axes become part of the event.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import ExpTransform, IndependentTransform
    >>> x = fg.ones(2, 3)
    >>> t = IndependentTransform(ExpTransform(), 1)
    >>> t.log_abs_det_jacobian(x, t(x)).tolist()
    [3.0, 3.0]
    """

    base_transform: Transform

    def __init__(self, base_transform: Transform, reinterpreted_batch_ndims: int, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.base_transform = base_transform.with_cache(cache_size)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    def with_cache(self, cache_size: int = 1) -> Transform:
        """Return this transform with a cache of this size."""
        if self._cache_size == cache_size:
            return self
        return IndependentTransform(self.base_transform, self.reinterpreted_batch_ndims, cache_size)

    @property
    def domain(self) -> Any:
        return constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims)

    @property
    def codomain(self) -> Any:
        return constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims)

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return self.base_transform.bijective

    @property
    def sign(self) -> Any:
        return self.base_transform.sign

    def _call(self, x: Tensor) -> Tensor:
        return self.base_transform(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> tuple[int, ...]:
        return self.base_transform.inverse_shape(shape)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"


class ReshapeTransform(Transform):
    """The last axes in another shape, of as many elements.

    Parameters
    ----------
    in_shape, out_shape : tuple of int
        The shape of an event before, and after.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.ReshapeTransform((4,), (2, 2))(fg.arange(4)).tolist()
    [[0, 1], [2, 3]]
    """

    in_shape: tuple[Any, ...]
    out_shape: tuple[Any, ...]

    bijective = True

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)
        if math.prod(self.in_shape) != math.prod(self.out_shape):
            raise ValueError(
                f"ReshapeTransform: both shapes must have as many elements, got {self.in_shape} and {self.out_shape}"
            )

    @property
    def domain(self) -> Any:
        return constraints.independent(constraints.real, len(self.in_shape))

    @property
    def codomain(self) -> Any:
        return constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Tensor) -> Tensor:
        return fg.reshape(x, (*x.shape[: x.ndim - len(self.in_shape)], *self.out_shape))

    def _inverse(self, y: Tensor) -> Tensor:
        return fg.reshape(y, (*y.shape[: y.ndim - len(self.out_shape)], *self.in_shape))

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return fg.zeros(tuple(x.shape[: x.ndim - len(self.in_shape)]), dtype=x.dtype)

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        return self._changed(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> tuple[int, ...]:
        return self._changed(shape, self.out_shape, self.in_shape)

    @staticmethod
    def _changed(shape: Any, before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
        cut = len(shape) - len(before)
        if cut < 0 or tuple(shape[cut:]) != before:
            raise ValueError(f"ReshapeTransform: a shape must end with {before}, got {tuple(shape)}")
        return (*shape[:cut], *after)


class ExpTransform(Transform):
    """y = exp(x).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.ExpTransform().inv(fg.tensor(1.0)).item()
    0.0
    """

    domain: Any = constraints.real
    codomain: Any = constraints.positive
    bijective = True
    sign = 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExpTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        return fg.exp(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return fg.log(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return x


class PowerTransform(Transform):
    """y = x to a power, of positive x.

    Parameters
    ----------
    exponent : Tensor or float
        Not 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.PowerTransform(2.0).inv(fg.tensor(9.0)).item()
    3.0
    """

    domain: Any = constraints.positive
    codomain: Any = constraints.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.exponent = exponent

    @property
    def sign(self) -> Any:
        return _sign(self.exponent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and bool(fg.all(fg.asarray(self.exponent == other.exponent)))

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        return fg.pow(x, self.exponent)

    def _inverse(self, y: Tensor) -> Tensor:
        return fg.pow(y, 1 / self.exponent)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return fg.log(fg.abs(self.exponent * y / x))

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        shapes = [tuple(self.exponent.shape)] if isinstance(self.exponent, Tensor) else []
        return fg.broadcast_shapes(tuple(shape), *shapes)

    inverse_shape = forward_shape


class SigmoidTransform(Transform):
    """y = 1 / (1 + exp(-x)).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.SigmoidTransform()(fg.tensor(0.0)).item()
    0.5
    """

    domain: Any = constraints.real
    codomain: Any = constraints.unit_interval
    bijective = True
    sign = 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SigmoidTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        y = fg.sigmoid(x)
        facts = finfo(y)
        return fg.clip(y, float(facts.tiny), 1 - float(facts.eps))

    def _inverse(self, y: Tensor) -> Tensor:
        facts = finfo(y)
        y = fg.clip(y, float(facts.tiny), 1 - float(facts.eps))
        return fg.log(y) - fg.log1p(-y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        softplus = fg.nn.functional.softplus
        return -softplus(-x) - softplus(x)


class SoftplusTransform(Transform):
    """y = log(1 + exp(x)).

    Examples
    --------
    >>> import fastgrad as fg
    >>> t = fg.distributions.SoftplusTransform()
    >>> round(t.inv(t(fg.tensor(-3.0))).item(), 4)
    -3.0
    """

    domain: Any = constraints.real
    codomain: Any = constraints.positive
    bijective = True
    sign = 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SoftplusTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        return fg.nn.functional.softplus(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return fg.log(-fg.expm1(-y)) + y

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return -fg.nn.functional.softplus(-x)


class TanhTransform(Transform):
    """y = tanh(x). With ``cache_size=1`` densities of what was just drawn need no inverse, which has lost digits.

    Examples
    --------
    >>> import fastgrad as fg
    >>> t = fg.distributions.TanhTransform(cache_size=1)
    >>> x = fg.tensor(20.0)
    >>> t.inv(t(x)).item()
    20.0
    """

    domain: Any = constraints.real
    codomain: Any = constraints.interval(-1.0, 1.0)
    bijective = True
    sign = 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TanhTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        return fg.tanh(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return fg.atanh(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        # log(1 - tanh(x)^2), without loss where that is next to 0
        return 2 * (math.log(2) - x - fg.nn.functional.softplus(-2 * x))


class AbsTransform(Transform):
    """y = |x|; its inverse is the positive one of both.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.AbsTransform()(fg.tensor(-2.0)).item()
    2.0
    """

    domain: Any = constraints.real
    codomain: Any = constraints.positive

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbsTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        return fg.abs(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return y


class AffineTransform(Transform):
    """y = loc + scale x.

    Parameters
    ----------
    loc, scale : Tensor or float
        What is added, and what is multiplied by before; not 0.
    event_dim : int, default 0
        How many last axes are one value together.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.AffineTransform(1.0, 2.0).inv(fg.tensor(5.0)).item()
    2.0
    """

    loc: Any
    scale: Any

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim

    @property
    def event_dim(self) -> int:
        return self._event_dim

    @property
    def domain(self) -> Any:
        return constraints.independent(constraints.real, self._event_dim) if self._event_dim else constraints.real

    codomain: Any = domain

    @property
    def sign(self) -> Any:
        return _sign(self.scale)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, AffineTransform)
            and bool(fg.all(fg.asarray(self.loc) == fg.asarray(other.loc)))
            and bool(fg.all(fg.asarray(self.scale) == fg.asarray(other.scale)))
        )

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        return self.loc + self.scale * x

    def _inverse(self, y: Tensor) -> Tensor:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        if isinstance(self.scale, Tensor):
            each = fg.broadcast_to(fg.log(fg.abs(self.scale)), x.shape)
        else:
            each = fg.full_like(x, math.log(abs(self.scale)))
        return sum_rightmost(each, self._event_dim)

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        shapes = [tuple(v.shape) for v in (self.loc, self.scale) if isinstance(v, Tensor)]
        return fg.broadcast_shapes(tuple(shape), *shapes)

    inverse_shape = forward_shape


class SoftmaxTransform(Transform):
    """y = softmax(x) along the last axis; its inverse is the logarithm, of which softmax is y. No density is carried.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.SoftmaxTransform()(fg.zeros(2)).tolist()
    [0.5, 0.5]
    """

    domain: Any = constraints.real_vector
    codomain: Any = constraints.simplex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SoftmaxTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        return fg.softmax(x, axis=-1)

    def _inverse(self, y: Tensor) -> Tensor:
        return fg.log(y)


class StickBreakingTransform(Transform):
    """K - 1 numbers to K probabilities: each says which part of the rest of a stick is broken off.

    J. Sethuraman, "A constructive definition of Dirichlet priors", 1994; offsets make equal parts of zeros.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.StickBreakingTransform()(fg.zeros(1)).tolist()
    [0.5, 0.5]
    """

    domain: Any = constraints.real_vector
    codomain: Any = constraints.simplex
    bijective = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StickBreakingTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    @staticmethod
    def _offsets(k: int, like: Tensor) -> Tensor:
        return fg.log(fg.arange(k, 0, -1, dtype=like.dtype))

    def _call(self, x: Tensor) -> Tensor:
        x = x - self._offsets(x.shape[-1], x)
        # logarithms of the part broken off and of the part that stays, summed
        softplus = fg.nn.functional.softplus
        rest = fg.cumulative_sum(-softplus(x), axis=-1)
        before = fg.concat([fg.zeros_like(x[..., :1]), rest], axis=-1)
        taken = fg.concat([-softplus(-x), fg.zeros_like(x[..., :1])], axis=-1)
        return fg.exp(before + taken)

    def _inverse(self, y: Tensor) -> Tensor:
        rest = 1 - fg.cumulative_sum(y[..., :-1], axis=-1)
        tiny = float(finfo(y).tiny)
        odds = fg.log(y[..., :-1]) - fg.log(fg.clip(rest, tiny))
        return odds + self._offsets(odds.shape[-1], y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        x = x - self._offsets(x.shape[-1], x)
        return fg.sum(fg.log(y[..., :-1]) - fg.nn.functional.softplus(x), axis=-1)

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        return (*shape[:-1], shape[-1] + 1)

    def inverse_shape(self, shape: Any) -> tuple[int, ...]:
        return (*shape[:-1], shape[-1] - 1)


class LowerCholeskyTransform(Transform):
    """A square matrix to a lower triangular one whose diagonal is positive: the exponential of its own.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.LowerCholeskyTransform()(fg.zeros(2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    domain: Any = constraints.independent(constraints.real, 2)
    codomain: Any = constraints.lower_cholesky

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LowerCholeskyTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        eye = fg.eye(x.shape[-1], dtype=fg.bool_)
        return fg.tril(x, -1) + fg.where(eye, fg.exp(fg.where(eye, x, 0.0)), 0.0)

    def _inverse(self, y: Tensor) -> Tensor:
        eye = fg.eye(y.shape[-1], dtype=fg.bool_)
        return fg.tril(y, -1) + fg.where(eye, fg.log(fg.where(eye, y, 1.0)), 0.0)


class PositiveDefiniteTransform(Transform):
    """A square matrix to a positive definite one: L L' of `LowerCholeskyTransform`'s L.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.PositiveDefiniteTransform()(fg.zeros(2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    domain: Any = constraints.independent(constraints.real, 2)
    codomain: Any = constraints.positive_definite

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PositiveDefiniteTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _call(self, x: Tensor) -> Tensor:
        lower = LowerCholeskyTransform()(x)
        return fg.matmul(lower, fg.swapaxes(lower, -1, -2))

    def _inverse(self, y: Tensor) -> Tensor:
        from fastgrad import linalg

        return LowerCholeskyTransform().inv(linalg.cholesky(y))


class CumulativeDistributionTransform(Transform):
    """A value to the probability of what is at most it: a distribution's ``cdf``.

    Parameters
    ----------
    distribution : Distribution
        One that has a ``cdf``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> t = fg.distributions.CumulativeDistributionTransform(fg.distributions.Exponential(1.0))
    >>> round(t(fg.tensor(1.0)).item(), 4)
    0.6321
    """

    bijective = True
    codomain: Any = constraints.unit_interval
    sign = 1

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        return self.distribution.support

    def _call(self, x: Tensor) -> Tensor:
        return self.distribution.cdf(x)

    def _inverse(self, y: Tensor) -> Tensor:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        return self.distribution.log_prob(x)


class _PartsTransform(Transform):
    """Several transforms, each for a part of an axis."""

    transforms: list[Transform]
    dim: int

    def _split(self, x: Tensor) -> Any:
        raise NotImplementedError

    def _join(self, parts: list[Tensor]) -> Tensor:
        raise NotImplementedError

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return all(t.bijective for t in self.transforms)

    def _call(self, x: Tensor) -> Tensor:
        return self._join([t(v) for t, v in zip(self.transforms, self._split(x), strict=True)])

    def _inverse(self, y: Tensor) -> Tensor:
        return self._join([t.inv(v) for t, v in zip(self.transforms, self._split(y), strict=True)])

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        parts = zip(self.transforms, self._split(x), self._split(y), strict=True)
        return self._join([t.log_abs_det_jacobian(a, b) for t, a, b in parts])


class CatTransform(_PartsTransform):
    """Several transforms, each of the next so many places along an axis.

    Parameters
    ----------
    tseq : list of Transform
        One for each piece of the axis.
    dim : int, default 0
        The axis.
    lengths : list of int, optional
        1 each, without it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import CatTransform, ExpTransform, identity_transform
    >>> CatTransform([ExpTransform(), identity_transform], lengths=[1, 2])(fg.zeros(3)).tolist()
    [1.0, 0.0, 0.0]
    """

    lengths: list[int]

    def __init__(
        self, tseq: Sequence[Transform], dim: int = 0, lengths: Sequence[int] | None = None, cache_size: int = 0
    ) -> None:
        super().__init__(cache_size)
        self.transforms: list[Transform] = [t.with_cache(cache_size) for t in tseq]
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        self.dim = dim

    @property
    def domain(self) -> Any:
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @property
    def codomain(self) -> Any:
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)

    def _split(self, x: Tensor) -> Any:
        if x.shape[self.dim] != sum(self.lengths):
            raise ValueError(f"CatTransform: axis {self.dim} must have length {sum(self.lengths)}, got {x.shape}")
        ends = [sum(self.lengths[: i + 1]) for i in range(len(self.lengths) - 1)]
        return constraints._pieces(x, ends, self.dim)

    def _join(self, parts: list[Tensor]) -> Tensor:
        return fg.concat(parts, axis=self.dim)


class StackTransform(_PartsTransform):
    """Several transforms, each of one place along an axis.

    Parameters
    ----------
    tseq : list of Transform
        One for each place along the axis.
    dim : int, default 0
        The axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import ExpTransform, StackTransform, identity_transform
    >>> StackTransform([ExpTransform(), identity_transform])(fg.zeros(2)).tolist()
    [1.0, 0.0]
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.transforms: list[Transform] = [t.with_cache(cache_size) for t in tseq]
        self.dim = dim

    @property
    def domain(self) -> Any:
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @property
    def codomain(self) -> Any:
        return constraints.stack([t.codomain for t in self.transforms], self.dim)

    def _split(self, x: Tensor) -> Any:
        if x.shape[self.dim] != len(self.transforms):
            raise ValueError(f"StackTransform: axis {self.dim} must have length {len(self.transforms)}, got {x.shape}")
        return fg.unstack(x, axis=self.dim)

    def _join(self, parts: list[Tensor]) -> Tensor:
        return fg.stack(parts, axis=self.dim)
