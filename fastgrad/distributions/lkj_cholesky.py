"""The distribution of correlation matrices of Lewandowski, Kurowicka and Joe."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import _draw, constraints
from fastgrad.distributions.beta import Beta
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.multivariate_normal import _diagonal
from fastgrad.distributions.utils import broadcast_all, finfo


class LKJCholesky(Distribution):
    """Cholesky factors of correlation matrices M, whose density is as ``det(M) ** (concentration - 1)``.

    Parameters
    ----------
    dim : int
        The matrices' size, 2 or more.
    concentration : Tensor or float, default 1
        1: every matrix is as likely; above: nearer to the unit matrix. Above 0.

    Raises
    ------
    ValueError
        If a value is not as said.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.distributions.LKJCholesky(2).log_prob(fg.eye(2)).item(), 4)
    -0.6931
    """

    concentration: Tensor

    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive}
    support: Any = constraints.corr_cholesky

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueError(f"LKJCholesky: dim must be at least 2, got {dim}")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        super().__init__(self.concentration.shape, (dim, dim), validate_args=validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw factors, row by row, by the onion method: doi.org/10.1016/j.jmva.2009.04.008, section 3.2."""
        with fg.no_grad():
            # a row's part below the diagonal: its squared length, and a direction
            i = fg.arange(self.dim - 1, dtype=self.concentration.dtype)
            first = fg.expand_dims(self.concentration, axis=-1) + (self.dim - 2) / 2
            squares = Beta(i / 2 + 0.5, first - i / 2, validate_args=False).sample(sample_shape)
            z = fg.tril(_draw.normal(self._extended_shape(sample_shape), self.concentration), -1)[..., 1:, :]
            rows = z / fg.sqrt(fg.sum(fg.square(z), axis=-1, keepdims=True)) * fg.sqrt(squares)[..., None]
            lower = fg.concat([fg.zeros_like(rows[..., :1, :]), rows], axis=-2)
            rest = fg.clip(1 - fg.sum(fg.square(lower), axis=-1, keepdims=True), float(finfo(lower).tiny))
            return lower + fg.sqrt(rest) * fg.eye(self.dim, dtype=lower.dtype)

    def log_prob(self, value: Any) -> Tensor:
        diagonal = _diagonal(self._value(value))[..., 1:]
        eta, below = self.concentration, self.dim - 1
        i = fg.arange(below, dtype=eta.dtype)
        order = 2 * (fg.expand_dims(eta, axis=-1) - 1) + (below - 1 - i)
        alpha = eta + below / 2
        gammas = fg.sum(fg.lgamma(fg.expand_dims(alpha, axis=-1) - (i + 1) / 2), axis=-1)
        pis = below * (below + 1) / 4 * math.log(math.pi)
        return fg.sum(order * fg.log(diagonal), axis=-1) - (pis + gammas - below * fg.lgamma(alpha))
