"""What functions of linear algebra share: their arguments' checks, dtypes, and errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor

Called = TypeVar("Called", bound=Callable[..., Any])

_NARROW = (fg.float16, fg.bfloat16)


class LinAlgError(np.linalg.LinAlgError, RuntimeError):
    """What cannot be computed of these values: the inverse of a singular matrix, or of one that is not square.

    NumPy's error of that name, a ValueError, and a RuntimeError, as PyTorch's is.
    """


def in_floats(function: Called) -> Called:
    """Have a function compute in float32 for integers, bools and dtypes of 16 bits; these are rounded once, at the end.

    Its arguments that are tensors, or of which tensors can be made, come first.
    """
    count = function.__code__.co_posonlyargcount

    @functools.wraps(function)
    def call(*args: Any, **words: Any) -> Any:
        given = [x if isinstance(x, Tensor) else fg.asarray(x) for x in args[:count]]
        narrow = None
        for i, x in enumerate(given):
            if x.dtype in _NARROW or not x.is_floating_point():
                narrow = x.dtype if x.dtype in _NARROW else narrow
                given[i] = x.astype(fg.float32)
        result = function(*given, *args[count:], **words)
        if narrow is None or any(x.dtype is fg.float64 for x in given):
            return result
        return _rounded(result, narrow)

    return cast(Called, call)


def _rounded(result: Any, dtype: Any) -> Any:
    if isinstance(result, tuple):
        parts = [_rounded(part, dtype) for part in result]
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
    return result.astype(dtype) if isinstance(result, Tensor) and result.dtype is fg.float32 else result


def one_dtype(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return two tensors in the dtype that they have in common."""
    if a.dtype is b.dtype:
        return a, b
    return a.astype(fg.float64, copy=False), b.astype(fg.float64, copy=False)


def matrices(operation: str, x: Tensor, name: str = "x") -> Tensor:
    """Return a tensor that must be of matrices."""
    if x.ndim < 2:
        raise LinAlgError(f"{operation}: {name} must have shape (..., M, N), got {tuple(x.shape)}")
    return x


def square(operation: str, x: Tensor, name: str = "x") -> Tensor:
    """Return a tensor that must be of square matrices."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise LinAlgError(f"{operation}: {name} must have shape (..., N, N), got {tuple(x.shape)}")
    return x


def computed(operation: str, trouble: str, function: Callable[..., Any], *tensors: Tensor, **words: Any) -> Any:
    """Call a function of NumPy's; what it gives becomes tensors, and its error says what was wrong here.

    Parameters
    ----------
    operation : str
        What is computed.
    trouble : str
        What the matrix is, if that cannot be computed.
    """
    try:
        result = function(*[t.detach().numpy() for t in tensors], **words)
    except np.linalg.LinAlgError:
        raise LinAlgError(f"{operation}: {trouble}") from None
    if isinstance(result, tuple):
        return tuple(fg.asarray(np.asarray(part)) for part in result)
    return fg.asarray(np.asarray(result))


def eye_like(x: Tensor) -> Tensor:
    """The identity of a square matrix's size and dtype."""
    return fg.eye(x.shape[-1], dtype=x.dtype)


def on_diagonal(x: Tensor) -> Tensor:
    """The matrices whose diagonals are the last axis."""
    return x.unsqueeze(-1) * eye_like(x)


def of_diagonal(x: Tensor) -> Tensor:
    """The main diagonal of each matrix."""
    k = fg.arange(min(x.shape[-2], x.shape[-1]))
    return x[..., k, k]
