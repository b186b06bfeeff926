"""Order statistics, covariances and counts. Medians and quantiles, as NumPy has them; covariances, of rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, flag, real, whole
from fastgrad._tensor.dtype import bfloat16, float16, float32, float64
from fastgrad._tensor.typing import AxisLike, TensorLike
from fastgrad.autograd import Function
from fastgrad.errors import TensorValueError
from fastgrad.ops._arrays import array_of, tensor_of
from fastgrad.ops._common import operand
from fastgrad.ops._words import in_both_vocabularies, speaking_as
from fastgrad.ops.choose import clip, where
from fastgrad.ops.compare import isfinite, isnan
from fastgrad.ops.creation import asarray, zeros
from fastgrad.ops.index import take, take_along_axis
from fastgrad.ops.join import stack
from fastgrad.ops.math import sqrt
from fastgrad.ops.reduce import any, mean
from fastgrad.ops.sort import argsort
from fastgrad.ops.view import expand_dims, own, permute_dims, reshape

Method = Literal["linear", "lower", "higher", "midpoint", "nearest"]
METHODS: tuple[str, ...] = get_args(Method)


@in_both_vocabularies
def median(x: TensorLike, /, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The middle element along axes, in order of size; the mean of the two in the middle of an even number.

    Parameters
    ----------
    x : Tensor
        Of any dtype. NaN among the elements gives NaN.
    axis : int or tuple of int, optional
        None: all.
    keepdims : bool, default False
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor
        Of the dtype of `x`; float64 of integers and bools.

    Raises
    ------
    ValueError
        If there are no elements.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.median(fg.tensor([3.0, 1.0, 10.0, 2.0])).item()
    2.5
    """
    return _along("median", x, 0.5, axis, keepdims, "linear")


@in_both_vocabularies
def quantile(
    x: TensorLike, q: TensorLike, /, axis: AxisLike = None, keepdims: bool = False, *, method: Method = "linear"
) -> Tensor:
    """The elements that a part of all is below, along axes.

    Parameters
    ----------
    x : Tensor
        Of any dtype. NaN among the elements gives NaN.
    q : float or Tensor, at most one axis
        The parts, from 0 to 1. Of "linear" the result is differentiable by it, too.
    axis : int or tuple of int, optional
        None: all.
    keepdims : bool, default False
        Whether the axes stay, with length 1.
    method : {"linear", "lower", "higher", "midpoint", "nearest"}, default "linear"
        What it is between two elements, at ``q * (n - 1)`` in their order: on the line between them, one of them, their
        mean, or the nearer one, of two as near the one at the even place.

    Returns
    -------
    Tensor
        Of the dtype of `x`; float64 of integers and bools. An axis of `q` comes first.

    Raises
    ------
    ValueError
        If there are no elements, or `q` is outside.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.quantile(fg.tensor([0.0, 10.0, 20.0]), fg.tensor([0.0, 0.75])).tolist()
    [0.0, 15.0]
    """
    return _along("quantile", x, q, axis, keepdims, method)


def _along(op: str, x: TensorLike, q: TensorLike, axis: AxisLike, keepdims: bool, method: str) -> Tensor:
    t = operand(x, op)
    keep = flag(keepdims, op, "keepdims")
    given = range(t.ndim) if axis is None else axis if isinstance(axis, Sequence) else (axis,)
    axes = [axis_number(a, t.ndim, op) for a in given]
    if len(set(axes)) < len(axes):
        raise TensorValueError(f"{op}: repeated axis in {axis}")
    rest = [i for i in range(t.ndim) if i not in axes]
    kept = [t.shape[i] for i in rest]
    length = math.prod(t.shape[i] for i in axes)  # -1 would have none where x is empty
    lines = reshape(permute_dims(t, (*rest, *axes)), (*kept, length))
    lines = lines if lines.dtype.kind == "f" else lines.astype(float64)
    shape = [1 if i in axes else n for i, n in enumerate(t.shape)] if keep else kept
    with speaking_as(op):
        wanted = q if isinstance(q, Tensor) else asarray(q, dtype=float64)
    return of_lines(op, lines, wanted, shape, method)


