# Written by tools/stubs.py.
from collections.abc import Callable

from fastgrad._tensor import Tensor

def in_place(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The method that writes what an elementwise function of one tensor gives to the tensor itself."""
