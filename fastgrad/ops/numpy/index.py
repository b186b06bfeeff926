"""NumPy's functions that read and write by places, masks and choices, and that call a function for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number
from fastgrad._tensor.dtype import bool_, int64
from fastgrad.errors import TensorIndexError, TensorTypeError, TensorValueError
from fastgrad.ops.numpy.common import (
    alike,
    array_of,
    borrowed,
    called,
    given,
    held,
    into,
    is_followed,
    or_numpys,
    tensor_of,
    with_axis,
)
from fastgrad.ops.numpy.flat import write_in_line

# ---- reading ---------------------------------------------------------------------------------------------------------


def take(a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> Any:
    """Elements at these places along an axis, or of all in C order; places out of bounds by `mode`."""
    if out is None and mode == "raise" and isinstance(a, Tensor) and isinstance(indices, Tensor) and indices.ndim:
        return fg.take(a, indices, axis=axis)
    return _take(a, indices, axis, out, mode)


@or_numpys(np.take)
def _take(a: Any, indices: Any, axis: int | None, out: Any, mode: str) -> Any:
    x = with_axis(tensor_of(a), axis)
    length = x.size if axis is None else x.shape[axis_number(axis, x.ndim, "take")]
    return into(out, fg.take(x, places_of(indices, int(length), mode, "take"), axis=axis))


def places_of(indices: Any, length: int, mode: str, name: str) -> Tensor:
    """Return places as a tensor of int64, within an axis of this length by `mode`: raise, wrap or clip."""
    places = tensor_of(indices)
    if places.dtype.kind == "f" and places.size:
        raise TensorTypeError(f"{name}: indices must be integers, got {places.dtype}")
    places = places.astype(int64, copy=False)
    if mode == "wrap":
        return fg.remainder(places, max(length, 1))
    if mode == "clip":
        return fg.clip(places, 0, max(length - 1, 0))
    if mode != "raise":
        raise TensorValueError(f"{name}: mode must be one of 'clip', 'raise', or 'wrap', got {mode!r}")
    return places


@or_numpys(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """Along an axis, each line's elements at that line's places."""
    x, places = tensor_of(arr), tensor_of(indices)
    if places.dtype.kind not in "iu":
        raise TensorIndexError(f"take_along_axis: indices must be integers, got {places.dtype}")
    if axis is None:
        return fg.take_along_axis(x.reshape(-1), places, axis=0)
    return fg.take_along_axis(x, places, axis=axis)


@or_numpys(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """At each place the element of the choice that `a` numbers there; all broadcast."""
    parts = alike(list(choices))
    picked = fg.broadcast_arrays(places_of(a, len(parts), mode, "choose"), *parts)
    if mode == "raise" and bool(fg.any((picked[0] < 0) | (picked[0] >= len(parts)))):
        raise TensorValueError(f"choose: a must number one of {len(parts)} choices, got others")
    found = fg.take_along_axis(fg.stack(picked[1:]), picked[0][None], axis=0)[0]
    return into(out, found)


@or_numpys(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None, out: Any = None) -> Any:
    """Along an axis, or of all in C order, what stands where a condition is true."""
    mask = tensor_of(condition)
    if mask.ndim != 1:
        raise TensorValueError(f"compress: condition must be a vector, got shape {tuple(mask.shape)}")
    found = fg.take(with_axis(tensor_of(a), axis), fg.nonzero(mask)[0], axis=axis)
    return found if out is None else into(out, found)


@or_numpys(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements where a condition is true, as a vector."""
    return fg.take(tensor_of(arr).reshape(-1), fg.nonzero(tensor_of(condition).reshape(-1))[0])


_NOTHING: Any = object()


def where(condition: Any, x: Any = _NOTHING, y: Any = _NOTHING, /) -> Any:
    """Of two, the elements of the first where a condition is true and of the second elsewhere; alone, the places."""
    if isinstance(condition, Tensor) and condition.dtype is bool_ and isinstance(x, Tensor) and isinstance(y, Tensor):
        return fg.where(condition, x, y) if x.dtype is y.dtype else fg.where(condition, *alike((x, y)))
    if x is _NOTHING and y is _NOTHING:
        return nonzero(condition)
    if x is _NOTHING or y is _NOTHING:
        raise TensorValueError("either both or neither of x and y should be given")
    return _where(condition, x, y)


