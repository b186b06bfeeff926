"""LU decompositions, of rows in another order, as what they are used for: solving one system after another."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.linalg._common import eye_like, in_floats, matrices
from fastgrad.linalg.equations import solve_triangular


class LU(NamedTuple):
    """What `lu` returns."""

    P: Tensor
    L: Tensor
    U: Tensor


class LUFactors(NamedTuple):
    """What `lu_factor` returns."""

    LU: Tensor
    pivots: Tensor


def eliminated(a: np.ndarray[Any, Any], pivot: bool) -> tuple[Any, Any]:
    """Both triangles in one matrix, and with which row each was swapped, by Gauss's elimination over all matrices of a
    batch at once."""
    a = a.copy()
    batch = a.reshape((math.prod(a.shape[:-2]), *a.shape[-2:]))
    count = min(batch.shape[-2:])
    swapped = np.tile(np.arange(count, dtype=np.int32), (len(batch), 1))
    every = np.arange(len(batch))
    for k in range(count):
        if pivot:
            row = k + np.abs(batch[:, k:, k]).argmax(1)
            swapped[:, k] = row
            batch[every, k], batch[every, row] = batch[every, row], batch[every, k]
        head = batch[:, k : k + 1, k]
        # Below a pivot of 0 all is 0 (if rows were swapped), and stays.
        batch[:, k + 1 :, k] /= np.where(head == 0, 1, head) if pivot else head
        batch[:, k + 1 :, k + 1 :] -= batch[:, k + 1 :, k, None] * batch[:, None, k, k + 1 :]
    return a, swapped.reshape((*a.shape[:-2], count))


def order_of(swapped: Any, rows: int) -> Any:
    """The rows' order after they were swapped, one pair after another."""
    pairs = swapped.reshape((math.prod(swapped.shape[:-1]), swapped.shape[-1]))
    order = np.tile(np.arange(rows), (len(pairs), 1))
    every = np.arange(len(pairs))
    for k in range(pairs.shape[1]):
        order[every, k], order[every, pairs[:, k]] = order[every, pairs[:, k]], order[every, k]
    return order.reshape((*swapped.shape[:-1], rows))


