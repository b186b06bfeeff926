"""What PyTorch makes of sparse matrices, of dense ones: values and gradients are the same, memory is not spared."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad.ops.pytorch.creation import as_tensor
from fastgrad.ops.pytorch.index import index_put
from fastgrad.ops.pytorch.types import dtype_of


def sparse_coo_tensor(
    indices: Any,
    values: Any = None,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Any:
    """A dense tensor of zeros but for values at places; those at the same place are added up.

    Parameters
    ----------
    indices : Tensor or array_like of int, shape (ndim, n)
    values : Tensor or array_like, shape (n, ...)
    size : tuple of int, optional
        By default as small as the indices allow. Where it is all that is given, the tensor is of zeros.
    """
    if values is None:
        return fg.zeros(tuple(indices), dtype=None if dtype is None else dtype_of(dtype))
    places = as_tensor(indices).long()
    given = as_tensor(values)
    if dtype is not None:
        given = given.astype(dtype_of(dtype), copy=False)
    if places.ndim == 1 and given.ndim == 1 and places.numel() == 0:
        places = places.reshape(len(size) if size is not None else 1, 0)
    if places.ndim != 2:
        raise RuntimeError(f"sparse_coo_tensor: indices must be a matrix, got shape {tuple(places.shape)}")
    if size is None:
        size = [int(row.max()) + 1 for row in places] + list(given.shape[1:])
    if len(size) != len(places) + given.ndim - 1:
        raise RuntimeError(
            f"sparse_coo_tensor: size must have {len(places)} + {given.ndim - 1} axes, as indices and values have, got "
            f"{tuple(size)}"
        )
    for row, length in zip(places, size, strict=False):
        if row.numel() and not (int(row.min()) >= 0 and int(row.max()) < length):
            raise RuntimeError(f"sparse_coo_tensor: indices must be places in {tuple(size)}, got {int(row.max())}")
    dense = index_put(fg.zeros(tuple(size), dtype=given.dtype), tuple(places), given, accumulate=True)
    return dense.requires_grad_(True) if requires_grad else dense


def sparse_csr_tensor(
    crow_indices: Any,
    col_indices: Any,
    values: Any,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
) -> Any:
    """A dense matrix of zeros but for the values of each row, whose ends in `values` are `crow_indices`."""
    ends, columns = as_tensor(crow_indices).long(), as_tensor(col_indices).long()
    rows = fg.repeat(fg.arange(len(ends) - 1), ends[1:] - ends[:-1])
    if size is None:
        size = (len(ends) - 1, int(columns.max()) + 1 if columns.numel() else 0)
    return sparse_coo_tensor(fg.stack([rows, columns]), values, size, dtype=dtype, requires_grad=requires_grad)


def mm(mat1: Any, mat2: Any, reduce: str = "sum") -> Any:
    """The product of two matrices."""
    if reduce != "sum":
        raise RuntimeError(f"sparse.mm: reduce must be 'sum', got {reduce!r}")
    return fg.matmul(mat1, mat2)


def addmm(mat: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * mat + alpha * (mat1 @ mat2)``."""
    return beta * mat + alpha * fg.matmul(mat1, mat2)


def sum(input: Any, dim: Any = None, dtype: Any = None) -> Any:
    """The sum over axes."""
    return fg.sum(input, dim if dim is None or isinstance(dim, int) else tuple(dim), dtype)


def _of_present(function: Any, input: Any, dim: int) -> Any:
    """A softmax of the elements that are not 0; zeros are no elements of a sparse matrix."""
    there = input != 0
    found = function(fg.where(there, input, -fg.inf), axis=dim)
    return fg.where(there, found, 0.0)


def softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """Softmax of the elements that are not 0."""
    return _of_present(fg.softmax, input if dtype is None else input.astype(dtype_of(dtype)), dim)


def log_softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The logarithm of `softmax`, of the elements that are not 0."""
    return _of_present(fg.log_softmax, input if dtype is None else input.astype(dtype_of(dtype)), dim)


def indices(self: Any) -> Any:
    """The places of the elements that are not 0, shape (ndim, n)."""
    return fg.stack(list(fg.nonzero(self.detach())))


def values(self: Any) -> Any:
    """The elements that are not 0."""
    return self[fg.nonzero(self.detach())]