@or_numpys(np.where)
def _where(condition: Any, x: Any, y: Any) -> Any:
    mask = tensor_of(condition)
    mask = mask if mask.dtype is bool_ else mask != 0
    if type(y) in _NUMBERS:  # weak beside an array
        return fg.where(mask, tensor_of(x), y)
    return fg.where(mask, x, tensor_of(y)) if type(x) in _NUMBERS else fg.where(mask, *alike((x, y)))


_NUMBERS = (bool, int, float)


def nonzero(a: Any) -> tuple[Any, ...]:
    """The places of the elements that are not zero, a vector of int64 for each axis."""
    return fg.nonzero(a) if isinstance(a, Tensor) else called(np.nonzero, fg.nonzero, a)


def flatnonzero(a: Any) -> Any:
    """The places of the elements that are not zero, of all in a line."""
    if isinstance(a, Tensor) and a.ndim == 1:
        return fg.nonzero(a)[0]
    return borrowed(np.flatnonzero, a)


def argwhere(a: Any) -> Any:
    """The places of the elements that are not zero, a row for each."""
    if isinstance(a, Tensor) and a.ndim:
        return fg.stack(fg.nonzero(a)).T
    return borrowed(np.argwhere, a)


@or_numpys(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """At each place the element of the first choice whose condition is true there."""
    if len(condlist) != len(choicelist):
        raise TensorValueError(
            f"select: condlist and choicelist must be of one length, got {len(condlist)} and {len(choicelist)}"
        )
    if not len(condlist):
        raise TensorValueError("select: condlist must not be empty")
    masks = [tensor_of(mask) for mask in condlist]
    for i, mask in enumerate(masks):
        if mask.dtype is not bool_:
            raise TensorTypeError(f"select: condlist must be of bools, got {mask.dtype} at {i}")
    values = [*choicelist, default]
    kinds = [value if type(value) in _NUMBERS else tensor_of(value).dtype.dtype for value in values]
    *choices, found = alike(values, np.result_type(*kinds))
    for mask, choice in zip(masks[::-1], choices[::-1], strict=True):
        found = fg.where(mask, choice, found)
    return found


class Row:
    """NumPy's ``r_`` and ``c_``: what stands in brackets, joined, on the graph."""

    def __init__(self, theirs: Any) -> None:
        self._theirs = theirs

    def __getitem__(self, key: Any) -> Any:
        if not is_followed(key):
            return given(self._theirs[array_of(key)])
        # NumPy joins the numbers that elements have in a line of them all; these are what is taken from the line.
        line: list[Any] = []
        kinds: list[Any] = []
        count = 0
        numbers: list[Any] = []
        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, str):
                numbers.append(part)
                continue
            x = tensor_of(self._theirs[part] if isinstance(part, slice) else part)
            numbers.append(np.arange(count, count + int(x.size)).reshape(x.shape) if x.ndim else count)
            line.append(x.reshape(-1))
            kinds.append(part if type(part) in _NUMBERS else x.dtype.dtype)
            count += int(x.size)
        return fg.take(fg.concat(alike(line, np.result_type(*kinds))), tensor_of(self._theirs[tuple(numbers)]))

    def __len__(self) -> int:
        return 0


r_, c_ = Row(np.r_), Row(np.c_)


class ndenumerate:
    """Pairs of a place and the element there, in C order."""

    def __init__(self, arr: Any) -> None:
        self.array = tensor_of(arr)
        self._places = np.ndindex(tuple(self.array.shape))

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], Any]]:
        return self

    def __next__(self) -> tuple[tuple[int, ...], Any]:
        place = next(self._places)
        return place, self.array[place]


# ---- writing ---------------------------------------------------------------------------------------------------------


def put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    """Writes values to places of all elements in C order."""
    if not isinstance(a, Tensor):
        np.put(a, array_of(ind), held(v), mode)
        return
    size = int(a.size)
    places = np.asarray(array_of(places_of(ind, size, mode, "put")))
    if places.size and (places.min() < -size or places.max() >= size):
        raise TensorIndexError(f"put: places must be within {size} elements, got {ind}")
    write_in_line(a, places % max(size, 1), v)


