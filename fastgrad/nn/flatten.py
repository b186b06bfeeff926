"""Layers that only change the shape."""

from __future__ import annotations

from math import prod

from fastgrad._tensor import Tensor
from fastgrad.nn.module import Module


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
        shape = input.shape
        ndim = max(len(shape), 1)  # a 0-dimensional input counts as one of length 1
        if not (-ndim <= self.start_dim < ndim and -ndim <= self.end_dim < ndim):
            raise IndexError(
                f"Flatten: axes {self.start_dim} to {self.end_dim} are out of range for an input of shape {shape}"
            )
        start, end = self.start_dim % ndim, self.end_dim % ndim
        if start > end:
            raise ValueError(
                f"Flatten: start_dim {self.start_dim} comes after end_dim {self.end_dim} for an input of shape {shape}"
            )
        return input.reshape((*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :]))

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