class _LU(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, pivot: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        both, swapped = eliminated(a.detach().numpy(), pivot)
        m, n = a.shape[-2:]
        k = min(m, n)
        low = fg.from_numpy(np.tril(both[..., :k], -1) + np.eye(m, k, dtype=both.dtype))
        up = fg.from_numpy(np.triu(both[..., :k, :]))
        order = order_of(swapped, m)
        # P of a == P @ L @ U has the ones where L @ U's row of the order stands.
        p = fg.from_numpy(np.swapaxes(np.eye(m, dtype=both.dtype)[order], -1, -2).copy())
        ctx.mark_non_differentiable(p)
        ctx.save_for_backward(p, low, up)
        return p, low, up, fg.from_numpy(swapped)

    @staticmethod
    def backward(ctx: Any, _: Any, gl: Tensor, gu: Tensor, __: Any) -> tuple[Tensor, None]:
        p, low, up = ctx.saved_tensors
        if low.shape[-2] != up.shape[-1]:
            raise NotImplementedError("lu: matrices that are not square have no gradient; use qr")
        inner = fg.tril(low.mT @ gl, -1) + fg.triu(gu @ up.mT)
        half = solve_triangular(low.mT, inner, upper=True, unitriangular=True)
        return p @ solve_triangular(up.mT, half, upper=False, left=False), None


@in_floats
def lu(x: Tensor, /, *, pivot: bool = True) -> LU:
    """Triangles with ``x == P @ L @ U``, P being a permutation of rows that keeps L's elements at most 1.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    pivot : bool, default True
        False: rows stay, and P is the identity.

    Returns
    -------
    LU
        A named tuple of `P`, shape (..., M, M), `L`, shape (..., M, K), whose diagonal is ones, and `U`, shape
        (..., K, N), K being the smaller of M and N.

    Raises
    ------
    NotImplementedError
        In backward, of matrices that are not square.

    Notes
    -----
    To solve equations, `solve` is faster: this elimination is NumPy's row operations.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p, l, u = fg.linalg.lu(fg.tensor([[1.0, 2.0], [2.0, 2.0]]))
    >>> l.tolist(), u.tolist()
    ([[1.0, 0.0], [0.5, 1.0]], [[2.0, 2.0], [0.0, 1.0]])
    """
    return LU(*_LU.apply(matrices("lu", x), pivot)[:3])


@in_floats
def lu_factor(x: Tensor, /, *, pivot: bool = True) -> LUFactors:
    """Both triangles of `lu` in one matrix, and which rows were swapped, for `lu_solve`.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    pivot : bool, default True
        Whether rows are exchanged for the largest divisor; without, small ones cost digits.

    Returns
    -------
    LUFactors
        A named tuple of `LU`, shape (..., M, N), without L's diagonal of ones, and `pivots`, int32, shape
        (..., min(M, N)): row k was swapped with row ``pivots[k]``, counted from 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> factors, pivots = fg.linalg.lu_factor(fg.tensor([[1.0, 2.0], [2.0, 2.0]]))
    >>> factors.tolist(), pivots.tolist()
    ([[2.0, 2.0], [0.5, 1.0]], [1, 1])
    """
    _, low, up, swapped = _LU.apply(matrices("lu_factor", x), pivot)
    below = fg.tril(low, -1)
    m, n = x.shape[-2:]
    if m > n:
        up = fg.concat([up, fg.zeros((*x.shape[:-2], m - n, n), dtype=x.dtype)], axis=-2)
    elif n > m:
        below = fg.concat([below, fg.zeros((*x.shape[:-2], m, n - m), dtype=x.dtype)], axis=-1)
    return LUFactors(below + up, swapped)


@in_floats
def lu_solve(factors: Tensor, pivots: Tensor, b: Tensor, /) -> Tensor:
    """The solution of ``a @ x = b``, given `lu_factor` of a.

    Parameters
    ----------
    factors : Tensor, shape (..., N, N)
        Both factors in one, as `lu_factor` gives them.
    pivots : Tensor, integers, shape (..., N)
        Counted from 0.
    b : Tensor, shape (..., N, K)
        The right-hand sides, one in each column.

    Returns
    -------
    Tensor, of b's shape

    Raises
    ------
    LinAlgError
        If a is singular.

    Examples
    --------
    >>> import fastgrad as fg
    >>> factors, pivots = fg.linalg.lu_factor(fg.tensor([[0.0, 2.0], [4.0, 0.0]]))
    >>> fg.linalg.lu_solve(factors, pivots, fg.tensor([[2.0], [4.0]])).tolist()
    [[1.0], [1.0]]
    """
    order = fg.from_numpy(order_of(pivots.astype(fg.int64).numpy(), factors.shape[-2]))
    turned = eye_like(factors)[order] @ b
    half = solve_triangular(factors, turned, upper=False, unitriangular=True)
    return solve_triangular(factors, half, upper=True)


def householder_product(x: Tensor, tau: Tensor, /) -> Tensor:
    """The first columns of the product of Householder's reflections, as LAPACK's geqrf leaves them.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Below its diagonal, the vectors of the reflections.
    tau : Tensor, shape (..., K)
        What each is multiplied by.

    Returns
    -------
    Tensor, shape (..., M, N)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.householder_product(fg.zeros(2, 1), fg.tensor([2.0])).tolist()
    [[-1.0], [0.0]]
    """
    matrices("householder_product", x)
    m, n = x.shape[-2:]
    vectors = fg.tril(x, -1) + fg.eye(m, n, dtype=x.dtype)
    q: Tensor = fg.eye(m, n, dtype=x.dtype).expand(x.shape)
    for k in reversed(range(tau.shape[-1])):
        v = vectors[..., k : k + 1]
        q = q - (v * tau[..., k : k + 1].unsqueeze(-1)) @ (v.mT @ q)
    return q
