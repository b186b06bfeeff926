"""``torch.linalg``: `fastgrad.linalg`, with PyTorch's arguments and named tuples."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad import linalg as _linalg
from fastgrad._tensor import Tensor
from fastgrad.linalg import LinAlgError as LinAlgError
from fastgrad.ops.pytorch.common import dims_of, into
from fastgrad.ops.pytorch.linalg import (
    chain_matmul,
    cross as _cross,
    first_zero_pivot,
    lu_factor_ex as _lu_factor_ex,
    matmul as matmul,
    matrix_power as matrix_power,
)
from fastgrad.ops.pytorch.reduce import norm as _norm
from fastgrad.ops.pytorch.results import result as _result
from fastgrad.ops.pytorch.view import diagonal as _diagonal

# ---- equations -------------------------------------------------------------------------------------------------------


def solve(A: Any, B: Any, *, left: bool = True, out: Tensor | None = None) -> Any:
    """The solution of ``A @ X = B``, or of ``X @ A = B``; B may be a batch of vectors."""
    if B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]):
        return into(out, _linalg.solve(A if left else A.mT, B.unsqueeze(-1)).squeeze(-1))
    if not left:
        return into(out, _linalg.solve(A.mT, B.mT).mT)
    return into(out, _linalg.solve(A, B))


def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False, out: Any = None) -> Any:
    """As `solve`; of a singular matrix, NaN, and which pivot is 0."""
    return _result("linalg_solve_ex", *_checked(lambda: solve(A, B, left=left), A, B, check_errors), out=out)


def _checked(function: Any, A: Any, like: Any, check_errors: bool) -> tuple[Any, Any]:
    try:
        return function(), fg.zeros(A.shape[:-2], dtype=fg.int32)
    except LinAlgError:
        if check_errors:
            raise
    info = first_zero_pivot(_linalg.lu_factor(A.detach()).LU)
    return fg.full(like.shape, fg.nan, dtype=like.dtype), info


def solve_triangular(
    A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False, out: Tensor | None = None
) -> Any:
    """The solution of ``A @ X = B``, A being a triangle, or of ``X @ A = B``."""
    return into(out, _linalg.solve_triangular(A, B, upper=upper, left=left, unitriangular=unitriangular))


def inv(A: Any, *, out: Tensor | None = None) -> Any:
    """The inverse of matrices."""
    return into(out, _linalg.inv(A))


def inv_ex(A: Any, *, check_errors: bool = False, out: Any = None) -> Any:
    """As `inv`; of a singular matrix, NaN, and which pivot is 0."""
    return _result("linalg_inv_ex", *_checked(lambda: inv(A), A, A, check_errors), out=out)


def pinv(
    A: Any,
    rcond: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Tensor | None = None,
) -> Any:
    """The pseudo-inverse; singular values that are not above `atol` and ``rtol`` of the largest count as 0."""
    return into(out, _linalg.pinv(A, rcond, hermitian, rtol=rtol, atol=0.0 if atol is None else float(atol)))


def lstsq(A: Any, B: Any, rcond: float | None = None, *, driver: str | None = None, out: Any = None) -> Any:
    """Least squares, by singular values; these are told for the drivers for which PyTorch tells them."""
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"lstsq: driver must be 'gels', 'gelsy', 'gelsd' or 'gelss', got {driver!r}")
    if B.ndim == A.ndim - 1 and A.ndim > 2 and B.shape == A.shape[:-1]:
        found = _linalg.lstsq(A, B.unsqueeze(-1), rcond)
        found = found._replace(solution=found.solution.squeeze(-1))
    else:
        found = _linalg.lstsq(A, B, rcond)
    if B.ndim == 1 and found.residuals.ndim == 0:
        found = found._replace(residuals=found.residuals.reshape((1,)))
    nothing: Any = fg.empty((0,), dtype=found.solution.dtype)
    if driver not in ("gelsd", "gelss"):
        found = found._replace(singular_values=nothing)
    if driver in (None, "gelsy"):
        found = found._replace(residuals=nothing)
    if driver == "gels":
        found = found._replace(rank=fg.empty((0,), dtype=fg.int64))
    return _result("linalg_lstsq", *found, out=out)


def tensorinv(A: Any, ind: int = 2, *, out: Tensor | None = None) -> Any:
    """The inverse of a tensor as a map of its last axes to its first `ind`."""
    return into(out, _linalg.tensorinv(A, ind))


def tensorsolve(A: Any, B: Any, dims: Any = None, *, out: Tensor | None = None) -> Any:
    """The solution of ``tensordot(A, X, X.ndim) == B``."""
    return into(out, _linalg.tensorsolve(A, B, dims))


# ---- decompositions --------------------------------------------------------------------------------------------------


def cholesky(A: Any, *, upper: bool = False, out: Tensor | None = None) -> Any:
    """The triangle L with ``L @ L.mT == A``."""
    return into(out, _linalg.cholesky(A, upper=upper))


def cholesky_ex(A: Any, *, upper: bool = False, check_errors: bool = False, out: Any = None) -> Any:
    """As `cholesky`, and the order of the first minor that is not positive definite."""
    return _result("linalg_cholesky_ex", *_linalg.cholesky_ex(A, upper=upper, check_errors=check_errors), out=out)


def qr(A: Any, mode: Any = "reduced", *, out: Any = None) -> Any:
    """Orthonormal columns and an upper triangle; with mode "r" the former are empty."""
    found = _linalg.qr(A, mode=mode)
    both = (fg.empty((0,), dtype=found.dtype), found) if mode == "r" else found
    return _result("linalg_qr", *both, out=out)


def eigh(A: Any, UPLO: Any = "L", *, out: Any = None) -> Any:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    return _result("linalg_eigh", *_linalg.eigh(A, UPLO), out=out)


def eigvalsh(A: Any, UPLO: Any = "L", *, out: Tensor | None = None) -> Any:
    """Eigenvalues of symmetric matrices."""
    return into(out, _linalg.eigvalsh(A, UPLO))


def svd(A: Any, full_matrices: bool = True, *, driver: str | None = None, out: Any = None) -> Any:
    """Singular values and vectors."""
    return _result("linalg_svd", *_linalg.svd(A, full_matrices), out=out)


def svdvals(A: Any, *, driver: str | None = None, out: Tensor | None = None) -> Any:
    """Singular values."""
    return into(out, _linalg.svdvals(A))


def lu(A: Any, *, pivot: bool = True, out: Any = None) -> Any:
    """Triangles with ``A == P @ L @ U``."""
    return _result("linalg_lu", *_linalg.lu(A, pivot=pivot), out=out)


def lu_factor(A: Any, *, pivot: bool = True, out: Any = None) -> Any:
    """Both triangles in one matrix, and the rows that were swapped, counted from 1."""
    found = _lu_factor_ex(A, pivot=pivot)
    return _result("linalg_lu_factor", found.LU, found.pivots, out=out)


def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False, out: Any = None) -> Any:
    """As `lu_factor`, and which pivot is 0, counted from 1, or 0."""
    return _result("linalg_lu_factor_ex", *_lu_factor_ex(A, pivot=pivot, check_errors=check_errors), out=out)


def lu_solve(
    LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False, out: Tensor | None = None
) -> Any:
    """The solution of ``A @ X = B``, given `lu_factor` of A, of ``X @ A = B``, or of A transposed."""
    if left and not adjoint:
        return into(out, _linalg.lu_solve(LU, pivots - 1, B))
    if not left:
        return into(out, lu_solve(LU, pivots, B.mT, adjoint=not adjoint).mT)
    # A.mT = U.mT @ L.mT @ P.mT
    half = _linalg.solve_triangular(LU.mT, B, upper=False)
    whole = _linalg.solve_triangular(LU.mT, half, upper=True, unitriangular=True)
    eye = fg.eye(LU.shape[-1], dtype=LU.dtype)
    return into(out, fg.einsum("...ij,...ik->...jk", eye[_order(pivots, LU.shape[-1])], whole))


def _order(pivots: Any, rows: int) -> Any:
    from fastgrad.linalg.elimination import order_of

    return fg.from_numpy(order_of(pivots.astype(fg.int64).numpy() - 1, rows))


def householder_product(A: Any, tau: Any, *, out: Tensor | None = None) -> Any:
    """The first columns of a product of Householder's reflections."""
    return into(out, _linalg.householder_product(A, tau))


