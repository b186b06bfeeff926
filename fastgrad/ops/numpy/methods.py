"""What ndarray's methods and attributes mean where Tensor has none of the name, or one of another meaning.

They take PyTorch's words, too, where Tensor's own do: what a library calls goes on to mean what it meant.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import GenericAlias
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops.methods import METHODS as _own
from fastgrad.ops.numpy import creation, elementwise, index, products, reduce, sort
from fastgrad.ops.numpy.common import NO_VALUE, array_of, borrowed, given, number, tensor_of
from fastgrad.ops.numpy.flat import Flat
from fastgrad.ops.numpy.layout import in_line, laid_out


def _of_pytorch(name: str) -> Any:
    """PyTorch's method of a name that Tensor has only when it is asked for."""
    from fastgrad.ops.pytorch.methods import METHODS as theirs

    return theirs[name]


# ---- along axes ------------------------------------------------------------------------------------------------------


def _reduction(name: str, numpys: Callable[..., Any]) -> Any:
    """A method of NumPy's arguments up to `where`; a plain call goes straight to the compiled one."""
    own = _own[name]

    def method(
        self: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = NO_VALUE,
        where: Any = True,
        **torchs: Any,
    ) -> Any:
        if out is None and initial is NO_VALUE and where is True:
            if torchs:
                return own(self, axis, dtype, keepdims, **torchs)
            if dtype is None or isinstance(dtype, bool):  # which is PyTorch's keepdim
                return number(own(self, axis, dtype, keepdims))
        return numpys(self, axis, dtype, out, keepdims, initial, where, **torchs)

    return _like(numpys, method, name)


def _mean(
    self: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    where: Any = True,
    **torchs: Any,
) -> Any:
    """The mean along axes, or of all."""
    if out is None and where is True:
        if torchs:
            return _own["mean"](self, axis, dtype, keepdims, **torchs)
        if dtype is None or isinstance(dtype, bool):
            return number(_own["mean"](self, axis, dtype, keepdims))
    return reduce.mean(self, axis, dtype, out, keepdims, where=where, **torchs)


def _without_dtype(name: str, numpys: Callable[..., Any]) -> Any:
    """As `_reduction`, of what has no dtype; a bool in the place of `out` is PyTorch's ``keepdim``."""
    own = _own[name]

    def method(self: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **words: Any) -> Any:
        if out is None and not words and not isinstance(axis, Tensor):
            return numpys(self, axis, keepdims=keepdims)
        if isinstance(out, bool) or isinstance(axis, Tensor) or not words.keys() <= {"initial", "where"}:
            words |= {"keepdims": keepdims} if keepdims else {}
            return own(self, *[one for one in (axis, out) if one is not None], **words)
        return numpys(self, axis, out, keepdims=keepdims, **words)

    return _like(numpys, method, name)


def _both(name: str, numpys: Callable[..., Any]) -> Any:
    """NumPy's function as a method; called with words that only Tensor's own has, it is that."""
    words_of = inspect.signature(numpys).parameters.keys()

    def method(self: Any, *args: Any, **words: Any) -> Any:
        if not words or words.keys() <= words_of:
            return numpys(self, *args, **words)
        return (_own[name] if name in _own else _of_pytorch(name))(self, *args, **words)

    return _like(numpys, method, name)


def _like(numpys: Callable[..., Any], method: Callable[..., Any], name: str) -> Any:
    functools.update_wrapper(method, numpys)
    method.__name__, method.__qualname__ = name, f"Tensor.{name}"
    return method


def _compress(self: Any, condition: Any, axis: Any = None, out: Any = None) -> Any:
    """Along an axis, or of all in C order, what stands where a condition is true."""
    return index.compress(condition, self, axis, out)


# ---- elementwise -----------------------------------------------------------------------------------------------------


def _conjugate(self: Any) -> Any:
    """The tensor itself: its numbers are real."""
    return self


# ---- order -----------------------------------------------------------------------------------------------------------


def _sort(self: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, **torchs: Any) -> Any:
    """Sorts the elements along an axis, in place."""
    if torchs or isinstance(kind, bool):
        return _own["sort"](self, *([] if axis == -1 else [axis]), *([kind] if kind is not None else []), **torchs)
    self.copy_(sort.sort(self, axis, kind, order, stable=stable))
    return None


