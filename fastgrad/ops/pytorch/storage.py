"""``x.untyped_storage()`` and ``x.storage()``: where the memory lies that a tensor shares with its views."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.ops.view import storage_place


class UntypedStorage:
    """The bytes of a tensor and its views: equal where they are the same memory."""

    _unit = 1

    def __init__(self, tensor: Tensor) -> None:
        self._address, self._bytes = storage_place(tensor)  # which refuses what is no tensor
        self._tensor = tensor.detach()  # whose memory stays as long as this

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return self._address

    def nbytes(self) -> int:
        return self._bytes

    def size(self) -> int:
        """The number of elements; of untyped memory they are bytes."""
        return self.nbytes() // self._unit

    __len__ = size

    def element_size(self) -> int:
        return self._unit

    @property
    def device(self) -> Any:
        return self._tensor.device

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UntypedStorage) and (self.data_ptr(), self.nbytes()) == (
            other.data_ptr(),
            other.nbytes(),
        )

    def __hash__(self) -> int:
        return hash((self.data_ptr(), self.nbytes()))


class TypedStorage(UntypedStorage):
    """The elements of a tensor and its views, in their order in memory."""

    def __init__(self, tensor: Tensor) -> None:
        super().__init__(tensor)
        self.dtype = tensor.dtype
        self._unit = tensor.dtype.itemsize

    def untyped(self) -> UntypedStorage:
        return UntypedStorage(self._tensor)

    def tolist(self) -> list[Any]:
        from ctypes import c_char

        memory: Any = (c_char * self.nbytes()).from_address(self.data_ptr()) if self.nbytes() else b""
        whole: Any = fg.tensor(np.frombuffer(memory, np.uint8))
        found: list[Any] = whole.view(self.dtype).tolist()
        return found

    def __getitem__(self, place: int) -> Any:
        return self.tolist()[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())


def untyped_storage(self: Tensor) -> Any:
    """The memory that a tensor shares with its views, as bytes."""
    return UntypedStorage(self)


def storage(self: Tensor) -> Any:
    """The memory that a tensor shares with its views, as elements."""
    return TypedStorage(self)
