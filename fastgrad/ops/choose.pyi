# Written by tools/stubs.py.
from typing import overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

@overload
def where(condition: TensorLike, x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """x1 where the condition holds, else x2, elementwise with broadcasting. x1 and x2 may be Python numbers.

    Of a condition alone, the places where it holds: `nonzero`.
    """

@overload
def where(condition: TensorLike, /) -> tuple[Tensor, ...]: ...
def _method_where(self: Tensor, condition: TensorLike, other: TensorLike) -> Tensor:
    """self where the condition holds, else other, elementwise."""

def clip(x: TensorLike, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

    Parameters
    ----------
    x : Tensor
        What is brought into the interval.
    min, max : number or Tensor, optional
        Bounds; None for no bound: without any, the result is a copy. NaN gives NaN.
    """

def maximum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The larger of two, elementwise; NaN if either is. At a tie each gets half the gradient."""

def minimum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The smaller of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
