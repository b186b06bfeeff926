"""Elements by places and masks, with PyTorch's names and arguments; what reads, what writes to a copy, what writes."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole
from fastgrad.errors import TensorIndexError, TensorOverflowError, TensorTypeError, TensorValueError
from fastgrad.ops.index import sums_along, sums_at
from fastgrad.ops.pytorch.common import axis_of, in_both_vocabularies, into, tensor_of

# ---- reading ---------------------------------------------------------------------------------------------------------


def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False, out: Tensor | None = None) -> Any:
    """``out[i, j] = input[index[i, j], j]`` for the first of two axes; the index may be shorter along the others."""
    x, at = _along("gather", input, dim, index)
    _not_negative("gather", index, at)
    try:
        if input.ndim == 0 or index.ndim == 0:
            return into(out, fg.take_along_axis(x, index.reshape(-1), axis=0).reshape(index.shape))
        return into(out, fg.take_along_axis(x, index, axis=at))
    except IndexError as error:
        raise TensorIndexError(f"gather{str(error).removeprefix('take_along_axis')}") from None


def _not_negative(operation: str, index: Any, at: int) -> None:
    """Raise what counts from the end, as NumPy's indices may; what is too large is found where it is read."""
    if index.dtype.kind != "i" or not index.numel():
        return
    import numpy as np

    # NumPy's is the faster where there are many.
    least = int(index.min() if index.numel() < 4096 else np.asarray(index).min())
    if least < 0:
        raise TensorIndexError(
            f"{operation}: index {least} is out of bounds for dimension {at}: it must not be negative"
        )


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
        raise TensorIndexError(f"index_select: index must be a vector, got shape {tuple(index.shape)}")
    _not_negative("index_select", index, dim)
    if input.ndim == 0:
        return into(out, fg.take(input.reshape(1), index.reshape(-1), axis=0).reshape(()))
    return into(out, fg.take(input, index.reshape(-1), axis=dim))


def masked_select(input: Any, mask: Any, *, out: Tensor | None = None) -> Any:
    """A vector of the elements where a mask is true; both broadcast."""
    _mask("masked_select", mask)
    x, m = fg.broadcast_arrays(input, mask)
    return into(out, x.reshape(-1)[m.reshape(-1)])


def _mask(operation: str, mask: Any) -> None:
    if tensor_of(operation, mask, "mask").dtype is not fg.bool:
        raise RuntimeError(f"{operation}: mask must be of bools, got {mask.dtype}")


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
    return into(out, fg.where(_condition(condition), input, other))


def _condition(condition: Any) -> Any:
    """A tensor of bools, or of bytes, which older programs have for them."""
    if tensor_of("where", condition, "condition").dtype not in (fg.bool, fg.uint8):
        raise RuntimeError(
            f"where: expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype}; write "
            "x != 0"
        )
    return condition


def method_where(self: Tensor, condition: Any, other: Any) -> Any:
    return fg.where(_condition(condition), self, other)


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
        raise TensorIndexError("select: a tensor of 0 dimensions has no axis")
    return input[(slice(None),) * at + (whole(index, "select", "index"),)]


def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """A view of so many places along an axis, from start on."""
    at = axis_of("narrow", dim, input.ndim)
    if input.ndim == 0:
        raise RuntimeError("narrow: a tensor of 0 dimensions has no axis")
    start, length = whole(start, "narrow", "start"), whole(length, "narrow", "length")
    n = input.shape[at]
    begin = start + n if start < 0 else start
    if length < 0 or not 0 <= begin <= n - length:
        raise RuntimeError(f"narrow: start {start} and length {length} must be within the axis's length {n}")
    return input[(slice(None),) * at + (slice(begin, begin + length),)]


# ---- writing to a copy -----------------------------------------------------------------------------------------------


def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """A value where a mask is true."""
    _mask("masked_fill", mask)
    return fg.where(mask, _number("masked_fill", value, input.dtype), input)


