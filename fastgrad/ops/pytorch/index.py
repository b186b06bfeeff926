"""Elements by places and masks, with PyTorch's names and arguments; what reads, what writes to a copy, what writes."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.ops.index import sums_along, sums_at
from fastgrad.ops.pytorch.common import axis_of, in_both_vocabularies, into, tensor_of

# ---- reading ---------------------------------------------------------------------------------------------------------


def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False, out: Tensor | None = None) -> Any:
    """``out[i, j] = input[index[i, j], j]`` for the first of two axes; the index may be shorter along the others."""
    x, at = _along("gather", input, dim, index)
    if input.ndim == 0 or index.ndim == 0:
        return into(out, fg.take_along_axis(x, index.reshape(-1), axis=0).reshape(index.shape))
    return into(out, fg.take_along_axis(x, index, axis=at))


def _along(operation: str, input: Any, dim: int, index: Any) -> tuple[Any, int]:
    """The part of a tensor that an index reaches: as long as it is, except along `dim`."""
    tensor_of(operation, index, "index")
    at = axis_of(operation, dim, tensor_of(operation, input).ndim)
    x = input if input.ndim else input.reshape(1)
    if (index.ndim or 1) != x.ndim:
        raise RuntimeError(f"{operation}: index must have as many axes as input, {input.ndim}, got {index.ndim}")
    if index.dtype.kind not in "iu":
        raise RuntimeError(f"{operation}: index must be int64, got {index.dtype}")
    if index.ndim == 0:
        return x, at
    longer = [i for i, n in enumerate(index.shape) if i != at and n > x.shape[i]]
    if longer:
        raise RuntimeError(
            f"{operation}: index must not be longer than input but along dim {at}, got shapes {tuple(index.shape)} "
            f"and {tuple(input.shape)}"
        )
    if any(i != at and n < x.shape[i] for i, n in enumerate(index.shape)):
        x = x[_reached(x, at, index)]
    return x, at


def _reached(x: Any, at: int, index: Any) -> tuple[slice, ...]:
    return tuple(slice(None) if i == at else slice(0, n) for i, n in enumerate(index.shape))


def index_select(input: Any, dim: int, index: Any, *, out: Tensor | None = None) -> Any:
    """The places along an axis that a vector names."""
    tensor_of("index_select", index, "index")
    if index.ndim > 1:
        raise IndexError(f"index_select: index must be a vector, got shape {tuple(index.shape)}")
    if input.ndim == 0:
        return into(out, fg.take(input.reshape(1), index.reshape(-1), axis=0).reshape(()))
    return into(out, fg.take(input, index.reshape(-1), axis=dim))


def masked_select(input: Any, mask: Any, *, out: Tensor | None = None) -> Any:
    """A vector of the elements where a mask is true; both broadcast."""
    if mask.dtype is not fg.bool:
        raise RuntimeError(f"masked_select: mask must be of bools, got {mask.dtype}")
    x, m = fg.broadcast_arrays(input, mask)
    return into(out, x.reshape(-1)[m.reshape(-1)])


def take(input: Any, index: Any) -> Any:
    """Elements at places in C order, in the index's shape."""
    return fg.take(input.reshape(-1), index, axis=0)


def take_along_dim(input: Any, indices: Any, dim: int | None = None, *, out: Tensor | None = None) -> Any:
    """As `gather`, and input and indices broadcast; of all elements in C order without `dim`."""
    if dim is None:
        return into(out, fg.take(input.reshape(-1), indices.reshape(-1), axis=0))
    return into(out, fg.take_along_axis(input, indices, axis=dim))


def where(condition: Any, input: Any = None, other: Any = None, *, out: Tensor | None = None, **words: Any) -> Any:
    """Elements of input where the condition is true, else of other; alone, the places where it is."""
    self = words.pop("self", None)
    if words:
        raise TypeError(f"where() got an unexpected keyword argument {next(iter(words))!r}")
    input = self if input is None else input
    if input is None and other is None:
        return fg.nonzero(condition if condition.ndim else condition.reshape(1))
    if input is None or other is None:
        raise TypeError("where: input and other must be given both, or neither")
    return into(out, fg.where(condition, input, other))


def method_where(self: Tensor, condition: Any, other: Any) -> Any:
    return fg.where(condition, self, other)


def nonzero(input: Any, *, as_tuple: bool = False, out: Tensor | None = None) -> Any:
    """A row of places for each element that is not zero; or a vector of places for each axis."""
    x: Any = tensor_of("nonzero", input)
    if as_tuple and x.ndim == 0:
        x = x.reshape(1)
    found: Any = x.nonzero(as_tuple=as_tuple)
    return found if as_tuple else into(out, found)


