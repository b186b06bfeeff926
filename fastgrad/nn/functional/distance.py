"""Distances and angles between vectors, and vectors scaled to length 1, made of plain operations."""

from __future__ import annotations

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, real, wholes
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops._common import operand
from fastgrad.ops.choose import clip, where
from fastgrad.ops.creation import asarray
from fastgrad.ops.linalg import cdist
from fastgrad.ops.reduce import check_axes, sum
from fastgrad.ops.view import broadcast_shapes, broadcast_to


def _vectors(x1: Tensor, x2: Tensor, op: str) -> tuple[Tensor, Tensor]:
    a = operand(x1, op)
    b = operand(x2, op, a)
    for t in (a, b):
        if not t.is_floating_point():
            raise UnsupportedDtypeError(
                f"{op}: vectors must be floats, got {t.dtype}; convert with .astype(fg.float32)"
            )
    if a.dtype is not b.dtype:
        raise TensorTypeError(f"{op}: x1 is {a.dtype} but x2 is {b.dtype}; convert one with .astype(...)")
    try:
        broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise TensorValueError(f"{op}: x1 of shape {a.shape} and x2 of shape {b.shape} do not broadcast") from None
    return a, b


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return the cosine of the angle between vectors.

    Parameters
    ----------
    x1, x2 : Tensor
        They broadcast.
    dim : int, default 1
        The vectors' axis, of the common shape.
    eps : float, default 1e-8
        Lengths below it count as it.

    Returns
    -------
    Tensor, the common shape without `dim`

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    See Also
    --------
    fastgrad.nn.CosineSimilarity

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.cosine_similarity(fg.tensor([[1.0, 0.0]]), fg.tensor([[0.0, 2.0]])).item()
    0.0
    """
    least = real(eps, "cosine_similarity", "eps")
    a, b = _vectors(x1, x2, "cosine_similarity")
    axes = len(broadcast_shapes(a.shape, b.shape))
    # the axis counted from the end is that of both
    along = wholes(dim, "cosine_similarity", "dim")
    if len(along) != 1:
        raise TensorValueError(f"cosine_similarity: dim must be one axis, got {dim}")
    a, b = (t.reshape((1,) * (axes - t.ndim) + t.shape) for t in (a, b))
    at = axis_number(along[0], axes, "cosine_similarity")
    if a.shape[at] != b.shape[at]:  # a number that stands for a vector of equal ones, whose length is theirs
        size = broadcast_shapes(a.shape[at : at + 1], b.shape[at : at + 1])
        a, b = (broadcast_to(t, t.shape[:at] + size + t.shape[at + 1 :]) for t in (a, b))
    return sum((a / _length(a, along, least)) * (b / _length(b, along, least)), axis=along)


def _length(x: Tensor, axis: tuple[int, ...], least: float) -> Tensor:
    """The vectors' lengths, at least that; the gradient is that of the lengths all the same, as PyTorch has it."""
    length = x.norm(2, axis, True)
    fixed = length.detach()
    return where(fixed < least, least + (length - fixed), length)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """Return the p-norm of ``x1 - x2 + eps`` along the last axis.

    Parameters
    ----------
    x1, x2 : Tensor, shape (..., D)
        They broadcast.
    p : float, default 2.0
        The norm's order, as `fastgrad.norm` has it.
    eps : float, default 1e-6
        Added to each difference.
    keepdim : bool, default False
        Whether to keep the last axis, of length 1.

    Returns
    -------
    Tensor, shape (...) or (..., 1)

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    See Also
    --------
    fastgrad.nn.PairwiseDistance

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.pairwise_distance(fg.zeros(1, 2), fg.tensor([[3.0, 4.0]]), eps=0.0).tolist()
    [5.0]
    """
    a, b = _vectors(x1, x2, "pairwise_distance")
    if max(a.ndim, b.ndim) == 0:
        raise TensorValueError("pairwise_distance: x1 or x2 must have at least one axis, got shapes () and ()")
    difference = a - b + real(eps, "pairwise_distance", "eps")
    return difference.norm(real(p, "pairwise_distance", "p"), -1, keepdim)


def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """Return the p-norm distances between all pairs of rows.

    Parameters
    ----------
    input : Tensor, shape (N, M)
        N points, whose distances from each other are asked for.
    p : float, default 2.0
        The norm's order, not negative.

    Returns
    -------
    Tensor, shape (N * (N - 1) / 2,)
        Those of the first row from the others, of the second from those after it, and so on.

    Raises
    ------
    ValueError
        If `input` has not two axes, or `p` is negative.

    See Also
    --------
    fastgrad.cdist

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.pdist(fg.tensor([[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]])).tolist()
    [5.0, 3.0, 4.0]
    """
    x = operand(input, "pdist")
    if x.ndim != 2:
        raise TensorValueError(f"pdist: input must be (N, M), got shape {x.shape}")
    if not x.is_floating_point():
        raise UnsupportedDtypeError(f"pdist: input must be floats, got {x.dtype}; convert with .astype(fg.float32)")
    if not real(p, "pdist", "p") >= 0.0:
        raise TensorValueError(f"pdist: p must not be negative, got {p}")
    from numpy import triu_indices

    rows, columns = triu_indices(x.shape[0], 1)
    distances = cdist(x, x, p, "donot_use_mm_for_euclid_dist")
    return distances[asarray(rows), asarray(columns)]


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """Return vectors divided by their p-norm.

    Parameters
    ----------
    input : Tensor, any shape
        What is divided by its norms along `dim`.
    p : float, default 2.0
        The norm's order, as `fastgrad.norm` has it.
    dim : int or tuple of int, default 1
        The vectors' axis, or axes.
    eps : float, default 1e-12
        Norms below it count as it.
    out : Tensor, shape of `input`, optional
        Where the result is written.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `out` has another shape.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.normalize(fg.tensor([[0.0, 4.0]])).tolist()
    [[0.0, 1.0]]
    """
    x = operand(input, "normalize")
    if not x.is_floating_point():
        raise UnsupportedDtypeError(f"normalize: input must be floats, got {x.dtype}; convert with .astype(fg.float32)")
    check_axes(dim, x.ndim, "normalize")
    if dim is not None and not wholes(dim, "normalize", "dim"):  # all axes in PyTorch, none in NumPy
        raise TensorValueError(f"normalize: dim must name one axis at least, got {dim!r}")
    length = x.norm(real(p, "normalize", "p"), dim, True)
    result = x / clip(length, min=real(eps, "normalize", "eps"))
    if out is None:
        return result
    if not isinstance(out, Tensor) or out.shape != result.shape:
        raise TensorValueError(
            f"normalize: out must be a tensor of shape {result.shape}, got "
            f"{out.shape if isinstance(out, Tensor) else type(out).__name__}"
        )
    return out.copy_(result)
