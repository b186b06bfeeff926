# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import AxisLike, TensorLike

@overload
def _method_norm(self: Tensor, ord: float | str | None = None, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The norm of all elements along the axes as of one vector, of any order (PyTorch's): see ``fastgrad.norm``."""

@overload
def _method_norm(self: Tensor, ord: float | str | None = None, axis: AxisLike = None, *, keepdim: bool) -> Tensor: ...
@overload
def _method_norm(
    self: Tensor, *, p: float | str | None = None, dim: AxisLike = None, keepdim: bool = False
) -> Tensor: ...
def cdist(
    x1: TensorLike, x2: TensorLike, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """The p-norm distances between each row of one matrix and each of another. The gradient between equal rows is 0.

    Parameters
    ----------
    x1 : Tensor, shape (..., P, M)
        P points of M coordinates.
    x2 : Tensor, shape (..., R, M)
        The leading axes broadcast.
    p : float, default 2.0
        The norm's order, not negative.
    compute_mode : str
        "use_mm_for_euclid_dist" computes distances of order 2 by a product of matrices: faster, and less exact between
        rows that are close to each other; "donot_use_mm_for_euclid_dist" does not, and
        "use_mm_for_euclid_dist_if_necessary" where P or R is above 25.

    Returns
    -------
    Tensor, shape (..., P, R)

    Raises
    ------
    ValueError
        If the shapes do not fit, p is negative, or the mode is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.cdist(fg.tensor([[0.0, 0.0], [3.0, 0.0]]), fg.tensor([[3.0, 4.0]])).tolist()
    [[5.0], [4.0]]
    """

def matmul(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """The matrix product; leading axes broadcast as batches.

    Parameters
    ----------
    x1 : Tensor, shape (..., M, K) or (K,)
        The first factor, or a row.
    x2 : Tensor, shape (..., K, N) or (K,)
        The second factor, or a column; leading axes broadcast.

    Returns
    -------
    Tensor, shape (..., M, N)
        Without the axis M or N where that operand is a vector.

    Raises
    ------
    ValueError
        If K differs, or an operand is a number.
    """

def norm(x: TensorLike, ord: float | str | None = None, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The norm of vectors or matrices (NumPy's ``linalg.norm``); by default the root of the sum of squares, in which no
    square overflows or vanishes. float32 of integers. Its gradient at 0 is 0.

    Parameters
    ----------
    x : Tensor
        A vector or a matrix, or what has them along `axis`.
    ord : number, "fro" or "nuc", optional
        Of vectors: 1, 2, inf, -inf, 0 (how many are not zero) or p, for ``sum(abs(x) ** p) ** (1 / p)``. Of matrices:
        "fro" (the default), 1 and -1 (the largest and smallest sum of a column), inf and -inf (of a row), 2 and -2 (the
        largest and smallest singular value), "nuc" (their sum).
    axis : int or pair of int, optional
        One axis: of vectors; two: of matrices. None: of the vector or matrix that x is, and without `ord` of all
        elements.
    keepdims : bool
        Whether the axes stay, with length 1; by default not.

    Raises
    ------
    ValueError
        If there is no such order, or the axes are not those of a vector or a matrix.
    """

def outer(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """All products of an element of one vector with one of another."""

def tensordot(x1: TensorLike, x2: TensorLike, /, axes: int | Sequence[Sequence[int]] = 2) -> Tensor:
    """The sum of products over several axes of each operand.

    Parameters
    ----------
    x1, x2 : Tensor
        The factors.
    axes : int or pair of sequences of int
        How many of the last axes of x1 meet the first of x2, or which axes of each.
    """

@overload
def vecdot(x1: TensorLike, x2: TensorLike, /, axis: int = -1) -> Tensor:
    """Sums of products along an axis; the other axes broadcast."""

@overload
def vecdot(x1: TensorLike, x2: TensorLike, /, *, dim: int = -1) -> Tensor: ...
