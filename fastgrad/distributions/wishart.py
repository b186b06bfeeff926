"""The Wishart distribution."""

from __future__ import annotations

import math
from typing import Any
from warnings import warn

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import ExponentialFamily
from fastgrad.distributions.multivariate_normal import OfCovariance, _diagonal, _transposed


class Wishart(OfCovariance, ExponentialFamily):
    """The Wishart distribution: of ``X' X`` where the df rows of X are normal with mean 0 and this covariance.

    Parameters
    ----------
    df : Tensor or float
        The degrees of freedom, above n - 1.
    covariance_matrix, precision_matrix, scale_tril : Tensor, shape (..., n, n)
        Exactly one, as of `MultivariateNormal`.

    Raises
    ------
    ValueError
        If not exactly one matrix is given, or a shape or a value is not as said.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.Wishart(3.0, fg.eye(2))
    >>> d.mean.tolist(), round(d.log_prob(fg.eye(2)).item(), 4)
    ([[3.0, 0.0], [0.0, 3.0]], -3.531)
    """

    df: Tensor

    support: Any = constraints.positive_definite
    has_rsample = True

    @property
    def arg_constraints(self) -> Any:
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    def __init__(
        self,
        df: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        name, matrix = self._given(covariance_matrix, precision_matrix, scale_tril)
        if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
            raise ValueError(f"Wishart: {name} must have shape (..., n, n), got {tuple(matrix.shape)}")
        df = df if isinstance(df, Tensor) else fg.asarray(df, dtype=matrix.dtype)
        n = matrix.shape[-1]
        batch = fg.broadcast_shapes(tuple(matrix.shape[:-2]), tuple(df.shape))
        self.df = fg.broadcast_to(df, batch)
        self.__dict__[name] = fg.broadcast_to(matrix, (*batch, n, n))
        super().__init__(batch, (n, n), validate_args=validate_args)
        if self._validate_args and bool(fg.any(df < n)):
            warn("Wishart: with df below n, samples are likely to be singular in their digits", stacklevel=2)
        self._unbroadcasted_scale_tril = self._factor(name, matrix)

    def _logs(self) -> Tensor:
        """The logarithm of the determinant of the factor of twice the covariance."""
        n = self._event_shape[0]
        return n * math.log(2) / 2 + fg.sum(fg.log(_diagonal(self._unbroadcasted_scale_tril)), axis=-1)

    def _halves(self) -> Tensor:
        """What gamma functions of n dimensions are products at."""
        return (fg.expand_dims(self.df, axis=-1) - fg.arange(self._event_shape[0], dtype=self.df.dtype)) / 2

    def _lgamma(self) -> Tensor:
        n = self._event_shape[0]
        return fg.sum(fg.lgamma(self._halves()), axis=-1) + n * (n - 1) / 4 * math.log(math.pi)

    @property
    def _degrees(self) -> Tensor:
        return self.df[..., None, None]

    @property
    def mean(self) -> Tensor:
        return self._degrees * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        factor = self._degrees - (self._event_shape[0] + 1)
        return fg.where(factor > 0, factor, math.nan) * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        v = self.covariance_matrix
        diagonal = _diagonal(v)
        return self._degrees * (fg.square(v) + diagonal[..., :, None] * diagonal[..., None, :])

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw matrices, by their factors: M. S. Bartlett, "On the theory of statistical regression", 1933."""
        shape = self._extended_shape(sample_shape)
        squares = 2 * _draw.standard_gamma(fg.broadcast_to(self._halves(), shape[:-1]))
        roots = fg.expand_dims(fg.sqrt(squares), axis=-1) * fg.eye(shape[-1], dtype=self.df.dtype)
        lower = fg.matmul(self._unbroadcasted_scale_tril, roots + fg.tril(_draw.normal(shape, self.df), -1))
        return fg.matmul(lower, _transposed(lower))

    def log_prob(self, value: Any) -> Tensor:
        from fastgrad import linalg

        value = self._value(value)
        n = self._event_shape[0]
        trace = fg.sum(self._inverse() * value, axis=(-2, -1))
        size = (self.df - n - 1) / 2 * linalg.slogdet(value)[1] - trace / 2
        return size - self.df * self._logs() - self._lgamma()

    def entropy(self) -> Tensor:
        n = self._event_shape[0]
        mean = (self.df - n - 1) / 2 * fg.sum(fg.digamma(self._halves()), axis=-1)
        return (n + 1) * self._logs() + self._lgamma() - mean + self.df * n / 2
