"""Order statistics, averages, covariances and counts, with NumPy's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

import fastgrad as fg
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops.numpy.common import array_of, borrowed, for_arrays, into, is_number, number, or_numpys, tensor_of
from fastgrad.ops.statistics import (
    METHODS,
    correlations_of,
    covariances_of,
    lines_of,
    medians_of,
    quantiles_of,
    weighed,
)

# ---- order statistics ------------------------------------------------------------------------------------------------


def _lines(x: Any, axis: Any) -> tuple[Any, list[int]]:
    return lines_of(x, range(x.ndim) if axis is None else sorted(normalize_axis_tuple(axis, x.ndim)))


@for_arrays(np.median)
def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """The middle element along axes, or of all, or the mean of the two in the middle; NaN where there is one."""
    return into(out, _median(tensor_of(a), axis, keepdims, known=False))


@for_arrays(np.nanmedian)
def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """The middle of what is not NaN, or the mean of the two in the middle."""
    return into(out, _median(tensor_of(a), axis, keepdims, known=True))


def _median(x: Any, axis: Any, keepdims: bool, known: bool) -> Any:
    lines, kept = _lines(x if x.dtype.kind == "f" else x.astype(fg.float64), axis)
    shape = kept if keepdims else lines.shape[:-1]
    if not lines.shape[-1]:
        return fg.full(shape, fg.nan, dtype=lines.dtype)
    return medians_of(lines, known).reshape(shape)


def _quantile(x: Any, q: Any, axis: Any, keepdims: bool, method: str, weights: Any, scale: float, known: bool) -> Any:
    if method not in METHODS:
        raise TensorValueError(f"method must be one of {', '.join(map(repr, METHODS))}, got {method!r}")
    wanted = tensor_of(q)
    if wanted.dtype.kind != "f":
        if scale == 1 and method == "linear":  # 0 and 1 are places, between which there is nothing
            method = "lower"
        wanted = wanted.astype(fg.float64)
    if is_number(q) and x.dtype.kind == "f":  # a number counts in the dtype of x
        wanted = wanted.astype(x.dtype)
    wanted = wanted / scale if scale != 1 else wanted
    if not bool(fg.all((wanted >= 0) & (wanted <= 1))):
        raise TensorValueError(f"q must be in the range from 0 to {scale:g}, got {q}")
    lines, kept = _lines(x, axis)
    shape = kept if keepdims else lines.shape[:-1]
    if weights is not None:
        found = _by_weights(lines, wanted.reshape((-1,)), _weights(x, axis, weights), method, known)
        return fg.moveaxis(found, -1, 0).reshape((*wanted.shape, *shape))
    if lines.shape[-1]:
        return quantiles_of(lines, wanted, shape, method, known)
    if not known:
        raise IndexError(f"quantile: there are no elements along the axes, in shape {tuple(x.shape)}")
    return fg.full((*wanted.shape, *shape), fg.nan, dtype=x.dtype if x.dtype.kind == "f" else wanted.dtype)


def _weights(x: Any, axis: Any, weights: Any) -> Any:
    given = tensor_of(weights).detach()
    if given.shape != x.shape:
        if axis is None:
            raise TensorTypeError("axis must be given where a and weights have different shapes")
        along = normalize_axis_tuple(axis, x.ndim)
        if given.shape != tuple(x.shape[i] for i in along):
            raise TensorValueError(
                f"weights must have a's shape along axis {axis}, {tuple(x.shape[i] for i in along)}, got "
                f"{tuple(given.shape)}"
            )
        given = _beside(given, x, along)
    if bool(fg.any(given < 0)):
        raise TensorValueError("weights must not be negative")
    return array_of(_lines(given, axis)[0])


def _beside(weights: Any, x: Any, along: Any) -> Any:
    """Weights of axes as an array of x's shape."""
    ordered = weights.permute([int(i) for i in np.argsort(along)])
    return fg.broadcast_to(ordered.reshape([n if i in along else 1 for i, n in enumerate(x.shape)]), x.shape)


def _by_weights(lines: Any, q: Any, weights: Any, method: str, known: bool) -> Any:
    """The first element of each line up to which a part q of all weight lies."""
    if method != "inverted_cdf":
        raise TensorValueError(f"method must be 'inverted_cdf' with weights, got {method!r}")
    values, parts = array_of(lines), array_of(q)
    order = np.argsort(values, axis=-1)
    places = np.zeros((*values.shape[:-1], len(parts)), np.int64)
    for i in np.ndindex(*values.shape[:-1]):
        weight = weights[i][order[i]]
        if known:
            weight = weight[: np.count_nonzero(~np.isnan(values[i]))]
            if not len(weight):
                continue
        sums = np.cumsum(weight, dtype=np.float64)
        if not 0 < sums[-1] < np.inf:
            raise TensorValueError("weights must be finite, and not all 0")
        sums = (sums / sums[-1]).astype(parts.dtype)
        sums[sums == 0] = -1  # what weighs nothing is not the first
        places[i] = order[i][np.minimum(np.searchsorted(sums, parts), len(sums) - 1)]
    found = fg.take_along_axis(lines, fg.from_numpy(places), axis=-1)
    if known or lines.dtype.kind != "f":
        return found
    return fg.where(fg.any(fg.isnan(lines.detach()), -1, True), fg.nan, found)


