# Written by tools/stubs.py.
from typing import Any

def probability(p: Any, op: str, argument: str = "p") -> float:
    """A probability as a float. NaN is none."""
