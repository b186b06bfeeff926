from collections.abc import Callable

from fastgrad._tensor import Tensor

def inplace_method(function: Callable[[Tensor], Tensor], name: str, kernel: int) -> Callable[[Tensor], Tensor]: ...
