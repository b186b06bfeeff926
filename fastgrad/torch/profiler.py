"""PyTorch's profiler: its marks are taken and mean nothing; `fastgrad.profile` measures."""

from __future__ import annotations

from contextlib import ContextDecorator
from enum import Enum
from typing import Any, NoReturn


class ProfilerActivity(Enum):
    """What PyTorch's profiler watches."""

    CPU = 0
    CUDA = 1
    XPU = 2


class record_function(ContextDecorator):
    """Name a part of a program: the block, or the decorated function, runs as it is."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name

    def __enter__(self) -> record_function:
        return self

    def __exit__(self, *error: object) -> None:
        return None


def _refused(name: str) -> Any:
    def function(*args: Any, **words: Any) -> NoReturn:
        raise RuntimeError(
            f"torch.profiler.{name}: with fastgrad.profile() as p: measures operations and modules; print(p)"
        )

    function.__name__ = function.__qualname__ = name
    return function


profile = _refused("profile")
schedule = _refused("schedule")
tensorboard_trace_handler = _refused("tensorboard_trace_handler")
