"""Order statistics, covariances and counts. Medians and quantiles, as NumPy has them; covariances, of rows."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, Literal, get_args

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, flag, real, whole
from fastgrad._tensor.dtype import bfloat16, float16, float32, float64, int64
from fastgrad._tensor.typing import AxisLike, TensorLike
from fastgrad.autograd import Function
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops._arrays import array_of, tensor_of
from fastgrad.ops._common import operand
from fastgrad.ops._words import in_both_vocabularies, speaking_as
from fastgrad.ops.arithmetic import divide
from fastgrad.ops.choose import clip, maximum, minimum, where
from fastgrad.ops.compare import isfinite, isnan, logical_or
from fastgrad.ops.creation import asarray
from fastgrad.ops.dtypes import result_type
from fastgrad.ops.index import take, take_along_axis
from fastgrad.ops.join import concat
from fastgrad.ops.math import floor, round, sqrt
from fastgrad.ops.reduce import any, mean, sum
from fastgrad.ops.sort import sort
from fastgrad.ops.view import expand_dims, moveaxis, own, permute_dims, reshape, squeeze

Method = Literal[
    "linear",
    "lower",
    "higher",
    "midpoint",
    "nearest",
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "median_unbiased",
    "normal_unbiased",
]
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
    lines, shape = _along("median", operand(x, "median"), axis, keepdims)
    return own(reshape(medians_of(lines), shape))


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
    method : str, default "linear"
        What it is between two elements, at ``q * (n - 1)`` in their order: "linear", on the line between them;
        "lower" or "higher", one of them; "midpoint", their mean; or "nearest", of two as near the one at the even
        place. NumPy's others have other places: "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
        "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased" and "normal_unbiased".

    Returns
    -------
    Tensor
        Of the dtype of `x`; float64 of integers and bools. An axis of `q` comes first.

    Raises
    ------
    ValueError
        If there are no elements, or `q` is outside.

    References
    ----------
    Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.quantile(fg.tensor([0.0, 10.0, 20.0]), fg.tensor([0.0, 0.75])).tolist()
    [0.0, 15.0]
    """
    lines, shape = _along("quantile", operand(x, "quantile"), axis, keepdims)
    if method not in METHODS:
        raise TensorValueError(f"quantile: method must be one of {', '.join(map(repr, METHODS))}, got {method!r}")
    with speaking_as("quantile"):
        parts = q if isinstance(q, Tensor) else asarray(q, dtype=float64)
    if parts.ndim > 1:
        raise TensorValueError(f"quantile: q must be a number or have one axis, got shape {tuple(parts.shape)}")
    for part in reshape(parts, (-1,)).tolist():
        if not 0 <= part <= 1:
            raise TensorValueError(f"quantile: q must be from 0 to 1, got {part}")
    return quantiles_of(lines, parts, shape, method).astype(lines.dtype, copy=False)


def _along(op: str, x: Tensor, axis: AxisLike, keepdims: bool) -> tuple[Tensor, Sequence[int]]:
    """The elements along axes as lines of floats, and the shape of one result for each."""
    keep = flag(keepdims, op, "keepdims")
    given = range(x.ndim) if axis is None else axis if isinstance(axis, Sequence) else (axis,)
    axes = [axis_number(a, x.ndim, op) for a in given]
    if len(set(axes)) < len(axes):
        raise TensorValueError(f"{op}: repeated axis in {axis}")
    lines, kept = lines_of(x if x.dtype.kind == "f" else x.astype(float64), axes)
    if not lines.shape[-1]:
        raise TensorValueError(f"{op}: x must have elements, got none along the axes")
    return lines, kept if keep else lines.shape[:-1]


