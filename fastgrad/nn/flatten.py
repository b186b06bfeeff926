"""Layers that only change the shape."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import fastgrad as fg
from fastgrad._tensor.convert import axis_number, whole, wholes
from fastgrad.errors import TensorValueError
from fastgrad.nn._common import as_tensor
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad._tensor import Tensor


class Flatten(Module):
    """Merge a range of axes into one.

    Parameters
    ----------
    start_dim, end_dim : int, default 1 and -1
        The first and the last axis to merge.

    Raises
    ------
    IndexError
        If the input has no such axis.
    ValueError
        If `start_dim` comes after `end_dim`.

    Notes
    -----
    Shape: (N, a, b, ...) to (N, a * b * ...).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Flatten()(fg.zeros(32, 1, 5, 5)).shape
    (32, 25)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return fg.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Split one axis into several.

    Parameters
    ----------
    dim : int
        The axis to split.
    unflattened_size : sequence of int
        The sizes of the new axes, the product of which is the old one's; one of them may be -1, for what is left.

    Raises
    ------
    TypeError
        If the arguments are not integers; axes have no names.
    IndexError
        If the input has no such axis.
    ValueError
        If the sizes do not fit.

    Notes
    -----
    Shape: (N, a * b, ...) to (N, a, b, ...) for ``Unflatten(1, (a, b))``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Unflatten(1, (2, 5, -1))(fg.zeros(32, 50)).shape
    (32, 2, 5, 5)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim: int = whole(dim, "Unflatten", "dim")
        self.unflattened_size: tuple[int, ...] = wholes(unflattened_size, "Unflatten", "unflattened_size")
        if not self.unflattened_size:
            raise TensorValueError("Unflatten: unflattened_size must have one size or more, got ()")

    def forward(self, input: Tensor) -> Tensor:
        input = as_tensor(input, "Unflatten")
        shape, sizes = input.shape, self.unflattened_size
        axis = axis_number(self.dim, len(shape), "Unflatten")
        known = prod(size for size in sizes if size != -1)
        fits = shape[axis] == known if -1 not in sizes else known and shape[axis] % known == 0
        if not fits or sizes.count(-1) > 1 or min(sizes) < -1:
            raise TensorValueError(
                f"Unflatten: unflattened_size must make up axis {self.dim} of shape {shape}, got {sizes}"
            )
        whole_sizes = tuple(shape[axis] // known if size == -1 else size for size in sizes)
        return input.reshape((*shape[:axis], *whole_sizes, *shape[axis + 1 :]))

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
