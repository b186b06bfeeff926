# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def refuse(unknown: dict[str, Any], op: str, difference: str = "") -> int:
    """Raises the TypeError of keywords that a function does not have; of PyTorch's, it names ours and what differs."""

def drop_members(names: list[str]) -> None:
    """Takes members of these names from Tensor again."""

def foreign_operator(name: str, x: Any, y: Any) -> Any:
    """What an operator is whose other operand is foreign: of that operand's methods, outside NumPy's door."""

def one_vocabulary(function: Any) -> Any:
    """Has a compiled function refuse keywords of NumPy and of PyTorch in one call, unless the program speaks PyTorch's;
    returns it.

    What it is called with by name and what by position a function cannot tell: ``sum(x, 1, keepdim=True)`` is
    PyTorch's, ``sum(x, axis=1, keepdim=True)`` nobody's. So `_called` stands before its entry, in the slot that callers
    read; calls with less than two keywords are passed on by two comparisons.
    """

def operand(x: TensorLike, op: str, beside: Tensor | None = None) -> Tensor:
    """`as_tensor` for operations that are written in Python, and, beside another tensor, `as_operand`."""

def set_foreign_operator(operator: Any, is_foreign_array: Any) -> None:
    """Has operators of a tensor with what no tensor can be be answered by ``operator(name, x, y)``: for NumPy's door
    alone. None: as they are without.
    """

def set_members(members: dict[str, Any]) -> None:
    """Makes functions of a tensor, or properties, Tensor's members of these names: Python sets none on a compiled
    type.
    """

def take_attributes(whether: bool) -> None:
    """Says whether programs may give tensors attributes of their own, as PyTorch's have."""
