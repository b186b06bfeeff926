from collections.abc import Callable

from fastgrad._tensor import Tensor

def in_place(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]: ...
