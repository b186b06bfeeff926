"""Norms, and what is read off singular values: condition and rank."""

from __future__ import annotations

from typing import Any, Literal

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number
from fastgrad.linalg._common import LinAlgError, in_floats, matrices, square
from fastgrad.linalg.decompose import eigvalsh, svdvals
from fastgrad.linalg.equations import default_rtol, inv


def vector_norm(
    x: Any, /, *, axis: int | tuple[int, ...] | None = None, keepdims: bool = False, ord: float = 2
) -> Tensor:
    """The norm of all elements along axes, as of one vector.

    Parameters
    ----------
    x : Tensor
        What has the vectors along `axis`.
    axis : int or tuple of int, optional
        None: all.
    keepdims : bool, default False
        Whether the axes stay, with length 1.
    ord : float, default 2
        1, 2, inf, -inf, 0 (how many are not 0), or p for ``sum(abs(x) ** p) ** (1 / p)``.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.vector_norm(fg.tensor([[3.0, 4.0]]), ord=1).item()
    7.0
    """
    x = fg.asarray(x)
    if isinstance(axis, int):
        return fg.norm(x, ord, axis, keepdims)
    given = range(x.ndim) if axis is None else axis
    along = sorted({axis_number(a, x.ndim, "vector_norm") for a in given})
    rest = [i for i in range(x.ndim) if i not in along]
    flat = x.permute((*rest, *along)).reshape((*(x.shape[i] for i in rest), -1))
    found = fg.norm(flat, ord, -1)
    return found.reshape([1 if i in along else n for i, n in enumerate(x.shape)]) if keepdims else found


@in_floats
def matrix_norm(x: Tensor, /, *, keepdims: bool = False, ord: float | Literal["fro", "nuc"] | None = "fro") -> Tensor:
    """The norm of matrices.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    keepdims : bool, default False
        Whether the axes stay, with length 1.
    ord : {"fro", "nuc", 1, -1, 2, -2, inf, -inf}
        The root of the sum of squares ("fro"), the sum of singular values ("nuc"), the largest (2) or smallest (-2) of
        them, the largest or smallest sum of a column (1, -1) or of a row (inf, -inf).

    Returns
    -------
    Tensor, shape (...), or (..., 1, 1)

    Raises
    ------
    ValueError
        If there is no such order.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.matrix_norm(fg.tensor([[3.0, 0.0], [0.0, 4.0]]), ord="nuc").item()
    7.0
    """
    matrices("matrix_norm", x)
    if ord == "nuc":
        found = fg.sum(svdvals(x), -1)
    elif ord in (2, -2):
        found = (fg.max if ord == 2 else fg.min)(svdvals(x), -1)
    else:
        return fg.norm(x, ord, (-2, -1), keepdims)
    return found.unsqueeze(-1).unsqueeze(-1) if keepdims else found


@in_floats
def cond(x: Tensor, /, p: Any = None) -> Tensor:
    """How much a matrix can magnify errors: its norm times its inverse's, infinite of a singular one.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Square, unless p is None, 2 or -2.
    p : order of `matrix_norm`, optional
        None and 2: the largest singular value by the smallest; -2: the other way round.

    Returns
    -------
    Tensor, shape (...)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.cond(fg.tensor([[4.0, 0.0], [0.0, 2.0]])).item()
    2.0
    """
    matrices("cond", x)
    if not x.numel():
        raise LinAlgError(f"cond: matrices must have elements, got shape {tuple(x.shape)}")
    if p is None or p in (2, -2):
        s = svdvals(x)
        first, last = s[..., 0], s[..., -1]
        return last / first if p == -2 else first / last
    square("cond", x)
    try:
        inverse = inv(x)
    except LinAlgError:
        if x.ndim == 2:
            return fg.full((), fg.inf, dtype=x.dtype)
        return fg.stack([cond(part, p) for part in fg.unstack(x)])
    return matrix_norm(x, ord=p) * matrix_norm(inverse, ord=p)


@in_floats
def matrix_rank(
    x: Tensor, /, tol: Any = None, hermitian: bool = False, *, rtol: Any = None, atol: Any = None
) -> Tensor:
    """The number of singular values that are not 0.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    tol, atol : float or Tensor of shape (...), optional
        Values not above this count as 0. NumPy calls it tol.
    hermitian : bool, default False
        Whether the matrices are symmetric, so that their eigenvalues do.
    rtol : float or Tensor of shape (...), optional
        Values not above this part of the largest count as 0; where nothing is given, the longer of M and N times the
        dtype's epsilon.

    Returns
    -------
    Tensor, int64, shape (...)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.matrix_rank(fg.tensor([[1.0, 2.0], [2.0, 4.0]])).item()
    1
    """
    x = matrices("matrix_rank", x).detach()
    s = fg.abs(eigvalsh(x)) if hermitian else svdvals(x)
    least: Any = tol if atol is None else atol
    if not s.shape[-1]:
        return fg.zeros(s.shape[:-1], dtype=fg.int64)
    largest = fg.max(s, -1)
    if rtol is None and least is None:
        rtol = default_rtol(x)
    bound = largest * (0.0 if rtol is None else rtol)
    if least is not None:
        bound = fg.maximum(bound, fg.asarray(least, dtype=bound.dtype))
    return fg.sum(s > bound.unsqueeze(-1), -1)
