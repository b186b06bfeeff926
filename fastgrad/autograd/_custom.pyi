from collections.abc import Sequence
from typing import Any

from fastgrad._tensor import Node, Tensor

def connect_function(
    context: Any, tensors: list[Tensor], outputs: Sequence[Tensor], returned: list[Tensor]
) -> Node | None: ...
def attach(t: Tensor, n: Node, output: int) -> Tensor: ...
def give_history(x: Tensor, output: Tensor) -> None: ...
