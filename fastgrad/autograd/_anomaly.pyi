# Written by tools/stubs.py.
from fastgrad._tensor import Node, Tensor, Tracer

class Watcher(Tracer):
    """Notes of each operation where it was called."""
    def operation(self, node: Node, inputs: list[Tensor | None], outputs: list[Tensor]) -> None:
        """Nothing is done with it."""

def watch(change: int, check_nan: bool) -> bool:
    """Says that there is a block more, or less, and whether gradients are looked at; returns whether they were."""
