"""Systems of linear equations: their solutions, inverses and pseudo-inverses.

Values are LAPACK's, by NumPy; a rule is the derivative written with differentiable operations, so that second
derivatives need none of their own. Formulas: Giles, "Collected matrix derivative results for forward and reverse mode
algorithmic differentiation" (2008).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike
from fastgrad.autograd import Function
from fastgrad.errors import TensorValueError
from fastgrad.linalg._common import computed, in_floats, matrices, one_dtype, square

_SINGULAR = "the matrix is singular"

# Triangles of this many rows are solved by LAPACK's solver for any matrix, whose work grows with their cube; larger
# ones in halves, whose work is products of matrices.
_ROWS = 64


class LeastSquares(NamedTuple):
    """What `lstsq` returns, as NumPy's."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


# ---- solutions -------------------------------------------------------------------------------------------------------


class _Solve(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        x: Tensor = computed("solve", _SINGULAR, np.linalg.solve, a, b)
        ctx.save_for_backward(a, x)
        return x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor]:
        a, x = ctx.saved_tensors
        db = _Solve.apply(a.mT, g)
        return -(db @ x.mT), db


@in_floats
def solve(a: Tensor, b: Tensor, /) -> Tensor:
    """The solution of ``a @ x = b``, by LU decomposition with partial pivoting (LAPACK's gesv).

    Parameters
    ----------
    a : Tensor, shape (..., N, N)
        Matrices of full rank.
    b : Tensor, shape (N,) or (..., N, K)
        Leading axes broadcast.

    Returns
    -------
    Tensor, of b's shape

    Raises
    ------
    ValueError
        If the shapes do not fit.
    LinAlgError
        If a matrix is singular.

    Notes
    -----
    With g the gradient of x, that of b is ``solve(a.mT, g)``, and that of a ``-solve(a.mT, g) @ x.mT``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.solve(fg.tensor([[2.0, 0.0], [0.0, 4.0]]), fg.tensor([1.0, 1.0])).tolist()
    [0.5, 0.25]
    """
    a, b = one_dtype(square("solve", a, "a"), b)
    if b.ndim == 0 or b.shape[0 if b.ndim == 1 else -2] != a.shape[-1]:
        raise TensorValueError(
            f"solve: b must have shape ({a.shape[-1]},) or (..., {a.shape[-1]}, K) for a of shape {tuple(a.shape)}, "
            f"got {tuple(b.shape)}"
        )
    if b.ndim == 1:
        return _Solve.apply(a, b.unsqueeze(-1)).squeeze(-1)
    return _Solve.apply(a, b)


def _substituted(a: np.ndarray, b: np.ndarray) -> Any:
    """Solve by back substitution, of an upper triangle: gesv finds its pivots on the diagonal."""
    n = a.shape[-1]
    if n <= _ROWS:
        return np.linalg.solve(a, b)
    half = n // 2
    below = _substituted(a[..., half:, half:], b[..., half:, :])
    above = _substituted(a[..., :half, :half], b[..., :half, :] - a[..., :half, half:] @ below)
    return np.concatenate((above, below), axis=-2)


def _by_triangle(a: np.ndarray, b: np.ndarray, upper: bool, unitriangular: bool) -> Any:
    if not upper:  # backwards, rows and columns, it is an upper one
        return _by_triangle(a[..., ::-1, ::-1], b[..., ::-1, :], True, unitriangular)[..., ::-1, :].copy()
    a = np.triu(a)
    if unitriangular:
        k = np.arange(a.shape[-1])
        a[..., k, k] = 1
    return _substituted(a, b)


