# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def _clip_(self: Tensor, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """Limits the elements to a range, in place."""

def _method_where(self: Tensor, condition: TensorLike, other: TensorLike) -> Tensor:
    """self where the condition holds, else other, elementwise."""

def bitwise_and(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x & y of integers or bools, elementwise."""

def bitwise_invert(x: TensorLike, /) -> Tensor:
    """The bits of an integer, or the truth of a bool, inverted, elementwise."""

def bitwise_left_shift(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x << y of integers, elementwise; 0 where y is the width of x or more."""

def bitwise_or(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x | y of integers or bools, elementwise."""

def bitwise_right_shift(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x >> y of integers, elementwise, keeping the sign."""

def bitwise_xor(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x ^ y of integers or bools, elementwise."""

def clip(x: TensorLike, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

    Parameters
    ----------
    x : Tensor
    min, max : number or Tensor, optional
        Bounds; None for no bound: without any, the result is a copy. NaN gives NaN.
    """

def equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x == y, elementwise."""

def greater(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x > y, elementwise."""

def greater_equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x >= y, elementwise."""

def isfinite(x: TensorLike, /) -> Tensor:
    """Whether x is neither infinite nor NaN, elementwise."""

def isinf(x: TensorLike, /) -> Tensor:
    """Whether x is infinite, elementwise."""

def isnan(x: TensorLike, /) -> Tensor:
    """Whether x is NaN, elementwise."""

def less(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x < y, elementwise."""

def less_equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x <= y, elementwise."""

def logical_and(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether both are nonzero, elementwise."""

def logical_not(x: TensorLike, /) -> Tensor:
    """Whether x is zero, elementwise."""

def logical_or(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether either is nonzero, elementwise."""

def logical_xor(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether exactly one is nonzero, elementwise."""

def maximum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The larger of two, elementwise; NaN if either is. At a tie each gets half the gradient."""

def minimum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The smaller of two, elementwise; NaN if either is. At a tie each gets half the gradient."""

def not_equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x != y, elementwise."""

def where(condition: TensorLike, x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """x1 where the condition holds, else x2, elementwise with broadcasting. x1 and x2 may be Python numbers."""
