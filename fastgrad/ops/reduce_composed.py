"""Sums, extremes and moments along axes of what is not NaN, to which no gradient flows."""

from __future__ import annotations

import math
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad._tensor.dtype import bfloat16, float16, float32
from fastgrad._tensor.typing import AxisLike, DTypeLike, TensorLike
from fastgrad.ops._common import operand
from fastgrad.ops._words import in_both_vocabularies
from fastgrad.ops.choose import where
from fastgrad.ops.compare import bitwise_invert, isnan
from fastgrad.ops.linalg import norm
from fastgrad.ops.math import sqrt, square
from fastgrad.ops.reduce import all, check_axes, max, mean, min, std, sum, var


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
    if t.dtype.kind != "f":
        return mean(t, axis, dtype, keepdims)
    wide = t.astype(float32) if t.dtype in (float16, bfloat16) else t
    found = nansum(wide, axis, dtype, keepdims) / _count(t, axis, keepdims)
    return found.astype(t.dtype if dtype is None else dtype, copy=False)


def _count(x: Tensor, axis: AxisLike, keepdims: bool) -> Tensor:
    """How many elements are not NaN."""
    return sum(bitwise_invert(isnan(x)), axis, None, keepdims)


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
    apart, count = _apart("nanvar", t, axis, correction, keepdims)
    return (sum(square(apart), axis, None, keepdims) / count).astype(t.dtype, copy=False)


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
    apart, count = _apart("nanstd", t, axis, correction, keepdims)
    return (_length(apart, axis, keepdims) / sqrt(count)).astype(t.dtype, copy=False)


def _length(x: Tensor, axis: AxisLike, keepdims: bool) -> Tensor:
    """The norm along axes as of one vector, also of two axes, which `norm` takes for a matrix's."""
    return norm(x, None, tuple(range(x.ndim)) if axis is None else axis, keepdims)


def _apart(op: str, x: Tensor, axis: AxisLike, correction: float, keepdims: bool) -> tuple[Tensor, Tensor]:
    """Deviations from the mean, 0 for NaN, and what their squares' sum is divided by, NaN where there are too few."""
    check_axes(axis, x.ndim, op)
    wide = x.astype(float32) if x.dtype in (float16, bfloat16) else x
    apart = where(isnan(x), 0.0, wide - nanmean(wide, axis, None, True))
    count = _count(x, axis, keepdims) - real(correction, op, "correction")
    return apart, where(count > 0, count, math.nan).astype(wide.dtype, copy=False)
