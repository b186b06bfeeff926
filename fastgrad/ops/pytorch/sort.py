"""Order, sets and counts, with PyTorch's names, arguments and pairs."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.ops._arrays import array_of
from fastgrad.ops.pytorch.common import axis_of, in_both_vocabularies, into, tensor_of
from fastgrad.ops.pytorch.results import result as result_of


def sort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False, *, out: Any = None) -> Any:
    """The elements along an axis in order, and where they were."""
    found: Any = _sort(tensor_of("sort", input), dim=dim, descending=descending)
    return result_of("sort", *found, out=out)


def method_sort(self: Tensor, *args: Any, **words: Any) -> Any:
    """The elements along an axis in order, and where they were; with NumPy's ``axis`` in place."""
    found: Any = _sort(self, *args, **words)
    return None if found is None else result_of("sort", *found)


_sort = Tensor.sort


def argsort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """The places of the elements along an axis in order."""
    if input.ndim == 0:
        axis_of("argsort", dim, 0)
        return fg.zeros((), dtype=fg.int64)
    return fg.argsort(input, axis=dim, descending=descending)


def msort(input: Any) -> Any:
    return sort(input, 0).values


def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *, out: Any = None) -> Any:
    """The k largest (or smallest) along an axis, and where they are."""
    if input.ndim == 0:
        axis_of("topk", dim, 0)
        return result_of("topk", input.clone(), fg.zeros((), dtype=fg.int64), out=out)
    found = fg.topk(input, int(k), axis=dim, largest=largest, sorted=sorted)
    return result_of("topk", *found, out=out)


def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements in order; where each element is among them; how often each occurs."""
    import numpy as np

    x = tensor_of("unique", input).detach()
    if dim is None:
        if not (return_inverse or return_counts):
            return fg.unique_values(x)
        found = fg.unique_all(x)
        return _asked((found.values, found.inverse_indices, found.counts), return_inverse, return_counts)
    at = axis_of("unique", dim, x.ndim)
    lines = np.unique(array_of(x), return_inverse=True, return_counts=True, axis=at, equal_nan=False)
    values, inverse, counts = (fg.asarray(np.ascontiguousarray(a)) for a in lines)
    return _asked((values.astype(x.dtype, copy=False), inverse.reshape(-1), counts), return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements without those that equal the one before."""
    import numpy as np

    x = array_of(tensor_of("unique_consecutive", input))
    at = 0 if dim is None else axis_of("unique_consecutive", dim, x.ndim)
    lines = x.reshape(-1) if dim is None or x.ndim == 0 else np.moveaxis(x, at, 0)
    flat = lines.reshape(len(lines), math.prod(lines.shape[1:]))  # -1 would have no length where there are no lines
    new = np.ones(len(lines), bool)
    new[1:] = (flat[1:] != flat[:-1]).any(1)
    starts = np.flatnonzero(new)
    values = np.moveaxis(lines[starts], 0, at)
    inverse = np.cumsum(new) - 1
    counts = np.diff(np.append(starts, len(lines)))
    found = tuple(fg.asarray(np.ascontiguousarray(a)) for a in (values, inverse, counts))
    shaped = found[1].reshape(input.shape) if dim is None else found[1]
    return _asked((found[0].astype(input.dtype, copy=False), shaped, found[2]), return_inverse, return_counts)


def _asked(found: tuple[Any, Any, Any], return_inverse: bool, return_counts: bool) -> Any:
    values, inverse, counts = found
    results = (values, *((inverse,) if return_inverse else ()), *((counts,) if return_counts else ()))
    return results if len(results) > 1 else values