class _SolveTriangular(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, upper: bool, unitriangular: bool) -> Tensor:
        x: Tensor = computed(
            "solve_triangular", "the triangle has a zero on its diagonal", _by_triangle, a, b, upper=upper,
            unitriangular=unitriangular,
        )  # fmt: skip
        ctx.upper, ctx.unitriangular = upper, unitriangular
        ctx.save_for_backward(a, x)
        return x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, Tensor, None, None]:
        a, x = ctx.saved_tensors
        db = _SolveTriangular.apply(a.mT, g, not ctx.upper, ctx.unitriangular)
        if not ctx.needs_input_grad[0]:
            return None, db, None, None
        da = -(db @ x.mT)
        off = int(ctx.unitriangular)
        return fg.triu(da, off) if ctx.upper else fg.tril(da, -off), db, None, None


@in_floats
def solve_triangular(a: Tensor, b: Tensor, /, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """The solution of ``a @ x = b``, a being a triangle of which only that half is read.

    Parameters
    ----------
    a : Tensor, shape (..., N, N)
        Triangular matrices; the other triangle is not read.
    b : Tensor, shape (..., N, K), or (..., K, N) where it is on the right
        Leading axes broadcast.
    upper : bool
        Which triangle.
    left : bool, default True
        False: of ``x @ a = b``.
    unitriangular : bool, default False
        Whether the diagonal counts as ones, and is not read.

    Returns
    -------
    Tensor, of b's shape

    Raises
    ------
    ValueError
        If the shapes do not fit.
    LinAlgError
        If there is a zero on the diagonal.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.solve_triangular(fg.tensor([[1.0, 0.0], [2.0, 2.0]]), fg.tensor([[1.0], [4.0]]), upper=False).tolist()
    [[1.0], [1.0]]
    """
    a, b = one_dtype(square("solve_triangular", a, "a"), matrices("solve_triangular", b, "b"))
    n = a.shape[-1]
    if b.shape[-2 if left else -1] != n:
        wanted = f"(..., {n}, K)" if left else f"(..., K, {n})"
        raise TensorValueError(f"solve_triangular: b must have shape {wanted} for {n} rows of a, got {tuple(b.shape)}")
    if not left:
        return _SolveTriangular.apply(a.mT, b.mT, not upper, unitriangular).mT
    return _SolveTriangular.apply(a, b, upper, unitriangular)


@in_floats
def cholesky_solve(b: Tensor, factor: Tensor, /, *, upper: bool = False) -> Tensor:
    """The solution of ``a @ x = b``, given the `cholesky` factor of a.

    Parameters
    ----------
    b : Tensor, shape (..., N, K)
        The right-hand sides, one in each column.
    factor : Tensor, shape (..., N, N)
        The triangle; leading axes broadcast.
    upper : bool, default False
        Whether it is the upper one.

    Returns
    -------
    Tensor, of b's shape

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.cholesky_solve(fg.tensor([[4.0]]), fg.tensor([[2.0]])).tolist()
    [[1.0]]
    """
    lower: Tensor = factor.mT if upper else factor
    return solve_triangular(lower.mT, solve_triangular(lower, b, upper=False), upper=True)


# ---- inverses --------------------------------------------------------------------------------------------------------


class _Inverse(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor) -> Tensor:
        y: Tensor = computed("inv", _SINGULAR, np.linalg.inv, a)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        turned: Tensor = ctx.saved_tensors[0].mT
        return -(turned @ g @ turned)


@in_floats
def inv(x: Tensor, /) -> Tensor:
    """The inverse of matrices. To multiply by it, `solve` is faster and more accurate.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Matrices of full rank.

    Returns
    -------
    Tensor, shape (..., N, N)

    Raises
    ------
    ValueError
        If the matrices are not square.
    LinAlgError
        If one is singular.

    Notes
    -----
    With y the inverse and g its gradient, that of x is ``-y.mT @ g @ y.mT``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.inv(fg.tensor([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return _Inverse.apply(square("inv", x))


class _PseudoInverse(Function):
    """Golub and Pereyra (1973): the derivative of a matrix of constant rank's pseudo-inverse."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, rtol: Any, atol: Any, hermitian: bool) -> Tensor:
        p: Tensor = computed("pinv", "singular values were not found", _pinv, a, rtol=rtol, atol=atol,
                             hermitian=hermitian)  # fmt: skip
        ctx.save_for_backward(a, p)
        return p

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None, None]:
        a, p = ctx.saved_tensors
        pt, gt = p.mT, g.mT
        da = -(pt @ g @ pt)
        left = gt @ p  # (I - a p) g' p p', and p' p g' (I - p a), by products of the smaller matrices
        da = da + (left - a @ (p @ left)) @ pt
        right = p @ gt
        return da + pt @ (right - (right @ p) @ a), None, None, None


