"""Sums, extremes, moments and scans along axes, with NumPy's arguments.

A tensor that is given with no more than axes, a dtype and `keepdims` goes straight to fastgrad's function; all else, to
a second function of the same name with a line before it, which leaves to NumPy what no tensor can be.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.ops._words import speaking_as
from fastgrad.ops.numpy import common
from fastgrad.ops.numpy.common import NO_VALUE, for_arrays, is_number, number, or_numpys, tensor_of
from fastgrad.ops.reduce_composed import count_of, deviation_of, deviations_of, mean_of, variance_of

# NumPy's reductions, but for deviations, write what they find to an `out` of any dtype.
into = partial(common.into, casting="unsafe")

# ---- sums and products -----------------------------------------------------------------------------------------------


def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The sum along axes, or of all."""
    if (
        isinstance(a, Tensor)
        and dtype is out is None
        and initial is NO_VALUE
        and where is True
        and (a.ndim or axis is None)
    ):
        return number(fg.sum(a, axis, None, keepdims))
    return _sum(a, axis, dtype, out, keepdims, initial, where)


@for_arrays(np.sum)
def _sum(a: Any, axis: Any, dtype: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    x = tensor_of(a)
    result = fg.sum(_chosen(x, where, 0), _along(x, axis), dtype, keepdims)
    return into(out, result if initial is NO_VALUE else result + _first(initial, result))


def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The product along axes, or of all; its gradient is exact with zeros."""
    if (
        isinstance(a, Tensor)
        and dtype is out is None
        and initial is NO_VALUE
        and where is True
        and (a.ndim or axis is None)
    ):
        return number(fg.prod(a, axis, None, keepdims))
    return _prod(a, axis, dtype, out, keepdims, initial, where)


@for_arrays(np.prod)
def _prod(a: Any, axis: Any, dtype: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    x = tensor_of(a)
    result = fg.prod(_chosen(x, where, 1), _along(x, axis), dtype, keepdims)
    return into(out, result if initial is NO_VALUE else result * _first(initial, result))


def _along(x: Any, axis: Any) -> Any:
    """The axes; of a number, which NumPy lets have one, none."""
    return None if not x.ndim and axis in (0, -1) else axis


def _first(initial: Any, x: Any) -> Any:
    """What a reduction begins with, in its dtype."""
    if is_number(initial) and x.dtype.kind in "iu":
        return fg.asarray(int(initial), dtype=x.dtype)  # which must fit
    first = tensor_of(initial)
    if first.ndim:
        raise TensorValueError(f"initial must be a number, got shape {tuple(first.shape)}")
    return first.astype(x.dtype, copy=False)


def _chosen(x: Any, where: Any, other: Any) -> Any:
    """The elements at which `where` is true, and of the others something that changes nothing."""
    return x if where is True else fg.where(_mask(where), x, other)


def _mask(where: Any) -> Any:
    return tensor_of(where).detach().astype(fg.bool, copy=False)


# ---- extremes --------------------------------------------------------------------------------------------------------


def max(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """The largest element along axes, or of all; NaN if any is."""
    if isinstance(a, Tensor) and out is None and initial is NO_VALUE and where is True and (a.ndim or axis is None):
        return number(fg.max(a, axis, keepdims))
    return _max(a, axis, out, keepdims, initial, where)


def min(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """The smallest element along axes, or of all; NaN if any is."""
    if isinstance(a, Tensor) and out is None and initial is NO_VALUE and where is True and (a.ndim or axis is None):
        return number(fg.min(a, axis, keepdims))
    return _min(a, axis, out, keepdims, initial, where)


@for_arrays(np.max)
def _max(a: Any, axis: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    return into(out, _extreme(fg.max, fg.maximum, tensor_of(a), axis, keepdims, initial, where))


@for_arrays(np.min)
def _min(a: Any, axis: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    return into(out, _extreme(fg.min, fg.minimum, tensor_of(a), axis, keepdims, initial, where))


def _extreme(
    extreme: Callable[..., Any],
    of_two: Callable[..., Any],
    x: Any,
    axis: Any,
    keepdims: bool,
    initial: Any,
    where: Any,
) -> Any:
    axis = _along(x, axis)
    if initial is NO_VALUE:
        if where is not True:
            raise TensorValueError(f"{extreme.__name__}: initial must be given with where, which may choose nothing")
        return number(extreme(x, axis, keepdims))
    initial = _first(initial, x)
    x = _chosen(x, where, initial)
    if x.numel():
        return number(of_two(extreme(x, axis, keepdims), initial))
    return number(initial + fg.zeros_like(fg.sum(x, axis, x.dtype, keepdims)))


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    """The largest element less the smallest, along axes or of all."""
    return into(out, _ptp(a, axis, keepdims))


@for_arrays(np.ptp)
def _ptp(a: Any, axis: Any, keepdims: bool) -> Any:
    x = tensor_of(a)
    axis = _along(x, axis)
    return number(fg.max(x, axis, keepdims) - fg.min(x, axis, keepdims))


def argmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
    """The place of the largest element, the first of several, along an axis or in C order of all."""
    if isinstance(a, Tensor) and out is None and (a.ndim or axis is None):
        return number(fg.argmax(a, axis, keepdims))
    return _argmax(a, axis, out, keepdims=keepdims)


def argmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
    """The place of the smallest element, the first of several, along an axis or in C order of all."""
    if isinstance(a, Tensor) and out is None and (a.ndim or axis is None):
        return number(fg.argmin(a, axis, keepdims))
    return _argmin(a, axis, out, keepdims=keepdims)


@for_arrays(np.argmax)
def _argmax(a: Any, axis: Any, out: Any, *, keepdims: bool) -> Any:
    x = tensor_of(a)
    return into(out, fg.argmax(x, _along(x, axis), keepdims))


@for_arrays(np.argmin)
def _argmin(a: Any, axis: Any, out: Any, *, keepdims: bool) -> Any:
    x = tensor_of(a)
    return into(out, fg.argmin(x, _along(x, axis), keepdims))


# ---- truth -----------------------------------------------------------------------------------------------------------


def all(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether all elements along axes, or all, are not zero."""
    if isinstance(a, Tensor) and out is None and where is True and (a.ndim or axis is None):
        return number(fg.all(a, axis, keepdims))
    return _all(a, axis, out, keepdims, where=where)


def any(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether an element along axes, or any, is not zero."""
    if isinstance(a, Tensor) and out is None and where is True and (a.ndim or axis is None):
        return number(fg.any(a, axis, keepdims))
    return _any(a, axis, out, keepdims, where=where)


@for_arrays(np.all)
def _all(a: Any, axis: Any, out: Any, keepdims: bool, *, where: Any) -> Any:
    x = tensor_of(a)
    return into(out, fg.all(x if where is True else fg.logical_or(x, ~_mask(where)), _along(x, axis), keepdims))


@for_arrays(np.any)
def _any(a: Any, axis: Any, out: Any, keepdims: bool, *, where: Any) -> Any:
    x = tensor_of(a)
    return into(out, fg.any(x if where is True else fg.logical_and(x, _mask(where)), _along(x, axis), keepdims))


def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many elements along axes, or of all, are not zero."""
    if isinstance(a, Tensor) and (a.ndim or axis is None):
        return number(fg.count_nonzero(a, axis, keepdims))
    return _count_nonzero(a, axis, keepdims=keepdims)


@for_arrays(np.count_nonzero)
def _count_nonzero(a: Any, axis: Any, *, keepdims: bool) -> Any:
    x = tensor_of(a)
    return number(fg.count_nonzero(x, _along(x, axis), keepdims))


# ---- moments ---------------------------------------------------------------------------------------------------------


def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True
) -> Any:
    """The mean along axes, or of all."""
    if isinstance(a, Tensor) and dtype is out is None and where is True:
        return number(fg.mean(a, axis, None, keepdims))
    return _mean(a, axis, dtype, out, keepdims, where=where)


@for_arrays(np.mean)
def _mean(a: Any, axis: Any, dtype: Any, out: Any, keepdims: bool, *, where: Any) -> Any:
    return into(out, _mean_of(tensor_of(a), axis, dtype, keepdims, where))


def _mean_of(x: Any, axis: Any, dtype: Any, keepdims: bool, where: Any) -> Any:
    """The mean of the elements that are chosen; NaN of none."""
    if where is True:
        return fg.mean(x, axis, dtype, keepdims)
    return mean_of(x, axis, dtype, keepdims, _mask(where))


def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """The standard deviation along axes, or of all: squares are divided by their number less `ddof`."""
    if isinstance(a, Tensor) and out is dtype is None and where is True and mean is correction is NO_VALUE:
        return number(fg.std(a, axis, correction=ddof, keepdims=keepdims))
    return _std(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """The variance along axes, or of all: squares are divided by their number less `ddof`."""
    if isinstance(a, Tensor) and out is dtype is None and where is True and mean is correction is NO_VALUE:
        return number(fg.var(a, axis, correction=ddof, keepdims=keepdims))
    return _var(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)


@for_arrays(np.std)
def _std(
    a: Any, axis: Any, dtype: Any, out: Any, ddof: Any, keepdims: bool, *, where: Any, mean: Any, correction: Any
) -> Any:
    x, less = _in_dtype(a, dtype), _correction(ddof, correction)
    return common.into(out, _spread(fg.std, deviation_of, x, axis, less, keepdims, where, mean))


@for_arrays(np.var)
def _var(
    a: Any, axis: Any, dtype: Any, out: Any, ddof: Any, keepdims: bool, *, where: Any, mean: Any, correction: Any
) -> Any:
    x, less = _in_dtype(a, dtype), _correction(ddof, correction)
    return into(out, _spread(fg.var, variance_of, x, axis, less, keepdims, where, mean))


def _in_dtype(a: Any, dtype: Any) -> Any:
    x = tensor_of(a)
    return x if dtype is None else x.astype(dtype, copy=False)


def _correction(ddof: Any, correction: Any) -> Any:
    if correction is NO_VALUE:
        return ddof
    if ddof != 0:
        raise TensorValueError(f"ddof and correction must not be given both, got {ddof} and {correction}")
    return correction


def _spread(
    of_all: Callable[..., Any],
    of_apart: Callable[..., Any],
    x: Any,
    axis: Any,
    less: Any,
    keepdims: bool,
    where: Any,
    mean: Any,
    known: bool = False,
) -> Any:
    """A variance or deviation of the elements that are chosen, about a mean that may be given, with its axes.

    `known`: of what is not NaN; NaN of too few.
    """
    if known:
        axis, where = _along(x, axis), _known(x, where)
    if where is True and mean is NO_VALUE:
        return of_all(x, axis, correction=less, keepdims=keepdims)
    chosen, centre = _mask(where), None if mean is NO_VALUE else tensor_of(mean)
    with speaking_as(of_all.__name__):
        apart = deviations_of(x, axis, chosen, centre)
        free = count_of(chosen, apart, axis, keepdims) - less
        free = fg.where(free > 0, free, fg.nan if known and x.dtype.kind == "f" else 0.0)
        dtype = x.dtype if centre is None else fg.result_type(x, centre)
        found = of_apart(apart, free, axis, keepdims)
        return found.astype(dtype, copy=False) if dtype.kind == "f" else found


# ---- scans -----------------------------------------------------------------------------------------------------------


def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sums up to each element along an axis, or of all in C order."""
    if isinstance(a, Tensor) and dtype is out is None and axis is not None and a.ndim:
        return fg.cumulative_sum(a, axis)
    return _cumsum(a, axis, dtype, out)


@for_arrays(np.cumsum)
def _cumsum(a: Any, axis: Any, dtype: Any, out: Any) -> Any:
    return into(out, fg.cumulative_sum(*_scanned(a, axis), dtype))


@for_arrays(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The products up to each element along an axis, or of all in C order."""
    return into(out, fg.cumulative_prod(*_scanned(a, axis), dtype))


def _scanned(a: Any, axis: Any) -> tuple[Any, int]:
    """What a scan goes along, and the axis: that of all in C order, without one."""
    x = tensor_of(a)
    return (x.reshape((-1,)), 0) if _along(x, axis) is None else (x, normalize_axis_index(axis, x.ndim))


def _with_axis(x: Any) -> Any:
    t = tensor_of(x)
    return t if t.ndim else t.reshape((1,))


@or_numpys(np.cumulative_sum)
def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """The sums up to each element along an axis, which one dimension need not name; also of none, if wanted."""
    return into(out, fg.cumulative_sum(_with_axis(x), axis, dtype, include_initial))


@or_numpys(np.cumulative_prod)
def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """The products up to each element along an axis, which one dimension need not name; also of none, if wanted."""
    return into(out, fg.cumulative_prod(_with_axis(x), axis, dtype, include_initial))


# ---- of what is not NaN ----------------------------------------------------------------------------------------------


def _known(x: Any, where: Any) -> Any:
    """Which elements are chosen and not NaN; True for all."""
    if x.dtype.kind != "f":
        return where
    known = ~fg.isnan(x.detach())
    return known if where is True else known & _mask(where)


@for_arrays(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The sum of what is not NaN; 0 of nothing."""
    x = tensor_of(a)
    return _sum(x, axis, dtype, out, keepdims, initial, _known(x, where))


@for_arrays(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The product of what is not NaN; 1 of nothing."""
    x = tensor_of(a)
    return _prod(x, axis, dtype, out, keepdims, initial, _known(x, where))


@for_arrays(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True
) -> Any:
    """The mean of what is not NaN; NaN of nothing."""
    x = tensor_of(a)
    return into(out, _mean_of(x, _along(x, axis), dtype, keepdims, _known(x, where)))


@for_arrays(np.nanvar)
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """The variance of what is not NaN; NaN of no more elements than `ddof`."""
    x, less = _in_dtype(a, dtype), _correction(ddof, correction)
    return into(out, _spread(fg.var, variance_of, x, axis, less, keepdims, where, mean, known=True))


@for_arrays(np.nanstd)
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """The standard deviation of what is not NaN; NaN of no more elements than `ddof`."""
    x, less = _in_dtype(a, dtype), _correction(ddof, correction)
    return into(out, _spread(fg.std, deviation_of, x, axis, less, keepdims, where, mean, known=True))


@for_arrays(np.nanmax)
def nanmax(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """The largest of what is not NaN; NaN of nothing but NaN."""
    return into(out, _known_extreme(fg.max, fg.maximum, fg.nanmax, a, axis, keepdims, initial, where))


@for_arrays(np.nanmin)
def nanmin(
    a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """The smallest of what is not NaN; NaN of nothing but NaN."""
    return into(out, _known_extreme(fg.min, fg.minimum, fg.nanmin, a, axis, keepdims, initial, where))


def _known_extreme(
    extreme: Callable[..., Any],
    of_two: Callable[..., Any],
    of_known: Callable[..., Any],
    a: Any,
    axis: Any,
    keepdims: bool,
    initial: Any,
    where: Any,
) -> Any:
    x = tensor_of(a)
    if x.dtype.kind != "f":
        return _extreme(extreme, of_two, x, axis, keepdims, initial, where)
    if initial is not NO_VALUE or where is not True:
        return _extreme(extreme, of_two, x, axis, keepdims, initial, _known(x, where))
    axis = _along(x, axis)
    found = extreme(x, axis, keepdims)
    # Where there is no NaN, the plain function is the faster one.
    return of_known(x, axis, keepdims) if bool(fg.any(fg.isnan(found.detach()))) else found


@for_arrays(np.nanargmax)
def nanargmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
    """The place of the largest element that is not NaN."""
    return argmax(_with_known(tensor_of(a), axis, -fg.inf), axis, out, keepdims=keepdims)


@for_arrays(np.nanargmin)
def nanargmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
    """The place of the smallest element that is not NaN."""
    return argmin(_with_known(tensor_of(a), axis, fg.inf), axis, out, keepdims=keepdims)


def _with_known(x: Any, axis: Any, least: float) -> Any:
    known = _known(x, True)
    if known is True:
        return x
    if bool(fg.any(~fg.any(known, _along(x, axis)))):
        raise TensorValueError(f"All-NaN slice encountered: axis {axis} of shape {tuple(x.shape)} has one")
    return fg.where(known, x.detach(), least)


@for_arrays(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sums of what is not NaN up to each element along an axis, or of all in C order."""
    x = tensor_of(a)
    return cumsum(_chosen(x, _known(x, True), 0), axis, dtype, out)


@for_arrays(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The products of what is not NaN up to each element along an axis, or of all in C order."""
    x = tensor_of(a)
    return cumprod(_chosen(x, _known(x, True), 1), axis, dtype, out)
