# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def _add_(self: Tensor, other: TensorLike, *, alpha: float = 1) -> Tensor:
    """self += alpha * other."""

def _clip_(self: Tensor, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """Limits the elements to a range, in place."""

def _div_(self: Tensor, other: TensorLike) -> Tensor:
    """self /= other."""

def _mul_(self: Tensor, other: TensorLike) -> Tensor:
    """self *= other."""

def _pow_(self: Tensor, other: TensorLike) -> Tensor:
    """self **= other."""

def _sub_(self: Tensor, other: TensorLike, *, alpha: float = 1) -> Tensor:
    """self -= alpha * other."""

def copy_(self: Tensor, source: TensorLike) -> Tensor:
    """Writes the elements of source, broadcast and cast, to this tensor; returns it."""

def fill_(self: Tensor, value: TensorLike) -> Tensor:
    """Sets every element to a number; returns the tensor."""

def in_place(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The method that writes what an elementwise function of one tensor gives to the tensor itself."""

def write_elementwise(name: Any, out: Any, x: Any, y: Any = None) -> bool:
    """Writes what an elementwise operation gives, of a tensor or of two operands, to `out`, without a tensor between.

    Returns whether it has: it does where nothing is recorded, and where `out` has the dtype and shape of the result.
    """

def zero_(self: Tensor) -> Tensor:
    """Sets every element to 0; returns the tensor."""
