"""Orders of memory: what `order` says in NumPy's calls, and in which order elements are read and written by it."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorTypeError, TensorValueError


def order_of(x: Tensor, order: Any, *, allowed: str = "CFAK") -> str:
    """Return what an order means for a tensor: "C" or "F" (the first axis fastest); "K", as it lies, stays."""
    if order is None:
        return "C"
    if not isinstance(order, str):
        raise TensorTypeError(f"order must be str, got {type(order).__name__}")
    letter = order.upper()
    if letter not in ("C", "F", "A", "K") or letter not in allowed:
        raise TensorValueError(f"order must be one of {', '.join(map(repr, allowed))}, got {order!r}")
    if letter == "A":
        return "F" if is_fortran(x) and not x.is_contiguous() else "C"
    return letter


def is_fortran(x: Tensor) -> bool:
    """Whether elements lie one after the other, the first axis fastest."""
    return fg.transpose(x).is_contiguous()


def laid_out(x: Tensor, order: Any, *, copy: bool = False) -> Tensor:
    """Return a tensor with its elements in this order of memory: itself, unless `copy`, where it lies so."""
    letter = order_of(x, order)
    if letter == "C":
        return x.clone() if copy and x.is_contiguous() else fg.contiguous(x)
    if letter == "F":
        turned = fg.transpose(x)
        return fg.transpose(turned.clone() if copy and turned.is_contiguous() else fg.contiguous(turned))
    return x.clone() if copy else x


def in_line(x: Tensor, order: Any) -> Tensor:
    """Return the elements as a vector, in an order: a view where memory allows it."""
    letter = order_of(x, order)
    if letter == "F":
        x = fg.transpose(x)
    elif letter == "K" and not x.is_contiguous():
        steps = x.strides
        x = fg.transpose(x, sorted(range(x.ndim), key=lambda axis: -abs(steps[axis])))
    return fg.reshape(x, -1)


def reshaped(x: Tensor, shape: Any, order: Any, copy: bool | None = None) -> Tensor:
    """Return the elements, read and placed in an order, in another shape."""
    if order_of(x, order, allowed="CFA") == "C":
        return fg.reshape(x, shape, copy=copy)
    lengths = (shape,) if hasattr(shape, "__index__") and not getattr(shape, "ndim", 0) else tuple(shape)
    return fg.transpose(fg.reshape(fg.transpose(x), lengths[::-1], copy=copy))
