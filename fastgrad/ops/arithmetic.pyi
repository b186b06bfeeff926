# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def add(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x + y, elementwise with broadcasting; either may be a Python number."""

def divide(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x / y, elementwise with broadcasting; float32 of two integers."""

def floor_divide(x: TensorLike, y: TensorLike, /) -> Tensor:
    """floor(x / y), elementwise; 0 for an integer divided by 0, an error in programs that open the PyTorch door."""

def multiply(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x * y, elementwise with broadcasting; either may be a Python number."""

def negative(x: TensorLike, /) -> Tensor:
    """-x, elementwise."""

def positive(x: TensorLike, /) -> Tensor:
    """+x: a copy of a number, elementwise."""

def pow(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x to the power y, elementwise with broadcasting."""

def refuse_division_by_zero(whether: bool) -> None:
    """Says whether an integer divided by zero is an error."""

def remainder(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x - floor_divide(x, y) * y, elementwise, with the sign of y; 0 for an integer divided by 0, see ``floor_divide``."""

def subtract(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x - y, elementwise with broadcasting; either may be a Python number."""
