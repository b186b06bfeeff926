"""NumPy's functions that make arrays: float64 of floats, int64 of integers, and on the graph where they are made of
tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import tensor_from
from fastgrad._tensor.dtype import float64
from fastgrad._tensor.tracer import is_traced
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import (
    Function,
    array_of,
    borrowed,
    given,
    into,
    is_followed,
    or_numpys,
    tensor_of,
)
from fastgrad.ops.numpy.layout import laid_out
from fastgrad.ops.numpy.view import of_axes
from fastgrad.ops.pytorch import view as _views

# ---- of what there is ------------------------------------------------------------------------------------------------


def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    ndmax: int = 0,
    like: Any = None,
) -> Any:
    """A new tensor of numbers, nested sequences, arrays and tensors; of tensors it is a copy on the graph."""
    if like is not None or ndmax or (subok and isinstance(object, np.ndarray)):
        more = {"ndmax": ndmax} if ndmax else {}
        return borrowed(np.array, object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin, like=like, **more)
    try:
        made = tensor_from(object, dtype, copy is not True or isinstance(object, Tensor), float64)
    except (TypeError, ValueError, OverflowError):  # NumPy knows more dtypes, and what is none
        return borrowed(np.array, object, dtype, copy=copy, order=order, ndmin=ndmin)
    if copy is False and not _shares(made, object):
        raise TensorValueError(f"array: {type(object).__name__} cannot become this tensor without a copy")
    if ndmin > made.ndim:
        made = made.reshape((1,) * (ndmin - made.ndim) + made.shape)
    if order == "K":
        return made.clone() if copy is True and made is object else made
    return laid_out(made, order or "K", copy=copy is True and made is object)


def _shares(made: Any, source: Any) -> bool:
    if isinstance(source, Tensor):
        return bool(made.data_ptr() == source.data_ptr())
    return isinstance(source, np.ndarray) and np.shares_memory(array_of(made), source)


def asarray(
    a: Any,
    dtype: Any = None,
    order: str | None = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Any = None,
) -> Any:
    """A tensor itself, an array's memory as a tensor, or what `array` makes of all else."""
    if isinstance(a, Tensor) and dtype is None and order is None and copy is None:
        return a
    _on_cpu("asarray", device)
    return array(a, dtype, copy=copy, order=order or "K", like=like)


def asanyarray(
    a: Any,
    dtype: Any = None,
    order: Any = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Any = None,
) -> Any:
    """As `asarray`; what is of a class of NumPy's own, such as a masked array, stays what it is."""
    if isinstance(a, np.ndarray) and type(a) is not np.ndarray:
        return np.asanyarray(a, dtype, order, copy=copy)
    return asarray(a, dtype, order, device=device, copy=copy, like=like)


def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    """A tensor of at least one axis that lies in memory in C order; itself where it does."""
    if isinstance(a, Tensor) and dtype is like is None and a.ndim:
        return fg.contiguous(a)
    return array(a, dtype, copy=None, order="C", ndmin=1, like=like)


def asfortranarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    """A tensor that lies in memory with its first axis fastest; itself where it does."""
    return array(a, dtype, copy=None, order="F", like=like)


def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """A copy, on the graph."""
    if isinstance(a, Tensor) and order == "K":
        return a.clone()
    return array(a, order=order, subok=subok)


def _on_cpu(function: str, device: Any) -> None:
    if device not in (None, "cpu"):
        raise TensorValueError(f'{function}: device must be "cpu", got {device!r}')


# ---- of a shape ------------------------------------------------------------------------------------------------------