# ---- numbers ---------------------------------------------------------------------------------------------------------


def det(A: Any, *, out: Tensor | None = None) -> Any:
    """The determinant of matrices."""
    return into(out, _linalg.det(A))


def slogdet(A: Any, *, out: Any = None) -> Any:
    """A determinant's sign, and the logarithm of its absolute value."""
    return _result("linalg_slogdet", *_linalg.slogdet(A), out=out)


def cond(A: Any, p: Any = None, *, out: Tensor | None = None) -> Any:
    """The norm of a matrix times that of its inverse."""
    return into(out, _linalg.cond(A, p))


def matrix_rank(
    A: Any,
    tol: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Tensor | None = None,
) -> Any:
    """How many singular values are above `atol` and ``rtol`` of the largest."""
    return into(out, _linalg.matrix_rank(A, tol, hermitian, atol=atol, rtol=rtol))


def vector_norm(
    x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None
) -> Any:
    """The norm of vectors along axes, of all elements by default."""
    return into(out, _norm(x, ord, dim, keepdim, dtype=dtype))


def matrix_norm(
    A: Any,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,
) -> Any:
    """The norm of matrices."""
    x = A if dtype is None else A.astype(dtype)
    return into(out, fg.norm(x, ord, axis=tuple(dim), keepdims=keepdim))


def norm(
    A: Any,
    ord: Any = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
) -> Any:
    """The norm of vectors or, along two axes and of a matrix whose `ord` is given, of matrices."""
    dim = dims_of(dim)
    is_matrix = ord is not None and (A.ndim == 2 if dim is None else isinstance(dim, tuple) and len(dim) == 2)
    if is_matrix:
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype, out=out)
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype, out=out)


# ---- products --------------------------------------------------------------------------------------------------------


def matrix_exp(A: Any) -> Any:
    """The exponential of square matrices."""
    return _linalg.matrix_exp(A)


def multi_dot(tensors: Any, *, out: Tensor | None = None) -> Any:
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot: at least 2 tensors are wanted, got {len(tensors)}")
    return chain_matmul(*tensors, out=out)


def cross(input: Any, other: Any, *, dim: int = -1, out: Tensor | None = None) -> Any:
    return _cross(input, other, dim, out=out)


def vecdot(x: Any, y: Any, *, dim: int = -1, out: Tensor | None = None) -> Any:
    return into(out, fg.vecdot(x, y, axis=dim))


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    return _diagonal(A, offset, dim1, dim2)


def vander(x: Any, *, N: int | None = None) -> Any:
    """Powers of each element, from 0 on, as another axis."""
    return x.unsqueeze(-1) ** fg.arange(x.shape[-1] if N is None else N)
