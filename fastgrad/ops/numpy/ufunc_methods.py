"""The methods of NumPy's ufuncs: along axes, of all pairs, and in place at indices.

NumPy computes what carries no gradient. What does is made of the ufunc's own function, slice by slice, but for the sums
and products, extremes and truths that are functions of their own.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorIndexError, TensorTypeError, TensorValueError
from fastgrad.ops.index import sums_at
from fastgrad.ops.numpy import reduce as reductions
from fastgrad.ops.numpy.common import NO_VALUE, array_of, borrowed, into, is_foreign, is_number, tensor_of, will_write

_REDUCTIONS: dict[str, Any] = {
    "add": reductions.sum,
    "multiply": reductions.prod,
    "maximum": reductions.max,
    "minimum": reductions.min,
    "logical_and": reductions.all,
    "logical_or": reductions.any,
}
_SCANS: dict[str, Any] = {"add": reductions.cumsum, "multiply": reductions.cumprod}

# Of those with gradients: the order in which they join elements is free.
_ASSOCIATIVE = {"add", "multiply", "maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2"}


def add_to(ours: Any, theirs: Any) -> None:
    """Give a ufunc of ours the methods of NumPy's. Those that it cannot have are NumPy's own, for their errors."""
    has_all = theirs.nin == 2 and theirs.nout == 1 and theirs.signature is None
    for method in (reduce, accumulate, reduceat, outer, at):
        name = method.__name__
        has = has_all or (method is at and theirs.nin == 1)
        setattr(ours, name, functools.partial(method, ours, theirs) if has else getattr(theirs, name))


def _is_followed(*values: Any) -> bool:
    return fg.is_grad_enabled() and any(isinstance(x, Tensor) and x.requires_grad for x in values)


def _operand(array: Any) -> Any:
    return array if is_foreign(array) else tensor_of(array)


# ---- along axes ------------------------------------------------------------------------------------------------------


def reduce(
    ours: Any,
    theirs: Any,
    array: Any,
    /,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """All elements along axes, joined by the function."""
    name, x = theirs.__name__, _operand(array)
    if x.ndim == 0 and axis in (0, -1):
        axis = None
    how = {} if where is True else {"where": where}
    if initial is not NO_VALUE:
        how["initial"] = initial
    if name in _REDUCTIONS and initial is not None and isinstance(x, Tensor):
        if name in _SCANS:
            how["dtype"] = dtype
        elif dtype is not None:
            x = x.astype(dtype, copy=False)
        if "initial" not in how or not name.startswith("logical"):
            return _REDUCTIONS[name](x, axis=axis, out=out, keepdims=keepdims, **how)
    if not _is_followed(x, initial):
        return into(out, borrowed(theirs.reduce, x, axis, dtype, None, keepdims, **how))
    x = x if dtype is None else x.astype(dtype, copy=False)
    return into(out, _folded(ours, theirs, x, axis, keepdims, initial, where))


def _folded(ours: Any, theirs: Any, x: Tensor, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    axes = normalize_axis_tuple(range(x.ndim) if axis is None else axis, x.ndim)
    if theirs.__name__ not in _ASSOCIATIVE:
        if len(axes) > 1:
            raise TensorValueError(
                f"{theirs.__name__}: axis must be one axis, of what depends on the order, got {axis}"
            )
        if where is not True:
            raise TensorTypeError(f"{theirs.__name__}: where must not be given to what requires gradients")
    rest = tuple(n for place, n in enumerate(x.shape) if place not in axes)
    if where is not True:
        neutral = theirs.identity if initial in (NO_VALUE, None) else initial
        if neutral is None:
            raise TensorValueError(f"{theirs.__name__}: initial must be given with where, which may choose nothing")
        x = fg.where(tensor_of(where), x, neutral)
    parts = list(fg.unstack(fg.reshape(fg.moveaxis(x, axes, tuple(range(len(axes)))), (-1, *rest)), axis=0))
    if initial not in (NO_VALUE, None):
        parts.insert(0, fg.broadcast_to(fg.asarray(initial, dtype=x.dtype), rest))
    if not parts:
        if theirs.identity is None:
            raise TensorValueError(f"{theirs.__name__}: axis must have elements, or initial be given, got axis {axis}")
        parts = [fg.full(rest, theirs.identity, dtype=x.dtype)]
    result = functools.reduce(ours, parts)
    return fg.expand_dims(result, axes) if keepdims else result


def accumulate(ours: Any, theirs: Any, array: Any, /, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """The elements up to each along an axis, joined by the function."""
    x = _operand(array)
    if theirs.__name__ in _SCANS and isinstance(x, Tensor) and x.ndim:
        return _SCANS[theirs.__name__](x, axis, dtype, out)
    if not _is_followed(x):
        return into(out, borrowed(theirs.accumulate, x, axis, dtype))
    if x.ndim == 0:
        raise TensorTypeError("accumulate: the array must have an axis, got 0 dimensions")
    axis = normalize_axis_index(axis, x.ndim)
    x = fg.moveaxis(x if dtype is None else x.astype(dtype, copy=False), axis, 0)
    if theirs.__name__ in _ASSOCIATIVE:
        step = 1
        while step < x.shape[0]:  # each of twice as many as before
            x = fg.concat([x[:step], ours(x[:-step], x[step:])])
            step *= 2
    else:
        x = fg.stack(list(itertools.accumulate(fg.unstack(x), ours)))
    return into(out, fg.moveaxis(x, 0, axis))


def reduceat(
    ours: Any, theirs: Any, array: Any, /, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    """Along an axis, the elements from each index to the next one, joined by the function."""
    x = _operand(array)
    if not _is_followed(x):
        return into(out, borrowed(theirs.reduceat, x, indices, axis, dtype))
    axis = normalize_axis_index(axis, x.ndim)
    x, length = fg.moveaxis(x, axis, 0), x.shape[axis]
    firsts = [int(first) for first in np.asarray(array_of(indices))]
    for first in firsts:
        if not 0 <= first < length:
            raise TensorIndexError(f"reduceat: indices must be from 0 to {length - 1}, got {first}")
    parts = [
        reduce(ours, theirs, x[first : max(last, first + 1)], dtype=dtype)
        for first, last in zip(firsts, [*firsts[1:], length], strict=True)
    ]
    return into(out, fg.moveaxis(fg.stack(parts), 0, axis))


# ---- of all pairs, and in place --------------------------------------------------------------------------------------


def outer(ours: Any, theirs: Any, A: Any, B: Any, /, **how: Any) -> Any:
    """The function of all pairs of an element of one and an element of another."""
    if is_foreign(A) or is_foreign(B) or (is_number(A) and is_number(B)):
        return borrowed(theirs.outer, A, B, **how)
    A, B = tensor_of(A), tensor_of(B)
    return ours(fg.reshape(A, (*A.shape, *(1,) * B.ndim)), B, **how)


def at(ours: Any, theirs: Any, a: Any, indices: Any, b: Any = NO_VALUE, /) -> None:
    """The function written in place at indices, as often as each is among them."""
    others = [] if b is NO_VALUE else [tensor_of(b)]
    if not _is_followed(a, *others):
        if isinstance(a, Tensor):
            will_write(a)
        theirs.at(array_of(a), array_of(indices), *array_of(others))
        return
    if not isinstance(a, Tensor):
        raise TensorTypeError("at: a must be a tensor, to hold what requires gradients, got an ndarray")
    places = np.arange(a.numel()).reshape(a.shape)[array_of(indices)]
    others = [fg.reshape(fg.broadcast_to(x, places.shape), -1) for x in others]
    places = places.reshape(-1)
    if theirs.__name__ in ("add", "subtract"):
        total = fg.reshape(sums_at(others[0].astype(a.dtype, copy=False), fg.asarray(places), 0, (a.numel(),)), a.shape)
        a[...] = ours(a.clone(), total)
        return
    for chosen in _rounds(places):
        index = np.unravel_index(places[chosen], a.shape)
        a[index] = ours(a[index], *(x[fg.asarray(chosen)] for x in others))


def _rounds(places: Any) -> Any:
    """Positions of places: of each one's first occurrence, of each one's second, and so on."""
    order = np.argsort(places, kind="stable")
    _, first, counts = np.unique(places[order], return_index=True, return_counts=True)
    for occurrence in range(counts.max(initial=0)):
        yield order[first[counts > occurrence] + occurrence]
