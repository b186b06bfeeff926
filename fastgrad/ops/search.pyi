# Written by tools/stubs.py.
from typing import overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import AxisLike, TensorLike

@overload
def argmax(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the largest element, the first if several, as int64: along an axis, or in C order of all."""

@overload
def argmax(x: TensorLike, axis: int | None = None, *, keepdim: bool) -> Tensor: ...
@overload
def argmax(x: TensorLike, *, dim: int | None = None, keepdim: bool = False) -> Tensor: ...
@overload
def argmin(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the smallest element, the first if several, as int64: along an axis, or in C order of all."""

@overload
def argmin(x: TensorLike, axis: int | None = None, *, keepdim: bool) -> Tensor: ...
@overload
def argmin(x: TensorLike, *, dim: int | None = None, keepdim: bool = False) -> Tensor: ...
@overload
def count_nonzero(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The number of nonzero elements along an axis, several, or all, as int64."""

@overload
def count_nonzero(x: TensorLike, axis: AxisLike = None, *, keepdim: bool) -> Tensor: ...
@overload
def count_nonzero(x: TensorLike, *, dim: AxisLike = None, keepdim: bool = False) -> Tensor: ...
def nonzero(x: TensorLike, /) -> tuple[Tensor, ...]:
    """Where the elements are not zero, in C order: a tuple of int64 tensors, one per axis."""
