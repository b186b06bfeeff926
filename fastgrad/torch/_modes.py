"""Recording on and off, in all forms that PyTorch has."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import fastgrad as fg
from fastgrad.torch._parallel import Variable as Variable

__all__ = ["Variable", "enable_grad", "inference_mode", "no_grad", "set_grad_enabled"]


class no_grad(fg.no_grad):
    """Inside, operations are not recorded: a context manager, and a decorator with or without parentheses."""

    def __new__(cls, orig_func: Any = None) -> Any:
        return super().__new__(cls) if orig_func is None else fg.no_grad()(orig_func)


class enable_grad(fg.enable_grad):
    """Inside, operations are recorded: a context manager, and a decorator with or without parentheses."""

    def __new__(cls, orig_func: Any = None) -> Any:
        return super().__new__(cls) if orig_func is None else fg.enable_grad()(orig_func)


set_grad_enabled = fg.set_grad_enabled


class _Nothing(nullcontext[None]):
    def __call__(self, function: Any) -> Any:
        return function


class inference_mode:
    """As `no_grad`; tensors made inside are like any others.

    Parameters
    ----------
    mode : bool, default True
        False: nothing changes.
    """

    def __new__(cls, mode: Any = True) -> Any:
        if callable(mode):
            return fg.no_grad()(mode)
        return fg.no_grad() if mode else _Nothing()


def is_inference_mode_enabled() -> bool:
    return False
