"""NumPy's functions that put arrays together, take them apart and repeat them."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, whole
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops.numpy.common import alike, array_of, called, into, or_numpys, tensor_of, with_axis
from fastgrad.ops.numpy.view import atleast_1d, atleast_2d, atleast_3d, of_axes

# ---- together --------------------------------------------------------------------------------------------------------


@or_numpys(np.concatenate)
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind"
) -> Any:
    """One after the other along an axis, or flattened and in a line."""
    return _ended(fg.concat(_parts(arrays, dtype, casting, out), axis=axis), out)


@or_numpys(np.stack)
def stack(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Of one shape, side by side along a new axis."""
    return _ended(fg.stack(_parts(arrays, dtype, casting, out), axis=axis), out)


@or_numpys(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """One below the other: along the first axis, vectors as rows."""
    return fg.concat([atleast_2d(part) for part in _parts(tup, dtype, casting)], axis=0)


@or_numpys(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """One beside the other: along the second axis, vectors in a line."""
    parts = [atleast_1d(part) for part in _parts(tup, dtype, casting)]
    return fg.concat(parts, axis=0 if parts and parts[0].ndim == 1 else 1)


@or_numpys(np.dstack)
def dstack(tup: Any) -> Any:
    """One behind the other: along the third axis."""
    return fg.concat([atleast_3d(part) for part in _parts(tup)], axis=2)


@or_numpys(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Side by side along the second axis, vectors as columns."""
    return fg.concat([part.reshape(-1, 1) if part.ndim < 2 else part for part in _parts(tup)], axis=1)


def _parts(arrays: Any, dtype: Any = None, casting: Any = "same_kind", out: Any = None) -> list[Tensor]:
    """Return what is joined, as tensors of one dtype: the one given, or their common one."""
    if dtype is out is None and casting == "same_kind" and isinstance(arrays, (tuple, list)):
        return alike(arrays)
    if not isinstance(arrays, (Tensor, np.ndarray)) and not hasattr(arrays, "__getitem__"):
        raise TensorTypeError(f"arrays to join must be a sequence of them, got {type(arrays).__name__}")
    if dtype is not None and out is not None:
        raise TensorTypeError("concatenate: out and dtype must not be given both")
    tensors = [tensor_of(part) for part in arrays]
    wanted = dtype if out is None else out.dtype
    if wanted is None and casting == "same_kind":
        return alike(tensors)
    common = np.result_type(*[part.dtype.dtype for part in tensors])
    if wanted is not None and not np.can_cast(common, np.dtype(wanted), casting):
        raise TensorTypeError(f"cannot cast from {common} to {np.dtype(wanted)} by the rule {casting!r}")
    return alike(tensors, wanted)


def _ended(result: Any, out: Any) -> Any:
    return result if out is None else into(out, result)


@or_numpys(np.block)
def block(arrays: Any) -> Any:
    """Nested lists of blocks put together: the innermost along the last axis, those around along the one before."""
    depth = _depth(arrays, ())
    leaves = list(_leaves(arrays))
    ndim = max(depth, *[part.ndim for part in leaves])
    parts = iter([part.reshape((1,) * (ndim - part.ndim) + part.shape) for part in alike(leaves)])

    def joined(value: Any, axis: int) -> Any:
        if not isinstance(value, list):
            return next(parts)
        return fg.concat([joined(inner, axis + 1) for inner in value], axis=axis)

    return joined(arrays, -depth) if depth else next(parts).clone()


def _depth(arrays: Any, place: tuple[int, ...]) -> int:
    where = "arrays" + "".join(f"[{i}]" for i in place)
    if isinstance(arrays, tuple):
        raise TensorTypeError(f"block: {where} must be a list or an array, got a tuple")
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(inner, (*place, i)) for i, inner in enumerate(arrays)}
    if len(depths) != 1:
        what = "lists of one depth" if depths else "a list that is not empty"
        raise TensorValueError(f"block: {where} must be {what}")
    return depths.pop() + 1


def _leaves(arrays: Any) -> Any:
    if not isinstance(arrays, list):
        yield tensor_of(arrays)
        return
    for inner in arrays:
        yield from _leaves(inner)


@or_numpys(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """With values behind, along an axis or in a line."""
    return fg.concat(alike((arr, values)), axis=axis)


@or_numpys(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """With values before these places of an axis, or of all elements in a line."""
    x, v, places = tensor_of(arr), tensor_of(values), array_of(obj)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = axis_number(axis, x.ndim, "insert")
    if v.ndim < x.ndim:
        v = v.reshape((1,) * (x.ndim - v.ndim) + v.shape)
    n = x.shape[axis]
    if not isinstance(places, slice) and np.ndim(places) == 0:
        v = fg.moveaxis(v, 0, axis)
        count = v.shape[axis]
    else:
        count = np.insert(np.arange(n), places, -1).size - n
    order = np.insert(np.arange(n), places, np.arange(n, n + count))
    v = fg.broadcast_to(v, (*x.shape[:axis], count, *x.shape[axis + 1 :])).astype(x.dtype, copy=False)
    return fg.take(fg.concat([x, v], axis=axis), fg.asarray(order), axis=axis)


@or_numpys(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """Without what is at these places of an axis, or of all elements in a line."""
    x = tensor_of(arr)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = axis_number(axis, x.ndim, "delete")
    return fg.take(x, fg.asarray(np.delete(np.arange(x.shape[axis]), array_of(obj))), axis=axis)


# ---- apart -----------------------------------------------------------------------------------------------------------


@or_numpys(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Views of equal parts along an axis, or of what lies between indices."""
    return list(fg.split(tensor_of(ary), indices_or_sections, axis))


@or_numpys(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Views of so many parts along an axis, the first ones longer by one, or of what lies between indices."""
    x = tensor_of(ary)
    if np.ndim(array_of(indices_or_sections)):
        return list(fg.split(x, indices_or_sections, axis))
    parts = whole(indices_or_sections, "array_split", "indices_or_sections")
    if parts < 1:
        raise TensorValueError(f"array_split: the number of sections must be larger than 0, got {parts}")
    each, longer = divmod(x.shape[axis_number(axis, x.ndim, "array_split")], parts)
    return list(fg.split(x, [i * each + min(i, longer) for i in range(1, parts)], axis))


@or_numpys(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """`split` along the second axis, of vectors along the first."""
    x = of_axes("hsplit", tensor_of(ary), 1)
    return list(fg.split(x, indices_or_sections, 0 if x.ndim == 1 else 1))


@or_numpys(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """`split` along the first axis."""
    return list(fg.split(of_axes("vsplit", tensor_of(ary), 2), indices_or_sections, 0))


@or_numpys(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """`split` along the third axis."""
    return list(fg.split(of_axes("dsplit", tensor_of(ary), 3), indices_or_sections, 2))


def unstack(x: Any, /, *, axis: int = 0) -> Any:
    """Views of each place along an axis, without it."""
    return called(lambda x, axis: np.unstack(x, axis=axis), fg.unstack, x, axis)


# ---- repetition ------------------------------------------------------------------------------------------------------


@or_numpys(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """The whole, so often along each axis."""
    return fg.tile(tensor_of(A), reps)


@or_numpys(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element repeated along an axis, or of all in C order."""
    return fg.repeat(with_axis(tensor_of(a), axis), repeats, axis)
