# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import AxisLike, ShapeLike, TensorLike

@overload
def concat(tensors: Sequence[TensorLike], /, axis: int = 0) -> Tensor:
    """Tensors one after the other along an axis (flattened first for ``axis=None``); dtypes are promoted.

    Raises
    ------
    ValueError
        If there are none, or the other axes differ.
    """

@overload
def concat(tensors: Sequence[TensorLike], /, *, dim: int = 0) -> Tensor: ...
def repeat(x: TensorLike, repeats: TensorLike, /, axis: int | None = None) -> Tensor:
    """Each element repeated, along an axis or (None) of all in C order. ``tile`` repeats the whole.

    Parameters
    ----------
    x : Tensor
        What is repeated.
    repeats : int, or integer Tensor or sequence with one number for each position
        How often each position stands in the result.
    axis : int, optional
        The axis whose positions are repeated; without it, all elements in a line.
    """

@overload
def roll(x: TensorLike, /, shift: ShapeLike, axis: AxisLike = None) -> Tensor:
    """Elements shifted along axes (of all in C order for None); what leaves at the end comes back at the start."""

@overload
def roll(x: TensorLike, /, shift: ShapeLike, *, dims: AxisLike = None) -> Tensor: ...
def split(x: TensorLike, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """Views of consecutive parts along an axis: equal ones, or up to each of these indices (NumPy's split).

    Parameters
    ----------
    x : Tensor
        What is cut.
    indices_or_sections : int or sequence of int
        The number of equal parts, or where to cut.
    axis : int
        The axis that is cut, by default the first.

    Raises
    ------
    ValueError
        If the axis cannot be cut into that many equal parts.
    """

@overload
def stack(tensors: Sequence[TensorLike], /, axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis.

    Raises ValueError if there are none or their shapes differ.
    """

@overload
def stack(tensors: Sequence[TensorLike], /, *, dim: int = 0) -> Tensor: ...
def tile(x: TensorLike, repetitions: ShapeLike, /) -> Tensor:
    """The whole tensor repeated along each axis."""

@overload
def unstack(x: TensorLike, /, axis: int = 0) -> tuple[Tensor, ...]:
    """Views of each position along an axis, without that axis."""

@overload
def unstack(x: TensorLike, /, *, dim: int = 0) -> tuple[Tensor, ...]: ...