def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number from 0 on occurs, or the sum of its weights: see ``fastgrad.bincount``."""
    counts = fg.bincount(tensor_of("bincount", input), weights, minlength)
    return counts if weights is None or weights.dtype is fg.float32 else counts.astype(fg.float64, copy=False)


def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0, *, out: Tensor | None = None) -> Any:
    """How many elements are in each of equal bins."""
    import numpy as np

    x = tensor_of("histc", input).detach()
    low, high = (float(x.min()), float(x.max())) if min == max == 0 and x.numel() else (float(min), float(max))
    if low == high:
        low, high = low - 1, high + 1
    counts = np.histogram(x.double().numpy(), bins, (low, high))[0]
    return into(out, fg.asarray(counts).astype(x.dtype))


def histogram(
    input: Any, bins: Any = 100, *, range: Any = None, weight: Any = None, density: bool = False, out: Any = None
) -> Any:
    """How many elements are in each bin, of equal bins or of given edges, and the edges."""
    import numpy as np

    x = tensor_of("histogram", input).detach()
    if isinstance(bins, Tensor):
        edges: Any = array_of(bins)
    else:
        low, high = (float(v) for v in range) if range is not None else _ends(x)
        edges = np.linspace(low, high, int(bins) + 1)
    weights = None if weight is None else weight.detach().double().reshape((-1,)).numpy()
    counts = np.histogram(x.double().reshape((-1,)).numpy(), edges, weights=weights, density=density)[0]
    found = fg.asarray(counts).astype(x.dtype), fg.asarray(np.asarray(edges)).astype(x.dtype)
    return result_of("histogram", *found, out=out)


def _ends(x: Any) -> tuple[float, float]:
    """The least and the largest element, apart from each other."""
    low, high = (float(x.min()), float(x.max())) if x.numel() else (0.0, 0.0)
    return (low - 0.5, high + 0.5) if low == high else (low, high)


def histogramdd(input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False) -> Any:
    """How many rows are in each bin of a grid, and the grid's edges."""
    import numpy as np

    x = tensor_of("histogramdd", input).detach().double()
    points = x.reshape((-1, x.shape[-1]))
    given = [bins] * points.shape[1] if isinstance(bins, int) else list(bins)
    edges = []
    for i, each in enumerate(given):
        if isinstance(each, Tensor):
            edges.append(each.detach().double().numpy())
            continue
        low, high = (range[2 * i], range[2 * i + 1]) if range is not None else _ends(points[:, i])
        edges.append(np.linspace(low, high, int(each) + 1))
    weights = None if weight is None else weight.detach().double().reshape((-1,)).numpy()
    counts = np.histogramdd(points.numpy(), edges, weights=weights, density=density)[0]
    ends = tuple(fg.asarray(e).astype(input.dtype) for e in edges)
    return result_of("histogramdd", fg.asarray(counts).astype(input.dtype), ends)


def unravel_index(indices: Any, shape: Any) -> tuple[Any, ...]:
    """Places in C order as an index for each axis."""
    lengths = (shape,) if isinstance(shape, int) else tuple(shape)
    found = []
    for n in reversed(lengths):
        found.append(fg.remainder(indices, n))
        indices = fg.floor_divide(indices, n)
    return tuple(reversed(found))


def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    out: Tensor | None = None,
    sorter: Any = None,
) -> Any:
    """Where elements would be inserted to keep each line in order."""
    import numpy as np

    right = right if side is None else side == "right"
    words: Any = "right" if right else "left"
    lines = tensor_of("searchsorted", sorted_sequence, "sorted_sequence").detach()
    if sorter is not None:
        lines = fg.take_along_axis(lines, sorter, axis=-1)
    if not isinstance(input, Tensor):  # a number, in what it is compared with: float32 would be early for float64
        input = fg.asarray(input, dtype=lines.dtype if lines.is_floating_point() else fg.float64)
    if lines.ndim == 1:
        places = fg.searchsorted(lines, input, side=words).numpy()
    else:
        ordered, wanted = array_of(lines), array_of(input)
        if wanted.shape[:-1] != ordered.shape[:-1]:
            raise RuntimeError(
                "searchsorted: input and sorted_sequence must have the same axes but the last, got shapes "
                f"{wanted.shape} and {ordered.shape}"
            )
        places = np.empty(wanted.shape, np.int64)
        for i in np.ndindex(*wanted.shape[:-1]):
            places[i] = np.searchsorted(ordered[i], wanted[i], words)
    return into(out, fg.asarray(places.astype(np.int32 if out_int32 else np.int64)))


def bucketize(
    input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False, out: Tensor | None = None
) -> Any:
    """The number of the interval between boundaries that each element is in."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)


in_both_vocabularies(globals(), out="msort argsort")