def _new(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[[Function], Function]:
    """The function that makes what is in order C, of a dtype that tensors have; NumPy makes what else it can."""

    def wrap(told: Function) -> Function:
        @functools.wraps(told)
        def make(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> Any:
            if order == "C" and like is None and device is None:
                try:
                    return ours(shape=shape, dtype=float64 if dtype is None else dtype)
                except (TypeError, ValueError, OverflowError):
                    pass
            return borrowed(theirs, shape, dtype, order, device=device, like=like)

        return make  # type: ignore[return-value]

    return wrap


@_new(fg.zeros, np.zeros)
def zeros(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> Any:
    """A tensor of zeros, float64 unless a dtype is given."""


@_new(fg.ones, np.ones)
def ones(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> Any:
    """A tensor of ones, float64 unless a dtype is given."""


@_new(fg.empty, np.empty)
def empty(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> Any:
    """A tensor whose elements are not set, float64 unless a dtype is given."""


def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None
) -> Any:
    """A tensor of one value, or of values that broadcast to the shape; gradients flow to them."""
    if order == "C" and like is None and device is None and type(fill_value) in (bool, int, float):
        try:
            return fg.full(shape, fill_value, float64 if dtype is None and type(fill_value) is float else dtype)
        except (TypeError, ValueError, OverflowError):
            pass
    if not is_followed(fill_value):
        return borrowed(np.full, shape, fill_value, dtype, order, device=device, like=like)
    _on_cpu("full", device)
    return array(fg.broadcast_to(tensor_of(fill_value, dtype), shape), order=order if order in "FA" else "C")


def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Any:
    """Zeros in a tensor's shape, dtype and layout, or in those that are given."""
    if isinstance(a, Tensor) and dtype is None and order == "K" and shape is None and device is None:
        return fg.zeros_like(a)
    return borrowed(np.zeros_like, _seen(a), dtype, order, subok, shape, device=device)


def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Any:
    """Ones in a tensor's shape, dtype and layout, or in those that are given."""
    if isinstance(a, Tensor) and dtype is None and order == "K" and shape is None and device is None:
        return fg.ones_like(a)
    return borrowed(np.ones_like, _seen(a), dtype, order, subok, shape, device=device)


def empty_like(
    prototype: Any, /, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Any:
    """A tensor in another's shape, dtype and layout, its elements not set."""
    if isinstance(prototype, Tensor) and dtype is None and order == "K" and shape is None and device is None:
        return fg.empty_like(prototype)
    return borrowed(np.empty_like, _seen(prototype), dtype, order, subok, shape, device=device)


def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """One value in a tensor's shape, dtype and layout; gradients flow to the value."""
    plain = isinstance(a, Tensor) and type(fill_value) in (bool, int, float) and dtype is shape is device is None
    if plain and order == "K" and a.dtype.kind == "f":
        return fg.full_like(a, fill_value)
    if not is_followed(fill_value):
        return borrowed(np.full_like, _seen(a), fill_value, dtype, order, subok, shape, device=device)
    source = tensor_of(a)
    return full(source.shape if shape is None else shape, fill_value, source.dtype if dtype is None else dtype)


def _seen(value: Any) -> Any:
    """A value without its history: of what is like another the shape, layout and dtype are asked for alone."""
    return value.detach() if isinstance(value, Tensor) else value


def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: Any = float,
    order: str = "C",
    *,
    device: Any = None,
    like: Any = None,
) -> Any:
    """A matrix with ones on diagonal k and zeros elsewhere."""
    if order == "C" and like is None and device is None:
        try:
            return fg.eye(N, M, k, dtype=float64 if dtype is None else dtype)
        except (TypeError, ValueError, OverflowError):
            pass
    return borrowed(np.eye, N, M, k, dtype, order, device=device, like=like)


def identity(n: int, dtype: Any = None, *, like: Any = None) -> Any:
    """The square matrix with ones on its diagonal."""
    return eye(n, dtype=dtype, like=like)


# ---- ranges ----------------------------------------------------------------------------------------------------------


@functools.wraps(np.arange)
def arange(*args: Any, **keywords: Any) -> Any:
    if not keywords and {int}.issuperset(map(type, args)) and 0 < len(args) < 4 and 0 not in args[2:]:
        return fg.arange(*args)
    return borrowed(np.arange, *args, **keywords)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Numbers evenly spaced between two, or two tensors; gradients flow to these."""
    if not is_followed((start, stop)):
        return borrowed(np.linspace, start, stop, num, endpoint, retstep, dtype, axis, device=device)
    _on_cpu("linspace", device)
    if num < 0:
        raise TensorValueError(f"linspace: num must not be negative, got {num}")
    parts = num - 1 if endpoint else num
    first, last = fg.broadcast_arrays(tensor_of(start), tensor_of(stop))
    places = np.arange(num).reshape(-1, *(1,) * first.ndim) / max(parts, 1)
    made = first * fg.asarray(1 - places) + last * fg.asarray(places)
    made = made if dtype is None else made.astype(dtype)
    made = fg.moveaxis(made, 0, axis)
    return (made, (last - first) / parts if parts else np.nan) if retstep else made


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """Numbers whose logarithms are evenly spaced; gradients flow to both ends and to the base."""
    if not is_followed((start, stop, base)):
        return borrowed(np.logspace, start, stop, num, endpoint, base, dtype, axis)
    start, stop, base = fg.broadcast_arrays(tensor_of(start), tensor_of(stop), tensor_of(base))
    made = tensor_of(base)[None] ** tensor_of(linspace(start, stop, num, endpoint))
    return fg.moveaxis(made if dtype is None else made.astype(dtype), 0, axis)


def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """Numbers with one ratio between neighbours; gradients flow to both ends."""
    if not is_followed((start, stop)):
        return borrowed(np.geomspace, start, stop, num, endpoint, dtype, axis)
    first, last = fg.broadcast_arrays(tensor_of(start), tensor_of(stop))
    if bool(fg.any(first * last <= 0)):
        raise TensorValueError("geomspace: start and stop must have one sign, and be nonzero, to have gradients")
    made = first * fg.exp(tensor_of(linspace(fg.zeros_like(first), fg.log(last / first), num, endpoint)))
    return fg.moveaxis(made if dtype is None else made.astype(dtype), 0, axis)


def fromfunction(
    function: Callable[..., Any], shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any
) -> Any:
    """What a function gives for the coordinates of a shape, which it is called with as tensors, once."""
    return function(*borrowed(np.indices, shape, dtype=dtype), **kwargs)


# ---- grids -----------------------------------------------------------------------------------------------------------


@or_numpys(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Grids of coordinates, a tensor for each vector, of the shape of them all (`sparse`: of its own axis alone)."""
    if indexing not in ("xy", "ij"):
        raise TensorValueError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    vectors = [tensor_of(x).reshape(-1) for x in xi]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    grids = [v.reshape([-1 if place == i else 1 for place in order]) for i, v in enumerate(vectors)]
    if not sparse:
        shape = tuple(vectors[i].shape[0] for i in order)
        grids = [fg.broadcast_to(grid, shape) for grid in grids]
    return tuple(grid.clone() for grid in grids) if copy else tuple(grids)


class Grid:
    """NumPy's ``mgrid`` and ``ogrid``: coordinates of the ranges that slices in brackets name, as tensors."""

    def __init__(self, theirs: Any) -> None:
        self._theirs = theirs

    def __getitem__(self, key: Any) -> Any:
        return given(self._theirs[key])

    def __repr__(self) -> str:
        return repr(self._theirs)


mgrid, ogrid = Grid(np.mgrid), Grid(np.ogrid)


# ---- triangles and diagonals -----------------------------------------------------------------------------------------


@or_numpys(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """Elements on and below diagonal k of matrices, zeros above; of a vector, those of its rows."""
    return fg.tril(_matrices(m), k)


@or_numpys(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """Elements on and above diagonal k of matrices, zeros below; of a vector, those of its rows."""
    return fg.triu(_matrices(m), k)


def _matrices(m: Any) -> Any:
    x = tensor_of(m)
    return fg.broadcast_to(x, (x.shape[0], x.shape[0])) if x.ndim == 1 else x


@or_numpys(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of a vector's elements as columns, the highest first unless `increasing`."""
    base = tensor_of(x)
    if base.ndim != 1:
        raise TensorValueError(f"vander: x must be a vector, got shape {tuple(base.shape)}")
    base = base.astype(np.promote_types(base.dtype.dtype, np.int64), copy=False)
    columns = [fg.ones_like(base)]
    for _ in range(1, base.shape[0] if N is None else N):
        columns.append(columns[-1] * base)
    if N == 0 or (N is None and not base.shape[0]):
        return fg.zeros((base.shape[0], 0), dtype=base.dtype)
    return fg.stack(columns if increasing else columns[::-1], axis=1)


@or_numpys(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """Of a matrix its diagonal k; of a vector the matrix that has it there."""
    x = tensor_of(v)
    if x.ndim == 1:
        if not is_traced() and not is_followed(x):
            return borrowed(np.diag, x, k)
        return _views.diag_embed(x, k)
    if x.ndim != 2:
        raise TensorValueError(f"diag: v must be a vector or a matrix, got shape {tuple(x.shape)}")
    return diagonal(x, k)


@or_numpys(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix that has all elements, in C order, on its diagonal k."""
    return _views.diagflat(tensor_of(v), k)


@or_numpys(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonals of two axes as the last axis: a view."""
    x = of_axes("diagonal", tensor_of(a), 2)
    if axis1 % x.ndim == axis2 % x.ndim and -x.ndim <= min(axis1, axis2) and max(axis1, axis2) < x.ndim:
        raise TensorValueError(f"diagonal: axis1 and axis2 must differ, got {axis1} and {axis2}")
    return _views.diagonal(x, offset, axis1, axis2)


@or_numpys(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    """The sums of diagonals of two axes."""
    return into(out, fg.sum(diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype))