@for_arrays(np.quantile)
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Any:
    """Quantiles along axes, or of all, by any of NumPy's methods; those of several first."""
    return into(out, _quantile(tensor_of(a), q, axis, keepdims, method, weights, 1, known=False))


@for_arrays(np.percentile)
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Any:
    """Percentiles along axes, or of all: quantiles by a hundred; those of several first."""
    return into(out, _quantile(tensor_of(a), q, axis, keepdims, method, weights, 100, known=False))


@for_arrays(np.nanquantile)
def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Any:
    """Quantiles of what is not NaN; those of several first."""
    return into(out, _quantile(tensor_of(a), q, axis, keepdims, method, weights, 1, known=True))


@for_arrays(np.nanpercentile)
def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Any:
    """Percentiles of what is not NaN; those of several first."""
    return into(out, _quantile(tensor_of(a), q, axis, keepdims, method, weights, 100, known=True))


# ---- averages --------------------------------------------------------------------------------------------------------


@for_arrays(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """The weighted mean along axes, or of all; `returned`: and the sums of weights."""
    x = tensor_of(a)
    if weights is None:
        found: Any = fg.mean(x, axis, None, keepdims)
        scale: Any = fg.full(found.shape, x.numel() / found.numel(), dtype=found.dtype) if returned else None
        return (number(found), number(scale)) if returned else number(found)
    w = tensor_of(weights)
    if w.dtype.kind != "f" and x.dtype.kind != "f":
        x = x.astype(fg.float64)
    if w.shape != x.shape:
        if axis is None:
            raise TensorTypeError("axis must be given where a and weights have different shapes")
        along = normalize_axis_tuple(axis, x.ndim)
        if tuple(w.shape) != tuple(x.shape[i] for i in along):
            raise TensorValueError(
                f"weights must have a's shape along axis {axis}, {tuple(x.shape[i] for i in along)}, got "
                f"{tuple(w.shape)}"
            )
        w = _beside(w, x, along)
    w = w if w.dtype.kind == "f" else w.astype(x.dtype)
    scale = fg.sum(w, axis, None, keepdims)
    if bool(fg.any(scale == 0)):
        raise ZeroDivisionError("average: weights sum to zero")
    found = number(fg.sum(x * w, axis, None, keepdims) / scale)
    return (found, number(scale)) if returned else found


@for_arrays(np.cov)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariances of variables, which are rows, or columns where `rowvar` is false; in float64, if not told."""
    if ddof is not None and ddof != int(ddof):
        raise TensorValueError(f"cov: ddof must be an integer, got {ddof}")
    x = _variables("m", m, rowvar, dtype)
    if y is not None:
        x = fg.concat([x, _variables("y", y, rowvar, dtype)], axis=0)
    if not x.shape[0]:
        return fg.zeros((0, 0), dtype=x.dtype)
    less = (0 if bias else 1) if ddof is None else ddof
    given = (None if one is None else tensor_of(one) for one in (fweights, aweights))
    weights, free = weighed("cov", x, less, *given)
    return fg.squeeze(covariances_of(x, free, weights))


def _variables(name: str, values: Any, rowvar: bool, dtype: Any) -> Any:
    x = tensor_of(values)
    if x.ndim > 2:
        raise TensorValueError(f"cov: {name} must have two axes or fewer, got {x.ndim}")
    x = x.astype(fg.float64 if dtype is None else dtype, copy=False)
    if x.ndim < 2:
        return x.reshape((1, x.numel()))
    return x if rowvar or (name == "y" and x.shape[0] == 1) else x.mT


@for_arrays(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlations of variables, which are rows, or columns where `rowvar` is false."""
    return number(correlations_of(cov(x, y, rowvar, dtype=dtype)))


# ---- counts ----------------------------------------------------------------------------------------------------------


@or_numpys(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number from 0 on occurs, or the sums of its weights."""
    if weights is None:
        return borrowed(np.bincount, x, None, minlength)
    w = tensor_of(weights)
    if not w.requires_grad:
        return borrowed(np.bincount, x, w, minlength)
    return fg.bincount(tensor_of(x), w.astype(fg.float64, copy=False), minlength)
