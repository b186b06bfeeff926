# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any

from fastgrad._tensor import Tensor

class RemovableHandle:
    """What registering a hook returns: `remove` takes the hook away; usable as a context manager."""
    def __init__(self, hooks: dict[int, Any], hook: Any) -> None: ...
    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
    def __enter__(self) -> RemovableHandle: ...
    def __exit__(self, *exc: object) -> None: ...

def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Calls ``hook(grad)`` whenever this tensor's gradient is computed; what it returns, if not None, replaces it.

    Returns a handle with ``remove()``.
    """

def retain_grad(self: Tensor) -> None:
    """Keeps the gradient of a tensor that is not a leaf in its ``grad``, too."""
