"""What one line of the table of operations says, and how its sample inputs are drawn.

The inputs come from NumPy's ``RandomState``, whose streams are frozen: golden values stay comparable for ever.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from typing import Any
from zlib import crc32

import numpy as np

import fastgrad as fg

FLOATS = ("float32", "float64")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = SIGNED + UNSIGNED
NUMBERS = FLOATS + INTEGERS
EVERY = ("bool", *NUMBERS)
STORED = ("float16", *EVERY)  # what moves and copies elements without computing

# Lengths around the widths of vectors (4 to 16 elements), tiles and panels of several (32, 64, 128), and the blocks in
# which elementwise work (short runs 96, blocks 2048) and reductions (blocks and panels 1024) proceed.
WIDTHS = (4, 8, 16, 32, 64, 96, 128)
LENGTHS = tuple(sorted({n + d for n in WIDTHS for d in (-1, 0, 1)} | {1, 2, 1023, 1024, 1025, 2047, 2048, 2049}))
FEW_LENGTHS = (1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129)


class Sample:
    """The arguments of one call. NumPy arrays in them, also in lists, become tensors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args = args
        self.kwargs = kwargs

    def map(self, change: Callable[[Any], Any]) -> Sample:
        """The same with each array (or Fixed array) replaced by what ``change`` makes of it."""
        args = [_map(a, change) for a in self.args]  # first these, in order
        return Sample(*args, **{name: _map(a, change) for name, a in self.kwargs.items()})

    def arrays(self) -> list[Any]:
        """The arrays, in order; Fixed ones as they are."""
        found: list[Any] = []
        self.map(lambda a: found.append(a) or a)
        return found

    def __repr__(self) -> str:
        parts = [_describe(a) for a in self.args] + [f"{k}={_describe(a)}" for k, a in self.kwargs.items()]
        return f"({', '.join(parts)})"


