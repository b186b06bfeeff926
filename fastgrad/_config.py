"""What this build is, and how many threads it uses."""

from __future__ import annotations

from fastgrad import _core
from fastgrad._tensor.convert import whole


def num_threads() -> int:
    """Threads that kernels use: ``OMP_NUM_THREADS`` or what the process may run on, unless set."""
    return _core.num_threads()


def set_num_threads(n: int) -> None:
    """Sets how many threads kernels use. Results do not depend on it.

    Raises ValueError if n is less than 1.
    """
    n = whole(n, "set_num_threads", "n")
    if not 1 <= n < 2**31:
        raise ValueError(f"set_num_threads: n must be at least 1, and below 2**31, got {n}")
    _core.set_num_threads(n)


def show_config() -> None:
    """Prints the compiler, instruction set, threads and allocator in use."""
    for name, value in _core.config().items():
        print(f"{name}: {value}")
