"""Differences, integrals, interpolation, convolution and polynomials, with NumPy's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

import fastgrad as fg
from fastgrad._tensor.tracer import is_traced
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops.numpy.common import (
    NO_VALUE,
    array_of,
    borrowed,
    for_arrays,
    is_followed,
    number,
    or_numpys,
    tensor_of,
)
from fastgrad.ops.scan import derivative

# ---- differences -----------------------------------------------------------------------------------------------------


@or_numpys(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = NO_VALUE, append: Any = NO_VALUE) -> Any:
    """Differences of neighbours along an axis, n times; of bools, whether they differ."""
    before, after = (None if one is NO_VALUE else tensor_of(one) for one in (prepend, append))
    x = tensor_of(a)
    return x if n == 0 else fg.diff(x, axis=axis, n=n, prepend=before, append=after)


@or_numpys(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours in C order, between what is put before and behind."""
    x = tensor_of(ary).reshape((-1,))
    parts = [x[1:] - x[:-1]]
    for at, more in ((len(parts), to_end), (0, to_begin)):
        if more is not None:
            end = tensor_of(more)
            if not np.can_cast(np.dtype(end.dtype), np.dtype(x.dtype), "same_kind"):
                raise TensorTypeError(f"ediff1d: what is put beside {x.dtype} must be of its kind, got {end.dtype}")
            parts.insert(at, end.reshape((-1,)).astype(x.dtype, copy=False))
    return fg.concat(parts, axis=0) if len(parts) > 1 else parts[0]


