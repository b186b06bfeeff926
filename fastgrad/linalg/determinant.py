"""Determinants and traces."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.linalg._common import computed, in_floats, matrices, of_diagonal, square
from fastgrad.linalg.decompose import svd
from fastgrad.linalg.equations import inv


class SignAndLogarithm(NamedTuple):
    """What `slogdet` returns."""

    sign: Tensor
    logabsdet: Tensor


class _Slogdet(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor) -> tuple[Tensor, Tensor]:
        sign, logarithm = computed("slogdet", "no decomposition was found", np.linalg.slogdet, a)
        ctx.mark_non_differentiable(sign)
        ctx.save_for_backward(a)
        return sign, logarithm

    @staticmethod
    def backward(ctx: Any, _: Any, g: Tensor) -> Tensor:
        (a,) = ctx.saved_tensors
        return inv(a).mT * g.unsqueeze(-1).unsqueeze(-1)


@in_floats
def slogdet(x: Tensor, /) -> SignAndLogarithm:
    """The sign of a determinant, and the logarithm of its absolute value, which neither overflows nor vanishes.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Square matrices, along the last two axes.

    Returns
    -------
    SignAndLogarithm
        A named tuple of `sign` (-1, 0 or 1) and `logabsdet` (-inf of a singular matrix), shape (...).

    Raises
    ------
    LinAlgError
        In backward, of a singular matrix.

    Notes
    -----
    The gradient of `logabsdet` is the inverse, transposed; that of `sign` is 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> sign, logabsdet = fg.linalg.slogdet(fg.tensor([[0.0, 2.0], [2.0, 0.0]]))
    >>> sign.item(), round(logabsdet.item(), 4)
    (-1.0, 1.3863)
    """
    return SignAndLogarithm(*_Slogdet.apply(square("slogdet", x)))


class _Det(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor) -> Tensor:
        d: Tensor = computed("det", "no decomposition was found", np.linalg.det, a)
        ctx.save_for_backward(a, d)
        return d

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        a: Tensor = ctx.saved_tensors[0]
        d: Tensor = ctx.saved_tensors[1]
        if bool((d.detach() != 0).all()):
            return inv(a).mT * (g * d).unsqueeze(-1).unsqueeze(-1)
        # The matrix of cofactors: each singular value's vectors, times the product of the others.
        u, s, vh = svd(a, full_matrices=False)
        others = fg.prod(fg.where(fg.eye(s.shape[-1], dtype=fg.bool), 1.0, s.unsqueeze(-2)), -1)
        sign = det(u) * det(vh) * g
        return (u * others.unsqueeze(-2)) @ vh * sign.unsqueeze(-1).unsqueeze(-1)


@in_floats
def det(x: Tensor, /) -> Tensor:
    """The determinant of matrices.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Square matrices, along the last two axes.

    Returns
    -------
    Tensor, shape (...)

    Notes
    -----
    The gradient is the matrix of cofactors: ``det(x) * inv(x).mT``, and of a singular matrix, which has no inverse, by
    its singular values.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.det(fg.tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    -2.0
    """
    return _Det.apply(square("det", x))


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Tensor:
    """The sums of matrices' diagonals.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    offset : int, default 0
        Which diagonal: above the main one, or below.
    dtype : dtype, optional
        That of the sum.

    Returns
    -------
    Tensor, shape (...)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.trace(fg.tensor([[1, 2], [3, 4]])).item()
    5
    """
    x = matrices("trace", fg.asarray(x))
    moved = x[..., max(-offset, 0) :, max(offset, 0) :]
    return fg.sum(of_diagonal(moved), -1, dtype)
