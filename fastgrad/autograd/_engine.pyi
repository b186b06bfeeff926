from collections.abc import Callable, Sequence
from typing import Any, Literal, NoReturn, TypeVar, overload

from typing_extensions import disjoint_base

from fastgrad._tensor import Backward, Node, Tensor

_F = TypeVar("_F", bound=Callable[..., Any])

@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: Literal[False] = False,
) -> tuple[Tensor, ...]: ...
@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]: ...
def backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None: ...

# A backward pass in progress.
@disjoint_base
class Pass(Backward): ...

def is_grad_enabled() -> bool: ...

@disjoint_base
class _GradMode:
    def __init__(self, *args: NoReturn, **kwargs: NoReturn) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *exc: object) -> None: ...
    def __call__(self, function: _F) -> _F: ...

class no_grad(_GradMode): ...
class enable_grad(_GradMode): ...

class set_grad_enabled(_GradMode):
    def __init__(self, mode: bool) -> None: ...

def connect_function(context: Any, tensors: Sequence[Tensor], outputs: Sequence[Tensor]) -> Node | None: ...
def attach(t: Tensor, n: Node, output: int) -> Tensor: ...
