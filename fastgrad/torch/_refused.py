"""Functions of PyTorch's that are there to be imported, and that no call of can succeed."""

from __future__ import annotations

from typing import Any, NoReturn


def refused(name: str, reason: str, error: type[Exception] = RuntimeError) -> Any:
    """Return a function whose every call raises `error`, with its full name and the reason."""

    def function(*args: Any, **words: Any) -> NoReturn:
        raise error(f"{name}: {reason}")

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    return function