def argwhere(input: Any) -> Any:
    return nonzero(input)


def select(input: Any, dim: int, index: int) -> Any:
    """A view of one place along an axis."""
    at = axis_of("select", dim, input.ndim)
    if input.ndim == 0:
        raise IndexError("select: a tensor of 0 dimensions has no axis")
    return input[(slice(None),) * at + (int(index),)]


def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """A view of so many places along an axis, from start on."""
    at = axis_of("narrow", dim, input.ndim)
    n = input.shape[at]
    begin = int(start) + n if int(start) < 0 else int(start)
    if length < 0 or not 0 <= begin <= n - length:
        raise RuntimeError(f"narrow: start {int(start)} and length {length} must be within the axis's length {n}")
    return input[(slice(None),) * at + (slice(begin, begin + length),)]


# ---- writing to a copy -----------------------------------------------------------------------------------------------


def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """A value where a mask is true."""
    if mask.dtype is not fg.bool:
        raise RuntimeError(f"masked_fill: mask must be of bools, got {mask.dtype}")
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(f"masked_fill: value must be a number, got a tensor of shape {tuple(value.shape)}")
    if isinstance(value, Tensor):
        value = value.astype(input.dtype)
    elif isinstance(value, float) and input.dtype.kind in "bui":
        value = int(value)
    return fg.where(mask, value, input)


def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """The elements of source, in order, where a mask is true."""
    x, m = fg.broadcast_arrays(input, mask)
    count = int(m.sum())
    if source.numel() < count:
        raise RuntimeError(f"masked_scatter: source must have {count} elements, got {source.numel()}")
    out = x.clone()
    out[m] = source.reshape(-1)[:count].astype(input.dtype)
    return out


def scatter(input: Any, dim: int, index: Any, src: Any = None, value: Any = None, *, reduce: str | None = None) -> Any:
    """``out[index[i, j], j] = src[i, j]`` for the first of two axes; `reduce`: added or multiplied."""
    source = value if src is None else src
    if source is None:
        raise TypeError("scatter: src or value must be given")
    if reduce is not None:
        words = {"add": "sum", "multiply": "prod"}
        if reduce not in words:
            raise RuntimeError(f"scatter: reduce must be 'add' or 'multiply', got {reduce!r}")
        if not isinstance(source, Tensor):
            source = fg.full(index.shape, source, dtype=input.dtype)
        return scatter_reduce(input, dim, index, source, words[reduce])
    out = tensor_of("scatter", input).clone()
    x, at = _along("scatter", out, dim, index)
    if isinstance(source, Tensor) and source.ndim:
        source = _part("scatter", source, index)
    if index.ndim == 0 or input.ndim == 0:
        out.reshape(1)[index.reshape(-1)] = source
        return out
    _bounded("scatter", index, x.shape[at])
    grid: list[Any] = [
        fg.arange(n).reshape([n if i == j else 1 for j in range(index.ndim)]) for i, n in enumerate(index.shape)
    ]
    grid[at] = index
    out[tuple(grid)] = source.astype(out.dtype) if isinstance(source, Tensor) and source.ndim == 0 else source
    return out


def _part(operation: str, source: Any, index: Any) -> Any:
    """Of a source what an index has places for."""
    if source.ndim != index.ndim or any(n < m for n, m in zip(source.shape, index.shape, strict=True)):
        raise RuntimeError(
            f"{operation}: src must be at least as long as index, got shapes {tuple(source.shape)} and "
            f"{tuple(index.shape)}"
        )
    return source if source.shape == index.shape else source[tuple(slice(0, n) for n in index.shape)]


def _bounded(operation: str, index: Any, length: int) -> None:
    if index.numel() and not (int(index.min()) >= 0 and int(index.max()) < length):
        raise RuntimeError(f"{operation}: indices must be from 0 to {length - 1}, got {int(index.min())} to "
                           f"{int(index.max())}")  # fmt: skip


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """As `scatter`, the elements added to those of input."""
    return scatter_reduce(input, dim, index, src, "sum")


