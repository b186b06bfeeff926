from collections.abc import Callable
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.nn.module import Module

_Fused = Callable[[list[Any], int, Any], tuple[Any, int] | None]

def is_plain(module: Module) -> bool: ...
def call_in_order(
    modules: dict[str, Any],
    x: Any,
    fusions: dict[type, dict[type, _Fused]],
    plain_call: Callable[..., Any],
) -> Tensor: ...
