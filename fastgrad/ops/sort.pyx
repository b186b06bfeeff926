# distutils: language = c++
"""Sorting: the order is NumPy's, the values are taken in it, so that gradients flow."""
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
    if flag(sorted, "topk", "sorted") or k == t.shape[at]:
        places = np.take(_order(values, at, highest, True), np.arange(k), axis=at)
    elif highest:
        places = np.take(np.argpartition(values, t.shape[at] - k, axis=at), np.arange(t.shape[at] - k, t.shape[at]), at)
    else:
        places = np.take(np.argpartition(values, k, axis=at), np.arange(k), axis=at)
    indices = asarray(np.ascontiguousarray(places).astype(np.int64, copy=False))
    return TopK(take_along_axis(t, indices, axis=at), indices)