def scatter_reduce(input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Any:
    """Elements gathered at places: their sum, mean, product, largest or smallest, with input's own or without."""
    if input.dtype is not src.dtype:
        raise RuntimeError(f"scatter: src must have input's dtype {input.dtype}, got {src.dtype}")
    x, at = _along("scatter", input, dim, index)
    source = _part("scatter", src, index) if src.ndim else src.reshape(index.shape)
    if input.ndim == 0 or index.ndim == 0:
        return scatter_reduce(
            input.reshape(1), 0, index.reshape(-1), source.reshape(-1), reduce, include_self=include_self
        ).reshape(input.shape)
    _bounded("scatter", index, x.shape[at])
    if reduce in ("sum", "mean"):
        found = sums_along(source, index, at, x.shape)
        hits = None
        if reduce == "mean" or not include_self:
            hits = sums_along(fg.ones(index.shape, dtype=fg.int64), index, at, x.shape)
        start = x if include_self else fg.where(hits > 0, fg.zeros((), dtype=x.dtype), x)  # type: ignore[operator]
        result = start + found
        if reduce == "mean":
            count = fg.maximum(hits + int(include_self), 1)  # type: ignore[operator]
            result = (result / count if x.is_floating_point() else result // count).astype(x.dtype)
    elif reduce in ("prod", "amax", "amin"):
        result = _reduced(x, at, index, source, reduce, include_self)
    else:
        raise RuntimeError(f"scatter_reduce: reduce must be sum, prod, mean, amax or amin, got {reduce!r}")
    if result.shape == input.shape:
        return result
    out = input.clone()
    out[_reached(input, at, index)] = result
    return out


def _reduced(x: Any, at: int, index: Any, source: Any, reduce: str, include_self: bool) -> Any:
    """Of all sources, one layer for each place along the index; what is not for a place is neutral there."""
    hits = [fg.equal(fg.take(index, i, axis=at).unsqueeze(at), _places(x, at)) for i in range(index.shape[at])]
    layers = [fg.take(source, i, axis=at).unsqueeze(at) for i in range(index.shape[at])]
    touched = fg.any(fg.stack(hits), 0) if hits else fg.zeros(x.shape, dtype=fg.bool)
    if reduce == "prod":
        result = x if include_self else fg.where(touched, fg.ones((), dtype=x.dtype), x)
        for hit, layer in zip(hits, layers, strict=True):
            result = result * fg.where(hit, layer, fg.ones((), dtype=x.dtype))
        return result
    import numpy as np

    limits = np.finfo(x.dtype.dtype) if x.is_floating_point() else np.iinfo(x.dtype.dtype)
    ends = (-fg.inf, fg.inf) if x.is_floating_point() else (limits.min, limits.max)
    neutral = fg.full((), ends[0] if reduce == "amax" else ends[1], dtype=x.dtype)
    own = x if include_self else fg.where(touched, neutral, x)
    stacked = fg.stack([own, *(fg.where(h, s, neutral) for h, s in zip(hits, layers, strict=True))])
    return fg.max(stacked, 0) if reduce == "amax" else fg.min(stacked, 0)


def _places(x: Any, at: int) -> Any:
    return fg.arange(x.shape[at]).reshape([-1 if i == at else 1 for i in range(x.ndim)]).expand(x.shape)


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """Slices of source added at the places along an axis that a vector names."""
    at = axis_of("index_add", dim, input.ndim)
    _bounded("index_add", index, input.shape[at])
    source = source if source.ndim == input.ndim else source.unsqueeze(at)
    added = sums_at(source if alpha == 1 else source * alpha, index.reshape(-1), at, input.shape)
    return input + added.astype(input.dtype, copy=False)


def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """Slices of source written to the places along an axis that a vector names."""
    at = axis_of("index_copy", dim, input.ndim)
    _bounded("index_copy", index, input.shape[at])
    out = input.clone()
    out[(slice(None),) * at + (index.reshape(-1),)] = source
    return out


def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """A number at the places along an axis that a vector names."""
    at = axis_of("index_fill", dim, input.ndim)
    out = input.clone()
    out[(slice(None),) * at + (index.reshape(-1),)] = value
    return out


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """Values at places, one index for each axis; written, or added."""
    out = input.clone()
    if not accumulate:
        out[tuple(indices)] = values
        return out
    grid = fg.broadcast_arrays(*indices)
    flat = fg.zeros(grid[0].shape, dtype=fg.int64)
    for axis, index in enumerate(grid):
        flat = flat * input.shape[axis] + fg.where(index < 0, index + input.shape[axis], index)
    rest = tuple(input.shape[len(grid):])  # fmt: skip
    rows = input.reshape((-1, *rest))
    source = fg.broadcast_to(values, (*grid[0].shape, *rest)).reshape((-1, *rest))
    return index_add(rows, 0, flat.reshape(-1), source.astype(input.dtype, copy=False)).reshape(input.shape)


def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    out = input.clone()
    out[(slice(None),) * axis_of("select_scatter", dim, input.ndim) + (index,)] = src
    return out


def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    out = input.clone()
    out[(slice(None),) * axis_of("slice_scatter", dim, input.ndim) + (slice(start, end, step),)] = src
    return out


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """Elements of source at places in C order."""
    return put_(input.clone(), index, source, accumulate)


def index_reduce(input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Any:
    """Slices of source gathered at the places along an axis that a vector names: see `scatter_reduce`."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce: reduce must be prod, mean, amax or amin, got {reduce!r}")
    at = axis_of("index_reduce", dim, input.ndim)
    shape = [-1 if i == at else 1 for i in range(source.ndim)]
    places = index.reshape(shape).expand(source.shape)
    return scatter_reduce(input, dim, places, source, reduce, include_self=include_self)


def nonzero_static(input: Any, *, size: int, fill_value: int = -1) -> Any:
    """As `nonzero`, so many rows: the first, or more with a number in them."""
    found = nonzero(input)[:size]
    rest = fg.full((size - found.shape[0], found.shape[1]), fill_value, dtype=found.dtype)
    return fg.concat([found, rest], axis=0)


def as_strided_scatter(input: Any, src: Any, size: Any, stride: Any, storage_offset: int = 0) -> Any:
    """Elements of src at the places of C order that strides name."""
    places = fg.asarray(int(storage_offset))
    for i, (n, step) in enumerate(zip(size, stride, strict=True)):
        places = places + (fg.arange(n) * step).reshape([-1 if i == j else 1 for j in range(len(size))])
    return put(input.contiguous(), places, src)


def put_(self: Tensor, index: Any, source: Any, accumulate: bool = False) -> Tensor:
    """Writes to places in C order."""
    flat = index_put(self.reshape(-1), (index.reshape(-1),), source.reshape(-1), accumulate)
    return self.copy_(flat.reshape(self.shape))


def index_put_(self: Tensor, indices: Any, values: Any, accumulate: bool = False) -> Tensor:
    """Writes values to places, or adds them."""
    if accumulate:
        return self.copy_(index_put(self.clone() if self.requires_grad else self, indices, values, True))
    self[tuple(indices)] = values
    return self


def masked_fill_(self: Tensor, mask: Any, value: Any) -> Tensor:
    """Writes a value where a mask is true."""
    return self.copy_(masked_fill(self, mask, value))


def index_fill_(self: Tensor, dim: int, index: Any, value: Any) -> Tensor:
    self[(slice(None),) * axis_of("index_fill_", dim, self.ndim) + (index.reshape(-1),)] = value
    return self


def index_copy_(self: Tensor, dim: int, index: Any, source: Any) -> Tensor:
    self[(slice(None),) * axis_of("index_copy_", dim, self.ndim) + (index.reshape(-1),)] = source
    return self


def index_add_(self: Tensor, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
    """Adds slices of source at the places along an axis that a vector names."""
    return self.add_(index_add(fg.zeros(self.shape, dtype=self.dtype), dim, index, source, alpha=alpha))


def scatter_add_(self: Tensor, dim: int, index: Any, src: Any) -> Tensor:
    """Adds elements of src at places along an axis."""
    return self.add_(scatter_add(fg.zeros(self.shape, dtype=self.dtype), dim, index, src))


def fill_diagonal_(self: Tensor, fill_value: float, wrap: bool = False) -> Tensor:
    """Writes a number to the diagonal."""
    if self.ndim < 2:
        raise RuntimeError(f"fill_diagonal_: two axes or more are wanted, got shape {tuple(self.shape)}")
    if wrap and self.ndim == 2 and self.shape[0] > self.shape[1]:
        raise NotImplementedError("fill_diagonal_: wrap=True of a tall matrix is not there; write the parts")
    if self.ndim > 2 and len(set(self.shape)) > 1:
        raise RuntimeError(f"fill_diagonal_: of more than two axes all must be of one length, got {tuple(self.shape)}")
    k = fg.arange(self.shape[0] if self.shape[0] < self.shape[1] else self.shape[1])
    self[(k,) * self.ndim] = fill_value
    return self


in_both_vocabularies(
    globals(),
    out="scatter scatter_add scatter_reduce take slice_scatter index_add index_copy index_reduce nonzero_static",
)
