# Written by tools/stubs.py.
from typing_extensions import Self, disjoint_base

from fastgrad._tensor import Node, Tensor

@disjoint_base
class Tracer:
    """Inside a ``with``, it is handed every operation that the thread computes, recorded or not: to count them, to
    compute tangents beside them, to keep a program. A subclass says what to do in ``operation``; what that computes
    itself goes to the tracer around this one, if there is one.
    """
    def operation(self, node: Node, inputs: list[Tensor | None], outputs: list[Tensor]) -> None:
        """One operation, complete: ``inputs`` are what gradients could flow to, None for those left out."""
    def __enter__(self) -> Self: ...
    def __exit__(self, error: type[BaseException] | None, *exc: object) -> None: ...

def is_traced() -> bool:
    """Whether somebody follows what this thread computes, for whom it must be computed by operations."""
