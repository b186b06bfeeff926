"""Arguments that must be of a kind: errors that say what was called, what must be and what came."""

from __future__ import annotations

from typing import Any

__all__ = ["as_list", "check_callable", "check_instance", "check_sized"]


def check_instance(value: Any, kind: type | tuple[type, ...], operation: str, argument: str) -> None:
    """Raise TypeError unless an argument is an object of a class, or of one of several."""
    if not isinstance(value, kind):
        kinds = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
        raise TypeError(f"{operation}: {argument} must be of type {kinds}, got a {type(value).__name__}")


def check_callable(value: Any, operation: str, argument: str) -> None:
    """Raise TypeError unless an argument can be called."""
    if not callable(value):
        raise TypeError(f"{operation}: {argument} must be callable, got a {type(value).__name__}")


def as_list(value: Any, operation: str, argument: str, of: str) -> list[Any]:
    """Return what an argument consists of; raise TypeError if it cannot be walked."""
    try:
        return list(value)
    except TypeError:
        if hasattr(type(value), "__iter__"):  # the error is one of its own
            raise
        raise TypeError(f"{operation}: {argument} must be {of}, got a {type(value).__name__}") from None


def check_sized(value: Any, operation: str, argument: str) -> None:
    """Raise TypeError unless an argument has a length."""
    if not hasattr(type(value), "__len__"):
        raise TypeError(f"{operation}: {argument} must have a length, got a {type(value).__name__}")
