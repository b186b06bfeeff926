# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.nn.module import Module

_Fused = Callable[[list[Any], int, Any], tuple[Any, int] | None]

def is_plain(module: Module) -> bool:
    """Whether calling a module of a known type does nothing but its class's ``forward``."""

def call_in_order(
    modules: dict[str, Any],
    x: Any,
    recorded: dict[type, dict[type, _Fused]],
    unrecorded: dict[type, dict[type, _Fused]],
    plain_call: Callable[..., Any],
) -> Tensor:
    """What the modules make of x, each given what the one before returned.

    Parameters
    ----------
    modules : dict of str to Module
        The modules in the order in which they are called.
    x : object
        What the first is given.
    recorded, unrecorded : dict of type to dict of type to function
        By the types of a module and of its successor, a function of the list of modules, the first one's position and
        its input; both modules are plain. It gives the output and how many modules that contains, or None. The second
        is for when nothing is recorded.
    plain_call : function
        `Module.__call__`. Where a module's class has that one and the module no hooks, its ``forward`` is called
        instead: that is all that it would do.
    """
