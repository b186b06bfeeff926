# Written by tools/stubs.py.
from typing import overload

from typing_extensions import disjoint_base

@disjoint_base
class Size(int):
    """The number of elements; called, the lengths of the axes, or of one of them."""
    def __reduce__(self) -> tuple[type[int], tuple[int]]: ...
    @overload
    def __call__(self, dim: None = None) -> tuple[int, ...]: ...
    @overload
    def __call__(self, dim: int) -> int: ...

def set_shape_type(kind: type | None) -> None:
    """Has every shape be of this subclass of tuple (None: a plain one): PyTorch's door asks for its ``Size``."""