def of_lines(op: str, lines: Tensor, q: Tensor, shape: Sequence[int], method: str) -> Tensor:
    """Quantiles of floats along the last axis, each in a shape, by places that have the dtype of `q`."""
    if method not in METHODS:
        raise TensorValueError(f"{op}: method must be one of {', '.join(map(repr, METHODS))}, got {method!r}")
    if q.ndim > 1:
        raise TensorValueError(f"{op}: q must be a number or have one axis, got shape {tuple(q.shape)}")
    if not lines.shape[-1]:
        raise TensorValueError(f"{op}: x must have elements, got none along the axes")
    parts = reshape(q, (-1,))
    for part in parts.tolist():
        if not 0 <= part <= 1:
            raise TensorValueError(f"{op}: q must be from 0 to 1, got {part}")
    last = lines.shape[-1] - 1
    spots = parts * last
    ordered = take_along_axis(lines, argsort(lines.detach(), axis=-1), axis=-1)
    is_nan = isnan(ordered.detach()[..., -1])  # which is sorted last
    results = []
    for i, spot in enumerate(spots.tolist()):
        # Of the other methods q moves no result: one that requires gradients gets them of "linear" alone.
        moving = spots[i] if spots.requires_grad and method == "linear" else None
        value = _at(ordered, min(spot, last), method, moving)
        results.append(own(reshape(where(is_nan, math.nan, value), shape)))
    if q.ndim == 0:
        return results[0]
    return stack(results) if results else zeros((0, *shape), dtype=lines.dtype)


def _at(ordered: Tensor, spot: float, method: str, moving: Tensor | None) -> Tensor:
    """What stands at a place of the last axis, or between two; `moving` is the same place on the graph."""
    low, high = math.floor(spot), math.ceil(spot)
    if method == "nearest":
        low = high = round(spot)  # of two as near, the even one
    if method in ("lower", "higher", "nearest"):
        place: Tensor = ordered[..., high if method == "higher" else low]
        return place
    weight: Any = 0.5 if method == "midpoint" else spot - low
    if moving is not None:
        weight = (moving - low).astype(ordered.dtype, copy=False)
    return _between(ordered, low, high, weight)


def _between(ordered: Tensor, low: int, high: int, weight: Any) -> Tensor:
    """What lies at a weight between two places of the last axis; the weight's gradient is their difference."""
    first: Tensor = ordered[..., low]
    second: Tensor = ordered[..., high]
    if low == high:
        return first + weight * 0.0 if isinstance(weight, Tensor) else first
    step = second - first
    wild = ~isfinite(step.detach())
    if not bool(any(wild)):
        found: Tensor = first + step * weight
        return found
    # inf - inf is NaN: where there is an infinity, both are weighed, which needs no difference. What is not taken must
    # be finite, for the gradients; and between equal infinities nothing depends on the weight.
    if isinstance(weight, Tensor):
        weight = where(wild & (first.detach() == second.detach()), weight.detach(), weight)
    weighed = where(wild, first, 0.0) * (1 - weight) + where(wild, second, 0.0) * weight
    return where(wild, weighed, first + where(wild, 0.0, step) * weight)


# ---- covariances -----------------------------------------------------------------------------------------------------


