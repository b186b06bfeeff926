"""Decompositions into factors: Cholesky's, QR, eigenvalues of symmetric matrices, singular values.

Values are LAPACK's, by NumPy. Rules are written with differentiable operations, so that second derivatives need none of
their own: Murray, "Differentiation of the Cholesky decomposition" (2016); Giles, "Collected matrix derivative results"
(2008); Townsend, "Differentiating the singular value decomposition" (2016); Walter, Lehmann and Lamour, "On evaluating
higher-order derivatives of the QR decomposition" (2012).
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.errors import TensorValueError
from fastgrad.linalg._common import LinAlgError, computed, eye_like, in_floats, matrices, on_diagonal, square
from fastgrad.linalg.equations import solve_triangular


class QR(NamedTuple):
    """What `qr` returns."""

    Q: Tensor
    R: Tensor


class Eigh(NamedTuple):
    """What `eigh` returns."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class SVD(NamedTuple):
    """What `svd` returns."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class CholeskyAndInfo(NamedTuple):
    """What `cholesky_ex` returns."""

    L: Tensor
    info: Tensor


# ---- Cholesky --------------------------------------------------------------------------------------------------------


class _Cholesky(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor) -> Tensor:
        low: Tensor = computed("cholesky", "the matrix is not positive definite", np.linalg.cholesky, a)
        ctx.save_for_backward(low)
        return low

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (low,) = ctx.saved_tensors
        p = fg.tril(low.mT @ g)
        p = p + fg.tril(p, -1).mT  # of the diagonal once, of the others twice
        half = solve_triangular(low.mT, p, upper=True)
        return solve_triangular(low, half, upper=False, left=False) * 0.5


@in_floats
def cholesky(x: Tensor, /, *, upper: bool = False) -> Tensor:
    """The triangle l with a positive diagonal and ``l @ l.mT == x``, of symmetric positive definite matrices.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Only the triangle that is wanted is read.
    upper : bool, default False
        True: the upper triangle u, ``u.mT @ u == x``.

    Returns
    -------
    Tensor, shape (..., N, N)

    Raises
    ------
    ValueError
        If the matrices are not square.
    LinAlgError
        If one is not positive definite.

    Notes
    -----
    The gradient is symmetric: each element off the diagonal has half of what its pair has.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.cholesky(fg.tensor([[4.0, 2.0], [2.0, 2.0]])).tolist()
    [[2.0, 0.0], [1.0, 1.0]]
    """
    square("cholesky", x)
    return _Cholesky.apply(x.mT).mT if upper else _Cholesky.apply(x)


@in_floats
def cholesky_ex(x: Tensor, /, *, upper: bool = False, check_errors: bool = False) -> CholeskyAndInfo:
    """As `cholesky`, and what is not positive definite is told, not raised.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Symmetric matrices; one triangle is read.
    upper : bool, default False
        Whether the upper triangle is read and returned.
    check_errors : bool, default False
        Whether it is raised after all.

    Returns
    -------
    CholeskyAndInfo
        A named tuple of the triangles `L`, and `info`: int32, shape (...), 0 or the order of the first leading minor
        that is not positive definite. Where one is not, no L has a history, and its own is that of the minor before,
        with zeros beyond.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.cholesky_ex(fg.tensor([[1.0, 2.0], [2.0, 1.0]])).info.item()
    2
    """
    square("cholesky_ex", x)
    try:
        return CholeskyAndInfo(cholesky(x, upper=upper), fg.zeros(x.shape[:-2], dtype=fg.int32))
    except LinAlgError:
        if check_errors:
            raise
    a = (x.mT if upper else x).detach().numpy()
    factors, info = np.zeros(a.shape, a.dtype), np.zeros(a.shape[:-2], np.int32)
    for i in np.ndindex(*info.shape):
        good = _positive_minor(a[i])
        if good:
            factors[i][:good, :good] = np.linalg.cholesky(a[i][:good, :good])
        info[i] = 0 if good == a.shape[-1] else good + 1
    found = fg.from_numpy(factors)
    return CholeskyAndInfo(found.mT if upper else found, fg.from_numpy(info))


def _positive_minor(a: Any) -> int:
    """Return the largest order of a leading minor that is positive definite: those of all smaller ones are, too."""
    low, high = 0, len(a) + 1  # of order low it is, of order high it is not
    while high - low > 1:
        middle = (low + high) // 2
        try:
            np.linalg.cholesky(a[:middle, :middle])
            low = middle
        except np.linalg.LinAlgError:
            high = middle
    return low


# ---- QR --------------------------------------------------------------------------------------------------------------


class _QR(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, mode: str) -> tuple[Tensor, Tensor]:
        q, r = computed("qr", "no decomposition was found", np.linalg.qr, a, mode=mode)
        ctx.set_materialize_grads(False)
        ctx.mode = mode
        ctx.save_for_backward(a, q, r)
        return q, r

    @staticmethod
    def backward(ctx: Any, gq: Tensor | None, gr: Tensor | None) -> tuple[Tensor | None, None]:
        a, q, r = ctx.saved_tensors
        m, n = a.shape[-2:]
        if ctx.mode == "complete" and m > n:
            raise NotImplementedError(
                f"qr: mode='complete' of a tall matrix, shape {tuple(a.shape)}, has no gradient: columns of Q beyond "
                "the first are free; use mode='reduced'"
            )
        if gq is None and gr is None:
            return None, None
        if m >= n:
            return _qr_vjp(q, r, gq, gr), None
        # The first columns have the square decomposition, and the others are q @ r there.
        rest = None if gr is None else gr[..., m:]
        if rest is not None:
            more = a[..., m:] @ rest.mT
            gq = more if gq is None else gq + more
        first = _qr_vjp(q, r[..., :m], gq, None if gr is None else gr[..., :m])
        other = fg.zeros((*a.shape[:-1], n - m), dtype=a.dtype) if rest is None else q @ rest
        return fg.concat([first, other], axis=-1), None


def _qr_vjp(q: Tensor, r: Tensor, gq: Tensor | None, gr: Tensor | None) -> Tensor:
    m = 0.0 if gr is None else gr @ r.mT
    m = m if gq is None else m - q.mT @ gq
    upper = fg.triu(m)
    inner = q @ (upper + fg.triu(upper, 1).mT)
    whole = inner if gq is None else inner + gq
    return solve_triangular(r.mT, whole, upper=False, left=False)


@in_floats
def qr(x: Tensor, /, *, mode: Literal["reduced", "complete", "r"] = "reduced") -> Any:
    """Orthonormal columns q and an upper triangle r with ``q @ r == x``.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    mode : {"reduced", "complete", "r"}
        With K the smaller of M and N, "reduced" gives shapes (..., M, K) and (..., K, N), "complete" (..., M, M) and
        (..., M, N), "r" only r, shape (..., K, N).

    Returns
    -------
    QR
        A named tuple of `Q` and `R`.

    Raises
    ------
    NotImplementedError
        In backward, of a tall matrix's "complete" decomposition.

    Notes
    -----
    The gradient needs the first K columns of x to be independent.

    Examples
    --------
    >>> import fastgrad as fg
    >>> q, r = fg.linalg.qr(fg.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> [round(v, 4) for v in (q @ r).reshape(-1).tolist()]
    [3.0, 1.0, 4.0, 2.0]
    """
    matrices("qr", x)
    if mode not in ("reduced", "complete", "r"):
        raise TensorValueError(f"qr: mode must be 'reduced', 'complete' or 'r', got {mode!r}")
    if x.shape[-2] == 0 or x.shape[-1] == 0:
        inner = x.shape[-2] if mode == "complete" else 0
        q = fg.eye(x.shape[-2], inner, dtype=x.dtype).expand((*x.shape[:-1], inner)).clone()
        found = QR(q, fg.zeros((*x.shape[:-2], inner, x.shape[-1]), dtype=x.dtype))
    else:
        found = QR(*_QR.apply(x, "complete" if mode == "complete" else "reduced"))
    return found.R if mode == "r" else found


# ---- eigenvalues -----------------------------------------------------------------------------------------------------


class _Eigh(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, uplo: str) -> tuple[Tensor, Tensor]:
        values, vectors = computed("eigh", "the eigenvalues did not converge", np.linalg.eigh, a, UPLO=uplo)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(values, vectors)
        return values, vectors

    @staticmethod
    def backward(ctx: Any, gw: Tensor | None, gv: Tensor | None) -> tuple[Tensor | None, None]:
        w, v = ctx.saved_tensors
        if gv is None:
            return None if gw is None else (v * gw.unsqueeze(-2)) @ v.mT, None
        gaps = w.unsqueeze(-2) - w.unsqueeze(-1)
        inner = (v.mT @ gv) / (gaps + eye_like(v)) * (1.0 - eye_like(v))
        if gw is not None:
            inner = inner + on_diagonal(gw)
        return v @ inner @ v.mT, None


@in_floats
def eigh(x: Tensor, /, UPLO: Literal["L", "U"] = "L") -> Eigh:
    """Eigenvalues of symmetric matrices, ascending, and eigenvectors, the columns: ``x @ v == v * w``.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Symmetric matrices; one triangle is read.
    UPLO : {"L", "U"}
        Which triangle is read.

    Returns
    -------
    Eigh
        A named tuple of `eigenvalues`, shape (..., N), and `eigenvectors`, shape (..., N, N).

    Raises
    ------
    ValueError
        If the matrices are not square.
    LinAlgError
        If the algorithm does not converge.

    Notes
    -----
    The gradient of eigenvectors has the differences of eigenvalues in its denominators: it is not finite where two are
    equal, and means something for functions alone that do not change with a vector's sign.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.eigh(fg.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues.tolist()
    [1.0, 2.0]
    """
    square("eigh", x)
    if UPLO not in ("L", "U"):
        raise TensorValueError(f"eigh: UPLO must be 'L' or 'U', got {UPLO!r}")
    return Eigh(*_Eigh.apply(x, UPLO))


def eigvalsh(x: Any, /, UPLO: Literal["L", "U"] = "L") -> Tensor:
    """Eigenvalues of symmetric matrices, ascending: those of `eigh`, whose gradient is finite where some are equal.

    Parameters
    ----------
    x : Tensor, shape (..., N, N)
        Symmetric matrices; one triangle is read.
    UPLO : {"L", "U"}
        Which triangle is read.

    Returns
    -------
    Tensor, shape (..., N)

    Examples
    --------
    >>> import fastgrad as fg
    >>> [round(v, 4) for v in fg.linalg.eigvalsh(fg.tensor([[0.0, 1.0], [1.0, 0.0]])).tolist()]
    [-1.0, 1.0]
    """
    return eigh(x, UPLO).eigenvalues


# ---- singular values -------------------------------------------------------------------------------------------------


class _SVD(Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, full_matrices: bool) -> tuple[Tensor, Tensor, Tensor]:
        u, s, vh = computed("svd", "the singular values did not converge", np.linalg.svd, a,
                            full_matrices=full_matrices)  # fmt: skip
        ctx.set_materialize_grads(False)
        ctx.more = full_matrices and a.shape[-2] != a.shape[-1]
        ctx.save_for_backward(u, s, vh)
        return u, s, vh

    @staticmethod
    def backward(ctx: Any, gu: Tensor | None, gs: Tensor | None, gvh: Tensor | None) -> tuple[Tensor | None, None]:
        u, s, vh = ctx.saved_tensors
        if ctx.more and (gu is not None or gvh is not None):
            raise NotImplementedError(
                "svd: singular vectors of full_matrices=True have no gradient where the matrix is not square: some are "
                "free; use full_matrices=False"
            )
        k = s.shape[-1]
        u, vh = u[..., :k], vh[..., :k, :]
        if gu is None and gvh is None:
            return None if gs is None else (u * gs.unsqueeze(-2)) @ vh, None
        eye = eye_like(s)
        row, column = s.unsqueeze(-2), s.unsqueeze(-1)
        gaps = (row - column) * (row + column) + eye
        inner: Any = 0.0 if gs is None else on_diagonal(gs)
        if gu is not None:
            turned = u.mT @ gu
            inner = inner + (turned - turned.mT) / gaps * row
        if gvh is not None:
            turned = vh @ gvh.mT
            inner = inner + (turned - turned.mT) / gaps * column
        da = u @ inner @ vh
        if gu is not None and u.shape[-2] > k:
            outside = gu / row
            da = da + (outside - u @ (u.mT @ outside)) @ vh
        if gvh is not None and vh.shape[-1] > k:
            outside = gvh / column
            da = da + u @ (outside - (outside @ vh.mT) @ vh)
        return da, None


@in_floats
def svd(x: Tensor, /, full_matrices: bool = True) -> SVD:
    """Singular values s, descending, with orthonormal vectors: ``x == u * s @ vh``.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.
    full_matrices : bool, default True
        Whether vectors that belong to no singular value are there, too: they have no gradient.

    Returns
    -------
    SVD
        A named tuple of `U`, shape (..., M, K), `S`, shape (..., K), and `Vh`, shape (..., K, N), K being the smaller
        of M and N; with full_matrices `U` is (..., M, M) and `Vh` (..., N, N).

    Raises
    ------
    LinAlgError
        If the algorithm does not converge.
    NotImplementedError
        In backward, of vectors of full_matrices=True of a matrix that is not square.

    Notes
    -----
    The gradient of vectors has differences of singular values' squares in its denominators: it is not finite where two
    are equal or one is 0, and means something for functions alone that do not change with the signs of a pair of
    vectors.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.svd(fg.tensor([[3.0, 0.0], [0.0, 4.0]])).S.tolist()
    [4.0, 3.0]
    """
    return SVD(*_SVD.apply(matrices("svd", x), bool(full_matrices)))


def svdvals(x: Any, /) -> Tensor:
    """Singular values, descending: those of `svd`, whose gradient is finite where some are equal.

    Parameters
    ----------
    x : Tensor, shape (..., M, N)
        Matrices, along the last two axes.

    Returns
    -------
    Tensor, shape (..., min(M, N))

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.linalg.svdvals(fg.tensor([[3.0, 0.0], [0.0, 4.0]])).tolist()
    [4.0, 3.0]
    """
    return svd(x, full_matrices=False).S
