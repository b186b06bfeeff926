# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor

def __copy__(self: Tensor) -> Tensor:
    """Another tensor on the same memory with the same history, of the same class and with its attributes.

    A leaf's is a leaf of its own where it requires gradients or is a subclass's; else it is a view.
    """

def __deepcopy__(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """A copy of the values and of ``grad``, with the attributes of a subclass."""

def __reduce_ex__(self: Tensor, protocol: Any) -> tuple[Any, ...]:
    """Pickled by value, as plain bytes; history does not travel."""
