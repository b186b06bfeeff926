# Written by tools/stubs.py.
from typing import Any

def number(result: Any) -> Any:
    """A result without axes as what NumPy gives: its scalar, which can be a key and compares by value.

    What gradients flow to stays a tensor, and so do floats until NumPy's door is open.
    """

def set_numbers(whether: bool) -> None:
    """Has results without axes be numbers: of reductions, of `x @ y`, and of `x[i]` of one axis and what iterates over
    it, which are views otherwise; and has `x[i] = y` cast y. For NumPy's door alone.
    """

def unless_number(value: Any) -> Any:
    """What a program's rule or hook returns to the graph: a tensor again, where `number` has made a float of it."""