def _number(operation: str, value: Any, dtype: Any, argument: str = "value") -> Any:
    """What fills a tensor of a dtype: a number, or a tensor of one; for integers a float becomes whole."""
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(f"{operation}: {argument} must be a number, got a tensor of shape {tuple(value.shape)}")
        if dtype.kind == "f":
            return value.astype(dtype)
        value = value.item()
    if dtype.kind == "f" or not isinstance(value, Real):
        return value
    if dtype is fg.bool:
        return bool(value)
    if not math.isfinite(value):
        raise TensorValueError(f"{operation}: {argument} must be finite for a tensor of {dtype}, got {value}")
    number: Any = math.trunc(value)
    limits = np.iinfo(dtype.dtype)
    if not limits.min <= number <= limits.max:
        raise TensorOverflowError(f"{operation}: {argument} must be in the range of {dtype}, got {value}")
    return value if isinstance(value, Integral) else number


def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """The elements of source, in order, where a mask is true."""
    _mask("masked_scatter", mask)
    _same_dtype("masked_scatter", input, tensor_of("masked_scatter", source, "source"), "source")
    x, m = fg.broadcast_arrays(input, mask)
    count = int(m.sum())
    if source.numel() < count:
        raise RuntimeError(f"masked_scatter: source must have {count} elements, got {source.numel()}")
    out = x.clone()
    out[m] = source.reshape(-1)[:count]
    return out


def _same_dtype(operation: str, input: Any, source: Any, argument: str) -> None:
    if source.dtype is not input.dtype:
        raise RuntimeError(f"{operation}: {argument} must have input's dtype {input.dtype}, got {source.dtype}")


def _loses_nothing(operation: str, input: Any, source: Any, argument: str) -> None:
    """Raise what would make floats whole, or numbers bools: what is assigned to ``x[i]`` may do neither."""
    if (source.is_floating_point() and not input.is_floating_point()) or (
        input.dtype is fg.bool and source.dtype is not fg.bool
    ):
        raise TensorTypeError(f"{operation}: {argument} must have input's dtype {input.dtype}, got {source.dtype}")


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
            source = fg.full(index.shape, _number("scatter", source, input.dtype), dtype=input.dtype)
        return scatter_reduce(input, dim, index, source, words[reduce])
    x, at = _along("scatter", input, dim, index)
    if isinstance(source, Tensor):
        _loses_nothing("scatter", input, source, "src")
    else:
        source = _number("scatter", source, input.dtype)
    if index.ndim == 0 or input.ndim == 0:
        line = source.reshape(-1) if isinstance(source, Tensor) and source.ndim == 0 else source
        return scatter(input.reshape(-1), 0, index.reshape(-1), line).reshape(input.shape)
    if isinstance(source, Tensor) and source.ndim:
        source = _part("scatter", source, index)
    _bounded("scatter", index, x.shape[at])
    out = input.clone()
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
        raise TensorIndexError(f"{operation}: indices must be from 0 to {length - 1}, got {int(index.min())} to "
                           f"{int(index.max())}")  # fmt: skip


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """As `scatter`, the elements added to those of input."""
    return scatter_reduce(input, dim, index, src, "sum")