class Fixed:
    """An array argument that is not differentiated and keeps its layout: labels, running statistics."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array


Pair = Any  # an int, for both axes of images, or one for each


def pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _map(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, (np.ndarray, Fixed)):
        return change(value)
    if isinstance(value, (list, tuple)) and any(isinstance(v, (np.ndarray, Fixed, list, tuple)) for v in value):
        return type(value)(_map(v, change) for v in value)
    return value


def _describe(value: Any) -> str:
    if isinstance(value, Fixed):
        return _describe(value.array)
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_describe(v) for v in value)}]"
    return repr(value)


class Make:
    """Draws inputs of one dtype: uniform in a range, integers of it for integer dtypes, random truth for bool."""

    def __init__(self, name: str, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self.random = np.random.RandomState(crc32(name.encode()))

    @property
    def is_float(self) -> bool:
        return self.dtype.kind == "f"

    def __call__(self, *shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
        drawn = self.random.random_sample(shape)
        if self.dtype.kind == "b":
            return np.asarray(drawn < 0.5)
        if self.is_float:
            return np.asarray(low + drawn * (high - low)).astype(self.dtype)
        least = max(low, 0) if self.dtype.kind == "u" else low
        return np.asarray(np.floor(least + drawn * (high - least + 1)).clip(least, high), dtype=self.dtype)

    def distinct(self, *shape: int) -> np.ndarray:
        """No two equal, and none within 0.01 of another (of a float dtype, up to some 300 elements)."""
        size = int(np.prod(shape))
        values = self.random.permutation(size) - size // 3
        if self.dtype.kind == "b":
            return np.asarray(values % 2 == 0).reshape(shape)
        if self.is_float:
            return (values / 16.0 + 0.03).astype(self.dtype).reshape(shape)
        return (values % 100).astype(self.dtype).reshape(shape)

    def apart(self, *shape: int, places: Iterable[float] = (0.0,), low: float = -2.0, high: float = 2.0) -> np.ndarray:
        """As a call, floats at least 0.05 away from places where the derivative jumps."""
        values = self(*shape, low=low, high=high)
        if self.is_float:
            for place in places:
                near = np.abs(values - place) < 0.05
                values = np.where(near, place + np.where(values < place, -0.07, 0.07), values).astype(self.dtype)
        return values

    def index(self, *shape: int, below: int, negative: bool = False) -> Fixed:
        """Valid indices of an axis, int64."""
        return Fixed(np.asarray(self.random.randint(-below if negative else 0, below, shape), dtype=np.int64))

    def mask(self, *shape: int) -> Fixed:
        return Fixed(np.asarray(self.random.random_sample(shape) < 0.5))


class NoGradient(Enum):
    """Why an operation has no derivatives to check; every other one has first and second ones."""

    TRUTH = "the result is bool"
    WHOLE = "the result is of whole numbers: positions, counts, a cast to integers"
    INTEGERS = "there are no float arguments"
    CREATED = "the result is new: of the arguments at most the shape, the data or the probabilities are looked at"
    DETACHED = "it is there to cut the graph"
    NARROWER = "the result has too few bits for finite differences; a test of its own compares the gradient"


def _one(sample: Sample) -> int:
    return 1


def _member(place: Any, name: str) -> Any:
    """What this name below a module means; compiled modules are no members of their packages."""
    return getattr(place, name) if hasattr(place, name) else sys.modules[f"{place.__name__}.{name}"]


@dataclass(frozen=True)
class Op:
    """One operation: where it is, what it is given, and what must come out.

    Parameters
    ----------
    name : str
        Below ``fastgrad``: ``"exp"``, ``"nn.functional.relu"``, ``"Tensor.view"``.
    samples : callable
        Given a Make, yields small samples, at points where the operation is differentiable: for values, derivatives,
        golden values. With ``sizes`` it must reach every code path.
    reference : callable
        Of the same arguments with NumPy arrays; floats come as float64. Returns an array or several.
    sizes : callable, optional
        Further samples, for values and threads: lengths around each block's.
    dtypes : tuple of str
    result : str
        The result's dtype: "same", "bool", "float" (float32 of integers), "moment" (float64 of integers), "sum" (int64
        and uint64 of integers), a dtype's name, or "any" (then it is not compared).
    no_gradient : NoGradient, optional
        Why there are no derivatives to check. Otherwise first and second ones are.
    ulps : float
        Rounding errors of one element's own arithmetic, in units in the last place.
    terms : callable, optional
        Of a sample: how many terms each result sums.
    magnitude : callable, optional
        Like the reference: the sums of the absolute values of the terms. Default: the absolute result.
    threaded : bool
        Whether a kernel of its own can be cut into pieces.
    layouts : bool
        Whether arguments of any layout are taken.
    cancels : float
        The size of the terms that cancel in a gradient, where it is larger than the gradient's.
    torch : callable or str, optional
        The same in PyTorch: given the module and the arguments. A string names the function; ``axis`` and ``keepdims``
        become ``dim`` and ``keepdim``.
    call : callable, optional
        How it is called, given the function and the arguments, where not plainly: for functions that change arguments.
    deterministic : bool
        False: the result is random, and only its shape and dtype are compared.
    """

    name: str
    samples: Callable[[Make], Iterable[Sample]]
    reference: Callable[..., Any]
    sizes: Callable[[Make], Iterable[Sample]] | None = None
    dtypes: tuple[str, ...] = FLOATS
    result: str = "same"
    no_gradient: NoGradient | None = None
    ulps: float = 4.0
    terms: Callable[[Sample], int] = _one
    magnitude: Callable[..., Any] | None = None
    threaded: bool = True
    layouts: bool = True
    cancels: float = 0.0
    torch: Callable[..., Any] | str | None = None
    call: Callable[..., Any] | None = None
    deterministic: bool = True
    function: Callable[..., Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", reduce(_member, self.name.split("."), fg))

    def __call__(self, sample: Sample) -> Any:
        if self.call is not None:
            return self.call(self.function, *sample.args, **sample.kwargs)
        return self.function(*sample.args, **sample.kwargs)

    def draw(self, dtype: str) -> list[Sample]:
        """The small samples."""
        return list(self.samples(Make(self.name, dtype)))

    def draw_sizes(self, dtype: str) -> list[Sample]:
        """The further ones."""
        return [] if self.sizes is None else list(self.sizes(Make(self.name + " sizes", dtype)))


def outputs(result: Any) -> list[Any]:
    """The tensors or arrays of a result, as a list."""
    return list(result) if isinstance(result, (tuple, list)) else [result]


def tensors(
    sample: Sample, requires_grad: bool = False, layout: Callable[[np.ndarray], np.ndarray] | None = None
) -> Sample:
    """The sample with tensors that own their memory, in another layout if wanted."""

    def change(a: Any) -> Any:
        if isinstance(a, Fixed):
            return fg.tensor(a.array)
        t = fg.asarray(np.array(a) if layout is None else layout(a))
        if requires_grad and a.dtype.kind == "f":
            t.requires_grad_(True)
        return t

    return sample.map(change)


def wide(sample: Sample) -> Sample:
    """The sample with plain arrays for a reference: copies, floats as float64."""
    return sample.map(lambda a: _widened(a.array if isinstance(a, Fixed) else a))


def _widened(a: np.ndarray) -> np.ndarray:
    return a.astype(np.float64) if a.dtype.kind == "f" else a.copy()


def with_dtype(sample: Sample, dtype: str) -> Sample:
    """The sample with its floats in another dtype."""

    def change(a: Any) -> Any:
        array = a.array if isinstance(a, Fixed) else a
        if array.dtype.kind == "f":
            array = array.astype(dtype)
        return Fixed(array) if isinstance(a, Fixed) else array

    return sample.map(change)
