# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from typing_extensions import disjoint_base

_F = TypeVar("_F", bound=Callable[..., Any])

@disjoint_base
class _GradMode:
    """Sets whether operations are recorded, inside a with block or a decorated function."""
    def __init__(self, *arguments: NoReturn) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *exc: object) -> None: ...
    def __call__(self, function: _F) -> _F: ...

class no_grad(_GradMode):
    """Inside, operations are not recorded. A context manager and a decorator.

    It holds for the thread, and in asyncio for the task, that enters it.

    >>> import fastgrad as fg
    >>> x = fg.ones(2, requires_grad=True)
    >>> with fg.no_grad():
    ...     (x * 2).requires_grad
    False
    """

class enable_grad(_GradMode):
    """Inside, operations are recorded, also within ``no_grad``. A context manager and a decorator."""

class inference_mode(_GradMode):
    """Inside, operations are not recorded, as in ``no_grad``; with ``mode=False``, they are. A context manager and a
    decorator. What is computed inside are tensors as any other.

    >>> import fastgrad as fg
    >>> x = fg.ones(2, requires_grad=True)
    >>> with fg.autograd.inference_mode():
    ...     (x * 2).requires_grad
    False
    """
    def __init__(self, mode: bool = True) -> None: ...

@disjoint_base
class set_grad_enabled(_GradMode):
    """Sets at once whether operations of this thread or task are recorded; as a context manager, restores it at the
    end.
    """
    def __init__(self, mode: bool) -> None: ...

def call_unforced(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function that may record, also within a backward pass that does not."""

def is_grad_enabled() -> bool:
    """Whether operations are recorded here."""
