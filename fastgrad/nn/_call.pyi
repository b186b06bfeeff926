# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any

every_forward_pre: dict[int, Any]

every_forward: dict[int, Any]

every_backward_pre: dict[int, Any]

every_backward: dict[int, Any]

class FlaggedHook:
    """A hook of ``forward`` that is given keyword arguments, too, or called after an error, too."""
    def __init__(self, function: Callable[..., Any], with_kwargs: bool, always: bool) -> None: ...
    function: Callable[..., Any]
    with_kwargs: bool
    always: bool

class Called:
    """An object that is called by its ``forward``. It is a base class without state: what a call does is compiled, and
    no frame of Python's lies between the caller and ``forward``.
    """
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

def count_profiles(change: int) -> None:
    """Says that there is a block of `fg.profile` more, or less: within one, each call of a module is a span."""

def look_for_rare_hooks() -> None:
    """From now on, calls look for hooks of all modules and of backward passes."""