def lines_of(x: Tensor, axes: Collection[int]) -> tuple[Tensor, list[int]]:
    """The elements with these axes joined to one, the last; and the shape in which each of them has length 1."""
    rest = [i for i in range(x.ndim) if i not in axes]
    length = math.prod(x.shape[i] for i in axes)  # -1 would have none where x is empty
    lines = reshape(permute_dims(x, (*rest, *axes)), (*(x.shape[i] for i in rest), length))
    return lines, [1 if i in axes else n for i, n in enumerate(x.shape)]


def medians_of(lines: Tensor, known: bool = False) -> Tensor:
    """The medians along the last axis, which has elements; `known`: of what is not NaN."""
    length, count = lines.shape[-1], _known(lines)
    if known and count is not None:
        middle = concat([maximum(count - 1, 0) // 2, minimum(count // 2, length - 1)], axis=-1)
    else:
        middle = asarray([(length - 1) // 2, length // 2])
    both = _ranked(lines, middle)
    found = mean(both, -1)
    wild = ~isfinite(found.detach())
    if bool(any(wild)):
        found = where(wild, sum(both * 0.5, -1), found)  # a sum may be too large whose half is not
    return found if known or count is None else where(squeeze(count < length, -1), math.nan, found)


def quantiles_of(lines: Tensor, q: Tensor, shape: Sequence[int], method: str, known: bool = False) -> Tensor:
    """The quantiles along the last axis, which has elements, each in a shape; of several `q`, their axes come first.

    Places are computed in the dtype of `q`; `known`: of what is not NaN.
    """
    parts, length, count = reshape(q, (-1,)), lines.shape[-1], _known(lines)
    of = count if known and count is not None else length  # how many have an order
    places, weight = _places(method, of if isinstance(of, int) else of.astype(q.dtype), parts)
    low = places.astype(int64)
    # Below the first and above the last nothing lies between.
    end = of - 1 if isinstance(of, int) else maximum(of - 1, 0)
    if weight is None:
        found = _ranked(lines, clip(low, 0, end))
    else:
        both = _ranked(lines, concat([clip(low, 0, end), clip(low + (weight.detach() > 0), 0, end)], axis=-1))
        both = both.astype(result_type(both, weight), copy=False)
        found = _between(both[..., : parts.shape[0]], both[..., parts.shape[0] :], weight)
    if not known and count is not None:
        found = where(count < length, math.nan, found)
    return own(reshape(moveaxis(found, -1, 0), (*q.shape, *shape)))


# Where the quantile q of n ordered elements is, counted from 0, by alpha and beta of Hyndman and Fan, "Sample quantiles
# in statistical packages" (1996): n q + alpha + q (1 - alpha - beta) - 1. The default is computed as (n - 1) q.
_BETWEEN = {
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}


def _places(method: str, n: Any, q: Tensor) -> tuple[Tensor, Tensor | None]:
    """The place at or below a quantile, and the weight of the element after it; without one where there is none."""
    if method in _BETWEEN:
        alpha, beta = _BETWEEN[method]
        spot = n * q + (alpha + q * (1 - alpha - beta)) - 1
    elif method in ("inverted_cdf", "averaged_inverted_cdf"):
        spot = n * q - 1
    elif method == "closest_observation":
        spot = n * q - 1.5
    else:
        spot = (n - 1) * q
    low = floor(spot.detach())
    above = spot - low
    if method in _BETWEEN or method == "linear":
        return low, above
    between = above.detach() > 0
    if method == "averaged_inverted_cdf":
        return low, where(between, 1.0, 0.5).astype(q.dtype)
    if method == "midpoint":
        return low, where(between, 0.5, 0.0).astype(q.dtype)
    if method == "lower":
        return low, None
    if method == "nearest":
        return round(spot.detach()), None
    if method == "closest_observation":  # of two as near the even one, counted from 1
        between = logical_or(between, low % 2 == 0)
    return low + between.astype(low.dtype), None


def _known(lines: Tensor) -> Tensor | None:
    """How many elements of each line are not NaN; None where all are."""
    missing = isnan(lines.detach()) if lines.dtype.kind == "f" else None
    if missing is None or not bool(any(missing)):
        return None
    return sum(~missing, -1, None, True)


def _ranked(lines: Tensor, places: Tensor) -> Tensor:
    """The elements that would be at these places if each line were in order, NaN last; a vector's are every line's."""
    if places.ndim > 1:
        return take_along_axis(sort(lines, -1), places, axis=-1)
    wanted = array_of(places)
    order = np.argpartition(array_of(lines), np.unique(wanted), axis=-1)
    return take_along_axis(lines, tensor_of(order[..., wanted]), axis=-1)


def _between(first: Tensor, second: Tensor, weight: Tensor) -> Tensor:
    """What lies at a weight between two, counted from the nearer one."""
    step = second - first
    wild = ~isfinite(step.detach())
    is_wild = bool(any(wild))
    step = where(wild, 0, step) if is_wild else step
    found = where(weight.detach() < 0.5, first + step * weight, second - step * (1 - weight))
    if not is_wild:
        return found
    # inf - inf is NaN: where there is an infinity, both are weighed, which needs no difference. What is not taken must
    # be finite, for the gradients; and between equal infinities, or beside NaN, nothing depends on the weight.
    weight = where(wild & ~(first.detach() < second.detach()), 0.5, weight)
    weighed = where(wild, first, 0.0) * (1 - weight) + where(wild, second, 0.0) * weight
    return where(wild, weighed, found)


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
    # NaN of none, as of a division by 0; NumPy's and PyTorch's is that of a count below 0, too.
    found = covariances_of(rows, max(rows.shape[1] - less, 0)).astype(given, copy=False)
    return found if t.ndim == 2 else own(reshape(found, ()))


def covariances_of(rows: Tensor, free: Any, weights: Tensor | None = None) -> Tensor:
    """The sums of products of deviations from the means, weighed by columns, divided."""
    if weights is None:
        apart = rows - mean(rows, 1, None, True)
        return divide(apart @ apart.mT, free)
    apart = rows - sum(rows * weights, 1, None, True) / sum(weights)
    return divide(apart @ (apart * weights).mT, free)


def weighed(
    op: str, rows: Tensor, less: float, fweights: Tensor | None, aweights: Tensor | None
) -> tuple[Tensor | None, Any]:
    """What columns count for, by how often they occur and what they weigh, if anything; and what divides products."""
    for name, each in (("fweights", fweights), ("aweights", aweights)):
        if each is None:
            continue
        if each.ndim != 1 or each.shape[0] != rows.shape[1]:
            # NumPy tells what is no vector by a RuntimeError, as well.
            raise TensorValueError(f"{op}: {name} must have shape ({rows.shape[1]},), got {tuple(each.shape)}")
        if bool(any(each < 0)):
            raise TensorValueError(f"{op}: {name} must not be negative")
    if fweights is not None and bool(any(fweights != round(fweights))):
        raise TensorTypeError(f"{op}: fweights must be integers")
    if fweights is None and aweights is None:
        return None, max(rows.shape[1] - less, 0)
    counts, sizes = (None if w is None else w.astype(rows.dtype, copy=False) for w in (fweights, aweights))
    weights: Any = counts if sizes is None else sizes if counts is None else counts * sizes
    total = sum(weights)
    lost = 0 if less == 0 else less if sizes is None else less * sum(weights * sizes) / total
    return weights, maximum(total - lost, 0)


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
    return correlations_of(cov(operand(x, "corrcoef")))


def correlations_of(covariances: Tensor) -> Tensor:
    """What is left of covariances when every variable is divided by its deviation."""
    if covariances.ndim == 0:
        return covariances / covariances
    places = np.arange(covariances.shape[0])
    spread = sqrt(covariances[places, places])
    return clip(covariances / expand_dims(spread, 1) / expand_dims(spread, 0), -1, 1)


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
