"""A tensor of the reference: values and Taylor coefficients, which views share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .reference import Library


class Memory:
    """Values that tensors share."""

    def __init__(self) -> None:
        self.writers: list[History] = []  # of each recorded write
        self.order_known = True  # no operation promises the order of axes that it gives its result in memory


class History:
    """Coefficients that a tensor and its views share."""

    def __init__(self, memory: Memory, requires_grad: bool, detached: bool = False) -> None:
        self.memory = memory
        self.requires_grad = requires_grad
        self.detached = detached
        self.version = 0  # how often it was rewritten
        self.seen = len(memory.writers)
        self.poisoned = False

    def is_stale(self) -> bool:
        others = (h for h in self.memory.writers[self.seen :] if h is not self)
        return not self.detached and any(not h.detached for h in others)


class Array:
    """A tensor of the reference."""

    __array_ufunc__ = None

    def __init__(self, library: Library, value: np.ndarray, series: Sequence[np.ndarray], history: History) -> None:
        self.library = library
        self.value = value
        self._series = tuple(series)
        self.history = history
        self.is_base = True
        self._own: tuple[int, tuple[np.ndarray, ...]] | None = None  # coefficients apart, at one version of the history

    # -- what it is

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return self.value.ndim

    @property
    def is_contiguous(self) -> bool:
        """Whether it lies in C order, for sure."""
        return self.value.flags.c_contiguous and (self.ndim < 2 or self.history.memory.order_known)

    @property
    def requires_grad(self) -> bool:
        return self.history.requires_grad

    @property
    def poisoned(self) -> bool:
        return self.history.poisoned or self.history.is_stale()

    @property
    def series(self) -> tuple[np.ndarray, ...]:
        if self._own is not None and self._own[0] == self.history.version:
            return self._own[1]
        return self._series

    def scale(self, factor: float) -> None:
        """Make every later use at this version of the history see coefficients that a hook scaled."""
        self._change(lambda c, k: c * factor)

    def probe(self, direction: np.ndarray) -> None:
        self._change(lambda c, k: c + direction if k == 0 else c)

    def _change(self, f: Callable[[np.ndarray, int], np.ndarray]) -> None:
        if self.is_base:
            for k, c in enumerate(self._series):
                c[...] = f(c, k)
        else:
            self._own = (self.history.version, tuple(np.array(f(c, k)) for k, c in enumerate(self.series)))

    # -- views

    def _view(self, f: Callable[[np.ndarray], np.ndarray], copies: bool = False) -> Array:
        """f gives a view of values and coefficients, or a copy: always, or where the memory does not allow a view."""
        lib, value = self.library, f(self.value)
        if copies or (value.size and not np.may_share_memory(value, self.value)):
            return lib.apply(f, self)
        if self.requires_grad and not lib.grad_mode:
            history = History(self.history.memory, False, self.history.detached)
            return Array(lib, value, [np.zeros(value.shape) for _ in self.series], history)
        view = Array(lib, value, [f(c) for c in self._series], self.history)
        view.is_base = False
        if self._own is not None and self._own[0] == self.history.version:
            view._own = (self._own[0], tuple(f(c) for c in self._own[1]))
        return view

    def __getitem__(self, key: Any) -> Array:
        # A 0-dimensional result is an array, so that it stays a view.
        key = key if isinstance(key, tuple) else (key,)
        copies = any(isinstance(k, (list, np.ndarray, bool)) for k in key)
        if not copies and not any(k is Ellipsis for k in key):
            key = (*key, ...)
        return self._view(lambda a: np.array(a[key], order="C") if copies else np.asarray(a[key]), copies)

    def reshape(self, *shape: Any) -> Array:
        return self._view(lambda a: a.reshape(*shape))

    view = reshape

    def expand(self, *shape: int) -> Array:
        return self._view(lambda a: np.lib.stride_tricks.as_strided(a, *_expanded(a, shape)))

    def swapaxes(self, i: int, j: int) -> Array:
        return self._view(lambda a: a.swapaxes(i, j))

    def permute(self, *axes: int) -> Array:
        return self._view(lambda a: a.transpose(axes))

    @property
    def T(self) -> Array:
        return self._view(lambda a: a.T)

    def unsqueeze(self, axis: int) -> Array:
        return self._view(lambda a: np.expand_dims(a, axis))

    def squeeze(self, axis: int) -> Array:
        return self._view(lambda a: a.squeeze(axis))

    def flatten(self) -> Array:
        return self._view(lambda a: a.reshape(-1))

    def contiguous(self) -> Array:
        return self if self.value.flags.c_contiguous else self.clone()

    def detach(self) -> Array:
        history = History(self.history.memory, False, detached=True)
        return Array(self.library, self.value, [np.zeros(self.shape) for _ in self.series], history)

    @property
    def data(self) -> Array:
        return self.detach()

    @data.setter
    def data(self, other: Array) -> None:
        """Other memory, which nobody shares yet; the history stays."""
        self.value = other.value

    def detach_(self) -> Array:
        """Of a tensor whose memory nobody shares."""
        version = self.history.version
        self.history = History(self.history.memory, False)
        self.history.version = version + 1
        self._series = tuple(np.zeros(self.shape) for _ in self._series)
        return self

    # -- writing

    def _write(self, key: Any, new: Array | float) -> Array:
        lib = self.library
        written = lib.nested(new) if holds_arrays(new) else lib.constant(new)
        poisoned = self.poisoned or written.poisoned
        value, series = np.array(written.value), [np.array(c) for c in written.series]
        self.value[key] = value
        if lib.grad_mode and (self.requires_grad or written.requires_grad):
            for old, c in zip(self._series, series, strict=True):
                old[key] = c
            h = self.history
            h.poisoned = poisoned
            h.requires_grad = True
            h.version += 1
            h.memory.writers.append(h)
        return self

    def __setitem__(self, key: Any, value: Array | float) -> None:
        self._write(key, value)

    def _assign(self, new: Array | float) -> Array:
        return self._write(..., new)

    def copy_(self, other: Array) -> Array:
        return self._assign(other)

    def fill_(self, number: float) -> Array:
        return self._assign(number)

    def zero_(self) -> Array:
        return self._assign(0.0)

    def __iadd__(self, other: Any) -> Array:
        return self._assign(self + other)

    def __isub__(self, other: Any) -> Array:
        return self._assign(self - other)

    def __imul__(self, other: Any) -> Array:
        return self._assign(self * other)

    def __itruediv__(self, other: Any) -> Array:
        return self._assign(self / other)

    def __ipow__(self, other: Any) -> Array:
        return self._assign(self**other)

    def add_(self, other: Any, alpha: float = 1.0) -> Array:
        return self._assign(self + other * alpha)

    def sub_(self, other: Any, alpha: float = 1.0) -> Array:
        return self._assign(self - other * alpha)

    def mul_(self, other: Any) -> Array:
        return self._assign(self * other)

    def div_(self, other: Any) -> Array:
        return self._assign(self / other)

    # -- arithmetic

    def _both(self, f: Callable[[Any, Any], Any], other: Any) -> Array:
        return self.library.apply(f, self, other)

    def __add__(self, other: Any) -> Array:
        return self._both(lambda x, y: x + y, other)

    def __radd__(self, other: Any) -> Array:
        return self._both(lambda x, y: y + x, other)

    def __sub__(self, other: Any) -> Array:
        return self._both(lambda x, y: x - y, other)

    def __rsub__(self, other: Any) -> Array:
        return self._both(lambda x, y: y - x, other)

    def __mul__(self, other: Any) -> Array:
        return self._both(lambda x, y: x * y, other)

    def __rmul__(self, other: Any) -> Array:
        return self._both(lambda x, y: y * x, other)

    def __truediv__(self, other: Any) -> Array:
        return self._both(lambda x, y: x / y, other)

    def __rtruediv__(self, other: Any) -> Array:
        return self._both(lambda x, y: y / x, other)

    def __pow__(self, other: Any) -> Array:
        return self._both(lambda x, y: x**y, other)

    def __rpow__(self, other: Any) -> Array:
        return self._both(lambda x, y: y**x, other)

    def __matmul__(self, other: Any) -> Array:
        return self._both(np.matmul, other)

    def __neg__(self) -> Array:
        return self.library.apply(np.negative, self)

    def __gt__(self, other: Any) -> np.ndarray:
        return np.asarray(self.value > (other.value if isinstance(other, Array) else other))

    def clone(self) -> Array:
        return self.library.apply(np.array, self)

    # -- the graph

    def register_hook(self, hook: tuple[str, float]) -> Handle:
        entry = (self, self.history.version, *hook)
        self.library.hooks.append(entry)
        return Handle(lambda: self.library.hooks.remove(entry))

    def retain_grad(self) -> None:
        self.library.retained.append((self, self.history.version))

    def backward(self, retain_graph: bool = False) -> None:
        versions = {array: array.history.version for array, _ in self.library.retained}
        self.library.passes.append((float(self.series[0].sum()), versions))
        self.library.poisoned |= self.poisoned


def holds_arrays(value: Any) -> bool:
    return isinstance(value, Array) or (isinstance(value, list) and any(map(holds_arrays, value)))


def _expanded(a: np.ndarray, shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    view = np.broadcast_to(a, shape)
    return view.shape, view.strides


class Handle:
    """A hook's."""

    def __init__(self, remove: Callable[[], None]) -> None:
        self.remove = remove