def scatter_reduce(input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Any:
    """Elements gathered at places: their sum, mean, product, largest or smallest, with input's own or without."""
    _same_dtype("scatter", tensor_of("scatter", input), tensor_of("scatter", src, "src"), "src")
    x, at = _along("scatter", input, dim, index)
    source = src if src.ndim else src.reshape((1,) * max(index.ndim, 1))
    if input.ndim == 0 or index.ndim == 0:
        line = scatter_reduce(input.reshape(-1), 0, index.reshape(-1), source, reduce, include_self=include_self)
        return line.reshape(input.shape)
    source = _part("scatter", source, index)
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
    limits = np.finfo(x.dtype.dtype) if x.is_floating_point() else np.iinfo(x.dtype.dtype)
    ends = (-fg.inf, fg.inf) if x.is_floating_point() else (limits.min, limits.max)
    neutral = fg.full((), ends[0] if reduce == "amax" else ends[1], dtype=x.dtype)
    own = x if include_self else fg.where(touched, neutral, x)
    stacked = fg.stack([own, *(fg.where(h, s, neutral) for h, s in zip(hits, layers, strict=True))])
    return fg.max(stacked, 0) if reduce == "amax" else fg.min(stacked, 0)


def _places(x: Any, at: int) -> Any:
    return fg.arange(x.shape[at]).reshape([-1 if i == at else 1 for i in range(x.ndim)]).expand(x.shape)


def _places_of(operation: str, index: Any) -> Any:
    """The vector of places that an index of one axis, or of none, names."""
    if tensor_of(operation, index, "index").ndim > 1:
        raise TensorIndexError(f"{operation}: index must be a vector, got shape {tuple(index.shape)}")
    if index.dtype.kind not in "iu":
        raise TensorIndexError(f"{operation}: index must be int64, got {index.dtype}")
    return index.reshape(-1)


def _slices(operation: str, input: Any, dim: int, index: Any, source: Any) -> tuple[Any, int, Any, Any]:
    """A tensor of at least one axis, the axis, the vector of places along it, and a slice of source for each."""
    at = axis_of(operation, dim, tensor_of(operation, input).ndim)
    x, places, slices = input, _places_of(operation, index), tensor_of(operation, source, "source")
    x = x if x.ndim else x.reshape(1)
    _bounded(operation, places, x.shape[at])
    if slices.ndim == 0 and x.ndim == 1:
        slices = slices.reshape(1)
    # What has another shape must not broadcast: a slice that is not there would be written, or added.
    count = len(places)
    if slices.ndim == x.ndim and slices.shape[at] != count:
        raise RuntimeError(
            f"{operation}: source must have a slice for each place, but index has {count} and source has length "
            f"{slices.shape[at]} along dim {at}"
        )
    wanted = (*x.shape[:at], count, *x.shape[at + 1 :])
    if slices.shape != wanted:
        raise RuntimeError(
            f"{operation}: source must have shape {wanted}, input's with the {count} places of index along dim {at}, "
            f"got {tuple(source.shape)}"
        )
    return x, at, places, slices


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """Slices of source added at the places along an axis that a vector names."""
    return _index_add("index_add", input, dim, index, source, alpha)


def _index_add(operation: str, input: Any, dim: int, index: Any, source: Any, alpha: float) -> Any:
    x, at, places, slices = _slices(operation, input, dim, index, source)
    _same_dtype(operation, input, source, "source")
    alpha = _number(operation, alpha, input.dtype, "alpha")
    added = sums_at(slices if alpha == 1 else slices * alpha, places, at, x.shape)
    return (x + added.astype(x.dtype, copy=False)).reshape(input.shape)


def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """Slices of source written to the places along an axis that a vector names."""
    return _index_copied("index_copy", input.clone(), dim, index, source)


def _index_copied(operation: str, out: Tensor, dim: int, index: Any, source: Any) -> Tensor:
    x, at, places, slices = _slices(operation, out, dim, index, source)
    _loses_nothing(operation, out, source, "source")
    x[(slice(None),) * at + (places,)] = slices
    return out


def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """A number at the places along an axis that a vector names."""
    return _index_filled("index_fill", input.clone(), dim, index, value)


def _index_filled(operation: str, out: Tensor, dim: int, index: Any, value: Any) -> Tensor:
    at = axis_of(operation, dim, out.ndim)
    places, number = _places_of(operation, index), _number(operation, value, out.dtype)
    x = out if out.ndim else out.reshape(1)
    x[(slice(None),) * at + (places,)] = number
    return out


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """Values at places, one index for each axis; written, or added."""
    if accumulate:
        return _accumulated("index_put", input, indices, values)
    out = input.clone()
    out[_key("index_put", out, indices)] = values
    return out


def _key(operation: str, input: Any, indices: Any) -> tuple[Any, ...]:
    """Indices, one for each axis; a mask is for as many as it has itself."""
    if not isinstance(indices, (tuple, list)):
        raise TypeError(f"{operation}: indices must be a tuple of Tensors, got {type(indices).__name__}")
    key = tuple(tensor_of(operation, index, "each of indices") for index in indices)
    # Of bytes PyTorch makes a mask, and warns; item assignment here takes them for places.
    if any(index.dtype is fg.uint8 for index in key):
        raise TensorIndexError(
            f"{operation}: indices of uint8 are a mask to some and places to others; write .astype(fg.bool) for a "
            "mask, .astype(fg.int64) for places"
        )
    return key


def _accumulated(operation: str, input: Any, indices: Any, values: Any) -> Any:
    """Values added at places; at those that are named more than once, all of them."""
    key = _key(operation, input, indices)
    axes = sum(index.ndim if index.dtype is fg.bool else 1 for index in key)
    if axes > input.ndim:
        raise TensorIndexError(f"{operation}: too many indices: {axes} for shape {tuple(input.shape)}")
    # The indexed axes as one: indexing checks and broadcasts, and knows what masks are.
    lengths, rest = tuple(input.shape[:axes]), tuple(input.shape[axes:])
    try:
        places = fg.arange(math.prod(lengths)).reshape(lengths)[key]
    except IndexError as error:
        raise TensorIndexError(f"{operation}: {str(error).removeprefix('indexing: ')}") from None
    if not isinstance(values, Tensor):
        values = fg.full((), values, dtype=input.dtype)
    _loses_nothing(operation, input, values, "values")
    wanted = (*places.shape, *rest)
    try:
        source = fg.broadcast_to(values, wanted)
    except ValueError:
        raise TensorValueError(
            f"{operation}: values of shape {tuple(values.shape)} cannot be broadcast to the indexed shape {wanted}"
        ) from None
    rows, source = input.reshape((math.prod(lengths), *rest)), source.reshape((places.numel(), *rest))
    added = _index_add(operation, rows, 0, places.reshape(-1), source.astype(input.dtype, copy=False), 1)
    return added.reshape(input.shape)


def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    key = (slice(None),) * axis_of("select_scatter", dim, input.ndim) + (whole(index, "select_scatter", "index"),)
    return _with_part("select_scatter", input, key, src)


def _with_part(operation: str, input: Any, key: tuple[Any, ...], src: Any) -> Any:
    out = input.clone()
    wanted = out[key].shape
    if tensor_of(operation, src, "src").shape != wanted:
        raise RuntimeError(f"{operation}: src must have the part's shape {tuple(wanted)}, got {tuple(src.shape)}")
    out[key] = src
    return out


def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    if whole(step, "slice_scatter", "step") < 1:
        raise RuntimeError(f"slice_scatter: step must be positive, got {step}")
    key = (slice(None),) * axis_of("slice_scatter", dim, input.ndim) + (slice(start, end, step),)
    return _with_part("slice_scatter", input, key, src)


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """Elements of source at places in C order."""
    return _put("put", input.clone(), index, source, accumulate)


def index_reduce(input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Any:
    """Slices of source gathered at the places along an axis that a vector names: see `scatter_reduce`."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce: reduce must be prod, mean, amax or amin, got {reduce!r}")
    x, at, places, slices = _slices("index_reduce", input, dim, index, source)
    _same_dtype("index_reduce", input, source, "source")
    grid = places.reshape([-1 if i == at else 1 for i in range(x.ndim)]).expand(slices.shape)
    return scatter_reduce(x, at, grid, slices, reduce, include_self=include_self).reshape(input.shape)


_OF_NOTHING = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -math.inf, "min": math.inf}


def segment_reduce(
    data: Any,
    reduce: str,
    *,
    lengths: Any = None,
    indices: Any = None,
    offsets: Any = None,
    axis: int = 0,
    unsafe: bool = False,
    initial: float | None = None,
) -> Any:
    """Segments along the first axis, each to one: their sums, means, products, largest or smallest elements.

    The segments are said by their `lengths`, or `offsets`, where they begin and the last one ends. `initial` is a
    number that each begins with; without one the mean of no elements is NaN.
    """
    if reduce not in _OF_NOTHING:
        raise RuntimeError(f"segment_reduce: reduce must be sum, mean, prod, max or min, got {reduce!r}")
    if indices is not None or (lengths is None) == (offsets is None):
        raise RuntimeError("segment_reduce: segments are said by lengths or by offsets, one of them")
    if axis != 0 or (lengths if offsets is None else offsets).ndim != 1:
        raise RuntimeError("segment_reduce: segments lie along the first axis, and a vector says which")
    lengths = fg.diff(offsets) if lengths is None else lengths
    if not unsafe and (bool((lengths < 0).any()) or int(lengths.sum()) != data.shape[0]):
        raise RuntimeError(f"segment_reduce: lengths must add up to {data.shape[0]}, got {lengths.tolist()}")
    start = _OF_NOTHING[reduce] if initial is None else float(initial)
    whole = fg.full((lengths.shape[0], *data.shape[1:]), start, dtype=data.dtype)
    places = fg.repeat(fg.arange(lengths.shape[0]), lengths)
    if reduce == "sum":
        return index_add(whole, 0, places, data)
    if reduce != "mean":
        return index_reduce(whole, 0, places, data, f"a{reduce}" if reduce != "prod" else reduce)
    counts = lengths.astype(data.dtype).reshape(-1, *[1] * (data.ndim - 1))
    empty = fg.nan if initial is None else start
    return fg.where(counts == 0, empty, index_add(whole, 0, places, data) / fg.where(counts == 0, 1.0, counts))


def nonzero_static(input: Any, *, size: int, fill_value: int = -1) -> Any:
    """As `nonzero`, so many rows: the first, or more with a number in them."""
    if whole(size, "nonzero_static", "size") < 0:
        raise RuntimeError(f"nonzero_static: size must not be negative, got {size}")
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
    return _put("put_", self, index, source, accumulate)


def _put(operation: str, out: Tensor, index: Any, source: Any, accumulate: bool) -> Tensor:
    places = _places_of(operation, tensor_of(operation, index, "index").reshape(-1))
    _same_dtype(operation, out, tensor_of(operation, source, "source"), "source")
    if source.numel() != places.numel():
        raise RuntimeError(
            f"{operation}: source must have an element for each place, but index has {places.numel()} and source "
            f"has {source.numel()}"
        )
    line, values = out.reshape(-1), source.reshape(-1)
    if accumulate:
        return out.copy_(_accumulated(operation, line, (places,), values).reshape(out.shape))
    line = line.clone()
    line[places] = values
    return out.copy_(line.reshape(out.shape))


def index_put_(self: Tensor, indices: Any, values: Any, accumulate: bool = False) -> Tensor:
    """Writes values to places, or adds them."""
    if accumulate:
        return self.copy_(_accumulated("index_put_", self.clone() if self.requires_grad else self, indices, values))
    self[_key("index_put_", self, indices)] = values
    return self


def masked_fill_(self: Tensor, mask: Any, value: Any) -> Tensor:
    """Writes a value where a mask is true."""
    return self.copy_(masked_fill(self, mask, value))


def index_fill_(self: Tensor, dim: int, index: Any, value: Any) -> Tensor:
    return _index_filled("index_fill_", self, dim, index, value)


def index_copy_(self: Tensor, dim: int, index: Any, source: Any) -> Tensor:
    return _index_copied("index_copy_", self, dim, index, source)


def index_add_(self: Tensor, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Tensor:
    """Adds slices of source at the places along an axis that a vector names."""
    return self.add_(_index_add("index_add_", fg.zeros(self.shape, dtype=self.dtype), dim, index, source, alpha))


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
    self[(k,) * self.ndim] = _number("fill_diagonal_", fill_value, self.dtype, "fill_value")
    return self


in_both_vocabularies(
    globals(),
    out="scatter scatter_add scatter_reduce take slice_scatter index_add index_copy index_reduce nonzero_static",
)