def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    """Writes values to each line's places along an axis."""
    if not isinstance(arr, Tensor):
        np.put_along_axis(arr, array_of(indices), held(values), axis)
        return
    places = tensor_of(indices)
    if places.dtype.kind not in "iu":
        raise TensorIndexError(f"put_along_axis: indices must be integers, got {places.dtype}")
    if axis is None:
        put(arr, places, values)
        return
    axis = axis_number(axis, arr.ndim, "put_along_axis")
    if places.ndim != arr.ndim:
        raise TensorValueError(f"put_along_axis: indices must have {arr.ndim} axes, as arr, got {places.ndim}")
    key: list[Any] = [
        fg.arange(n).reshape([-1 if i == at else 1 for i in range(arr.ndim)]) for at, n in enumerate(arr.shape)
    ]
    key[axis] = places
    arr[tuple(key)] = tensor_of(values).astype(arr.dtype, copy=False)


def place(arr: Any, mask: Any, vals: Any) -> None:
    """Writes values, one after the other, where a mask is true."""
    if not isinstance(arr, Tensor):
        np.place(arr, array_of(mask), held(vals))
        return
    write_in_line(arr, fg.nonzero(_line_of("place", arr, mask))[0], vals)


def putmask(a: Any, /, mask: Any, values: Any) -> None:
    """Writes, where a mask is true, the value that has the place's number, counted again from the first."""
    if not isinstance(a, Tensor):
        np.putmask(a, array_of(mask), held(values))
        return
    spots, line = fg.nonzero(_line_of("putmask", a, mask))[0], tensor_of(values).reshape(-1)
    if hasattr(values, "dtype") and not np.can_cast(line.dtype.dtype, a.dtype.dtype, "safe"):
        raise TensorTypeError(f"putmask: values must be safe to cast to {a.dtype}, got {line.dtype}")
    if line.shape[0]:
        write_in_line(a, spots, fg.take(line, spots % line.shape[0]))