def _bound(value: Any) -> Any:
    """A bound of all matrices as a number; one for each as an array, with an axis for singular values."""
    given = fg.asarray(value).detach()
    return float(value) if given.ndim == 0 else given.numpy()[..., None]


def _pinv(a: np.ndarray, rtol: Any, atol: Any, hermitian: bool) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=False, hermitian=hermitian)
    least = np.maximum(rtol * s.max(-1, keepdims=True, initial=0), atol)
    keep = s > least
    inverse = np.where(keep, 1 / np.where(keep, s, 1), 0).astype(a.dtype)
    return np.swapaxes(vh, -1, -2) @ (inverse[..., None] * np.swapaxes(u, -1, -2))


def default_rtol(x: Tensor) -> float:
    """Below which part of the largest a singular value counts as 0: the longer axis times the dtype's epsilon."""
    return max(x.shape[-2:]) * float(np.finfo(x.dtype.dtype).eps)


@in_floats
def pinv(
    x: Tensor,
    /,
    rcond: TensorLike | None = None,
    hermitian: bool = False,
    *,
    rtol: TensorLike | None = None,
    atol: TensorLike = 0.0,
) -> Tensor:
    """The pseudo-inverse of Moore and Penrose, by singular values.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices of any rank.
    rcond, rtol : float or Tensor of shape (...), optional
        Singular values that are not above this part of the largest count as 0; by default the longer of M and N times
        the dtype's epsilon. NumPy has both names.
    hermitian : bool, default False
        Whether the matrices are symmetric, so that their eigenvalues do.
    atol : float or Tensor of shape (...), default 0
        Those that are not above this count as 0, too; where it is given alone, there is no `rtol`.

    Returns
    -------
    Tensor, shape (..., N, M)

    Notes
    -----
    The gradient (Golub and Pereyra, 1973) is that of a matrix whose rank stays the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.pinv(fg.tensor([[2.0, 0.0], [0.0, 0.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.0]]
    """
    matrices("pinv", x)
    if rcond is not None and rtol is not None:
        raise TypeError("pinv: rcond and rtol are two names of one argument; give one")
    given = rtol if rcond is None else rcond
    absolute = _bound(atol)
    if given is None:
        given = default_rtol(x) if isinstance(absolute, float) and absolute == 0 else 0.0
    return _PseudoInverse.apply(x, _bound(given), absolute, hermitian)


# ---- least squares ---------------------------------------------------------------------------------------------------


