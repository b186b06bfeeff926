"""Layers that only change the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fastgrad as fg
from fastgrad.nn.module import Module

if TYPE_CHECKING:
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
