"""Linear algebra with NumPy's arguments: `fastgrad.linalg`, in float64 of integers and lists."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

import fastgrad as fg
from fastgrad import linalg
from fastgrad._tensor import Tensor
from fastgrad._tensor.tracer import is_traced
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import NO_VALUE, borrowed, for_arrays, given, into, number, or_numpys, tensor_of
from fastgrad.ops.numpy.products import tensordot as product_over

Function = TypeVar("Function", bound=Callable[..., Any])


def floats_of(a: Any) -> Any:
    """The tensor of what is given; integers and bools as float64."""
    x = tensor_of(a)
    return x if x.dtype.kind == "f" else x.astype(fg.float64)


# Arguments that NumPy takes as they are. (Sequences may hold tensors.)
_PLAIN = frozenset([bool, int, float, str, np.ndarray, type(None)])


def unless_followed(theirs: Callable[..., Any]) -> Callable[[Function], Function]:
    """Have a function be NumPy's own (`theirs`), whose values are ours, with no step between, where nobody follows what
    becomes of its tensors. Errors are ours, and `or_numpys` says what becomes of what no tensor can be."""

    def wrap(ours: Function) -> Function:
        whole = or_numpys(theirs)(ours)

        @functools.wraps(ours)
        def call(*args: Any, **keywords: Any) -> Any:
            arrays = []
            for one in args:
                if type(one) is Tensor and not one.requires_grad and one.dtype is not fg.bfloat16:
                    arrays.append(one.numpy())
                elif type(one) in _PLAIN:
                    arrays.append(one)
                else:
                    return whole(*args, **keywords)
            if is_traced() or (keywords and not _PLAIN.issuperset(map(type, keywords.values()))):
                return whole(*args, **keywords)
            try:
                return given(theirs(*arrays, **keywords))
            except (TypeError, ValueError):
                return whole(*args, **keywords)

        return call  # type: ignore[return-value]

    return wrap


# ---- equations -------------------------------------------------------------------------------------------------------


@unless_followed(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x of ``a @ x == b``, of a matrix or a stack of them."""
    return linalg.solve(floats_of(a), floats_of(b))


