"""``numpy.linalg`` over fastgrad: a table of names. What is not in it is NumPy's own: eigenvalues of matrices that are
not symmetric, which are complex."""

from __future__ import annotations

from typing import Any

import numpy.linalg as _linalg
from numpy.linalg import LinAlgError as LinAlgError

from fastgrad.ops.numpy.common import numpys_own as _numpys_own
from fastgrad.ops.numpy.linalg import (
    cholesky as cholesky,
    cond as cond,
    cross as cross,
    det as det,
    diagonal as diagonal,
    eigh as eigh,
    eigvalsh as eigvalsh,
    inv as inv,
    lstsq as lstsq,
    matmul as matmul,
    matrix_norm as matrix_norm,
    matrix_power as matrix_power,
    matrix_rank as matrix_rank,
    matrix_transpose as matrix_transpose,
    multi_dot as multi_dot,
    norm as norm,
    outer as outer,
    pinv as pinv,
    qr as qr,
    slogdet as slogdet,
    solve as solve,
    svd as svd,
    svdvals as svdvals,
    tensordot as tensordot,
    tensorinv as tensorinv,
    tensorsolve as tensorsolve,
    trace as trace,
    vecdot as vecdot,
    vector_norm as vector_norm,
)


def __getattr__(name: str) -> Any:
    found = globals()[name] = _numpys_own(_linalg, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_linalg)})
