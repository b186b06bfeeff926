"""Products of matrices: powers, exponentials, chains; and of vectors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, whole
from fastgrad.errors import TensorValueError
from fastgrad.linalg._common import eye_like, in_floats, matrices, square
from fastgrad.linalg.equations import inv, solve


def matrix_power(x: Any, n: int, /) -> Tensor:
    """A square matrix multiplied with itself n times, by repeated squaring; of a negative n, its inverse is.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Square matrices, along the last two axes.
    n : int
        How often the matrix is a factor; below 0 its inverse is.

    Returns
    -------
    Tensor, shape (..., N, N)

    Raises
    ------
    LinAlgError
        If n is negative and a matrix singular.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.matrix_power(fg.tensor([[1, 1], [0, 1]]), 5).tolist()
    [[1, 5], [0, 1]]
    """
    x = square("matrix_power", fg.asarray(x))
    times = whole(n, "matrix_power", "n")
    power, times = (inv(x), -times) if times < 0 else (x, times)
    result: Tensor | None = None
    while times:
        if times & 1:
            result = power if result is None else result @ power
        times >>= 1
        power = power @ power if times else power
    if result is None:
        return eye_like(x).expand(x.shape).clone()
    return result.clone() if result is x else result


# Padé's approximant of degree 13, in exact integers, and the largest 1-norm for which its error is below float64's
# epsilon: Higham, "The scaling and squaring method for the matrix exponential revisited" (2005), table 2.3.
_PADE = [
    64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
    670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
]  # fmt: skip
_PADE_NORM = 5.371920351148152


@in_floats
def matrix_exp(x: Tensor, /) -> Tensor:
    """The exponential of square matrices, ``I + x + x @ x / 2 + ...``, by scaling and squaring (Higham, 2005).

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Square matrices, along the last two axes.

    Returns
    -------
    Tensor, shape (..., N, N)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.matrix_exp(fg.tensor([[0.0, 1.0], [0.0, 0.0]])).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    square("matrix_exp", x)
    if x.numel() == 0:
        return x.clone()
    length = float(fg.max(fg.norm(x.detach(), 1, (-2, -1))))
    times = max(0, math.ceil(math.log2(length / _PADE_NORM))) if 0 < length < math.inf else 0
    a = x * 2.0**-times if times else x
    one = eye_like(a)
    b = [c / _PADE[0] for c in _PADE]
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    odd = a @ (a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one)
    even = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + one
    result = solve(even - odd, even + odd)
    for _ in range(times):
        result = result @ result
    return result


def multi_dot(arrays: Sequence[Any], /) -> Tensor:
    """The product of two matrices or more, in the order that takes the fewest multiplications.

    Parameters
    ----------
    arrays : sequence of Tensor
        Matrices; the first and the last may be vectors.

    Returns
    -------
    Tensor
        A matrix, a vector or a number.

    Raises
    ------
    ValueError
        If there are fewer than two, or they do not fit.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.multi_dot([fg.ones(2, 3), fg.ones(3, 4), fg.ones(4)]).tolist()
    [12.0, 12.0]
    """
    given = [fg.asarray(a) for a in arrays]
    if len(given) < 2:
        raise TensorValueError(f"multi_dot: two matrices or more are wanted, got {len(given)}")
    row, column = given[0].ndim == 1, given[-1].ndim == 1
    if row:
        given[0] = given[0].unsqueeze(0)
    if column:
        given[-1] = given[-1].unsqueeze(-1)
    if any(a.ndim != 2 for a in given):
        raise TensorValueError(
            f"multi_dot: matrices are wanted, and vectors at the ends, got shapes {[tuple(a.shape) for a in arrays]}"
        )
    lengths = (given[0].shape[0], *(a.shape[1] for a in given))
    if any(a.shape[0] != n for a, n in zip(given, lengths, strict=False)):
        raise TensorValueError(f"multi_dot: shapes do not fit: {[tuple(a.shape) for a in arrays]}")

    @cache
    def cheapest(i: int, j: int) -> tuple[int, int]:
        """The fewest multiplications for the product of matrices i to j, and after which they are cut."""
        if i == j:
            return 0, i
        cuts = ((cheapest(i, k)[0] + cheapest(k + 1, j)[0] + lengths[i] * lengths[k + 1] * lengths[j + 1], k)
                for k in range(i, j))  # fmt: skip
        return min(cuts)

    def product(i: int, j: int) -> Tensor:
        cut = cheapest(i, j)[1]
        return given[i] if i == j else product(i, cut) @ product(cut + 1, j)

    result = product(0, len(given) - 1)
    if column:
        result = result.squeeze(-1)
    return result.squeeze(0) if row else result


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Tensor:
    """The product of vectors of 3 elements that is orthogonal to both.

    Parameters
    ----------
    x1, x2 : Tensor
        The other axes broadcast.
    axis : int, default -1
        Of length 3 in both.

    Returns
    -------
    Tensor

    Raises
    ------
    ValueError
        If the axis has another length.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.cross(fg.tensor([1, 0, 0]), fg.tensor([0, 1, 0])).tolist()
    [0, 0, 1]
    """
    x, y = fg.broadcast_arrays(fg.asarray(x1), fg.asarray(x2))
    at = axis_number(axis, x.ndim, "cross")
    if x.shape[at] != 3:
        raise TensorValueError(f"cross: axis {axis} must have length 3, got shape {tuple(x.shape)}")
    a, b = fg.unstack(x, axis=axis), fg.unstack(y, axis=axis)
    return fg.stack([a[i] * b[k] - a[k] * b[i] for i, k in ((1, 2), (2, 0), (0, 1))], axis=axis)


def diagonal(x: Any, /, *, offset: int = 0) -> Tensor:
    """The diagonals of matrices, as the last axis.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    offset : int, default 0
        How far above the main diagonal; below, if negative.

    Returns
    -------
    Tensor
        A view where the matrices are contiguous, else a copy.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.diagonal(fg.tensor([[1, 2], [3, 4]]), offset=1).tolist()
    [2]
    """
    x = matrices("diagonal", fg.asarray(x))
    rows, columns = x.shape[-2], x.shape[-1]
    length = min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns)
    found: Tensor
    if length <= 0:
        found = x[..., 0, :0] if rows else x.reshape((*x.shape[:-2], 0))
    elif x.is_contiguous() or (x.ndim == 2 and x.stride(0) == columns * x.stride(1)):
        flat = x.view((*x.shape[:-2], rows * columns)) if x.is_contiguous() else x.reshape((-1,))
        start = offset if offset >= 0 else -offset * columns
        found = flat[..., start :: columns + 1][..., :length]
    else:
        k = fg.arange(length)
        found = x[..., k - min(offset, 0), k + max(offset, 0)]
    return found
