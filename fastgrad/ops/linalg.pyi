# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import overload

from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def linear(x: TensorLike, weight: Tensor, bias: Tensor | None = None, activation: str | None = None) -> Tensor:
    """x @ weight.T + bias, in one kernel; ``activation="relu"`` applies relu in it too.

    Parameters
    ----------
    x : Tensor, shape (..., in)
    weight : Tensor, shape (out, in)
    bias : Tensor, shape (out,), optional
    activation : {None, "relu"}

    Returns
    -------
    Tensor, shape (..., out)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ or are not floating-point.
    """

def matmul(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """The matrix product; leading axes broadcast as batches.

    Parameters
    ----------
    x1 : Tensor, shape (..., M, K) or (K,)
    x2 : Tensor, shape (..., K, N) or (K,)

    Returns
    -------
    Tensor, shape (..., M, N)
        Without the axis M or N where that operand is a vector.

    Raises
    ------
    ValueError
        If K differs, or an operand is a number.
    """

def outer(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """All products of an element of one vector with one of another."""

def tensordot(x1: TensorLike, x2: TensorLike, /, axes: int | Sequence[Sequence[int]] = 2) -> Tensor:
    """The sum of products over several axes of each operand.

    Parameters
    ----------
    x1, x2 : Tensor
    axes : int or pair of sequences of int
        How many of the last axes of x1 meet the first of x2, or which axes of each.
    """

@overload
def vecdot(x1: TensorLike, x2: TensorLike, /, axis: int = -1) -> Tensor:
    """Sums of products along an axis; the other axes broadcast."""

@overload
def vecdot(x1: TensorLike, x2: TensorLike, /, *, dim: int = -1) -> Tensor: ...
