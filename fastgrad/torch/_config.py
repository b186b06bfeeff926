"""``torch.__config__``: what this build is, as `fastgrad.show_config` has it."""

from __future__ import annotations

from fastgrad import _core


def show() -> str:
    """Return the compiler, the instruction set, threads and allocator in use."""
    return "\n".join(f"{name}: {value}" for name, value in _core.config().items())


def parallel_info() -> str:
    """Return how many threads compute."""
    return f"threads: {_core.num_threads()}"
