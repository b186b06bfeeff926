"""Functions of matrices with SciPy's names and arguments."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad.errors import TensorValueError
from fastgrad.ops.numpy.common import tensor_of


def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False) -> Any:
    """The solution of a system with a triangular matrix; of `trans` 1 or "T" with its transpose."""
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise TensorValueError(f"solve_triangular: trans must be 0, 1, 2, 'N', 'T' or 'C', got {trans!r}")
    a, b = tensor_of(a), tensor_of(b)
    if trans not in (0, "N"):
        a, lower = a.mT, not lower
    columns = b[:, None] if b.ndim == 1 else b
    found = fg.linalg.solve_triangular(a, columns, upper=not lower, unitriangular=unit_diagonal)
    return found[:, 0] if b.ndim == 1 else found


def expm(a: Any) -> Any:
    """The exponential of a square matrix."""
    return fg.linalg.matrix_exp(tensor_of(a))


def block_diag(*arrays: Any) -> Any:
    """A matrix with these on its diagonal, one after the other, and zeros elsewhere."""
    parts = [tensor_of(one) for one in arrays]
    parts = [one if one.ndim == 2 else one.reshape(1, -1) for one in parts]
    width = sum(one.shape[1] for one in parts)
    rows, before = [], 0
    for one in parts:
        rows.append(fg.pad(one, ((0, 0), (before, width - before - one.shape[1]))))
        before += one.shape[1]
    return fg.concat(rows, 0)
