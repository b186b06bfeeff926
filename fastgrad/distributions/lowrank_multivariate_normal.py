"""The multivariate normal distribution whose covariance is a diagonal and a matrix of low rank."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.multivariate_normal import OfCovariance, _diagonal, _transposed, solved
from fastgrad.distributions.utils import lazy_property


class LowRankMultivariateNormal(OfCovariance, Distribution):
    """The multivariate normal distribution of covariance ``W W' + D``, at the cost of a matrix of W's rank.

    Parameters
    ----------
    loc : Tensor, shape (..., n)
        The mean.
    cov_factor : Tensor, shape (..., n, rank)
        W.
    cov_diag : Tensor, shape (..., n)
        The diagonal of D, above 0.

    Raises
    ------
    ValueError
        If shapes do not fit.

    Notes
    -----
    Densities are by Woodbury's identity and the lemma on determinants, with C = 1 + W' D^-1 W.

    Examples
    --------
    >>> import fastgrad as fg
    >>> d = fg.distributions.LowRankMultivariateNormal(fg.zeros(2), fg.ones((2, 1)), fg.ones(2))
    >>> d.covariance_matrix.tolist(), round(d.log_prob(fg.zeros(2)).item(), 4)
    ([[2.0, 1.0], [1.0, 2.0]], -2.3872)
    """

    loc: Tensor
    cov_factor: Tensor
    cov_diag: Tensor

    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support: Any = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        loc, factor, diag = (fg.asarray(x) for x in (loc, cov_factor, cov_diag))
        if not (loc.ndim and diag.ndim and factor.ndim > 1 and loc.shape[-1] == factor.shape[-2] == diag.shape[-1]):
            raise ValueError(
                "LowRankMultivariateNormal: loc (..., n), cov_factor (..., n, rank) and cov_diag (..., n) are wanted, "
                f"got {tuple(loc.shape)}, {tuple(factor.shape)} and {tuple(diag.shape)}"
            )
        n = loc.shape[-1]
        batch = fg.broadcast_shapes(tuple(loc.shape[:-1]), tuple(factor.shape[:-2]), tuple(diag.shape[:-1]))
        self.loc, self.cov_diag = (fg.broadcast_to(x, (*batch, n)) for x in (loc, diag))
        self.cov_factor = fg.broadcast_to(factor, (*batch, *factor.shape[-2:]))
        super().__init__(batch, (n,), validate_args=validate_args)
        self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag = factor, diag

    def _by_diagonal(self) -> Tensor:
        """W' D^-1."""
        scaled: Tensor = _transposed(self._unbroadcasted_cov_factor) / self._unbroadcasted_cov_diag[..., None, :]
        return scaled

    @lazy_property
    def _capacitance_tril(self) -> Tensor:
        from fastgrad import linalg

        factor = self._unbroadcasted_cov_factor
        return linalg.cholesky(fg.matmul(self._by_diagonal(), factor) + fg.eye(factor.shape[-1], dtype=factor.dtype))

    @lazy_property
    def _unbroadcasted_scale_tril(self) -> Tensor:
        from fastgrad import linalg

        # of 1 + D^-1/2 W W' D^-1/2, whose eigenvalues are 1 or above
        root = fg.expand_dims(fg.sqrt(self._unbroadcasted_cov_diag), axis=-1)
        factor = self._unbroadcasted_cov_factor / root
        inner = fg.matmul(factor, _transposed(factor)) + fg.eye(self._event_shape[0], dtype=factor.dtype)
        return root * linalg.cholesky(inner)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance."""
        diagonal = fg.eye(self._event_shape[0], dtype=self.loc.dtype) * self.cov_diag[..., None]
        return fg.matmul(self.cov_factor, _transposed(self.cov_factor)) + diagonal

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        return fg.sum(fg.square(self.cov_factor), axis=-1) + self.cov_diag

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        z = _draw.normal((*shape[:-1], self.cov_factor.shape[-1]), self.loc)
        low = fg.squeeze(fg.matmul(self.cov_factor, fg.expand_dims(z, axis=-1)), axis=-1)
        return self.loc + low + fg.sqrt(self.cov_diag) * _draw.normal(shape, self.loc)

    def _half_log_det(self) -> Tensor:
        logs = fg.sum(fg.log(self._unbroadcasted_cov_diag), axis=-1)
        return 0.5 * logs + fg.sum(fg.log(_diagonal(self._capacitance_tril)), axis=-1)

    def log_prob(self, value: Any) -> Tensor:
        off = self._value(value) - self.loc
        low = fg.squeeze(fg.matmul(self._by_diagonal(), fg.expand_dims(off, axis=-1)), axis=-1)
        distance = fg.sum(fg.square(off) / self._unbroadcasted_cov_diag, axis=-1)
        distance = distance - fg.sum(fg.square(solved(self._capacitance_tril, low)), axis=-1)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - self._half_log_det()

    def entropy(self) -> Tensor:
        size = 0.5 * self._event_shape[0] * (1 + math.log(2 * math.pi))
        return fg.broadcast_to(self._half_log_det() + size, self._batch_shape)
