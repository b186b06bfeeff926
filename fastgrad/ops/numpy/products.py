"""Products of vectors, matrices and arrays, with NumPy's arguments."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import array_of, borrowed, for_arrays, into, number, tensor_of

# How many axes b may have for `dot` to be a product of matrices, by a's kind: of bools there is none.
_FLAT = {"f": (1, 2), "i": (1, 2), "u": (1, 2), "b": ()}


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Sums of products over the last axis of a and the last but one of b, or its only one; of a number, products."""
    if isinstance(a, Tensor) and isinstance(b, Tensor) and a.ndim and b.ndim in _FLAT[a.dtype.kind]:
        found = fg.matmul(a, b)
        return number(found) if out is None else into(out, found)
    return _dot(a, b, out)


@for_arrays(np.dot)
def _dot(a: Any, b: Any, out: Any) -> Any:
    x, y = tensor_of(a), tensor_of(b)
    if not x.ndim or not y.ndim:
        return into(out, x * y)
    return into(out, _product(x, y, (x.ndim - 1, max(y.ndim - 2, 0))))


def _product(x: Any, y: Any, axes: tuple[int, int]) -> Any:
    """Sums of products over an axis of each."""
    return fg.tensordot(x, y, axes=([axes[0]], [axes[1]]))


@for_arrays(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The sum of products of all elements, in C order."""
    return number(_product(tensor_of(a).reshape((-1,)), tensor_of(b).reshape((-1,)), (0, 0)))


@for_arrays(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    """Sums of products over the last axes."""
    x, y = tensor_of(a), tensor_of(b)
    return number(x * y if not x.ndim or not y.ndim else _product(x, y, (x.ndim - 1, y.ndim - 1)))


@for_arrays(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Each product of an element of a with one of b, both in C order."""
    return into(out, fg.outer(tensor_of(a).reshape((-1,)), tensor_of(b).reshape((-1,))))


@for_arrays(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sums of products over the last axes of a and the first of b, so many, or over axes of each that are named."""
    if isinstance(axes, (tuple, list)):
        axes = tuple([one.__index__()] if hasattr(one, "__index__") else list(one) for one in axes)
    return fg.tensordot(tensor_of(a), tensor_of(b), axes=axes)


@for_arrays(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Each element of a times all of b."""
    return number(fg.kron(tensor_of(a), tensor_of(b)))


@for_arrays(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vectors of 3 elements that are orthogonal to two each."""
    if axis is not None:
        axisa, axisb, axisc = (axis,) * 3
    x, y = tensor_of(a), tensor_of(b)
    for name, one in (("a", x), ("b", y)):
        if not one.ndim:
            raise TensorValueError(f"cross: {name} must have an axis")
    x = fg.moveaxis(x, normalize_axis_index(axisa, x.ndim, "axisa"), -1)
    y = fg.moveaxis(y, normalize_axis_index(axisb, y.ndim, "axisb"), -1)
    lengths = x.shape[-1], y.shape[-1]
    if not {*lengths} <= {2, 3}:
        raise TensorValueError(f"cross: vectors must have 3 elements, or 2, got {lengths[0]} and {lengths[1]}")
    if lengths == (2, 2):
        return x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0]
    found = fg.linalg.cross(_with_third(x), _with_third(y))
    return fg.moveaxis(found, -1, normalize_axis_index(axisc, found.ndim, "axisc"))


def _with_third(x: Any) -> Any:
    return x if x.shape[-1] == 3 else fg.concat([x, fg.zeros((*x.shape[:-1], 1), dtype=x.dtype)], axis=-1)


# ---- Einstein's notation ---------------------------------------------------------------------------------------------


def einsum(*operands: Any, out: Any = None, optimize: Any = False, **kwargs: Any) -> Any:
    """Sums of products as Einstein writes them: subscripts and arrays, or arrays, each with a list of its axes.

    Pairs are taken from left to right, or with `optimize` in the order that ``np.einsum_path`` finds.
    """
    found = _einsum(*operands, optimize=optimize, **kwargs)
    return found if out is None else into(out, found)


@for_arrays(np.einsum)
def _einsum(*operands: Any, optimize: Any, dtype: Any = None, order: Any = "K", casting: Any = "safe") -> Any:
    subscripts, given = _subscripts(operands)
    tensors = [tensor_of(one) for one in given]
    if dtype is not None:
        for one in tensors:
            if not np.can_cast(np.dtype(one.dtype), dtype, casting):
                raise TypeError(f"einsum: {one.dtype} cannot be cast to {np.dtype(dtype)} by the rule {casting!r}")
        tensors = [one.astype(dtype, copy=False) for one in tensors]
    if order not in ("C", "F", "A", "K"):
        raise TensorValueError(f"einsum: order must be one of 'C', 'F', 'A' and 'K', got {order!r}")
    if all(one.dtype.kind == "b" for one in tensors):
        return borrowed(np.einsum, subscripts, *tensors)
    by_path = len(tensors) > 2 and optimize is not False
    found = _by_path(subscripts, tensors, optimize) if by_path else fg.einsum(subscripts, *tensors)
    if found.dtype.kind != "f":  # sums of small integers stay small here
        found = found.astype(np.result_type(*[np.dtype(one.dtype) for one in tensors]), copy=False)
    return found if by_path else number(found)  # as NumPy's: by a path it gives an array without axes


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _subscripts(operands: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Subscripts as a string, and the operands."""
    if len(operands) < 2:
        raise TensorValueError("einsum: subscripts and arrays must be given, or arrays, each with a list of its axes")
    if isinstance(operands[0], str):
        return operands[0].replace(" ", ""), operands[1:]
    count = len(operands) // 2
    lists = [operands[2 * i + 1] for i in range(count)]
    known = sorted({index(axis) for each in lists for axis in each if axis is not Ellipsis})
    if len(known) > len(_LETTERS):
        raise TensorValueError(f"einsum: there must be at most {len(_LETTERS)} different axes, got {len(known)}")
    letter = {axis: _LETTERS[i] for i, axis in enumerate(known)}  # in order: the result's axes are, too

    def written(axes: Any) -> str:
        unknown = [axis for axis in axes if axis is not Ellipsis and axis not in letter]
        if unknown:
            raise TensorValueError(f"einsum: the result's axes must be an operand's, got {unknown[0]}")
        return "".join("..." if axis is Ellipsis else letter[axis] for axis in axes)

    text = ",".join(map(written, lists))
    if len(operands) % 2:
        text += "->" + written(operands[-1])
    return text, operands[0 : 2 * count : 2]


def _by_path(subscripts: str, tensors: list[Any], optimize: Any) -> Any:
    path, _ = np.einsum_path(subscripts, *map(array_of, tensors), optimize=optimize)
    inputs, _, output = subscripts.partition("->")
    if "->" not in subscripts:
        letters = inputs.replace(",", "").replace("...", "")
        output = "..." * ("..." in inputs) + "".join(sorted(c for c in {*letters} if letters.count(c) == 1))
    terms, left = inputs.split(","), list(tensors)
    for places in path[1:]:
        chosen = [(terms[i], left[i]) for i in places]
        for i in sorted(places, reverse=True):
            del terms[i], left[i]
        used = {*"".join(term for term, _ in chosen).replace("...", "")}
        if left:
            kept = "".join(sorted(used & {*output, *"".join(terms)}))
            kept = "..." * any("..." in term for term, _ in chosen) + kept
        else:
            kept = output
        terms.append(kept)
        left.append(fg.einsum(",".join(term for term, _ in chosen) + "->" + kept, *[one for _, one in chosen]))
    return left[0]
