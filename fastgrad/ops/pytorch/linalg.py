"""Products of vectors and matrices, with PyTorch's names and arguments."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float
from fastgrad._tensor.convert import whole
from fastgrad.ops.pytorch.common import axis_of, in_both_vocabularies, into, of_two, tensor_of
from fastgrad.ops.pytorch.results import result as result_of
from fastgrad.ops.statistics import covariances_of, weighed

matmul = of_two(fg.matmul)


def _product(name: str, axes: tuple[int, int]) -> Any:
    """A product that takes operands of so many axes, and does not broadcast."""
    first = {"mm": "input", "bmm": "input", "mv": "input", "dot": "input"}[name]
    second = {"mm": "mat2", "bmm": "mat2", "mv": "vec", "dot": "tensor"}[name]

    def function(input: Any, other: Any = None, *, out: Tensor | None = None, **words: Any) -> Any:
        other = words.pop(second, other)
        if words:
            raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(words))!r}")
        found = tensor_of(name, input, first).ndim, tensor_of(name, other, second).ndim
        if found != axes:
            raise RuntimeError(f"{name}: operands of {axes[0]} and {axes[1]} axes are wanted, got {found[0]} and "
                               f"{found[1]}")  # fmt: skip
        if name == "bmm" and input.shape[0] != other.shape[0]:
            raise RuntimeError(f"bmm: both must have as many matrices, got {input.shape[0]} and {other.shape[0]}")
        if input.dtype is not other.dtype:
            raise RuntimeError(f"{name}: both operands must have one dtype, got {input.dtype} and {other.dtype}")
        return into(out, fg.matmul(input, other))

    function.__name__ = function.__qualname__ = name
    return function


mm = _product("mm", (2, 2))
bmm = _product("bmm", (3, 3))
mv = _product("mv", (2, 1))
dot = _product("dot", (1, 1))


def vdot(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    return dot(input, other, out=out)


def inner(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """Products of the last axes."""
    if input.ndim == 0 or other.ndim == 0:
        return into(out, input * other)
    return into(out, fg.tensordot(input, other, axes=([input.ndim - 1], [other.ndim - 1])))


def outer(input: Any, vec2: Any, *, out: Tensor | None = None) -> Any:
    """Each product of two vectors' elements."""
    return into(out, fg.outer(input, vec2))


def ger(input: Any, vec2: Any, *, out: Tensor | None = None) -> Any:
    return outer(input, vec2, out=out)


def _added(name: str, input: Any, product: Any, beta: float, alpha: float) -> Any:
    if input.shape != product.shape:
        try:
            fg.broadcast_to(input.detach(), product.shape)  # a view: the sum alone could be larger than the product
        except ValueError:
            raise RuntimeError(f"{name}: input must broadcast to the product's shape {tuple(product.shape)}, got "
                               f"{tuple(input.shape)}") from None  # fmt: skip
    if alpha != 1:
        product = product * alpha
    if beta == 0:
        return product  # what input holds, NaN too, is not looked at
    return product + (input if beta == 1 else input * beta)


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None) -> Any:
    """``beta * input + alpha * mat1 @ mat2``."""
    return into(out, _added("addmm", input, mm(mat1, mat2), beta, alpha))


def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None) -> Any:
    return into(out, _added("addmv", input, mv(mat, vec), beta, alpha))


def addr(input: Any, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None) -> Any:
    return into(out, _added("addr", input, outer(vec1, vec2), beta, alpha))


def baddbmm(
    input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None
) -> Any:
    """``beta * input + alpha * batch1 @ batch2``, of batches of matrices."""
    return into(out, _added("baddbmm", input, bmm(batch1, batch2), beta, alpha))


def addbmm(
    input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1, out: Tensor | None = None
) -> Any:
    """``beta * input + alpha * (batch1 @ batch2).sum(0)``."""
    return into(out, _added("addbmm", input, fg.sum(bmm(batch1, batch2), 0), beta, alpha))


def einsum(*args: Any) -> Any:
    """Sums of products, as Einstein writes them: an equation and tensors, or tensors, each with a list of its axes."""
    if len(args) < 2:
        raise ValueError("einsum: an equation and a tensor are wanted, or a tensor and a list of its axes")
    equation, *operands = args
    if isinstance(equation, Tensor):
        lists = [_letters(axes) for axes in args[1::2]]
        equation, operands = ",".join(lists), list(args[0 : 2 * len(lists) : 2])
        if len(args) % 2:  # the last is the list of the result
            equation += "->" + _letters(args[-1])
    elif len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = list(operands[0])
    return fg.einsum(equation, *operands)


def _letters(axes: Any) -> str:
    """A list of axes, which are numbers below 52 and an ellipsis, as an equation writes it."""
    found = ""
    for axis in axes:
        if axis is not Ellipsis and not 0 <= axis < 52:
            raise ValueError(f"einsum: axes are numbers from 0 to 51, got {axis}")
        found += "..." if axis is Ellipsis else (ascii_uppercase + ascii_lowercase)[axis]
    return found


