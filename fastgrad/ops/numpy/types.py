"""NumPy's functions that ask what an array is."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad.ops.numpy.common import array_of


def shape(a: Any) -> tuple[int, ...]:
    """The lengths of the axes."""
    return a.shape if isinstance(a, Tensor) else np.shape(array_of(a))


def ndim(a: Any) -> int:
    """The number of axes."""
    return a.ndim if isinstance(a, Tensor) else np.ndim(array_of(a))


def size(a: Any, axis: Any = None) -> int:
    """The number of elements, or of places along axes."""
    return int(a.size) if axis is None and isinstance(a, Tensor) else np.size(array_of(a), axis)


def isscalar(element: Any) -> bool:
    """Whether a value is a number: of NumPy's or Python's, or a tensor of 0 dimensions, which stands for one."""
    return element.ndim == 0 if isinstance(element, Tensor) else np.isscalar(element)
