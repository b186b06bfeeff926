"""The normal distribution of vectors, which lie along the last axis of `x`: of its mean and covariances (a number, the
diagonal, or the matrix)."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import tensor_of


def _covariance(cov: Any, size: int) -> Any:
    cov = tensor_of(cov)
    if cov.ndim == 0:
        return cov * fg.eye(size, dtype=fg.float64)
    if cov.ndim == 1:
        return fg.expand_dims(cov, 0) * fg.eye(size, dtype=cov.dtype)
    return cov


def logpdf(x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
    """The logarithm of the density. A singular covariance counts along the axes that it has, if it may be one."""
    x = tensor_of(x)
    mean = fg.zeros((), dtype=fg.float64) if mean is None else tensor_of(mean)
    size = max(x.shape[-1] if x.ndim else 1, mean.shape[-1] if mean.ndim else 1, max(tensor_of(cov).shape, default=1))
    apart = x - mean
    if not apart.ndim or (apart.ndim == 1 and size == 1 and apart.shape[0] != 1):
        apart = fg.expand_dims(apart, -1)
    cov = _covariance(cov, size)
    if not allow_singular:
        lower = fg.linalg.cholesky(cov)
        solved = fg.linalg.solve_triangular(lower, fg.expand_dims(apart, -1), upper=False)[..., 0]
        half = fg.sum(fg.log(fg.linalg.diagonal(lower)))
        return -0.5 * fg.sum(fg.square(solved), -1) - half - 0.5 * size * math.log(2 * math.pi)
    values, vectors = fg.linalg.eigh(cov)
    kept = values.detach() > 1e6 * 2.220446049250313e-16 * float(fg.max(fg.abs(values.detach())))  # as SciPy has it
    if bool(fg.any(values.detach()[~kept] < -float(fg.max(values.detach())) * 1e-10)):
        raise TensorValueError("multivariate_normal: the covariance must be positive semidefinite")
    values, along = values[kept], fg.matmul(apart, vectors[:, kept])
    spread = fg.sum(fg.square(along) / values, -1) + fg.sum(fg.log(values))
    return -0.5 * (spread + int(kept.sum()) * math.log(2 * math.pi))


def pdf(x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
    """The density."""
    return fg.exp(logpdf(x, mean, cov, allow_singular))


def entropy(mean: Any = None, cov: Any = 1.0) -> Any:
    """The differential entropy, in nats."""
    size = max(tensor_of(mean).size if mean is not None else 1, max(tensor_of(cov).shape, default=1))
    lower = fg.linalg.cholesky(_covariance(cov, size))
    return 0.5 * size * (1 + math.log(2 * math.pi)) + fg.sum(fg.log(fg.linalg.diagonal(lower)))