def _argpartition(self: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """Places of elements of which the kth is where sorting puts it, smaller ones before and larger ones behind."""
    return borrowed(np.argpartition, self, kth, axis, kind, order)


def _partition(self: Any, kth: Any, axis: int = -1, kind: str = "introselect", order: Any = None) -> None:
    """Moves elements so that the kth is where sorting puts it, smaller ones before and larger ones behind."""
    self.copy_(sort.partition(self, kth, axis, kind, order))


def _searchsorted(self: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    """Where values belong among these, which are sorted."""
    return borrowed(np.searchsorted, self, v, side, sorter)


# ---- copies, dtypes, memory ------------------------------------------------------------------------------------------


def _copy(self: Any, order: Any = "C") -> Any:
    """A copy, on the graph, in an order of memory."""
    return laid_out(self, order, copy=True)


def _flatten(self: Any, order: Any = "C", *args: Any, **torchs: Any) -> Any:
    """A copy of the elements as a vector, in an order."""
    if args or torchs or not isinstance(order, str):
        return _own["flatten"](self, *(() if order == "C" else (order,)), *args, **torchs)
    line = in_line(self, order)
    return line.clone() if line.data_ptr() == self.data_ptr() else line


def _ravel(self: Any, order: Any = "C") -> Any:
    """The elements as a vector, in an order: a view where memory allows it."""
    return _own["ravel"](self) if order == "C" else in_line(self, order)


def _astype(
    self: Any, dtype: Any, order: Any = "K", casting: Any = "unsafe", subok: bool = True, copy: Any = True
) -> Any:
    """The elements in another dtype; NumPy's array where no tensor has it."""
    try:
        if casting != "unsafe" and not np.can_cast(self.dtype.dtype, np.dtype(dtype), casting):
            raise TensorTypeError(f"astype: cannot cast from {self.dtype} to {np.dtype(dtype)} by the rule {casting!r}")
        cast = _own["astype"](self, dtype, copy=copy)
    except TypeError:
        if _has(dtype) or dtype is None:
            raise
        return borrowed(np.ndarray.astype, self, dtype, order, casting)
    return cast if order == "K" else laid_out(cast, order)


def _has(dtype: Any) -> bool:
    """Whether it is a dtype of tensors'."""
    try:
        fg.zeros((), dtype=dtype)
    except TypeError:
        return False
    return True


def _view(self: Any, *args: Any, **words: Any) -> Any:
    """The same memory: the tensor again, or its bytes as elements of another dtype. Of lengths, PyTorch's: in another
    shape."""
    kind = args[0] if args else words.get("dtype", words.get("type"))
    if kind is None and not words:
        return self[...]
    if isinstance(kind, type) and issubclass(kind, Tensor):
        return self[...]
    if isinstance(kind, (int, np.integer, tuple, list, Tensor)):
        return _own["view"](self, *args, **words)
    if self.requires_grad:
        raise TensorTypeError("view: bytes have no gradients; give another dtype to x.detach()")
    return given(array_of(self).view(np.dtype(kind)))


def _fill(self: Any, value: Any) -> None:
    """Sets every element to a value."""
    self.fill_(value if isinstance(value, bool) else tensor_of(value).astype(self.dtype, copy=False))


def _tobytes(self: Any, order: Any = "C") -> bytes:
    """The elements' bytes, in an order."""
    return array_of(self).tobytes(order)  # type: ignore[no-any-return]


def _tofile(self: Any, fid: Any, sep: str = "", format: str = "%s") -> None:
    """Writes the elements to a file, in C order: as bytes, or as text with what separates them."""
    array_of(self).tofile(fid, sep, format)


def _dump(self: Any, file: Any) -> None:
    """Pickles the array to a file."""
    array_of(self).dump(file)


def _dumps(self: Any) -> bytes:
    """The array's pickle."""
    return array_of(self).dumps()  # type: ignore[no-any-return]


def _byteswap(self: Any, inplace: bool = False) -> Any:
    """The elements that there are with their bytes reversed."""
    swapped = borrowed(np.ndarray.byteswap, self)
    return self.copy_(swapped) if inplace else swapped


def _getfield(self: Any, dtype: Any, offset: int = 0) -> Any:
    """A part of each element's bytes as a dtype: a view."""
    return borrowed(np.ndarray.getfield, self, dtype, offset)


def _setfield(self: Any, val: Any, dtype: Any, offset: int = 0) -> None:
    """Writes a part of each element's bytes."""
    array = array_of(self).copy()
    array.setfield(array_of(val), dtype, offset)
    self.copy_(fg.asarray(array))


def _resize(self: Any, *new_shape: Any, refcheck: bool = True) -> None:
    """Gives the tensor another shape, with zeros behind or without the last elements."""
    shape = new_shape[0] if len(new_shape) == 1 and not hasattr(new_shape[0], "__index__") else new_shape
    if self.requires_grad:
        raise TensorValueError("resize: a tensor that requires gradients must keep its shape; use np.resize")
    if self.base is not None:
        raise TensorValueError("resize: a view of another tensor must keep its shape; use np.resize")
    made = fg.zeros(shape, dtype=self.dtype).reshape(-1)
    count = min(int(self.size), int(made.size))
    made[:count] = self.reshape(-1)[:count]
    self.data = made.reshape(shape)


def _setflags(self: Any, write: Any = None, align: Any = None, uic: Any = None) -> None:
    """Sets nothing: memory of tensors is aligned and stays as writable as it is."""
    flags = array_of(self).flags
    for name, wanted, there in (
        ("write", write, flags.writeable),
        ("align", align, flags.aligned),
        ("uic", uic, False),
    ):
        if wanted is not None and bool(wanted) != there:
            raise TensorValueError(f"setflags: {name} must be {there}, as it is, got {wanted}")


class Flags:
    """How a tensor lies in memory, by NumPy's names; nothing of it can be set."""

    def __init__(self, flags: Any, owns: bool) -> None:
        object.__setattr__(self, "_flags", flags)
        object.__setattr__(self, "owndata", owns)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._flags, name)

    def __getitem__(self, name: str) -> Any:
        return self.owndata if name in ("OWNDATA", "O") else self._flags[name]

    def __setattr__(self, name: str, value: Any) -> None:
        raise TensorValueError(f"flags: {name} cannot be set, a tensor's memory stays as it is")

    __setitem__ = __setattr__

    def __repr__(self) -> str:
        return repr(self._flags).replace("OWNDATA : False", f"OWNDATA : {self.owndata}")


def _to_device(self: Any, device: Any, /, *, stream: Any = None) -> Any:
    """The tensor itself: it is on the CPU."""
    if device != "cpu" or stream is not None:
        raise TensorValueError(f'to_device: device must be "cpu" and stream None, got {device!r} and {stream!r}')
    return self


# ---- the table -------------------------------------------------------------------------------------------------------


def _method(function: Callable[..., Any]) -> Any:
    """A function as the method of its name."""
    name = function.__name__.lstrip("_")
    function.__name__, function.__qualname__ = name, f"Tensor.{name}"
    return function


METHODS: dict[str, Any] = {
    # along axes
    "all": _without_dtype("all", reduce.all),
    "any": _without_dtype("any", reduce.any),
    "argmax": _without_dtype("argmax", reduce.argmax),
    "argmin": _without_dtype("argmin", reduce.argmin),
    "cumprod": _both("cumprod", reduce.cumprod),
    "cumsum": _both("cumsum", reduce.cumsum),
    "max": _without_dtype("max", reduce.max),
    "mean": _method(_mean),
    "min": _without_dtype("min", reduce.min),
    "prod": _reduction("prod", reduce.prod),
    "std": _both("std", reduce.std),
    "sum": _reduction("sum", reduce.sum),
    "var": _both("var", reduce.var),
    # elementwise and products
    "clip": _both("clip", elementwise.clip),
    "conjugate": _method(_conjugate),
    "dot": _both("dot", products.dot),
    "round": _both("round", elementwise.round),
    # order
    "argpartition": _method(_argpartition),
    "argsort": _both("argsort", sort.argsort),
    "partition": _method(_partition),
    "searchsorted": _method(_searchsorted),
    "sort": _method(_sort),
    # places
    "choose": index.choose,
    "compress": _method(_compress),
    "diagonal": _both("diagonal", creation.diagonal),
    "flat": property(Flat, lambda self, values: Flat(self).__setitem__(..., values)),
    "put": index.put,
    "take": _both("take", index.take),
    "trace": _both("trace", creation.trace),
    # copies, dtypes, memory
    "__array_interface__": property(lambda self: array_of(self).__array_interface__),
    "__array_struct__": property(lambda self: array_of(self).__array_struct__),
    "__class_getitem__": classmethod(GenericAlias),
    "astype": _method(_astype),
    "base": property(lambda self: self._base),
    "byteswap": _method(_byteswap),
    "copy": _method(_copy),
    "ctypes": property(lambda self: array_of(self).ctypes),
    "dump": _method(_dump),
    "dumps": _method(_dumps),
    "fill": _method(_fill),
    "flags": property(lambda self: Flags(array_of(self).flags, self._base is None)),
    "flatten": _method(_flatten),
    "getfield": _method(_getfield),
    "imag": property(lambda self: fg.zeros_like(self)),
    "ravel": _method(_ravel),
    "resize": _method(_resize),
    "setfield": _method(_setfield),
    "setflags": _method(_setflags),
    "to_device": _method(_to_device),
    "tobytes": _method(_tobytes),
    "tofile": _method(_tofile),
    "view": _method(_view),
}