def tensordot(a: Any, b: Any, dims: Any = 2, out: Tensor | None = None) -> Any:
    """Products summed over axes of both."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    return into(out, fg.tensordot(a, b, axes=dims))


def kron(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """Each element of input times all of other: see ``fastgrad.kron``."""
    return into(out, fg.kron(tensor_of("kron", input), tensor_of("kron", other, "other")))


def cross(input: Any, other: Any, dim: int | None = None, *, out: Tensor | None = None) -> Any:
    """The product of vectors of 3, along an axis: the first of length 3, unless it is given."""
    if dim is None:
        dim = next((i for i, n in enumerate(input.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError(f"cross: an axis of length 3 is wanted, got shape {tuple(input.shape)}")
    x, y = fg.broadcast_arrays(input, other)
    at = axis_of("cross", dim, x.ndim)
    if x.shape[at] != 3:
        raise RuntimeError(f"cross: an axis of length 3 is wanted, got {x.shape[at]}")
    return into(out, fg.linalg.cross(x, y, axis=at))


def matrix_power(input: Any, n: int, *, out: Tensor | None = None) -> Any:
    """A square matrix to a whole power."""
    return into(out, fg.linalg.matrix_power(input, whole(n, "matrix_power", "n")))


def chain_matmul(*matrices: Any, out: Tensor | None = None) -> Any:
    """The product of matrices, in the order that takes the fewest multiplications."""
    return into(out, matrices[0].clone() if len(matrices) == 1 else fg.linalg.multi_dot(matrices))


def cholesky(input: Any, upper: bool = False, *, out: Tensor | None = None) -> Any:
    """The triangle L with ``L @ L.mT == input``, or the upper one."""
    return into(out, fg.linalg.cholesky(input, upper=upper))


def cholesky_inverse(L: Any, upper: bool = False, *, out: Tensor | None = None) -> Any:
    """The inverse of the matrix whose triangle is given."""
    return into(out, fg.linalg.cholesky_solve(fg.eye(L.shape[-1], dtype=L.dtype), L, upper=upper))


def cholesky_solve(B: Any, L: Any, upper: bool = False, *, out: Tensor | None = None) -> Any:
    """The solution of a system whose matrix's triangle is given."""
    return into(out, fg.linalg.cholesky_solve(B, L, upper=upper))


def inverse(input: Any, *, out: Tensor | None = None) -> Any:
    return into(out, fg.linalg.inv(input))


def pinverse(input: Any, rcond: float = 1e-15) -> Any:
    return fg.linalg.pinv(input, rcond)


def det(input: Any) -> Any:
    return fg.linalg.det(input)


def slogdet(input: Any, *, out: Any = None) -> Any:
    return result_of("slogdet", *fg.linalg.slogdet(input), out=out)


def logdet(input: Any) -> Any:
    """The logarithm of the determinant; NaN of a negative one."""
    sign, logarithm = fg.linalg.slogdet(input)
    return fg.where(sign < 0, fg.nan, logarithm)


def matrix_exp(input: Any) -> Any:
    return fg.linalg.matrix_exp(input)


def qr(input: Any, some: bool = True, *, out: Any = None) -> Any:
    """Orthonormal columns and an upper triangle; `some`: no more columns than input has."""
    return result_of("qr", *fg.linalg.qr(input, mode="reduced" if some else "complete"), out=out)


