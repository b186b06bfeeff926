"""Orders, with NumPy's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import array_of, borrowed, or_numpys, tensor_of


def sort(a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The elements along an axis, or all, in order; NaN last."""
    if isinstance(a, Tensor) and axis is not None and a.ndim and kind is order is None:
        return fg.sort(a, axis, stable=False)
    return _sort(a, axis, kind, order, stable=stable)


@or_numpys(np.sort)
def _sort(a: Any, axis: int | None, kind: Any, order: Any, *, stable: Any) -> Any:
    return fg.sort(*_sorted_along(a, axis, kind, order, stable))


def argsort(a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The places of the elements along an axis, or of all, in order; equal ones in NumPy's, unless a stable sort is
    asked for."""
    if isinstance(a, Tensor) and axis is not None and a.ndim and kind is order is stable is None:
        return fg.argsort(a, axis, stable=False)
    return _argsort(a, axis, kind, order, stable=stable)


@or_numpys(np.argsort)
def _argsort(a: Any, axis: int | None, kind: Any, order: Any, *, stable: Any) -> Any:
    x = tensor_of(a)
    along = _sorted_along(x if x.ndim else x.reshape((1,)), axis, kind, order, stable)
    return fg.argsort(*along, stable=kind is not None or bool(stable))


def _sorted_along(a: Any, axis: int | None, kind: Any, order: Any, stable: Any) -> tuple[Any, int]:
    """What is sorted, and along which axis. Every kind of sort that is named is the stable one here."""
    x = tensor_of(a)
    if order is not None:
        raise TensorValueError("sort: order must be None for an array without fields")
    if kind is not None:
        if stable is not None:
            raise TensorValueError("sort: kind and stable must not be given both")
        if str(kind)[:1].lower() not in ("q", "h", "m", "s"):
            raise TensorValueError(f"sort: kind must be 'quicksort', 'heapsort', 'mergesort' or 'stable', got {kind!r}")
    if axis is None:
        return x.reshape((-1,)), 0
    return x, normalize_axis_index(axis, x.ndim)


@or_numpys(np.partition)
def partition(a: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: Any = None) -> Any:
    """The elements along an axis, or all, with those at `kth` where a sort would put them and no larger ones before."""
    x = tensor_of(a)
    if not x.requires_grad:
        return borrowed(np.partition, x, kth, axis, kind, order)
    places = np.argpartition(array_of(x), array_of(kth), axis, kind, order)
    along, at = (x.reshape((-1,)), 0) if axis is None else (x, axis)
    return fg.take_along_axis(along, fg.from_numpy(places), axis=at)
