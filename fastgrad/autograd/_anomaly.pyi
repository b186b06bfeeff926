# Written by tools/stubs.py.
from typing import Any

from typing_extensions import disjoint_base

from fastgrad._tensor import Node, Tensor, Tracer

@disjoint_base
class Watcher(Tracer):
    """Notes of each operation where it was called, and looks at what it gave, if it is to."""
    def __init__(self, check_forward: bool, check_inf: bool) -> None: ...
    def operation(self, node: Node, inputs: list[Tensor | None], outputs: list[Tensor]) -> None:
        """In a rule it is the rule's result that is looked at, not each step of it."""

def enter_module(module: Any, args: tuple[Any, ...]) -> None:
    """A hook before every module."""

def leave_module(module: Any, args: tuple[Any, ...], out: Any) -> None:
    """A hook after every module, also after an error."""

def watch(change: int, check_nan: bool, check_inf: bool) -> tuple[bool, bool]:
    """Says that there is a block more, or less, and which gradients are wrong; returns which were."""
