"""Sorting: the order is NumPy's, the values are taken in it, so that gradients flow."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from fastgrad._convert import whole
from fastgrad._dtype import bool_
from fastgrad._tensor import Tensor
from fastgrad.ops._common import refuse
from fastgrad.ops.creation import asarray
from fastgrad.ops.index import take_along_axis


class TopK(NamedTuple):
    """What ``topk`` returns."""

    values: Tensor
    indices: Tensor


def _axis(x: Any, axis: int, op: str) -> tuple[Tensor, int]:
    t = x if isinstance(x, Tensor) else asarray(x)
    axis = whole(axis, op, "axis")
    if not -t.ndim <= axis < t.ndim:
        raise IndexError(f"{op}: axis {axis} is out of bounds for an array of {t.ndim} dimensions")
    return t, axis % t.ndim


def _values(t: Tensor) -> np.ndarray[Any, Any]:
    """A copy: NumPy's sorts go astray where another thread writes meanwhile, and order bools by their bytes."""
    if t.dtype is bool_:
        truths: np.ndarray[Any, Any] = np.asarray(t.detach()).view(np.uint8) != 0
        return truths
    return np.asarray(t.detach().float() if t.dtype.name in ("bfloat16", "float16") else t.detach().clone())


def _order(values: np.ndarray[Any, Any], axis: int, descending: bool, stable: bool) -> np.ndarray[Any, Any]:
    kind: Literal["stable"] | None = "stable" if stable else None
    if not descending:
        return np.argsort(values, axis=axis, kind=kind)
    # Equal elements keep their order also when the larger come first: sort backwards, and count from the end. NaN is
    # then first, where an ascending order has it last.
    order = np.argsort(np.flip(values, axis), axis=axis, kind=kind)
    return np.flip(values.shape[axis] - 1 - order, axis)


def argsort(x: Tensor, /, axis: int = -1, *, descending: bool = False, stable: bool = True, **unknown: Any) -> Tensor:
    """The places of the elements along an axis in ascending order (or descending), as int64; NaN counts as largest."""
    if unknown:
        refuse(unknown, "argsort")
    t, at = _axis(x, axis, "argsort")
    return asarray(np.ascontiguousarray(_order(_values(t), at, descending, stable)).astype(np.int64, copy=False))


def sort(x: Tensor, /, axis: int = -1, *, descending: bool = False, stable: bool = True, **unknown: Any) -> Tensor:
    """The elements along an axis in ascending order (or descending); values only. NaN counts as largest."""
    if unknown:
        refuse(unknown, "sort", "it gives values only (argsort gives their places)")
    t, at = _axis(x, axis, "sort")
    return take_along_axis(t, argsort(t, axis=at, descending=descending, stable=stable), axis=at)


def topk(x: Tensor, k: int, /, axis: int = -1, largest: bool = True, sorted: bool = True, **unknown: Any) -> TopK:
    """The k largest (or smallest) elements along an axis, in order, and their places.

    Raises
    ------
    ValueError
        If the axis has fewer than k elements.
    """
    if unknown:
        refuse(unknown, "topk")
    t, at = _axis(x, axis, "topk")
    k = whole(k, "topk", "k")
    if not 0 <= k <= t.shape[at]:
        raise ValueError(f"topk: k = {k} is out of range for axis {at} of shape {t.shape}")
    values = _values(t)
    if sorted or k == t.shape[at]:
        places = np.take(_order(values, at, largest, True), np.arange(k), axis=at)
    elif largest:
        places = np.take(np.argpartition(values, t.shape[at] - k, axis=at), np.arange(t.shape[at] - k, t.shape[at]), at)
    else:
        places = np.take(np.argpartition(values, k, axis=at), np.arange(k), axis=at)
    indices = asarray(np.ascontiguousarray(places).astype(np.int64, copy=False))
    return TopK(take_along_axis(t, indices, axis=at), indices)


def _method_sort(
    self: Tensor, /, *, axis: int = -1, descending: bool = False, stable: bool = True, **unknown: Any
) -> Tensor:
    """The elements along an axis in order, as a new tensor; see ``fastgrad.sort``."""
    return sort(self, axis, descending=descending, stable=stable, **unknown)
