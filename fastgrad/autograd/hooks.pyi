# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any

from typing_extensions import disjoint_base

from fastgrad._tensor import Tensor

@disjoint_base
class CompletionHook:
    """What `register_post_accumulate_grad_hook` registers: a hook of the leaf, not of its gradient."""
    def __call__(self, leaf: Tensor) -> None: ...

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

def register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], Any]) -> RemovableHandle:
    """Calls ``hook(leaf)`` when a backward pass has added to this leaf's ``grad``: as soon as its gradient is complete,
    while the pass goes on with older operations. This ``grad`` is there then also if the pass fails later.

    Returns a handle with ``remove()``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> w = fg.tensor([1.0, 2.0], requires_grad=True)
    >>> def step(p):
    ...     p.data -= 0.5 * p.grad
    ...     p.grad = None
    >>> handle = w.register_post_accumulate_grad_hook(step)
    >>> (w * w).sum().backward()
    >>> w.tolist(), w.grad
    ([0.0, 0.0], None)
    """

def retain_grad(self: Tensor) -> None:
    """Keeps the gradient of a tensor that is not a leaf in its ``grad``, too."""
