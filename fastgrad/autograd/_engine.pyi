# Written by tools/stubs.py.
from typing_extensions import disjoint_base

from fastgrad._tensor import Backward, Tensor

@disjoint_base
class Pass(Backward): ...

def reads_others(outputs: list[Tensor], own: list[Tensor]) -> bool:
    """Whether the history of tensors begins at other leaves than one's own."""