def svd(input: Any, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> Any:
    """Singular values and vectors, the right ones as columns."""
    if compute_uv:
        u, s, vh = fg.linalg.svd(input, not some)
        found = u, s, vh.mT
    else:
        m, n = input.shape[-2:]
        u, v = (fg.zeros((*input.shape[:-2], k, k), dtype=input.dtype) for k in (m, n))
        found = u, fg.linalg.svdvals(input), v
    return result_of("svd", *found, out=out)


def svd_lowrank(A: Any, q: int = 6, niter: int = 2, M: Any = None) -> Any:
    """The `q` largest singular values and their vectors: all are computed, exactly, whatever `niter` says."""
    u, s, vh = fg.linalg.svd(A if M is None else A - M, False)
    return u[..., :q], s[..., :q], vh.mT[..., :q]


def pca_lowrank(A: Any, q: int | None = None, center: bool = True, niter: int = 2) -> Any:
    """The `q` principal components of rows: see `svd_lowrank`."""
    count = min(6, *A.shape[-2:]) if q is None else q
    return svd_lowrank(A - fg.mean(A, -2, None, True) if center else A, count)


def triangular_solve(
    input: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False, *, out: Any = None
) -> Any:
    """The solution of a system whose matrix is a triangle, and a copy of this."""
    matrix = A.mT if transpose else A
    found = fg.linalg.solve_triangular(matrix, input, upper=upper != transpose, unitriangular=unitriangular)
    return result_of("triangular_solve", found, A.clone(), out=out)


def geqrf(input: Any, *, out: Any = None) -> Any:
    """The vectors and factors of Householder's reflections that make up Q; above the diagonal, R. No gradient."""
    import numpy as np

    vectors, tau = np.linalg.qr(input.detach().numpy(), mode="raw")
    return result_of("geqrf", fg.from_numpy(np.swapaxes(vectors, -1, -2)), fg.from_numpy(tau), out=out)


def orgqr(input: Any, tau: Any) -> Any:
    """The first columns of a product of Householder's reflections."""
    return fg.linalg.householder_product(input, tau)


def ormqr(input: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Any:
    """The product of Householder's reflections, all its columns, times a matrix, or a matrix times it."""
    m = input.shape[-2]
    wide = fg.zeros((*input.shape[:-1], m - input.shape[-1]), dtype=input.dtype)
    q = fg.linalg.householder_product(fg.concat([input, wide], axis=-1), tau)
    q = q.mT if transpose else q
    return q @ other if left else other @ q


def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """Both triangles in one matrix, the rows that were swapped, counted from 1, and which pivot is 0, or 0."""
    factors, pivots = fg.linalg.lu_factor(A, pivot=pivot)
    info = first_zero_pivot(factors)
    if check_errors and bool(fg.any(info != 0)):
        raise fg.linalg.LinAlgError("lu_factor_ex: the matrix is singular")
    return result_of("linalg_lu_factor_ex", factors, pivots + 1, info)


def first_zero_pivot(factors: Any) -> Any:
    """Which of the diagonal is the first 0, counted from 1; 0 where none is."""
    k = fg.arange(min(factors.shape[-2:]))
    zero = factors.detach()[..., k, k] == 0
    return fg.where(fg.any(zero, -1), fg.argmax(zero, -1) + 1, 0).astype(fg.int32)


def lu(A: Any, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """Both triangles in one matrix, and the rows that were swapped, counted from 1."""
    found = tuple(lu_factor_ex(A, pivot=pivot))
    return found if get_infos else found[:2]


def lu_solve(b: Any, LU_data: Any, LU_pivots: Any, *, out: Tensor | None = None) -> Any:
    """The solution of a system whose matrix's `lu` is given."""
    return into(out, fg.linalg.lu_solve(LU_data, LU_pivots - 1, b))


def lu_unpack(
    LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True, *, out: Any = None
) -> Any:
    """The permutation and both triangles that `lu` gives in one matrix."""
    from fastgrad.linalg.elimination import order_of

    m, n = LU_data.shape[-2:]
    k, nothing = min(m, n), fg.empty((0,), dtype=LU_data.dtype)
    p, low, up = nothing, nothing, nothing
    if unpack_data:
        low = fg.tril(LU_data[..., :k], -1) + fg.eye(m, k, dtype=LU_data.dtype)
        up = fg.triu(LU_data[..., :k, :])
    if unpack_pivots:
        order = fg.from_numpy(order_of(LU_pivots.astype(fg.int64).numpy() - 1, m))
        p = fg.contiguous(fg.eye(m, dtype=LU_data.dtype)[order].mT)
    return result_of("lu_unpack", p, low, up, out=out)


def nuclear_norm(input: Any, dim: Any = (-2, -1), keepdim: bool = False) -> Any:
    return fg.norm(input, "nuc", tuple(dim), keepdim)


def frobenius_norm(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
    axes = dim if isinstance(dim, int) else tuple(dim) or None
    return fg.norm(input, None, axes, keepdim)


def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Any:
    """The distance of each row of one to each row of the other."""
    for x, name in ((x1, "x1"), (x2, "x2")):
        if tensor_of("cdist", x, name).ndim < 2:
            raise RuntimeError(f"cdist: {name} must have two axes or more, got shape {tuple(x.shape)}")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"cdist: x1 and x2 must have rows of one length, got shapes {tuple(x1.shape)} and {tuple(x2.shape)}"
        )
    return fg.norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, axis=-1)


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """Covariances of rows, whose columns are observations, which may count several times, and weigh."""
    x = tensor_of("cov", input)
    if fweights is None and aweights is None:
        return fg.cov(x, correction=correction)
    if x.ndim > 2:
        raise RuntimeError(f"cov: input must have at most two axes, got shape {tuple(x.shape)}")
    x = x if x.is_floating_point() else x.astype(get_default_float())
    rows = x if x.ndim == 2 else x.reshape((1, x.numel()))
    weights, free = weighed("cov", rows, correction, fweights, aweights)
    return fg.squeeze(covariances_of(rows, free, weights))


def corrcoef(input: Any) -> Any:
    """Correlation coefficients of rows: see ``fastgrad.corrcoef``."""
    return fg.corrcoef(tensor_of("corrcoef", input))


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    if x.ndim != 1:
        raise RuntimeError(f"vander: x must be a one-dimensional tensor, got shape {tuple(x.shape)}")
    powers = fg.arange(len(x) if N is None else N)
    table = x.unsqueeze(-1) ** powers
    return table if increasing else fg.flip(table, -1).clone()


in_both_vocabularies(globals(), out="orgqr ormqr nuclear_norm frobenius_norm")