@unless_followed(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverses of square matrices."""
    return linalg.inv(floats_of(a))


@unless_followed(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = NO_VALUE) -> Any:
    """The pseudoinverses of matrices: singular values below `rcond` of the largest count as 0."""
    x = floats_of(a)
    if rtol is not NO_VALUE:
        if rcond is not None:
            raise TensorValueError("pinv: rtol and rcond must not be given both")
        return linalg.pinv(x, rtol=rtol, hermitian=hermitian)
    return linalg.pinv(x, rtol=1e-15 if rcond is None else rcond, hermitian=hermitian)


@unless_followed(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The x that makes the norm of ``a @ x - b`` least, the squares of its columns, the rank and singular values of
    a."""
    x = floats_of(a)
    if rcond is not None and rcond < 0:  # LAPACK's word for the precision of the dtype
        rcond = np.finfo(x.dtype.dtype).eps
    x, residuals, rank, singular = linalg.lstsq(x, floats_of(b), rcond)
    return x, residuals, np.int32(rank.item()), singular


@or_numpys(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x of ``tensordot(a, x, x.ndim) == b``."""
    return linalg.tensorsolve(floats_of(a), floats_of(b), axes)


@or_numpys(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse with regard to ``tensordot(a, b, ind)``."""
    return linalg.tensorinv(floats_of(a), ind)


# ---- numbers of matrices ---------------------------------------------------------------------------------------------


@unless_followed(np.linalg.det)
def det(a: Any) -> Any:
    """The determinants of square matrices."""
    return number(linalg.det(floats_of(a)))


@unless_followed(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """The signs of determinants and the logarithms of their sizes, as a named tuple."""
    found = linalg.slogdet(floats_of(a))
    return type(found)(*map(number, found))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of a vector or matrix, or of those along axes; without `ord` and `axis`, of all elements as of one."""
    if isinstance(x, Tensor) and x.dtype.kind == "f":
        return number(fg.norm(x, ord, axis, keepdims))
    return _norm(x, ord, axis, keepdims)


@for_arrays(np.linalg.norm)
def _norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    return number(fg.norm(floats_of(x), ord, axis, keepdims))


@or_numpys(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norms of matrices, along the last two axes."""
    return number(linalg.matrix_norm(floats_of(x), keepdims=keepdims, ord=ord))


@or_numpys(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norms of vectors, which may lie along several axes."""
    return number(linalg.vector_norm(floats_of(x), axis=axis, keepdims=keepdims, ord=ord))


@unless_followed(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """How much matrices can magnify errors; infinitely, those of nothing but 0."""
    a = floats_of(x)
    found = linalg.cond(a, p)
    unknown = fg.isnan(found.detach()) & ~fg.any(fg.isnan(a.detach()), (-2, -1))
    return number(fg.where(unknown, fg.inf, found))


@unless_followed(np.linalg.matrix_rank)
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """How many singular values of each matrix are not 0."""
    x = floats_of(A)
    if x.ndim < 2:
        return np.int64(bool(fg.any(x != 0)))
    if tol is not None and rtol is not None:
        raise TensorValueError("matrix_rank: tol and rtol must not be given both")
    return number(linalg.matrix_rank(x, tol, hermitian, rtol=rtol))


@or_numpys(np.linalg.trace)
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sums of diagonals, of the matrices along the last two axes."""
    return number(linalg.trace(tensor_of(x), offset=offset, dtype=dtype))


@or_numpys(np.linalg.diagonal)
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of the matrices along the last two axes."""
    return linalg.diagonal(tensor_of(x), offset=offset)


# ---- decompositions --------------------------------------------------------------------------------------------------


@unless_followed(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The triangle that times its transpose gives a symmetric positive definite matrix."""
    return linalg.cholesky(floats_of(a), upper=upper)


@unless_followed(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Orthonormal columns and an upper triangle, whose product a matrix is; of `mode` "raw", LAPACK's own form."""
    if mode == "raw":
        return borrowed(np.linalg.qr, a, mode)
    return linalg.qr(floats_of(a), mode=mode)  # type: ignore[arg-type]


@unless_followed(np.linalg.eigh)
def eigh(a: Any, UPLO: Any = "L") -> Any:
    """The eigenvalues of symmetric matrices, ascending, and their vectors as columns, as a named tuple."""
    return linalg.eigh(floats_of(a), UPLO)


@unless_followed(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: Any = "L") -> Any:
    """The eigenvalues of symmetric matrices, ascending."""
    return linalg.eigvalsh(floats_of(a), UPLO)


@unless_followed(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Singular values, descending, and vectors, as a named tuple; without `compute_uv`, the values alone."""
    x = floats_of(a)
    if not hermitian:
        return linalg.svd(x, full_matrices) if compute_uv else linalg.svdvals(x)
    values, vectors = linalg.eigh(x)
    sizes = fg.abs(values)
    order = fg.argsort(sizes.detach(), axis=-1, descending=True)
    singular = fg.take_along_axis(sizes, order, axis=-1)
    if not compute_uv:
        return singular
    u = fg.take_along_axis(vectors, order.unsqueeze(-2), axis=-1)
    signs = fg.take_along_axis(fg.sign(values.detach()), order, axis=-1)
    return linalg.SVD(u, singular, (u * signs.unsqueeze(-2)).mT)


@unless_followed(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """The singular values of matrices, descending."""
    return linalg.svdvals(floats_of(x))


# ---- products --------------------------------------------------------------------------------------------------------


@or_numpys(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """A square matrix multiplied with itself n times; of a negative n, its inverse is."""
    return linalg.matrix_power(tensor_of(a) if n >= 0 else floats_of(a), n)


@or_numpys(np.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of matrices, in the order that takes the fewest multiplications."""
    return into(out, linalg.multi_dot([tensor_of(one) for one in arrays]))


@or_numpys(np.linalg.outer)
def outer(x1: Any, x2: Any, /) -> Any:
    """Each product of two vectors' elements."""
    x, y = tensor_of(x1), tensor_of(x2)
    if x.ndim != 1 or y.ndim != 1:
        raise TensorValueError(f"outer: both must have one axis, got {x.ndim} and {y.ndim}")
    return fg.outer(x, y)


@or_numpys(np.linalg.cross)
def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vectors of 3 elements that are orthogonal to two each, along an axis of both."""
    return linalg.cross(tensor_of(x1), tensor_of(x2), axis=axis)


@or_numpys(np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Sums of products along an axis."""
    return number(fg.vecdot(tensor_of(x1), tensor_of(x2), axis=axis))


@or_numpys(np.linalg.matmul)
def matmul(x1: Any, x2: Any, /) -> Any:
    """Products of matrices."""
    return number(fg.matmul(tensor_of(x1), tensor_of(x2)))


@or_numpys(np.linalg.tensordot)
def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """Sums of products over the last axes of one and the first of the other, or over axes that are named."""
    return product_over(x1, x2, axes)


@or_numpys(np.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """Rows as columns, of the matrices along the last two axes."""
    return fg.matrix_transpose(tensor_of(x))
