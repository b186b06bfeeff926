"""What ``torch.autograd.function`` has beside `Function`: the classes that programs derive from and annotate with."""

from __future__ import annotations

from typing import Any

from fastgrad.autograd.function import Function

__all__ = ["BackwardCFunction", "FunctionCtx", "InplaceFunction"]

# The context that a function's methods are given is an object of its class.
FunctionCtx = Function
BackwardCFunction = Function


class InplaceFunction(Function):
    """A `Function` that may write to its argument: what says so is its ``forward``, by ``ctx.mark_dirty``."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace: Any = inplace