@in_floats
def lstsq(a: Tensor, b: Tensor, /, rcond: float | None = None) -> LeastSquares:
    """The x of smallest norm among those that make the norm of ``a @ x - b`` smallest.

    Parameters
    ----------
    a : Tensor, shape (..., M, N)
        The coefficients of M equations of N unknowns.
    b : Tensor, shape (M,) or (..., M, K)
        One right-hand side, or one in each column.
    rcond : float, optional
        Singular values that are not above this part of the largest count as 0; by default the longer of M and N times
        the dtype's epsilon.

    Returns
    -------
    LeastSquares
        A named tuple. `solution`: shape (N,) or (..., N, K). `residuals`: the sums of squares of ``a @ x - b``, shape
        (..., K), empty unless M > N and all ranks are N. `rank`: int64, shape (...). `singular_values`: shape
        (..., min(M, N)).

    Notes
    -----
    The gradient goes through the pseudo-inverse: it is that of a matrix whose rank stays the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> a = fg.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> x = fg.linalg.lstsq(a, fg.tensor([1.0, 3.0, 5.0])).solution
    >>> [round(v, 4) for v in x.tolist()]
    [1.0, 2.0]
    """
    a, b = one_dtype(matrices("lstsq", a, "a"), b)
    if b.ndim == 0 or b.shape[0 if b.ndim == 1 else -2] != a.shape[-2]:
        raise TensorValueError(
            f"lstsq: b must have shape ({a.shape[-2]},) or (..., {a.shape[-2]}, K) for a of shape {tuple(a.shape)}, "
            f"got {tuple(b.shape)}"
        )
    least = default_rtol(a) if rcond is None else float(rcond)
    values: Tensor = computed("lstsq", "singular values were not found", np.linalg.svd, a, compute_uv=False)
    largest = fg.max(values, -1, True) if values.shape[-1] else values
    rank = fg.sum(values > largest * least, -1)
    right = b.unsqueeze(-1) if b.ndim == 1 else b
    x = _PseudoInverse.apply(a, least, 0.0, False) @ right
    if a.shape[-2] > a.shape[-1] and bool((rank == a.shape[-1]).all()):
        residuals = fg.sum(fg.square(a @ x - right), -2)
        if b.ndim == 1 and a.ndim > 2:
            residuals = residuals.squeeze(-1)
    else:
        residuals = fg.empty((0,), dtype=a.dtype)
    return LeastSquares(x.squeeze(-1) if b.ndim == 1 else x, residuals, rank, values)


# ---- tensors ---------------------------------------------------------------------------------------------------------


def tensorsolve(a: Any, b: Any, /, axes: Sequence[int] | None = None) -> Tensor:
    """The solution of ``tensordot(a, x, x.ndim) == b``.

    Parameters
    ----------
    a : Tensor, shape (*b.shape, *x.shape)
        As many elements in x as in b.
    b : Tensor
        The right-hand side; its shape is that of the first axes of `a`.
    axes : sequence of int, optional
        Axes of a that are moved to its end first.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.tensorsolve(2 * fg.eye(4).reshape(2, 2, 2, 2), fg.ones(2, 2)).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    a, b = fg.asarray(a), fg.asarray(b)
    if axes is not None:
        moved = [axis % a.ndim for axis in axes]
        a = a.permute((*(i for i in range(a.ndim) if i not in moved), *moved))
    shape = tuple(a.shape[b.ndim :])
    if math.prod(shape) != b.numel():
        raise TensorValueError(
            f"tensorsolve: a must have as many elements for each of b's {b.numel()} as there are, got shape "
            f"{tuple(a.shape)} for b of shape {tuple(b.shape)}"
        )
    return solve(a.reshape((b.numel(), b.numel())), b.reshape((-1,))).reshape(shape)


def tensorinv(a: Any, /, ind: int = 2) -> Tensor:
    """The inverse of a tensor as a map: ``tensordot(tensorinv(a, ind), a, ind)`` is the identity.

    Parameters
    ----------
    a : Tensor
        Whose first `ind` axes have as many elements as the others.
    ind : int, default 2
        How many of the first axes are an equation's; the others are an unknown's.

    Returns
    -------
    Tensor, shape (*a.shape[ind:], *a.shape[:ind])

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.tensorinv(fg.ones(1, 1) * 4.0, ind=1).tolist()
    [[0.25]]
    """
    a = fg.asarray(a)
    if ind < 1:
        raise TensorValueError(f"tensorinv: ind must be positive, got {ind}")
    first, rest = tuple(a.shape[:ind]), tuple(a.shape[ind:])
    if math.prod(first) != math.prod(rest):
        raise TensorValueError(
            f"tensorinv: the first {ind} axes must have as many elements as the others, got shape {tuple(a.shape)}"
        )
    return inv(a.reshape((math.prod(first), -1))).reshape((*rest, *first))
