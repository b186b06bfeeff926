"""Functions with inverses, whose derivatives' determinants are known: what densities are carried along.

Names and meanings are PyTorch's. ``t(x)`` applies one, ``t.inv`` is its inverse, and ``t.log_abs_det_jacobian(x, y)``
the logarithm of the volume that it makes of a small one. ``cache_size=1`` keeps the last pair of argument and result,
by which the inverse of what was just computed is exact.
"""

# mypy: disable-error-code="no-any-return"
# (of exponents, scales and distributions of any kind)

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions._transform import (
    CatTransform,
    ComposeTransform,
    IndependentTransform,
    StackTransform,
    Transform,
    identity_transform,
)
from fastgrad.distributions.utils import finfo, sum_rightmost

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "CatTransform",
    "ComposeTransform",
    "CorrCholeskyTransform",
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


class CorrCholeskyTransform(Transform):
    """D (D - 1) / 2 numbers to the Cholesky factor of a correlation matrix of size D.

    The hyperbolic tangent of each says which part of the rest of its row's length it is: `StickBreakingTransform`
    with signs. The derivative is of the elements below the diagonal.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.CorrCholeskyTransform()(fg.zeros(1)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    domain: Any = constraints.real_vector
    codomain: Any = constraints.corr_cholesky
    bijective = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CorrCholeskyTransform)

    def __hash__(self) -> int:
        return object.__hash__(self)

    @staticmethod
    def _below(y: Tensor, diagonal: int = -1) -> Any:
        return (..., *fg.nonzero(fg.tril(fg.ones(y.shape[-2:], dtype=fg.bool_), diagonal)))

    @staticmethod
    def _rests(y: Tensor) -> Tensor:
        """What of the squared length of 1 is left of each row, at each place."""
        return 1 - fg.cumulative_sum(fg.square(y), axis=-1)

    def _call(self, x: Tensor) -> Tensor:
        n = self.forward_shape(x.shape)[-1]
        eps = float(finfo(x).eps)
        r = fg.zeros((*x.shape[:-1], n, n), dtype=x.dtype)
        r[self._below(r)] = fg.clip(fg.tanh(x), eps - 1, 1 - eps)
        left = fg.cumulative_prod(fg.sqrt(1 - fg.square(r)), axis=-1)[..., :-1]
        left = fg.concat([fg.ones_like(r[..., :1]), left], axis=-1)
        return (r + fg.eye(n, dtype=x.dtype)) * left

    def _inverse(self, y: Tensor) -> Tensor:
        rests = fg.concat([fg.ones_like(y[..., :1]), self._rests(y)[..., :-1]], axis=-1)
        below = self._below(y)
        return fg.atanh(y[below] / fg.sqrt(rests[below]))

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        rests = fg.sum(fg.log(self._rests(y)[self._below(y, -2)]), axis=-1)
        return rests / 2 - 2 * fg.sum(x + fg.nn.functional.softplus(-2 * x) - math.log(2), axis=-1)

    def forward_shape(self, shape: Any) -> tuple[int, ...]:
        n = round((0.25 + 2 * shape[-1]) ** 0.5 + 0.5) if shape else 0
        if not shape or n * (n - 1) // 2 != shape[-1]:
            raise ValueError(f"CorrCholeskyTransform: D (D - 1) / 2 numbers are wanted, got shape {tuple(shape)}")
        return (*shape[:-1], n, n)

    def inverse_shape(self, shape: Any) -> tuple[int, ...]:
        if len(shape) < 2 or shape[-1] != shape[-2]:
            raise ValueError(f"CorrCholeskyTransform: a square matrix is wanted, got shape {tuple(shape)}")
        return (*shape[:-2], shape[-1] * (shape[-1] - 1) // 2)


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
