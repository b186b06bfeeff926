"""How tensors are shown while NumPy's door is open: as NumPy shows arrays, by its options."""

from __future__ import annotations

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor


def _array(t: Tensor) -> np.ndarray:
    plain = t.detach()
    return np.asarray(plain.astype(fg.float32) if t.dtype is fg.bfloat16 else plain)


def show(t: Tensor) -> str:
    """``array([1., 2.])``, and whether a gradient is wanted of it; else without axes the number that NumPy has."""
    if t.ndim == 0 and not t.requires_grad:
        return repr(_array(t)[()])
    shown = np.array_repr(_array(t))
    if t.grad_fn is not None:
        return f"{shown[:-1]}, grad_fn=<{t.grad_fn.name}>)"
    return f"{shown[:-1]}, requires_grad=True)" if t.requires_grad else shown


def show_values(t: Tensor) -> str:
    """``[1. 2.]``, and a number alone."""
    return str(_array(t)[()])
