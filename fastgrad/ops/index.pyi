# Written by tools/stubs.py.
from typing import overload

from typing_extensions import disjoint_base

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import DTypeLike, ShapeLike, TensorLike

@disjoint_base
class Key:
    """A key taken apart: the basic part, applied first, and the index arrays of the axes that it leaves."""

def one_hot(indices: TensorLike, num_classes: int = -1, dtype: DTypeLike | None = None) -> Tensor:
    """A last axis with 1 at each index and 0 elsewhere.

    Parameters
    ----------
    indices : integer Tensor, shape (...)
        The classes, not negative.
    num_classes : int
        Its length; -1 for the largest index + 1.
    dtype : dtype, optional
        Default int64.

    Raises
    ------
    IndexError
        If an index is negative or not less than ``num_classes``.
    """

def set_byte_masks(whether: bool) -> None:
    """Has indices of uint8 be masks: for PyTorch's door alone."""

def sums_along(values: TensorLike, indices: TensorLike, axis: int, shape: ShapeLike) -> Tensor:
    """Zeros of this shape, and each line's values added at that line's places along an axis: what `take_along_axis`
    does, transposed.
    """

def sums_at(values: TensorLike, indices: TensorLike, axis: int, shape: ShapeLike) -> Tensor:
    """Zeros of this shape, and the values added at these places along an axis: what `take` does, transposed."""

@overload
def take(x: TensorLike, indices: TensorLike, /, axis: int | None = None) -> Tensor:
    """Elements at these places along an axis (of all elements in C order for None).

    Parameters
    ----------
    x : Tensor
        What elements are taken of.
    indices : integer Tensor of any shape
        Its axes take the place of ``axis``. Negative ones count from the end.
    axis : int, optional
        The axis that they are counted along; without it `x` has one.

    Raises
    ------
    IndexError
        If an index is out of bounds.
    """

@overload
def take(x: TensorLike, indices: TensorLike, /, *, dim: int | None = None) -> Tensor: ...
@overload
def take_along_axis(x: TensorLike, indices: TensorLike, /, axis: int = -1) -> Tensor:
    """Along an axis, each line's elements at that line's places: ``out[i, j] = x[i, indices[i, j]]`` for the last of
    two.

    ``x`` and ``indices`` have equally many axes, and broadcast along all but ``axis``.
    """

@overload
def take_along_axis(x: TensorLike, indices: TensorLike, /, *, dim: int = -1) -> Tensor: ...
