"""Between tensors and NumPy, for what NumPy computes: sets, places in an order."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.dtype import bfloat16, float32
from fastgrad.ops.creation import from_numpy


def array_of(x: Tensor) -> Any:
    """The elements as NumPy has them: bfloat16, which it has not, as float32, which holds each exactly."""
    x = x.detach()
    return (x.astype(float32) if x.dtype is bfloat16 else x).numpy()


def tensor_of(result: Any) -> Tensor:
    """The tensor of what NumPy has computed, a scalar or an array of any layout."""
    return from_numpy(np.ascontiguousarray(result).reshape(np.shape(result)))  # which gives a scalar an axis
