"""How tensors are shown: as NumPy shows arrays, with what else they are behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fastgrad._tensor import Tensor, dtype as dtypes

_show: Callable[[Tensor], str] | None = None
_show_values: Callable[[Tensor], str] | None = None


def show_by(show: Callable[[Tensor], str] | None, values: Callable[[Tensor], str] | None = None) -> None:
    """Have tensors be shown by another function, also those of 0 dimensions, and by a second one where `str` asks; by
    None as they are without."""
    global _show, _show_values
    _show = show
    _show_values = values


def tensor_str(t: Tensor) -> str:
    """Of 0 dimensions the number alone."""
    if _show_values is not None:
        return _show_values(t)
    return str(t.item()) if t.ndim == 0 and _show is None else repr(t)


def tensor_repr(t: Tensor) -> str:
    """``tensor([[1., 2.]], requires_grad=True)``: the dtype is shown unless it is a default."""
    if _show is not None:
        return _show(t)
    plain = t.detach()
    if t.dtype is dtypes.bfloat16:
        plain = plain.astype(dtypes.float32)
    name = "tensor" if type(t) is Tensor else type(t).__name__
    values = np.array2string(np.asarray(plain), separator=", ", prefix=f"{name}(", precision=4)
    notes = []
    if t.size == 0 and t.ndim != 1:
        notes.append(f"shape={t.shape}")
    if t.dtype not in (dtypes.float32, dtypes.int64, dtypes.bool_) or t.size == 0:
        notes.append(f"dtype={t.dtype!r}")
    if t.grad_fn is not None:
        notes.append(f"grad_fn=<{t.grad_fn.name}>")
    elif t.requires_grad:
        notes.append("requires_grad=True")
    return f"{name}({', '.join([values, *notes])})"
