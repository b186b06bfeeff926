"""Where elements are, for what NumPy finds."""

from __future__ import annotations

from typing import Literal

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike
from fastgrad.errors import TensorValueError
from fastgrad.ops._arrays import array_of, tensor_of
from fastgrad.ops._common import operand
from fastgrad.ops.compare import logical_or
from fastgrad.ops.creation import asarray


def searchsorted(
    x1: TensorLike, x2: TensorLike, /, *, side: Literal["left", "right"] = "left", sorter: TensorLike | None = None
) -> Tensor:
    """Where elements would be inserted into a sorted vector to keep it sorted.

    Parameters
    ----------
    x1 : Tensor, shape (N,)
        In ascending order, NaN last; else in the order that `sorter` says.
    x2 : Tensor
        What would be inserted. A Python float is one of the dtype of `x1`.
    side : {"left", "right"}, default "left"
        Whether before those that are equal, or behind.
    sorter : Tensor of integers, shape (N,), optional
        The places of the elements of `x1` in ascending order, as ``argsort`` gives them.

    Returns
    -------
    Tensor of int64, shape of `x2`
        From 0 to N.

    Raises
    ------
    ValueError
        If `x1` is no vector, `sorter` is not of its places, or `side` is another word.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.searchsorted(fg.tensor([1.0, 2.0, 2.0, 5.0]), fg.tensor([2.0, 7.0])).tolist()
    [1, 4]
    """
    line = operand(x1, "searchsorted")
    # A Python float is weak: as float32 it would be early or late beside float64.
    is_weak = isinstance(x2, float) and line.dtype.kind == "f"
    wanted = asarray(x2, dtype=line.dtype) if is_weak else operand(x2, "searchsorted", line)
    if line.ndim != 1:
        raise TensorValueError(f"searchsorted: x1 must be a vector, got shape {tuple(line.shape)}")
    if side not in ("left", "right"):
        raise TensorValueError(f"searchsorted: side must be 'left' or 'right', got {side!r}")
    order = None if sorter is None else operand(sorter, "searchsorted")
    if order is not None and (order.shape != line.shape or order.dtype.kind not in "iu"):
        raise TensorValueError(
            f"searchsorted: sorter must hold {line.shape[0]} integers, got {order.dtype} of shape {tuple(order.shape)}"
        )
    if order is not None:  # NumPy would read whatever stands there
        outside = order[logical_or(order < 0, order >= line.shape[0])]
        if outside.shape[0]:
            raise TensorValueError(
                f"searchsorted: sorter must hold places from 0 to {line.shape[0] - 1}, got {outside[0].item()}"
            )
    places = np.searchsorted(array_of(line), array_of(wanted), side, None if order is None else array_of(order))
    return tensor_of(np.asarray(places, np.int64))