def cov(x: TensorLike, /, *, correction: float = 1) -> Tensor:
    """The covariances of variables, which are rows, by observations, which are columns.

    Parameters
    ----------
    x : Tensor, shape (M, N) or (N,)
        N observations of M variables, or of one.
    correction : float, default 1
        The sums of products are divided by ``N - correction``.

    Returns
    -------
    Tensor, shape (M, M) or ()
        Of the dtype of `x`; float64 of integers and bools.

    Raises
    ------
    ValueError
        If there are more than two axes.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.cov(fg.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    t = operand(x, "cov")
    less = real(correction, "cov", "correction")
    if t.ndim > 2:
        raise TensorValueError(f"cov: x must have at most two axes, got shape {tuple(t.shape)}")
    given = t.dtype
    if given.kind != "f":
        given = float64
    rows = t.astype(float32 if given in (float16, bfloat16) else given, copy=False)
    rows = rows if t.ndim == 2 else reshape(rows, (1, t.size))
    apart = rows - mean(rows, 1, None, True)
    # NaN of none, as of a division by 0; NumPy's and PyTorch's is that of a count below 0, too.
    found = (apart @ apart.mT / max(rows.shape[1] - less, 0)).astype(given, copy=False)
    return found if t.ndim == 2 else own(reshape(found, ()))


def corrcoef(x: TensorLike, /) -> Tensor:
    """The correlation coefficients of variables, which are rows, by observations, which are columns.

    Parameters
    ----------
    x : Tensor, shape (M, N) or (N,)
        N observations of M variables, or of one.

    Returns
    -------
    Tensor, shape (M, M) or ()
        From -1 to 1, of the dtype of `x`; float64 of integers and bools. NaN for a variable that does not vary.

    Raises
    ------
    ValueError
        If there are more than two axes.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.corrcoef(fg.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    c = cov(operand(x, "corrcoef"))
    if c.ndim == 0:
        return c / c
    places = np.arange(c.shape[0])
    spread = sqrt(c[places, places])
    return clip(c / expand_dims(spread, 0) / expand_dims(spread, 1), -1, 1)


# ---- counts ----------------------------------------------------------------------------------------------------------


class _WeightedCounts(Function):
    """The sum of weights for each number; the gradient of a weight is its sum's."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, places: Tensor, length: int) -> Tensor:
        ctx.save_for_backward(places)
        counts = np.bincount(array_of(places), array_of(weights), length)
        return tensor_of(counts).astype(weights.dtype, copy=False)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
        (places,) = ctx.saved_tensors
        return take(g, places), None, None


def bincount(x: TensorLike, /, weights: TensorLike | None = None, minlength: int = 0) -> Tensor:
    """How often each whole number from 0 on occurs, or the sum of its weights.

    Parameters
    ----------
    x : Tensor of integers, shape (N,)
        Not negative.
    weights : Tensor, shape (N,), optional
        What each counts for; it gets a gradient.
    minlength : int, default 0
        The least length of the result, whose last place is otherwise that of the largest number.

    Returns
    -------
    Tensor, one axis
        int64; with `weights` of their dtype, float64 if that is one of integers or bools.

    Raises
    ------
    ValueError
        If `x` is no vector of such integers, `weights` has another shape, or `minlength` is negative.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.bincount(fg.tensor([1, 3, 1])).tolist()
    [0, 2, 0, 1]
    """
    places = operand(x, "bincount")
    least = whole(minlength, "bincount", "minlength")
    if places.ndim != 1 or places.dtype.kind not in "iu":
        raise TensorValueError(
            f"bincount: x must be a vector of integers, got {places.dtype} of shape {tuple(places.shape)}"
        )
    if places.size and int(places.min()) < 0:
        raise TensorValueError(f"bincount: x must not be negative, got {int(places.min())}")
    if least < 0:
        raise TensorValueError(f"bincount: minlength must not be negative, got {least}")
    places = places.astype("int64", copy=False)
    if weights is None:
        return tensor_of(np.bincount(array_of(places), minlength=least))
    w = operand(weights, "bincount")
    if w.shape != places.shape:
        raise TensorValueError(f"bincount: weights must have shape {tuple(places.shape)}, got {tuple(w.shape)}")
    return _WeightedCounts.apply(w if w.dtype.kind == "f" else w.astype(float64), places, least)
