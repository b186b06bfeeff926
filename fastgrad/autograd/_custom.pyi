# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import Any

from fastgrad._tensor import Node, Tensor

def arguments(n: Node) -> list[Tensor]:
    """For each input of n that gradients flow to a tensor with that history, without its values."""

def attach(t: Tensor, n: Node, output: int) -> Tensor:
    """The same values as output `output` of n (a saved output given back its history)."""

def connect_function(
    context: Any, tensors: list[Tensor], outputs: Sequence[Tensor], returned: list[Tensor]
) -> Node | None:
    """Makes the outputs of a custom function's forward the outputs of one node whose rule is its backward. `returned`
    are all tensors that it returns.
    """

def give_history(x: Tensor, output: Tensor) -> None:
    """Makes x, which a forward wrote to, that function's output; `output` stands for it so far, on the same memory."""

def settle_unrecorded(t: Tensor, tensors: list[Tensor]) -> None:
    """Makes an output of a forward that is not recorded a tensor of its own, if it is a view of what forward alone has
    seen.
    """

def tell(t: Tensor, tensors: list[Tensor]) -> None:
    """Tells a tracer of what NumPy computed from these tensors, and no graph has."""
