"""PyTorch's profiler: its marks are taken and mean nothing; `fastgrad.profile` measures."""

from __future__ import annotations

from contextlib import ContextDecorator
from enum import Enum

from fastgrad.torch._refused import refused


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


_OWN = "with fastgrad.profile() as p: measures operations and modules; print(p)"

profile = refused("torch.profiler.profile", _OWN)
schedule = refused("torch.profiler.schedule", _OWN)
tensorboard_trace_handler = refused("torch.profiler.tensorboard_trace_handler", _OWN)
