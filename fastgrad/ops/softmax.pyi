# Written by tools/stubs.py.
from typing import overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

@overload
def log_softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """log(softmax(x)) along an axis, without overflow or cancellation."""

@overload
def log_softmax(x: TensorLike, *, dim: int = -1) -> Tensor: ...
@overload
def softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis, without overflow."""

@overload
def softmax(x: TensorLike, *, dim: int = -1) -> Tensor: ...
