from collections.abc import Sequence
from typing import Any

from fastgrad._tensor import Node, Tensor

def connect_function(context: Any, tensors: Sequence[Tensor], outputs: Sequence[Tensor]) -> Node | None: ...
def attach(t: Tensor, n: Node, output: int) -> Tensor: ...
