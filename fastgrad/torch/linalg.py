"""Norms and products; decompositions are not there yet."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.torch._functions.common import dims_of, into
from fastgrad.torch._functions.linalg import (
    chain_matmul,
    cross as _cross,
    matmul as matmul,
    matrix_power as matrix_power,
)
from fastgrad.torch._functions.reduce import norm as _norm
from fastgrad.torch._functions.view import diagonal as _diagonal


def vector_norm(
    x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None
) -> Any:
    """The norm of vectors along axes, of all elements by default."""
    return into(out, _norm(x, ord, dim, keepdim, dtype=dtype))


def matrix_norm(
    A: Any,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,
) -> Any:
    """The norm of matrices."""
    x = A if dtype is None else A.astype(dtype)
    if ord == "fro":
        return into(out, _norm(x, 2, tuple(dim), keepdim))
    return into(out, fg.norm(x, ord, axis=tuple(dim), keepdims=keepdim))


def norm(
    A: Any,
    ord: Any = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
) -> Any:
    """The norm of vectors or, along two axes and of a matrix whose `ord` is given, of matrices."""
    dim = dims_of(dim)
    is_matrix = ord is not None and (A.ndim == 2 if dim is None else isinstance(dim, tuple) and len(dim) == 2)
    if is_matrix:
        return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype, out=out)
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype, out=out)


def multi_dot(tensors: Any, *, out: Tensor | None = None) -> Any:
    return chain_matmul(*tensors, out=out)


def cross(input: Any, other: Any, *, dim: int = -1, out: Tensor | None = None) -> Any:
    return _cross(input, other, dim, out=out)


def vecdot(x: Any, y: Any, *, dim: int = -1, out: Tensor | None = None) -> Any:
    return into(out, fg.vecdot(x, y, axis=dim))


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    return _diagonal(A, offset, dim1, dim2)
