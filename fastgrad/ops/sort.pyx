# distutils: language = c++
"""Sorting: the order is NumPy's, the values are taken in it, so that gradients flow."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Tensor, recording
from fastgrad._tensor.convert cimport axis_of, flag, whole
from fastgrad._tensor.cpp cimport DType
from fastgrad.ops._common cimport as_tensor, in_our_words, refuse

from typing import NamedTuple

import numpy as np

from fastgrad.errors import TensorValueError
from fastgrad.ops._common import one_vocabulary
from fastgrad.ops.creation import asarray
from fastgrad.ops.index import take_along_axis


class TopK(NamedTuple):
    """What ``topk`` returns."""

    values: "Tensor"
    indices: "Tensor"


TopK.__module__ = "fastgrad.ops.sort"

cdef int SELECTED_FROM = 256  # elements of a line: shorter ones are sorted sooner than passed over several times


cdef object _values(Tensor t):
    """A copy: NumPy's sorts go astray where another thread writes meanwhile, and order bools by their bytes."""
    if t.a.dtype() == DType.Bool:
        return np.asarray(t.detach()).view(np.uint8) != 0
    if t.a.dtype() == DType.F16 or t.a.dtype() == DType.BF16:
        return np.asarray(t.detach().float())
    return np.asarray(t.detach().clone())


cdef object _order(object values, int axis, bint descending, bint stable):
    kind = "stable" if stable else None
    if not descending:
        return np.argsort(values, axis=axis, kind=kind)
    # Equal elements keep their order also when the larger come first: sort backwards, and count from the end. NaN is
    # then first, where an ascending order has it last.
    order = np.argsort(np.flip(values, axis), axis=axis, kind=kind)
    return np.flip(values.shape[axis] - 1 - order, axis)


cdef object _first_places(object values, int64_t k, bint descending):
    """The places that the first k elements along the last axis have in a stable order, in their own order; None where
    NaN is among them. By the k-th element, found without sorting the others."""
    length = values.shape[-1]
    at = length - k if descending else k - 1
    last = np.partition(values, at, axis=-1)[..., at:at + 1]
    if np.isnan(last).any():
        return None
    taken = values >= last if descending else values <= last
    if (np.count_nonzero(taken, axis=-1) != k).any():
        taken = ~(values <= last) if descending else values < last  # NaN is larger than any
        equal = values == last
        wanted = k - np.count_nonzero(taken, axis=-1, keepdims=True)
        taken |= equal & (np.cumsum(equal, axis=-1, dtype=np.int64) <= wanted)
    return (np.flatnonzero(taken) % length).reshape(*values.shape[:-1], k)


cdef object _top_places(object values, int64_t k, int axis, bint descending, bint ordered):
    """The places of the first k elements along an axis."""
    places = None
    length = values.shape[axis]
    if SELECTED_FROM <= length and 0 < k < length and (k <= length // 8 or not ordered):
        lines = np.moveaxis(values, axis, -1)
        places = _first_places(lines.view(np.uint8) if lines.dtype == bool else lines, k, descending)
        if places is not None:
            if ordered:
                order = _order(np.take_along_axis(lines, places, -1), -1, descending, True)
                places = np.take_along_axis(places, order, -1)
            return np.moveaxis(places, -1, axis)
    return np.take(_order(values, axis, descending, ordered), np.arange(k), axis=axis)


@one_vocabulary
def argsort(x: TensorLike, /, axis: int = -1, *, descending: bool = False, stable: bool = True, **torchs) -> Tensor:
    """The places of the elements along an axis in ascending order (or descending), as int64; NaN counts as largest."""
    if torchs:
        axis = in_our_words(torchs, "argsort", axis, -1)[0]
    cdef Tensor t = as_tensor(x, b"argsort")
    cdef int at = axis_of(axis, t.a.ndim(), b"argsort")
    cdef bint falling = flag(descending, "argsort", "descending"), steady = flag(stable, "argsort", "stable")
    return asarray(np.ascontiguousarray(_order(_values(t), at, falling, steady)).astype(np.int64, copy=False))


def sort(x: TensorLike, /, axis: int = -1, *, descending: bool = False, stable: bool = True, **unknown) -> Tensor:
    """The elements along an axis in ascending order (or descending); values only. NaN counts as largest."""
    if unknown:
        refuse(unknown, "sort", "it gives values only (argsort gives their places; x.sort(dim=...) gives both)")
    cdef Tensor t = as_tensor(x, b"sort")
    cdef int at = axis_of(axis, t.a.ndim(), b"sort")
    cdef bint falling = flag(descending, "sort", "descending"), steady = flag(stable, "sort", "stable")
    if not steady and not falling and not recording(t) and t.a.dtype() != DType.F16 and t.a.dtype() != DType.BF16:
        values = _values(t)
        values.sort(axis=at)
        return asarray(values)
    return take_along_axis(t, argsort(t, axis=at, descending=falling, stable=steady), axis=at)


@one_vocabulary
def topk(x: TensorLike, k: int, /, axis: int = -1, largest: bool = True, sorted: bool = True, **torchs) -> TopK:
    """The k largest (or smallest) elements along an axis, in order, and their places.

    Of equal elements the first are taken, in their order; ``sorted=False`` takes any, in any order. NaN counts as
    largest.

    Raises
    ------
    ValueError
        If the axis has fewer than k elements.
    """
    if torchs:
        axis = in_our_words(torchs, "topk", axis, -1)[0]
    cdef Tensor t = as_tensor(x, b"topk")
    cdef int at = axis_of(axis, t.a.ndim(), b"topk")
    k = whole(k, "topk", "k")
    if not 0 <= k <= t.shape[at]:
        raise TensorValueError(f"topk: k = {k} is out of range for axis {at} of shape {t.shape}")
    values = _values(t)
    cdef bint highest = flag(largest, "topk", "largest")
    places = _top_places(values, k, at, highest, flag(sorted, "topk", "sorted"))
    indices = asarray(np.ascontiguousarray(places).astype(np.int64, copy=False))
    return TopK(take_along_axis(t, indices, axis=at), indices)
