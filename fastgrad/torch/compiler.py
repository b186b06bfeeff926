"""What programs tell PyTorch's compiler: nothing is compiled, so that it changes nothing."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import ModuleType
from typing import Any, TypeVar

from fastgrad.torch._platform import compile as compile

_T = TypeVar("_T")


def is_compiling() -> bool:
    return False


def is_dynamo_compiling() -> bool:
    return False


def is_exporting() -> bool:
    return False


def disable(fn: Any = None, recursive: bool = True, **words: Any) -> Any:
    """Return the function that is given, or a decorator that does."""
    return fn if fn is not None else lambda function: function


def allow_in_graph(fn: _T) -> _T:
    """Return what is given."""
    return fn


def disallow_in_graph(fn: _T) -> _T:
    """Return what is given."""
    return fn


def assume_constant_result(fn: _T) -> _T:
    """Return what is given."""
    return fn


def set_stance(stance: Any = "default", **words: Any) -> Any:
    """Change nothing; a context manager, too."""
    return nullcontext()


def reset() -> None:
    """Change nothing: there is nothing compiled."""


def cudagraph_mark_step_begin() -> None:
    """Change nothing."""


def mark_dynamic(t: Any, index: Any, **words: Any) -> None:
    """Change nothing: every shape is."""


mark_static = maybe_mark_dynamic = mark_static_address = mark_dynamic


def list_backends(*args: Any, **words: Any) -> list[str]:
    return []


# torch._dynamo's settings, which programs assign to.
config = ModuleType("fastgrad.torch._dynamo.config")
config.__dict__.update(verbose=False, suppress_errors=False, cache_size_limit=8, recompile_limit=8)
sys.modules["fastgrad.torch._dynamo.config"] = config
