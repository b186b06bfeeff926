"""The elements of an array in a line: what `flat` of ndarray is, and what is written to places in that line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import array_of, tensor_of


def write_in_line(a: Tensor, places: Any, values: Any) -> None:
    """Write to places of a tensor's elements in C order, values again from the first where there are too few."""
    spots = np.asarray(array_of(places)).reshape(-1)
    line = tensor_of(values).reshape(-1)
    if not spots.size:
        return
    if not line.shape[0]:
        raise TensorValueError("there must be values to write, got none")
    if line.shape[0] != 1 and line.shape[0] != spots.size:
        line = fg.take(line, fg.asarray(np.arange(spots.size) % line.shape[0]))
    line = line.astype(a.dtype, copy=False)
    if a.ndim == 0:
        a[...] = line[-1:].reshape(())
        return
    a[tuple(map(fg.asarray, np.unravel_index(spots, tuple(a.shape))))] = line


class Flat:
    """The elements of a tensor in C order: read, written and gone through one by one, as NumPy's ``flat``."""

    def __init__(self, base: Tensor) -> None:
        self.base = base
        self.index = 0

    @property
    def coords(self) -> tuple[int, ...]:
        """The place of the element that comes next."""
        return tuple(int(i) for i in np.unravel_index(self.index, tuple(self.base.shape)))

    def __len__(self) -> int:
        return int(self.base.size)

    def __iter__(self) -> Iterator[Any]:
        self.index = 0
        return self

    def __next__(self) -> Any:
        if self.index == len(self):
            raise StopIteration
        place = self.coords
        self.index += 1
        return self.base[place]

    def __getitem__(self, key: Any) -> Any:
        return self.base.reshape(-1)[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        n = len(self)
        write_in_line(self.base, np.arange(n)[array_of(key)] if key is not ... else np.arange(n), value)

    def copy(self) -> Tensor:
        """The elements as a vector of their own."""
        return self.base.reshape(-1).clone()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.asarray(array_of(self.copy()), dtype)

    def __eq__(self, other: object) -> Any:
        return self.copy() == other

    __hash__ = None  # type: ignore[assignment]
