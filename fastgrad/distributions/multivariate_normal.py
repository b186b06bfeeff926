"""The multivariate normal distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import lazy_property


def _diagonal(x: Tensor) -> Tensor:
    return fg.sum(x * fg.eye(x.shape[-1], dtype=x.dtype), axis=-1)


def _transposed(x: Tensor) -> Tensor:
    return fg.swapaxes(x, -1, -2)


def solved(lower: Tensor, b: Tensor) -> Tensor:
    """L^-1 b of each row of b (..., n), for one L or one of each; batches broadcast."""
    from fastgrad import linalg

    if lower.ndim == 2:
        rows = fg.reshape(b, (-1, b.shape[-1]))
        return fg.reshape(_transposed(linalg.solve_triangular(lower, _transposed(rows), upper=False)), b.shape)
    lead = fg.broadcast_shapes(tuple(lower.shape[:-2]), tuple(b.shape[:-1]))
    n = b.shape[-1]
    # what of b's batch is beyond L's becomes columns
    extra = len(lead) - (lower.ndim - 2)
    if tuple(lead[extra:]) == tuple(lower.shape[:-2]):
        columns = fg.reshape(fg.broadcast_to(b, (*lead, n)), (-1, *lower.shape[:-2], n))
        columns = fg.moveaxis(columns, 0, -1)
        found = linalg.solve_triangular(lower, columns, upper=False)
        return fg.reshape(fg.moveaxis(found, -1, 0), (*lead, n))
    lower = fg.broadcast_to(lower, (*lead, n, n))
    columns = fg.expand_dims(fg.broadcast_to(b, (*lead, n)), axis=-1)
    return fg.squeeze(linalg.solve_triangular(lower, columns, upper=False), axis=-1)


class OfCovariance:
    """What is said by one of three matrices, and computed with the Cholesky factor of the covariance."""

    _event_shape: tuple[int, ...]
    _batch_shape: tuple[int, ...]
    _unbroadcasted_scale_tril: Any

    @classmethod
    def _given(cls, covariance_matrix: Any, precision_matrix: Any, scale_tril: Any) -> tuple[str, Tensor]:
        """The one that is given, and its name."""
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {name: m for name, m in given.items() if m is not None}
        if len(given) != 1:
            raise ValueError(
                f"{cls.__name__}: exactly one of covariance_matrix, precision_matrix and scale_tril must be given, "
                f"got {', '.join(given) or 'none'}"
            )
        ((name, matrix),) = given.items()
        return name, matrix if isinstance(matrix, Tensor) else fg.asarray(matrix)

    @staticmethod
    def _factor(name: str, matrix: Tensor) -> Tensor:
        from fastgrad import linalg

        if name == "scale_tril":
            return matrix
        if name == "covariance_matrix":
            return linalg.cholesky(matrix)
        # of P = U U', U upper triangular, which is the factor of P turned around both ways: the inverse of U'
        turned = linalg.cholesky(fg.flip(matrix, axis=(-2, -1)))
        lower = _transposed(fg.flip(turned, axis=(-2, -1)))
        return linalg.solve_triangular(lower, fg.eye(matrix.shape[-1], dtype=matrix.dtype), upper=False)

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The covariance's Cholesky factor."""
        n = self._event_shape[0]
        return fg.broadcast_to(self._unbroadcasted_scale_tril, (*self._batch_shape, n, n))

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance."""
        n = self._event_shape[0]
        lower = self._unbroadcasted_scale_tril
        return fg.broadcast_to(fg.matmul(lower, _transposed(lower)), (*self._batch_shape, n, n))

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The covariance's inverse."""
        n = self._event_shape[-1]
        return fg.broadcast_to(self._inverse(), (*self._batch_shape, n, n))

    def _inverse(self) -> Tensor:
        from fastgrad import linalg

        lower = self._unbroadcasted_scale_tril
        inverse = linalg.solve_triangular(lower, fg.eye(lower.shape[-1], dtype=lower.dtype), upper=False)
        return fg.matmul(_transposed(inverse), inverse)


class MultivariateNormal(OfCovariance, Distribution):
    """The multivariate normal distribution.

    Parameters
    ----------
    loc : Tensor, shape (..., n)
        The mean.
    covariance_matrix : Tensor, shape (..., n, n)
        Symmetric and positive definite. Exactly one of this and the next two.
    precision_matrix : Tensor, shape (..., n, n)
        Its inverse.
    scale_tril : Tensor, shape (..., n, n)
        Its Cholesky factor: lower triangular with a positive diagonal. What is computed with; the others are
        factorised first.

    Raises
    ------
    ValueError
        If not exactly one matrix is given, or a shape or a matrix is not as said.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.MultivariateNormal(fg.zeros(2), fg.eye(2) * 4)
    >>> d.scale_tril.tolist(), round(d.log_prob(fg.zeros(2)).item(), 4)
    ([[2.0, 0.0], [0.0, 2.0]], -3.2242)
    """

    loc: Tensor

    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support: Any = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        loc: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        name, given = self._given(covariance_matrix, precision_matrix, scale_tril)
        loc = loc if isinstance(loc, Tensor) else fg.asarray(loc)
        matrix = given
        if loc.ndim < 1:
            raise ValueError("MultivariateNormal: loc must have at least one axis, got a number")
        n = loc.shape[-1]
        if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or (n != 1 and matrix.shape[-1] not in (1, n)):
            raise ValueError(
                f"MultivariateNormal: {name} must have shape (..., {n}, {n}), as loc has {tuple(loc.shape)}, got "
                f"{tuple(matrix.shape)}"
            )
        n = max(n, matrix.shape[-1])
        batch = fg.broadcast_shapes(tuple(matrix.shape[:-2]), tuple(loc.shape[:-1]))
        self.loc = fg.broadcast_to(loc, (*batch, n))
        matrix = fg.broadcast_to(matrix, (*batch, *matrix.shape[-2:]))
        self.__dict__[name] = matrix
        super().__init__(batch, (n,), validate_args=validate_args)
        self._unbroadcasted_scale_tril = self._factor(name, given)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        squares = fg.sum(fg.square(self._unbroadcasted_scale_tril), axis=-1)
        return fg.broadcast_to(squares, (*self._batch_shape, *self._event_shape))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        z = _draw.normal(self._extended_shape(sample_shape), self.loc)
        lower = self._unbroadcasted_scale_tril
        if lower.ndim == 2:
            return self.loc + fg.matmul(z, _transposed(lower))
        return self.loc + fg.squeeze(fg.matmul(lower, fg.expand_dims(z, axis=-1)), axis=-1)

    def _half_log_det(self) -> Tensor:
        return fg.sum(fg.log(_diagonal(self._unbroadcasted_scale_tril)), axis=-1)

    def log_prob(self, value: Any) -> Tensor:
        z = solved(self._unbroadcasted_scale_tril, self._value(value) - self.loc)
        size = 0.5 * self._event_shape[0] * math.log(2 * math.pi)
        return -0.5 * fg.sum(fg.square(z), axis=-1) - self._half_log_det() - size

    def entropy(self) -> Tensor:
        size = 0.5 * self._event_shape[0] * (1 + math.log(2 * math.pi))
        return fg.broadcast_to(self._half_log_det() + size, self._batch_shape)
