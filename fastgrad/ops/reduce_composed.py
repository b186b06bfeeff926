"""Sums, extremes and moments along axes of what is not NaN, to which no gradient flows."""

from __future__ import annotations

import math
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad._tensor.dtype import bfloat16, float16, float32, float64
from fastgrad._tensor.typing import AxisLike, DTypeLike, TensorLike
from fastgrad.ops._common import operand
from fastgrad.ops._words import in_both_vocabularies
from fastgrad.ops.choose import where
from fastgrad.ops.compare import isnan
from fastgrad.ops.linalg import norm
from fastgrad.ops.math import sqrt, square
from fastgrad.ops.reduce import all, check_axes, max, mean, min, std, sum, var
from fastgrad.ops.view import broadcast_to


@in_both_vocabularies
def nansum(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False) -> Tensor:
    """The sum of what is not NaN along an axis, several, or all; 0 of nothing.

    Parameters
    ----------
    x : Tensor
        Of any dtype.
    axis : int or tuple of int, optional
        None: all.
    dtype : dtype, optional
        Convert to this dtype first; the result has it.
    keepdims : bool, default False
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor

    See Also
    --------
    sum

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nansum(fg.tensor([1.0, fg.nan, 2.0])).item()
    3.0
    """
    t = operand(x, "nansum")
    return sum(where(isnan(t), 0.0, t) if t.dtype.kind == "f" else t, axis, dtype, keepdims)


@in_both_vocabularies
def nanmean(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False) -> Tensor:
    """The mean of what is not NaN along an axis, several, or all; NaN of nothing.

    Parameters
    ----------
    x : Tensor
        Of any dtype.
    axis : int or tuple of int, optional
        None: all.
    dtype : dtype, optional
        Convert to this dtype first; the result has it.
    keepdims : bool, default False
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor
        Of the dtype of `x`; float64 of integers and bools.

    See Also
    --------
    mean

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nanmean(fg.tensor([[1.0, fg.nan], [3.0, 5.0]]), axis=0).tolist()
    [2.0, 5.0]
    """
    t = operand(x, "nanmean")
    return mean(t, axis, dtype, keepdims) if t.dtype.kind != "f" else mean_of(t, axis, dtype, keepdims, ~isnan(t))


