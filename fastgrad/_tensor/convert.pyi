# Written by tools/stubs.py.
from typing import Any

def diagonal(k: Any, op: str) -> int:
    """The number of a diagonal; one beyond any matrix where it is too large for a word."""

def number(value: Any, operation: str, argument: str) -> Any:
    """A scalar argument that no rule differentiates, as Python's bool, int or float.

    A tensor that requires gradients would lose them silently, and is refused.
    """

def pair(value: Any, operation: str, argument: str, least: int = 0) -> tuple[int, int]:
    """An int, alone or in a sequence, or two ints, as a tuple of two ints, each at least ``least``."""

def per_axis(value: Any, axes: int, operation: str, argument: str, least: int = 0) -> tuple[int, ...]:
    """An int, alone or in a sequence, or one int for each of so many axes, as a tuple of ints, each at least ``least``."""

def real(value: Any, operation: str, argument: str) -> float:
    """Such an argument as a float, where True and False are none."""

def whole(value: Any, op: str, argument: str) -> int:
    """An argument that must be an integer, as a Python int."""

def wholes(value: Any, op: str, argument: str) -> tuple[int, ...]:
    """An argument that must be an integer or several, as a tuple of Python ints."""

def axis_number(axis: Any, ndim: int, op: str) -> int:
    """`axis_of`, for operations that are written in Python."""

def flag(value: Any, operation: Any, argument: Any) -> Any:
    """An argument that is True or False, or an object of one truth value; the error of others names it."""

def word(value: Any, op: str, argument: str) -> int:
    """Such an argument, where it must fit in 64 bits."""

def words(value: Any, op: Any, argument: Any) -> Any:
    """Such an argument, where each must fit in 64 bits."""
