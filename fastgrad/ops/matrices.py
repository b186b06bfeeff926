"""Matrices of vectors and of matrices: diagonals, and all products of two."""

from __future__ import annotations

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import diagonal as diagonal_number
from fastgrad._tensor.dtype import bool_
from fastgrad._tensor.typing import TensorLike
from fastgrad.errors import TensorValueError
from fastgrad.ops._common import operand
from fastgrad.ops._words import speaking_as
from fastgrad.ops.choose import where
from fastgrad.ops.creation import eye, zeros
from fastgrad.ops.pad import pad
from fastgrad.ops.view import expand_dims, own, reshape


def diag(x: TensorLike, /, k: int = 0) -> Tensor:
    """The matrix that has a vector as its diagonal; or the diagonal of a matrix.

    Parameters
    ----------
    x : Tensor, shape (N,) or (M, N)
        A vector or a matrix.
    k : int, default 0
        Which diagonal: above the main one, or below if negative.

    Returns
    -------
    Tensor, shape (N + abs(k), N + abs(k)) or (K,)
        Memory of its own.

    Raises
    ------
    ValueError
        If there is another number of axes.

    See Also
    --------
    fastgrad.linalg.diagonal : of batches of matrices, without a copy

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.diag(fg.tensor([1, 2])).tolist(), fg.diag(fg.tensor([[1, 2], [3, 4]]), 1).tolist()
    ([[1, 0], [0, 2]], [2])
    """
    t = operand(x, "diag")
    offset = diagonal_number(k, "diag")
    if t.ndim == 1:
        return with_diagonal(t, offset)
    if t.ndim != 2:
        raise TensorValueError(f"diag: x must be a vector or a matrix, got shape {tuple(t.shape)}")
    from fastgrad.linalg.products import diagonal

    return diagonal(t, offset=offset).clone()


def with_diagonal(x: Tensor, offset: int) -> Tensor:
    """The matrices whose diagonals are the last axis."""
    is_on = eye(x.shape[-1] + (offset if offset > 0 else -offset), k=offset, dtype=bool_)
    rows = pad(x, [(0, 0)] * (x.ndim - 1) + [(max(offset, 0), max(-offset, 0))])
    return where(is_on, expand_dims(rows, -2), zeros((), dtype=x.dtype))


def kron(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """Kronecker's product: each element of one times all of another, in its place.

    Parameters
    ----------
    x1 : Tensor, shape (M, N), or any number of axes
        What stands outside.
    x2 : Tensor, shape (P, Q), or any number of axes
        What stands inside; the one with fewer axes gets leading ones of length 1.

    Returns
    -------
    Tensor, shape (M * P, N * Q)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.kron(fg.tensor([1, 10]), fg.tensor([1, 2, 3])).tolist()
    [1, 2, 3, 10, 20, 30]
    """
    x, y = operand(x1, "kron"), operand(x2, "kron")
    n = max(x.ndim, y.ndim)
    outer, inner = ((1,) * (n - t.ndim) + tuple(t.shape) for t in (x, y))
    with speaking_as("kron"):
        every = reshape(x, [m for k in outer for m in (k, 1)]) * reshape(y, [m for k in inner for m in (1, k)])
    return own(reshape(every, [a * b for a, b in zip(outer, inner, strict=True)]))
