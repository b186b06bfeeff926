"""Numbers, lengths, shapes and arrays at random, of which families of operations draw their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ops.entry import Fixed, Op, Sample

MOST = 20_000  # elements of an array


class Draw:
    """Draws the arguments of one call.

    Parameters
    ----------
    random : numpy.random.Generator
    dtype : str
    most : int
        The longest axis.
    """

    def __init__(self, random: np.random.Generator, dtype: str, most: int = 70) -> None:
        self.random = random
        self.dtype = np.dtype(dtype)
        self.most = most

    def chance(self, p: float) -> bool:
        return bool(self.random.random() < p)

    def pick(self, values: Any) -> Any:
        return values[int(self.random.integers(len(values)))]

    def whole(self, low: int, high: int) -> int:
        """From low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def length(self, low: int = 0) -> int:
        """Short ones are likelier; lengths around the widths of vectors are as likely as others."""
        kind = self.random.random()
        if kind < 0.5:
            n = self.whole(low, 5)
        elif kind < 0.75:
            n = self.pick((7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65))
        else:
            n = self.whole(low, 70)
        return max(low, min(n, self.most))

    def shape(self, ndim: int | None = None, low: int = 0) -> tuple[int, ...]:
        ndim = self.pick((0, 1, 1, 2, 2, 2, 3, 3, 4, 5)) if ndim is None else ndim
        return bounded(tuple(self.length(low) for _ in range(ndim)))

    def broadcast_from(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A shape that broadcasts to one."""
        if self.chance(0.5):
            return shape
        shape = shape[self.whole(0, len(shape)) :]
        return tuple(1 if self.chance(0.3) else n for n in shape)

    def array(self, *shape: int, low: float = -2.0, high: float = 2.0, edges: float = 0.0) -> np.ndarray:
        """Numbers of a range, some of them replaced by edge values."""
        if self.dtype.kind == "b":
            return np.asarray(self.random.random(shape) < 0.5)
        if self.dtype.kind == "f":
            a = np.asarray(self.random.uniform(low, high, shape)).astype(self.dtype)
        else:
            a = np.asarray(self.random.integers(0 if self.dtype.kind == "u" else int(low), int(high) + 1, shape))
            a = a.astype(self.dtype)
        if edges:
            values = edge_values(self.dtype)
            at = self.random.random(shape) < edges
            a = np.where(at, values[self.random.integers(len(values), size=shape)], a).astype(self.dtype)
        return a

    def edges(self) -> float:
        return self.pick((0.0, 0.0, 0.1, 0.5, 1.0))

    def indices(self, *shape: int, below: int, negative: bool = False) -> Fixed:
        return Fixed(np.asarray(self.random.integers(-below if negative else 0, below, shape)))

    def axis(self, ndim: int) -> int:
        return self.whole(-ndim, ndim - 1)


def bounded(shape: tuple[int, ...], fixed: int | None = None) -> tuple[int, ...]:
    """The shape, its longest axes halved until it is not too large; one axis may be fixed."""
    lengths = list(shape)
    while int(np.prod(lengths)) > MOST:
        k = max((k for k in range(len(lengths)) if k != fixed), key=lengths.__getitem__)
        lengths[k] //= 2
    return tuple(lengths)


def edge_values(dtype: np.dtype) -> np.ndarray:
    if dtype.kind == "f":
        info = np.finfo(dtype)
        tiny = [float(info.tiny), float(info.smallest_subnormal), -float(info.tiny) / 4]
        large = [float(info.max), float(info.min), 6e4, -700.0, 88.5]
        return np.array([0.0, -0.0, 1.0, -1.0, 0.5, 2.5, np.inf, -np.inf, np.nan, *large, *tiny], dtype=dtype)
    info = np.iinfo(dtype)
    return np.array([0, 1, 2, info.max, info.max - 1, info.min, info.min + 1, 7], dtype=dtype)


Drawer = Callable[[Draw, Op], Sample]
