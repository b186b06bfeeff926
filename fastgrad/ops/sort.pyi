# Written by tools/stubs.py.
from typing import NamedTuple, overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

class TopK(NamedTuple):
    """What ``topk`` returns."""

    values: Tensor
    indices: Tensor

@overload
def argsort(x: TensorLike, /, axis: int = -1, *, descending: bool = False, stable: bool = True) -> Tensor:
    """The places of the elements along an axis in ascending order (or descending), as int64; NaN counts as largest."""

@overload
def argsort(x: TensorLike, /, *, dim: int = -1, descending: bool = False, stable: bool = True) -> Tensor: ...
def sort(x: TensorLike, /, axis: int = -1, *, descending: bool = False, stable: bool = True) -> Tensor:
    """The elements along an axis in ascending order (or descending); values only. NaN counts as largest."""

@overload
def topk(x: TensorLike, k: int, /, axis: int = -1, largest: bool = True, sorted: bool = True) -> TopK:
    """The k largest (or smallest) elements along an axis, in order, and their places.

    Of equal elements the first are taken, in their order; ``sorted=False`` takes any, in any order. NaN counts as
    largest.

    Raises
    ------
    ValueError
        If the axis has fewer than k elements.
    """

@overload
def topk(x: TensorLike, k: int, /, *, dim: int = -1, largest: bool = True, sorted: bool = True) -> TopK: ...
