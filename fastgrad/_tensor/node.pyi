# Written by tools/stubs.py.
from typing_extensions import disjoint_base

from fastgrad._tensor import Tensor

def refuse_detached(n: Node, t: Tensor) -> None:
    """Where a gradient is recorded, what n saved must have the history that it had; `detach_` leaves none."""

@disjoint_base
class Node:
    """One recorded operation."""
    @property
    def name(self) -> str:
        """The operation's name."""
    @property
    def next_functions(self) -> tuple[tuple[Node | Tensor | None, int], ...]:
        """Where each input comes from: (node or leaf tensor or None, which of its outputs)."""

@disjoint_base
class Backward: ...
