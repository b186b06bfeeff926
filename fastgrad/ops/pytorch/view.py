"""Shapes and views, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole
from fastgrad.errors import TensorValueError
from fastgrad.ops.matrices import with_diagonal
from fastgrad.ops.pytorch.common import axis_of, in_both_vocabularies, into, named, tensor_of
from fastgrad.ops.view import as_strided as strided_view


def reshape(input: Any, shape: Any) -> Any:
    return tensor_of("reshape", input).reshape(shape)


def transpose(input: Any, dim0: int, dim1: int) -> Any:
    """A view with two axes swapped."""
    if tensor_of("transpose", input).ndim == 0:
        return input.reshape(())
    return fg.swapaxes(input, dim0, dim1)


def swapaxes(input: Any, axis0: int, axis1: int) -> Any:
    return transpose(input, axis0, axis1)


def swapdims(input: Any, dim0: int, dim1: int) -> Any:
    return transpose(input, dim0, dim1)


def t(input: Any) -> Any:
    """A matrix transposed; a vector itself."""
    if input.ndim > 2:
        raise RuntimeError(f"t: a matrix or a vector is wanted, got shape {tuple(input.shape)}; write x.mT")
    return input.mT if input.ndim == 2 else input[...]


def adjoint(input: Any) -> Any:
    return fg.matrix_transpose(input)


def permute(input: Any, dims: Any) -> Any:
    return tensor_of("permute", input).permute(tuple(dims))


def movedim(input: Any, source: Any, destination: Any) -> Any:
    return fg.moveaxis(input, source, destination)


moveaxis = named(lambda input, source, destination: movedim(input, source, destination), "moveaxis", movedim)


def squeeze(input: Any, dim: Any = None) -> Any:
    """A view without axes of length 1: all, or those named, if they are."""
    if dim is None:
        return fg.squeeze(input)
    return input.squeeze(dim=dim) if input.ndim else input[...]


def unsqueeze(input: Any, dim: int) -> Any:
    return tensor_of("unsqueeze", input).unsqueeze(dim)


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    return fg.flatten(input, start_dim, end_dim)


def unflatten(input: Any, dim: int, sizes: Any) -> Any:
    """One axis as several."""
    at = axis_of("unflatten", dim, input.ndim)
    return input.reshape((*input.shape[:at], *sizes, *input.shape[at + 1 :]))


def ravel(input: Any) -> Any:
    return fg.ravel(input)


def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """A view of a contiguous tensor by strides; a copy where elements would share memory."""
    return strided_view(tensor_of("as_strided", input), tuple(size), tuple(stride), storage_offset)


def copied(name: str) -> Any:
    """The function ``view_copy``, of ``view`` and its like: what the method gives, in memory of its own."""
    method = name.removesuffix("_copy")

    def function(input: Any, *args: Any, out: Tensor | None = None, **words: Any) -> Any:
        return into(out, getattr(tensor_of(name, input), method)(*args, **words).clone())

    function.__name__ = function.__qualname__ = name
    return function


def broadcast_to(input: Any, size: Any) -> Any:
    return input.expand(tuple(size))


def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    return fg.broadcast_arrays(*given)


def broadcast_shapes(*shapes: Any) -> Any:
    from fastgrad.torch._size import Size

    return Size(fg.broadcast_shapes(*[(s,) if isinstance(s, int) else tuple(s) for s in shapes]))


def clone(input: Any, *, memory_format: Any = None) -> Any:
    x = tensor_of("clone", input)
    if memory_format is not None and str(memory_format) == "torch.contiguous_format" and not x.is_contiguous():
        return x.contiguous()  # a copy, since it does not lie so
    return fg.clone(x)


def detach(input: Any) -> Any:
    return tensor_of("detach", input).detach()


def tril(input: Any, diagonal: int = 0, *, out: Tensor | None = None) -> Any:
    """The lower triangle of matrices."""
    return into(out, fg.tril(input, diagonal))


def triu(input: Any, diagonal: int = 0, *, out: Tensor | None = None) -> Any:
    """The upper triangle of matrices."""
    return into(out, fg.triu(input, diagonal))


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The diagonal of two axes as the last; a view, but of elements that lie apart in memory and are no part of a
    contiguous tensor."""
    a, b = axis_of("diagonal", dim1, input.ndim), axis_of("diagonal", dim2, input.ndim)
    if a == b:
        raise RuntimeError(f"diagonal: dim1 and dim2 must differ, got {dim1} and {dim2}")
    x = fg.moveaxis(input, (a, b), (-2, -1))
    rows, columns = x.shape[-2], x.shape[-1]
    length = min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns)
    if length <= 0:
        return x[..., 0, :0] if rows else x.reshape((*x.shape[:-2], 0))
    start = offset if offset >= 0 else -offset * columns
    if x.is_contiguous() or (x.ndim == 2 and x.stride(0) == columns * x.stride(1)):
        flat = x.view((*x.shape[:-2], rows * columns)) if x.is_contiguous() else x.reshape(-1)
        return flat[..., start :: columns + 1][..., :length]
    steps = x.stride()
    shape, strides = (*x.shape[:-2], length), (*steps[:-2], steps[-2] + steps[-1])
    first = x.storage_offset() + (offset * steps[-1] if offset >= 0 else -offset * steps[-2])
    dense = x.permute(sorted(range(x.ndim), key=lambda axis: (-steps[axis], -x.shape[axis])))
    try:
        return strided_view(dense if dense.is_contiguous() else x, shape, strides, first)
    except ValueError:  # nor is what x is a part of contiguous
        k = fg.arange(length)
        return x[..., k - min(offset, 0), k + max(offset, 0)]


