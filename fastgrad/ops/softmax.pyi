# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def log_softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """log(softmax(x)) along an axis, without overflow or cancellation."""

def softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis, without overflow."""
