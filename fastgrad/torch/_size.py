"""torch.Size: what shapes are while the door is open."""

from __future__ import annotations

from math import prod
from typing import Any


class Size(tuple[int, ...]):
    """A shape: a tuple of ints that knows its product.

    Examples
    --------
    >>> from fastgrad.torch._size import Size
    >>> Size([2, 3]), Size([2, 3]).numel(), Size([2, 3])[:1]
    (torch.Size([2, 3]), 6, torch.Size([2]))
    """

    __slots__ = ()
    __module__ = "fastgrad.torch"

    def numel(self) -> int:
        """The number of elements."""
        return prod(self)

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Any:
        return Size(tuple.__add__(self, other)) if isinstance(other, tuple) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return Size(tuple.__add__(other, self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, count: Any) -> Any:
        return Size(tuple.__mul__(self, count))

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __reduce__(self) -> Any:
        return Size, (tuple(self),)
