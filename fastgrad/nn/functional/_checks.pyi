# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor

def probability(p: Any, op: str, argument: str = "p") -> float:
    """A probability as a float. NaN is none."""

def overwritten(x: Any, op: str) -> Tensor:
    """The input of an operation that writes over it."""

def source_of(x: Tensor) -> Tensor:
    """What is to be overwritten by a result whose rule reads it: a copy where there is such a rule."""