def _line_of(name: str, a: Any, mask: Any) -> Any:
    line = tensor_of(mask).reshape(-1)
    if line.shape[0] != a.size:
        raise TensorValueError(f"{name}: mask and data must be the same size, got {line.shape[0]} and {int(a.size)}")
    return line


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """Writes a source, broadcast, to a destination, where a mask is true."""
    if not isinstance(dst, Tensor):
        np.copyto(dst, held(src), casting, where=array_of(where))
        return
    value = tensor_of(src)
    if not np.can_cast(value.dtype.dtype, dst.dtype.dtype, casting) and type(src) not in _NUMBERS:
        raise TensorTypeError(f"copyto: cannot cast from {value.dtype} to {dst.dtype} by the rule {casting!r}")
    value = value.astype(dst.dtype, copy=False)
    dst[...] = value if where is True else fg.where(tensor_of(where) != 0, fg.broadcast_to(value, dst.shape), dst)


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Writes values, one after the other, to the main diagonal; of a tall matrix with `wrap` to further ones below."""
    if not isinstance(a, Tensor):
        np.fill_diagonal(a, held(val), wrap)
        return
    if a.ndim < 2:
        raise TensorValueError("fill_diagonal: a must have at least two axes, got one or none")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise TensorValueError(f"fill_diagonal: all axes must be of one length, got shape {tuple(a.shape)}")
    step = a.shape[1] + 1 if a.ndim == 2 else 1 + sum(a.shape[0] ** i for i in range(1, a.ndim))
    end = a.shape[1] * a.shape[1] if a.ndim == 2 and not wrap else int(a.size)
    write_in_line(a, np.arange(0, min(end, int(a.size)), step), val)


# ---- functions of places ---------------------------------------------------------------------------------------------


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """At each place what the function (or number) of the last condition that is true there gives; a last function
    without a condition is of all other places."""
    points = tensor_of(x)
    if isinstance(condlist, Tensor) or np.isscalar(condlist) or _is_one_condition(condlist, points):
        condlist = [condlist] if not isinstance(condlist, Tensor) or condlist.ndim == points.ndim else list(condlist)
    masks = [fg.broadcast_to(tensor_of(mask) != 0, points.shape) for mask in condlist]
    if len(funclist) == len(masks) + 1:
        others = ~masks[0]
        for mask in masks[1:]:
            others = others & ~mask
        masks.append(others)
    elif len(funclist) != len(masks):
        raise TensorValueError(
            f"piecewise: with {len(masks)} conditions there must be {len(masks)} or {len(masks) + 1} functions, "
            f"got {len(funclist)}"
        )
    found = fg.zeros_like(points)
    for mask, function in zip(masks, funclist, strict=True):
        value = function
        if callable(function):
            chosen = points[mask]
            if not chosen.size:
                continue
            value = function(chosen, *args, **kw)
        found[mask] = tensor_of(value).astype(found.dtype, copy=False)
    return found


def _is_one_condition(condlist: Any, points: Any) -> bool:
    """Whether what is given for conditions is one of them: its elements are numbers where the points have axes."""
    first = condlist[0] if len(condlist) else ()
    return points.ndim > 0 and not isinstance(first, (list, tuple, Tensor, np.ndarray))


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """What a function gives for each line along an axis, put together; its axes take that one's place."""
    x = tensor_of(arr)
    axis = axis_number(axis, x.ndim, "apply_along_axis")
    lines = fg.moveaxis(x, axis, -1)
    around = tuple(lines.shape[:-1])
    if 0 in around:
        raise TensorValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    rows = lines.reshape(prod(around), x.shape[axis])
    found = [tensor_of(func1d(row, *args, **kwargs)) for row in rows]
    whole = fg.stack(alike(found)).reshape(around + tuple(found[0].shape))
    inner = range(len(around), whole.ndim)
    return fg.transpose(whole, (*range(axis), *inner, *range(axis, len(around))))


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """What a function gives over several axes, one after the other, which it keeps or drops."""
    found = tensor_of(a)
    ndim = found.ndim
    for axis in np.atleast_1d(array_of(axes)).tolist():
        place = axis_number(axis, ndim, "apply_over_axes")
        found = tensor_of(func(found, place))
        if found.ndim == ndim - 1:
            found = fg.expand_dims(found, place)
        if found.ndim != ndim:
            raise TensorValueError("function is not returning an array of the correct shape")
    return found


class vectorize(np.vectorize):
    """A function of numbers as one of arrays: it is called for each place. What it gives of tensors is on the graph."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        words = [word for word in kwargs if word not in self.excluded]
        numbers = [i for i in range(len(args)) if i not in self.excluded]
        try:
            spread = [tensor_of(args[i]) for i in numbers] + [tensor_of(kwargs[word]) for word in words]
        except (TypeError, ValueError):
            return borrowed(super().__call__, *args, **kwargs)
        shape = np.broadcast_shapes(*[x.shape for x in spread])
        if self.signature is not None or not spread or 0 in shape:
            return borrowed(super().__call__, *args, **kwargs)
        spread = [fg.broadcast_to(x, shape) for x in spread]
        found = []
        for place in np.ndindex(shape):
            here = [x[place] if x.requires_grad else x[place].item() for x in spread]
            given_args, given_words = list(args), dict(kwargs)
            for i, value in zip(numbers, here, strict=False):
                given_args[i] = value
            given_words.update(zip(words, here[len(numbers) :], strict=True))
            found.append(self.pyfunc(*given_args, **given_words))
        if isinstance(found[0], tuple):
            return tuple(self._together(column, shape, i) for i, column in enumerate(zip(*found, strict=True)))
        return self._together(found, shape, 0)

    def _together(self, found: Sequence[Any], shape: tuple[int, ...], output: int) -> Any:
        """What the calls gave as one array, of the dtype asked for or the first's."""
        dtype = self.otypes[output] if self.otypes else np.asarray(array_of(found[0])).dtype.char
        if is_followed(list(found)):
            return fg.stack(alike(found, np.dtype(dtype))).reshape(shape)
        return given(np.asarray(array_of(list(found)), dtype=dtype).reshape(shape))
