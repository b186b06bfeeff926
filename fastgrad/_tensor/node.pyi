# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any

from typing_extensions import disjoint_base

from fastgrad._tensor import Tensor

def refuse_detached(n: Node, t: Tensor) -> None:
    """Where a gradient is recorded, what n saved must have the history that it had; `detach_` leaves none."""

def show_nodes_by(name_for: Any, leaf_for: Any) -> None:
    """Have nodes give ``name_for(node, name)`` for a name and ``leaf_for(tensor)`` for a leaf; None, None: their own."""

def set_saving(pack: Callable[..., Any], unpack: Callable[..., Any]) -> None:
    """Says what makes something of saved tensors while there are hooks, and tensors of that."""

def count_saving_hooks(change: int) -> None:
    """Says that there is a block of hooks more, or less."""

def pack_for_function(t: Tensor) -> Tensor:
    """What a custom function is to hold of t."""

def unpack_for_function(t: Tensor) -> Tensor:
    """The tensor that t stands for, if it stands for one."""

@disjoint_base
class Node:
    """One recorded operation."""
    @property
    def name(self) -> str:
        """The operation's name; on the PyTorch door, one that can be called, for PyTorch's."""
    @property
    def next_functions(self) -> tuple[tuple[Node | Tensor | None, int], ...]:
        """Where each input comes from: (node or leaf tensor or None, which of its outputs). On the PyTorch door, what
        stands for a leaf is a function that adds up its gradient.
        """
    @property
    def _edges(self) -> tuple[tuple[Node | Tensor | None, int], ...]: ...
    def _outputs(self) -> list[tuple[tuple[int, ...], Any]]:
        """Shape and dtype of each output, for those who draw the graph."""
    def _saved(self) -> list[tuple[tuple[int, ...], Any, bool]] | None:
        """Shape and dtype of each tensor that is kept for the rule, and whether it is an output; None where they were
        let go of. Hooks of saved tensors are not called.
        """
    def __getattr__(self, name: str) -> Any: ...

@disjoint_base
class Packed(Tensor):
    """Has the history of the tensor that it stands for, and not its memory."""

@disjoint_base
class Backward: ...
