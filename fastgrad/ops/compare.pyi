# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

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

def not_equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x != y, elementwise."""
