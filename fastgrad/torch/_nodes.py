"""What PyTorch calls the nodes of the graph.

A node knows its operation, shapes and what it saved; PyTorch's name says at times which of several functions was
called, as `squeeze` or `view`, `sum` of all or along axes. It is told from the shapes, the likeliest where they leave
several. What is composed here and is one operation there has the name of its last step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastgrad._tensor import Tensor

# By our names; what is not here has its own: ``log1p`` is ``Log1PBackward0``.
_NAMES = {
    "absolute": "Abs", "astype": "ToCopy", "batch_norm": "NativeBatchNorm", "broadcast_to": "Expand", "clip": "Clamp1",
    "contiguous": "Clone", "conv1d": "Convolution", "conv2d": "Convolution", "conv3d": "Convolution",
    "conv_transpose1d": "Convolution", "conv_transpose2d": "Convolution", "conv_transpose3d": "Convolution",
    "cross_entropy": "NllLoss", "cumulative_sum": "Cumsum", "divide": "Div", "dropout": "Mul",
    "expand_dims": "Unsqueeze",
    "fold": "Col2Im", "group_norm": "NativeGroupNorm", "index": "Index", "l1_loss": "Mean",
    "layer_norm": "NativeLayerNorm", "max_pool2d": "MaxPool2DWithIndices", "multiply": "Mul", "negative": "Neg",
    "norm": "LinalgVectorNorm", "rms_norm": "Mul", "square": "Pow", "subtract": "Sub", "swapaxes": "Transpose",
    "take": "IndexSelect", "take_along_axis": "Gather", "unfold": "Im2Col", "view": "AsStrided",
}  # fmt: skip

# Those that are no ``...Backward0``.
_WHOLE = {"setitem": "CopySlices", "floor_divide": "NotImplemented"}


def node_name(node: Any) -> str:
    """``MulBackward0``, as PyTorch calls the node of a product."""
    name = node.name
    if name == "Function":  # a custom one
        return f"{node.apply.__self__.__name__}Backward"
    if name in _WHOLE:
        return _WHOLE[name]
    if name == "copy_":  # x.add_(y) is a copy of the sum
        source = node._edges[-1][0]
        return node_name(source) if hasattr(source, "_outputs") else "CopyBackwards"
    name = name.removesuffix("_")  # the same written in place
    found = _BY_SHAPE[name](node) if name in _BY_SHAPE else _NAMES.get(name) or name.title().replace("_", "")
    return f"{found[:-1]}Backward{found[-1]}" if name in _NUMBERED else f"{found}Backward0"


def _shape(node: Any) -> tuple[int, ...]:
    return tuple(node._outputs()[0][0])


def _input_shape(node: Any) -> tuple[int, ...] | None:
    """Of the first input; None where no gradient goes."""
    edge, place = node._edges[0]
    if edge is None:
        return None
    return tuple(edge._outputs()[place][0] if hasattr(edge, "_outputs") else edge.shape)


def _all_or_along(name: str) -> Any:
    return lambda node: f"{name}1" if _shape(node) else f"{name}0"


def _extreme(name: str) -> Any:
    return lambda node: f"A{name.lower()}0" if _shape(node) else f"{name}1"


def _reshape(node: Any) -> str:
    here, before = _shape(node), _input_shape(node) or ()
    if len(here) == len(before) + 1 and _without_one(here, before):
        return "Unsqueeze0"
    if len(here) == len(before) - 1 and _without_one(before, here):
        return "Squeeze1"
    if len(here) < len(before) - 1 and here == tuple(n for n in before if n != 1):
        return "Squeeze0"
    return "View0"


def _without_one(long: tuple[int, ...], short: tuple[int, ...]) -> bool:
    return any(n == 1 and (*long[:i], *long[i + 1 :]) == short for i, n in enumerate(long))


def _permute(node: Any) -> str:
    here, before = _shape(node), _input_shape(node) or ()
    moved = [i for i, (a, b) in enumerate(zip(here, before, strict=False)) if a != b]
    return "Transpose" if len(here) > 2 and len(moved) == 2 else "Permute"


def _getitem(node: Any) -> str:
    here, before = _shape(node), _input_shape(node) or ()
    if node._saved():  # arrays of places
        return "Index"
    if len(here) > len(before):
        return "Unsqueeze"
    return "Slice" if len(here) == len(before) else "Select"


def _split(node: Any) -> str:
    parts, before = [shape for shape, _ in node._outputs()], _input_shape(node) or ()
    if len(parts[0]) < len(before):
        return "Unbind"
    return "Split" if all(part == parts[0] for part in parts[:-1]) and parts[-1] <= parts[0] else "SplitWithSizes"


def _concat(node: Any) -> str:
    before = _input_shape(node)
    return "Stack" if before is not None and len(before) < len(_shape(node)) else "Cat"


def _matmul(node: Any) -> str:
    return ("Dot", "Mv", "Mm")[len(_shape(node))] if len(_shape(node)) < 3 else "UnsafeView"


def _linear(node: Any) -> str:
    edges = node._edges
    biased = len(edges) > 2 and edges[2][0] is not None
    if len(_shape(node)) == 2:
        return "Addmm" if biased else "Mm"
    return "View" if biased else "UnsafeView"


def _of_a_number(name: str) -> Any:
    """Another one for a tensor than for a number."""
    return lambda node: f"{name}{0 if len(node._edges) == 1 else 1}"


_BY_SHAPE = {
    "sum": _all_or_along("Sum"), "mean": _all_or_along("Mean"), "prod": _all_or_along("Prod"),
    "max": _extreme("Max"), "min": _extreme("Min"), "reshape": _reshape, "permute_dims": _permute, "getitem": _getitem,
    "split": _split, "concat": _concat, "matmul": _matmul, "linear": _linear, "pow": _of_a_number("Pow"),
    "remainder": _of_a_number("Remainder"),
}  # fmt: skip
_NUMBERED = {"sum", "mean", "prod", "max", "min", "reshape", "clip", "pow", "remainder"}


# ---- nodes as programs walk them -------------------------------------------------------------------------------------


class NodeName(str):
    """A node's name here, which is called for PyTorch's: ``x.grad_fn.name()``."""

    __slots__ = ("_node",)
    _node: Any

    def __new__(cls, node: Any, own: str) -> NodeName:
        name = super().__new__(cls, own)
        name._node = node
        return name

    def __call__(self) -> str:
        return node_name(self._node)


class AccumulateGrad:
    """What adds up a leaf's gradient: in PyTorch a function of the graph, here the leaf itself.

    Two of the same leaf are equal.
    """

    __slots__ = ("variable",)

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable

    next_functions: tuple[Any, ...] = ()

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def register_hook(self, hook: Callable[[tuple[Any, ...], tuple[Any, ...]], Any]) -> Any:
        """Call ``hook((), (grad,))`` when the leaf's gradient has been added up, with what came."""
        came: list[Any] = []
        leaf: Any = self.variable
        seen = leaf.register_hook(came.append)
        added = leaf.register_post_accumulate_grad_hook(lambda _: hook((), (came.pop(),)))
        return _Both(seen, added)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccumulateGrad) and other.variable is self.variable

    def __hash__(self) -> int:
        return hash(("AccumulateGrad", id(self.variable)))

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self.variable):#x}>"


class _Both:
    """The handle of two hooks that are one."""

    def __init__(self, *handles: Any) -> None:
        self._handles = handles

    def remove(self) -> None:
        for handle in self._handles:
            handle.remove()

    def __enter__(self) -> _Both:
        return self

    def __exit__(self, *raised: object) -> None:
        self.remove()