@or_numpys(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Derivatives of samples along axes, by differences of second order inside; of several axes, a tuple."""
    x = tensor_of(f)
    axes = tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim)
    spaces = varargs or (1.0,)
    if len(spaces) == 1 and not np.ndim(array_of(spaces[0])):
        spaces *= len(axes)
    if len(spaces) != len(axes):
        raise TypeError(f"gradient: there must be one spacing, or one for each of {len(axes)} axes, got {len(spaces)}")
    if edge_order not in (1, 2):
        raise TensorValueError(f"gradient: edge_order must be 1 or 2, got {edge_order}")
    x = x if x.dtype.kind == "f" else x.astype(fg.float64)
    found = tuple(_derivative(x, tensor_of(h), at, edge_order) for h, at in zip(spaces, axes, strict=True))
    return found[0] if len(axes) == 1 else found


def _derivative(x: Any, space: Any, at: int, edge_order: int) -> Any:
    length = x.shape[at]
    if space.ndim > 1 or (space.ndim and space.shape[0] != length):
        raise TensorValueError(
            f"gradient: a spacing must be a number or the {length} places along axis {at}, got shape "
            f"{tuple(space.shape)}"
        )
    if length <= edge_order:
        raise TensorValueError(f"gradient: axis {at} must have at least {edge_order + 1} samples, got {length}")
    return derivative(x, space, at, edge_order)


# ---- integrals and interpolation -------------------------------------------------------------------------------------


@or_numpys(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral along an axis of the lines between samples."""
    values = tensor_of(y)
    at = normalize_axis_index(axis, values.ndim)
    before, after = (slice(None),) * at + (slice(None, -1),), (slice(None),) * at + (slice(1, None),)
    widths = dx
    if x is not None:
        places = tensor_of(x)
        widths = diff(places, axis=axis) if places.ndim > 1 else diff(places)
        if places.ndim == 1:
            widths = widths.reshape((-1,) + (1,) * (values.ndim - 1 - at))
    return number(fg.sum((values[after] + values[before]) * widths / 2.0, at))


@for_arrays(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Values at x of the lines between points, which are in order; beyond them `left` and `right`, or their ends.

    The gradient goes to x, to the points and to both ends.
    """
    if not is_traced() and not is_followed((x, xp, fp, left, right)):
        return number(tensor_of(borrowed(np.interp, x, xp, fp, left, right, period)))
    places, at, of = (tensor_of(one).astype(fg.float64, copy=False) for one in (x, xp, fp))
    if at.ndim != 1 or at.shape != of.shape:
        raise TensorValueError(f"interp: xp and fp must be vectors of one length, got {at.shape} and {of.shape}")
    if not at.shape[0]:
        raise TensorValueError("interp: there must be a point")
    if period is not None:
        if period == 0:
            raise TensorValueError("interp: period must not be 0")
        left = right = None
        period = abs(period)
        places, at = places % period, at % period
        order = fg.argsort(at.detach())
        at, of = at[order], of[order]
        at = fg.concat([at[-1:] - period, at, at[:1] + period], axis=0)
        of = fg.concat([of[-1:], of, of[:1]], axis=0)
    last = at.shape[0] - 1
    if last:
        known = np.searchsorted(array_of(at), array_of(places), "right") - 1
        low = fg.asarray(np.clip(known, 0, last - 1))
        slope = (of[low + 1] - of[low]) / (at[low + 1] - at[low])
        found = tensor_of(slope * (places - at[low]) + of[low])
        found = fg.where(places == at[-1], of[-1], found)
    else:
        found = places * 0.0 + of[0]
    found = fg.where(places < at[0], of[0] if left is None else left, found)
    return number(fg.where(places > at[-1], of[-1] if right is None else right, found))


# ---- convolution and polynomials -------------------------------------------------------------------------------------

_MODES = ("valid", "same", "full")


@or_numpys(np.convolve)
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """Sums of products of one vector with the other, turned round, at each place where they overlap."""
    x, kernel = tensor_of(a), tensor_of(v)
    if not (x.requires_grad or kernel.requires_grad):
        return borrowed(np.convolve, x, kernel, mode)
    return _slid("convolve", x, kernel, mode, fg.flip(kernel))


@or_numpys(np.correlate)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """Sums of products of one vector with the other at each place where they overlap."""
    x, kernel = tensor_of(a), tensor_of(v)
    if not (x.requires_grad or kernel.requires_grad):
        return borrowed(np.correlate, x, kernel, mode)
    return _slid("correlate", x, kernel, mode, kernel)


def _slid(name: str, x: Any, v: Any, mode: Any, kernel: Any) -> Any:
    if x.ndim != 1 or v.ndim != 1 or not x.shape[0] or not v.shape[0]:
        raise TensorValueError(
            f"{name}: both must be vectors with an element, got shapes {tuple(x.shape)} and {tuple(v.shape)}"
        )
    word = _MODES[mode] if mode in (0, 1, 2) else mode
    if word not in _MODES:
        raise TensorValueError(f"{name}: mode must be 'valid', 'same' or 'full', got {mode!r}")
    dtype = np.result_type(np.dtype(x.dtype), np.dtype(v.dtype))
    line, kernel = x.astype(dtype, copy=False), kernel.astype(dtype, copy=False)
    full = fg.nn.functional.conv1d(line.reshape((1, 1, -1)), kernel.reshape((1, 1, -1)), padding=v.shape[0] - 1)
    full = full.reshape((-1,))
    if word == "full":
        return full
    shorter, longer = sorted((x.shape[0], v.shape[0]))
    if word == "valid":
        return full[shorter - 1 : longer]
    # As many as the longer has; of an odd number left out, correlate has one more at the side of the longer's start.
    start = (shorter - 1) // 2
    if name == "correlate" and x.shape[0] < v.shape[0]:
        start = shorter - 1 - start
    return full[start : start + longer]


@for_arrays(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The values at x of a polynomial, whose coefficients are given, of the highest power first."""
    if isinstance(x, np.poly1d):
        return borrowed(np.polyval, p, x)
    coefficients, at = tensor_of(p), tensor_of(x)
    found = fg.zeros_like(at)
    for one in coefficients:
        found = found * at + one
    return number(found)