def diag(input: Any, diagonal: int = 0, *, out: Tensor | None = None) -> Any:
    """Of a matrix its diagonal; of a vector the matrix that has it: see ``fastgrad.diag``."""
    return into(out, fg.diag(input, diagonal))


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """The last axis as the diagonal of two new ones."""
    square = with_diagonal(input, offset)
    return square if (dim1, dim2) == (-2, -1) else fg.moveaxis(square, (-2, -1), (dim1, dim2))


def diagflat(input: Any, offset: int = 0) -> Any:
    return diag_embed(input.reshape(-1), offset)


def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    out = input.clone().contiguous()
    part = diagonal(out, offset, dim1, dim2)
    if tensor_of("diagonal_scatter", src, "src").shape != part.shape:
        raise RuntimeError(
            f"diagonal_scatter: src must have the diagonal's shape {tuple(part.shape)}, got {tuple(src.shape)}"
        )
    part.copy_(src)
    return out


def unfold(self: Tensor, dimension: int, size: int, step: int) -> Any:
    """Windows of an axis, along a new last axis; a copy, where PyTorch's is a view."""
    at = axis_of("unfold", dimension, self.ndim)
    n = self.shape[at]
    if not 0 <= whole(size, "unfold", "size") <= n or whole(step, "unfold", "step") < 1:
        raise RuntimeError(f"unfold: size must be from 0 to {n} and step positive, got {size} and {step}")
    starts = fg.arange(0, n - size + 1, step).reshape(-1, 1)
    windows = fg.take(self, starts + fg.arange(size), axis=at)
    return fg.moveaxis(windows, at + 1, -1)


# ---- methods alone ---------------------------------------------------------------------------------------------------


def expand_as(self: Tensor, other: Any) -> Any:
    return self.expand(tensor_of("expand_as", other, "other").shape)


def reshape_as(self: Tensor, other: Any) -> Any:
    return self.reshape(tensor_of("reshape_as", other, "other").shape)


def contiguous(self: Tensor, memory_format: Any = None) -> Any:
    return fg.contiguous(self)


def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    if memory_format is None or str(memory_format) == "torch.contiguous_format":
        return _is_contiguous(self)
    order = (0, 2, 3, 1) if self.ndim == 4 else (0, 2, 3, 4, 1)
    return self.ndim in (4, 5) and _is_contiguous(self.permute(order))


def view(self: Tensor, *shape: Any, **words: Any) -> Any:
    """The same elements in another shape; of a dtype, the same bytes.

    A view where PyTorch has one of a contiguous tensor; of results that kernels laid out otherwise, a copy.
    """
    if words:
        shape = _by_name("view", shape, words, "size", "dtype")
    if len(shape) == 1 and isinstance(shape[0], fg.dtype):
        import numpy as np

        return fg.asarray(np.asarray(self.detach()).view(shape[0].dtype))
    try:
        return _reshape(self, *shape)
    except ValueError as error:
        raise TensorValueError(f"view{str(error).removeprefix('reshape')}") from None


def expand(self: Tensor, *sizes: Any, **words: Any) -> Any:
    """The tensor broadcast to a shape in which -1 keeps an axis as it is."""
    if words:
        words.pop("implicit", None)  # which PyTorch's tracer alone reads
        sizes = _by_name("expand", sizes, words, "size") if words else sizes
    try:
        return _expand(self, *sizes)
    except ValueError as error:
        said = str(error).removeprefix("broadcast_to: ").removeprefix("expand: ")
        raise TensorValueError(f"expand: {said}") from None


def _by_name(operation: str, given: tuple[Any, ...], words: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """What a method of lengths is given, one of which arguments may be said by its name."""
    name, value = words.popitem()
    if words or given or name not in names:
        raise TypeError(f"{operation}: unexpected argument {name}")
    return (value,)


_reshape = fg.Tensor.reshape
_expand = fg.Tensor.expand
_is_contiguous = fg.Tensor.is_contiguous


in_both_vocabularies(globals())