@in_both_vocabularies
def nanmax(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The largest of what is not NaN along an axis, several, or all; NaN of nothing else. Ties share the gradient.

    Parameters
    ----------
    x : Tensor
        Of any dtype.
    axis : int or tuple of int, optional
        None: all.
    keepdims : bool, default False
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor, dtype of `x`

    Raises
    ------
    ValueError
        If there are no elements.

    See Also
    --------
    max

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nanmax(fg.tensor([1.0, fg.nan, 2.0])).item()
    2.0
    """
    return _extreme(operand(x, "nanmax"), max, -math.inf, axis, keepdims)


@in_both_vocabularies
def nanmin(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The smallest of what is not NaN along an axis, several, or all; NaN of nothing else. Ties share the gradient.

    Parameters
    ----------
    x : Tensor
        Of any dtype.
    axis : int or tuple of int, optional
        None: all.
    keepdims : bool, default False
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor, dtype of `x`

    Raises
    ------
    ValueError
        If there are no elements.

    See Also
    --------
    min

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nanmin(fg.tensor([1.0, fg.nan, 2.0])).item()
    1.0
    """
    return _extreme(operand(x, "nanmin"), min, math.inf, axis, keepdims)


def _extreme(x: Tensor, function: Any, least: float, axis: AxisLike, keepdims: bool) -> Tensor:
    found: Tensor
    if x.dtype.kind != "f":
        found = function(x, axis, keepdims)
        return found
    is_nan = isnan(x)
    found = function(where(is_nan, least, x), axis, keepdims)
    return where(all(is_nan, axis, keepdims), math.nan, found)


@in_both_vocabularies
def nanvar(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False) -> Tensor:
    """The variance of what is not NaN along an axis, several, or all; NaN of not more elements than the correction.

    Parameters
    ----------
    x : Tensor
        Of any dtype.
    axis : int or tuple of int, optional
        None: all.
    correction : float, default 0
        The sum of squared deviations is divided by the number of elements less this.
    keepdims : bool, default False
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor
        Of the dtype of `x`; float64 of integers and bools.

    See Also
    --------
    var

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nanvar(fg.tensor([1.0, fg.nan, 3.0]), correction=1).item()
    2.0
    """
    t = operand(x, "nanvar")
    if t.dtype.kind != "f":
        return var(t, axis, correction=correction, keepdims=keepdims)
    apart, free = _known("nanvar", t, axis, correction, keepdims)
    return variance_of(apart, free, axis, keepdims).astype(t.dtype, copy=False)


@in_both_vocabularies
def nanstd(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False) -> Tensor:
    """The root of `nanvar`, whose gradient is 0 where nothing deviates.

    Parameters
    ----------
    x : Tensor
        Of any dtype.
    axis : int or tuple of int, optional
        None: all.
    correction : float, default 0
        The sum of squared deviations is divided by the number of elements less this.
    keepdims : bool, default False
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor
        Of the dtype of `x`; float64 of integers and bools.

    See Also
    --------
    std

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nanstd(fg.tensor([1.0, fg.nan, 3.0])).item()
    1.0
    """
    t = operand(x, "nanstd")
    if t.dtype.kind != "f":
        return std(t, axis, correction=correction, keepdims=keepdims)
    apart, free = _known("nanstd", t, axis, correction, keepdims)
    return deviation_of(apart, free, axis, keepdims).astype(t.dtype, copy=False)


def _known(op: str, x: Tensor, axis: AxisLike, correction: float, keepdims: bool) -> tuple[Tensor, Tensor]:
    """Deviations of what is not NaN from its mean, and what divides their squares: NaN where there are too few."""
    check_axes(axis, x.ndim, op)
    chosen = ~isnan(x)
    apart = deviations_of(x, axis, chosen)
    free = count_of(chosen, apart, axis, keepdims) - real(correction, op, "correction")
    return apart, where(free > 0, free, math.nan)


# ---- moments of elements that are chosen, by bools that broadcast with them ------------------------------------------


def count_of(chosen: Tensor, x: Tensor, axis: AxisLike, keepdims: bool) -> Tensor:
    """How many elements of floats are chosen, in their dtype, which it divides."""
    return sum(broadcast_to(chosen, x.shape), axis, None, keepdims).astype(x.dtype)


def mean_of(x: Tensor, axis: AxisLike, dtype: DTypeLike | None, keepdims: bool, chosen: Tensor) -> Tensor:
    """The mean; NaN of none."""
    t = x if dtype is None else x.astype(dtype, copy=False)
    wide = _wide(t)
    found = sum(where(chosen, wide, 0), axis, None, keepdims) / count_of(chosen, wide, axis, keepdims)
    return found.astype(float64 if dtype is None and t.dtype.kind != "f" else t.dtype, copy=False)


def deviations_of(x: Tensor, axis: AxisLike, chosen: Tensor, centre: Tensor | None = None) -> Tensor:
    """What each element has more than the mean, or what is given in its place; 0 for one that is not chosen."""
    wide = _wide(x)
    return where(chosen, wide - (mean_of(wide, axis, None, True, chosen) if centre is None else centre), 0)


def variance_of(apart: Tensor, free: Tensor, axis: AxisLike, keepdims: bool) -> Tensor:
    """The sum of squared deviations, divided."""
    return sum(square(apart), axis, None, keepdims) / free


def deviation_of(apart: Tensor, free: Tensor, axis: AxisLike, keepdims: bool) -> Tensor:
    """The root of `variance_of`, by the norm, which is 0 with a gradient of 0 where nothing deviates."""
    # Of axes that are named, as of one vector: of two, `norm` would take them for a matrix's.
    return norm(apart, None, tuple(range(apart.ndim)) if axis is None else axis, keepdims) / sqrt(free)


def _wide(x: Tensor) -> Tensor:
    """The elements in the dtype of floats that they are computed in; the result is rounded once."""
    if x.dtype.kind != "f":
        return x.astype(float64)
    return x.astype(float32) if x.dtype in (float16, bfloat16) else x
