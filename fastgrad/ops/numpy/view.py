"""NumPy's functions of shapes: other views of the same elements, and elements in other places."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, whole, wholes
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import called, or_numpys, tensor_of
from fastgrad.ops.numpy.layout import in_line, reshaped

# ---- shapes ----------------------------------------------------------------------------------------------------------


def reshape(a: Any, /, shape: Any, order: str = "C", *, copy: bool | None = None) -> Any:
    """The elements, read and placed in an order, in another shape; one length may be -1."""
    if order == "C" and isinstance(a, Tensor):
        return fg.reshape(a, shape, copy=copy)
    return called(np.reshape, lambda x, shape, order: reshaped(x, shape, order, copy), a, shape, order)


def ravel(a: Any, order: str = "C") -> Any:
    """The elements as a vector: a view where memory allows it."""
    return fg.ravel(a) if order == "C" and isinstance(a, Tensor) else called(np.ravel, in_line, a, order)


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without axes of length 1: all, or those named. A view."""
    return fg.squeeze(a, axis) if isinstance(a, Tensor) else called(np.squeeze, fg.squeeze, a, axis)


def expand_dims(a: Any, axis: Any) -> Any:
    """With axes of length 1 at these places of the result. A view."""
    return fg.expand_dims(a, axis) if isinstance(a, Tensor) else called(np.expand_dims, fg.expand_dims, a, axis)


def _each(theirs: Callable[..., Any], widened: Callable[[Any], Any], given: tuple[Any, ...]) -> Any:
    found = tuple([widened(x) if isinstance(x, Tensor) else called(theirs, widened, x) for x in given])
    return found[0] if len(found) == 1 else found


def atleast_1d(*arys: Any) -> Any:
    """Each with one axis at least."""
    return _each(np.atleast_1d, lambda x: x if x.ndim else x.reshape(1), arys)


def atleast_2d(*arys: Any) -> Any:
    """Each with two axes at least: vectors are rows."""
    return _each(np.atleast_2d, lambda x: x if x.ndim > 1 else x.reshape(1, -1), arys)


def atleast_3d(*arys: Any) -> Any:
    """Each with three axes at least: vectors lie along the second, matrices along the first two."""
    return _each(
        np.atleast_3d, lambda x: x if x.ndim > 2 else x[..., None] if x.ndim == 2 else x.reshape(1, -1, 1), arys
    )


def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """Axes of length 1, and new ones in front, repeated to a shape: a view."""
    if isinstance(array, Tensor):
        return fg.broadcast_to(array, shape)
    return called(np.broadcast_to, fg.broadcast_to, array, shape)


@or_numpys(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """All broadcast to the shape that they have in common: views."""
    return fg.broadcast_arrays(*[tensor_of(x) for x in args])


@or_numpys(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """The elements, in C order and from the first again as often as needed, in a shape of any size."""
    line, shape = tensor_of(a).reshape(-1), wholes(new_shape, "resize", "new_shape")
    if any(length < 0 for length in shape):
        raise TensorValueError(f"resize: all lengths of new_shape must be non-negative, got {new_shape}")
    if not line.shape[0]:
        return fg.zeros(shape, dtype=line.dtype)
    return fg.take(line, fg.asarray(np.arange(prod(shape)) % line.shape[0])).reshape(shape)


# ---- axes ------------------------------------------------------------------------------------------------------------


def transpose(a: Any, axes: Any = None) -> Any:
    """The axes reversed, or in another order. A view."""
    return fg.transpose(a, axes) if isinstance(a, Tensor) else called(np.transpose, fg.transpose, a, axes)


def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged. A view."""
    return fg.matrix_transpose(x) if isinstance(x, Tensor) else called(np.matrix_transpose, fg.matrix_transpose, x)


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged. A view."""
    return fg.swapaxes(a, axis1, axis2) if isinstance(a, Tensor) else called(np.swapaxes, fg.swapaxes, a, axis1, axis2)


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes at other places, the rest in their order. A view."""
    if isinstance(a, Tensor):
        return fg.moveaxis(a, source, destination)
    return called(np.moveaxis, fg.moveaxis, a, source, destination)


@or_numpys(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """One axis moved back until it lies before axis `start`. A view."""
    x = tensor_of(a)
    axis = axis_number(axis, x.ndim, "rollaxis")
    start = axis_number(start, x.ndim + 1, "rollaxis") if start >= 0 else axis_number(start, x.ndim, "rollaxis")
    return fg.moveaxis(x, axis, start - 1 if axis < start else start)


# ---- places ----------------------------------------------------------------------------------------------------------


def flip(m: Any, axis: Any = None) -> Any:
    """In reversed order along axes, or along all. A view."""
    return fg.flip(m, axis) if isinstance(m, Tensor) else called(np.flip, fg.flip, m, axis)


def fliplr(m: Any) -> Any:
    """The second axis reversed. A view."""
    return called(np.fliplr, lambda x: fg.flip(of_axes("fliplr", x, 2), 1), m)


def flipud(m: Any) -> Any:
    """The first axis reversed. A view."""
    return called(np.flipud, lambda x: fg.flip(of_axes("flipud", x, 1), 0), m)


def of_axes(name: str, x: Any, least: int) -> Any:
    """Return a tensor that must have so many axes."""
    if x.ndim < least:
        raise TensorValueError(f"{name}: the array must have at least {least} axes, got shape {tuple(x.shape)}")
    return x


@or_numpys(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turned by quarters in the plane of two axes, from the first towards the second. A view."""
    x = of_axes("rot90", tensor_of(m), 2)
    if len(axes) != 2:
        raise TensorValueError(f"rot90: axes must be two, got {axes}")
    if not all(-x.ndim <= axis < x.ndim for axis in axes):
        raise TensorValueError(f"rot90: axes must be of the {x.ndim} that there are, got {axes}")
    first, second = (axis % x.ndim for axis in axes)
    if first == second:
        raise TensorValueError(f"rot90: axes must be different, got {axes} of shape {tuple(x.shape)}")
    if k % 2 == 0:
        return fg.flip(x, (first, second)) if k % 4 else x[...]
    if k % 4 == 1:
        return fg.swapaxes(fg.flip(x, second), first, second)
    return fg.flip(fg.swapaxes(x, first, second), second)


@or_numpys(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Elements shifted along axes, or of all in C order; what leaves at the end comes back at the start."""
    x = tensor_of(a)
    shifts = wholes(shift, "roll", "shift")
    if axis is None:
        return fg.roll(x, sum(shifts))
    axes = wholes(axis, "roll", "axis")
    pairs = np.broadcast(shifts, axes)
    if pairs.ndim > 1:
        raise TensorValueError(f"roll: shift and axis must be scalars or vectors, got {shift} and {axis}")
    total = dict.fromkeys([axis_number(axis, x.ndim, "roll") for axis in axes], 0)
    for by, along in pairs:
        total[axis_number(along, x.ndim, "roll")] += whole(by, "roll", "shift")
    return fg.roll(x, tuple(total.values()), axis=tuple(total))
