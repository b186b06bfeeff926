# What tools/stubs.py finds neither in the compiled modules nor in their sources. Read by it alone.

# ---- fastgrad._tensor.node
def refuse_detached(n: Node, t: Tensor) -> None: ...
def show_nodes_by(name_for: Any, leaf_for: Any) -> None: ...
def set_saving(pack: Callable[..., Any], unpack: Callable[..., Any]) -> None: ...
def count_saving_hooks(change: int) -> None: ...
def pack_for_function(t: Tensor) -> Tensor: ...
def unpack_for_function(t: Tensor) -> Tensor: ...

# ---- fastgrad._tensor.tensor
def set_any_index(whether: builtins.bool) -> None: ...

class Tensor:
    def __init__(self, data: TensorLike, requires_grad: builtins.bool = False) -> None: ...

    # NumPy's protocol. __array__ is there, and not told: having it, a Tensor would be an operand for every operator of
    # ndarray in NumPy's stubs, which know nothing of __array_ufunc__, and array * tensor an ndarray.
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **how: Any) -> Any: ...
    __array_priority__: ClassVar[builtins.int]

    def __buffer__(self, flags: builtins.int, /) -> memoryview: ...

    # Methods whose forms have several types; a form that is an error until the program has said whose words it speaks is Any.
    @overload
    def max(self, *, axis: AxisLike = ..., keepdims: builtins.bool = False) -> Tensor: ...
    @overload
    def max(self, along: Sequence[builtins.int] | None, /, *, keepdims: builtins.bool = False) -> Tensor: ...
    @overload
    def max(self, along: builtins.int, /, *, keepdims: builtins.bool) -> Tensor: ...
    @overload
    def max(self, other: Tensor, /) -> Tensor: ...
    @overload
    def max(self, along: builtins.int, keep: builtins.bool, /) -> ValuesAndIndices: ...
    @overload
    def max(self, along: builtins.int, /, *, keepdim: builtins.bool) -> ValuesAndIndices: ...
    @overload
    def max(self, *, dim: builtins.int, keepdim: builtins.bool = False) -> ValuesAndIndices: ...
    @overload
    def max(self, along: builtins.int, /) -> Any: ...
    min = max
    @overload
    def stride(self, dim: None = None) -> tuple[builtins.int, ...]: ...
    @overload
    def stride(self, dim: builtins.int) -> builtins.int: ...
    @overload
    def nonzero(self, *, as_tuple: Literal[True]) -> tuple[Tensor, ...]: ...
    @overload
    def nonzero(self, *, as_tuple: Literal[False]) -> Tensor: ...
    @overload
    def nonzero(self) -> Any: ...
    @overload
    def sort(self, *, axis: builtins.int, stable: builtins.bool = True) -> None: ...
    @overload
    def sort(
        self, *, dim: builtins.int, descending: builtins.bool = False, stable: builtins.bool = True
    ) -> ValuesAndIndices: ...
    @overload
    def sort(
        self, along: builtins.int = -1, /, *, descending: builtins.bool, stable: builtins.bool = True
    ) -> ValuesAndIndices: ...
    @overload
    def sort(
        self, along: builtins.int, down: builtins.bool, /, *, stable: builtins.bool = True
    ) -> ValuesAndIndices: ...
    @overload
    def sort(self, along: builtins.int = -1, /, *, stable: builtins.bool = True) -> Any: ...

# ---- fastgrad._tensor.size
class Size:
    @overload
    def __call__(self, dim: None = None) -> tuple[int, ...]: ...
    @overload
    def __call__(self, dim: int) -> int: ...

# ---- fastgrad._tensor.convert
def diagonal(k: Any, op: str) -> int: ...
def number(value: Any, operation: str, argument: str) -> Any: ...
def pair(value: Any, operation: str, argument: str, least: int = 0) -> tuple[int, int]: ...
def per_axis(value: Any, axes: int, operation: str, argument: str, least: int = 0) -> tuple[int, ...]: ...
def whole(value: Any, op: str, argument: str) -> int: ...
def wholes(value: Any, op: str, argument: str) -> tuple[int, ...]: ...

# ---- fastgrad.ops._common
def refuse(unknown: dict[str, Any], op: str, difference: str = "") -> int: ...

# ---- fastgrad.ops.choose
@overload
def where(condition: TensorLike, x1: TensorLike, x2: TensorLike, /) -> Tensor: ...
@overload
def where(condition: TensorLike, /) -> tuple[Tensor, ...]: ...

# ---- fastgrad.autograd._mode
_F = TypeVar("_F", bound=Callable[..., Any])

# ---- fastgrad.autograd._gradients
@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: Literal[False] | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor, ...]: ...
@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]: ...
@overload
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: dict[str, Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> dict[str, Any]: ...

# ---- fastgrad.nn.functional._checks
def probability(p: Any, op: str, argument: str = "p") -> float: ...
def overwritten(x: Any, op: str) -> Tensor: ...

# ---- fastgrad.nn.functional.loss
def class_weight(weight: TensorLike | None, op: str) -> Tensor | None: ...

# ---- fastgrad.nn._call
every_forward_pre: dict[int, Any]
every_forward: dict[int, Any]
every_backward_pre: dict[int, Any]
every_backward: dict[int, Any]

class FlaggedHook:
    function: Callable[..., Any]
    with_kwargs: bool
    always: bool

# ---- fastgrad.nn._sequence
_Fused = Callable[[list[Any], int, Any], tuple[Any, int] | None]

def is_plain(module: Module) -> bool: ...
