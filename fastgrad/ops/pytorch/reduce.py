"""Sums, extremes, moments and scans along axes, with PyTorch's names, arguments and pairs."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float
from fastgrad.errors import TensorIndexError, TensorValueError
from fastgrad.ops._arrays import array_of
from fastgrad.ops.pytorch.common import NUMPYS, axis_of, dims_of, in_both_vocabularies, into, tensor_of
from fastgrad.ops.pytorch.results import Result, result as result_of
from fastgrad.ops.scan import derivative
from fastgrad.ops.statistics import quantiles_of
from fastgrad.ops.vocabulary import ValuesAndIndices, get_vocabulary


def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None) -> Any:
    """The sum along an axis, several, or all."""
    return into(out, fg.sum(input, dims_of(dim), dtype, keepdim))


def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None) -> Any:
    """The mean along an axis, several, or all."""
    return into(out, fg.mean(input, dims_of(dim), dtype, keepdim))


def nansum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The sum of what is not NaN."""
    return fg.nansum(tensor_of("nansum", input), dims_of(dim), dtype, keepdim)


def nanmean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The mean of what is not NaN."""
    if not tensor_of("nanmean", input).is_floating_point():
        raise RuntimeError(f"nanmean: input must be of floats, got {input.dtype}; mean(x, dtype=...) takes others")
    return fg.nanmean(input, dims_of(dim), dtype, keepdim)


def prod(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The product along an axis, or of all."""
    return fg.prod(input, dim, dtype, keepdim)


def all(input: Any, dim: Any = None, keepdim: bool = False, *, out: Tensor | None = None) -> Any:
    return into(out, fg.all(input, dims_of(dim), keepdim))


def any(input: Any, dim: Any = None, keepdim: bool = False, *, out: Tensor | None = None) -> Any:
    return into(out, fg.any(input, dims_of(dim), keepdim))


def count_nonzero(input: Any, dim: Any = None) -> Any:
    return fg.count_nonzero(input, dims_of(dim))


def argmax(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    return fg.argmax(input, dim, keepdim) if input.ndim or dim is None else fg.zeros((), dtype=fg.int64)


def argmin(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    return fg.argmin(input, dim, keepdim) if input.ndim or dim is None else fg.zeros((), dtype=fg.int64)


def logsumexp(input: Any, dim: Any, keepdim: bool = False, *, out: Tensor | None = None) -> Any:
    return into(out, fg.logsumexp(input, dims_of(dim), keepdim))


def softmax(input: Any, dim: Any = None, dtype: Any = None, *, out: Tensor | None = None) -> Any:
    if dim is None:
        raise TypeError("softmax: dim must be given")
    return into(out, fg.nn.functional.softmax(input if dtype is None else input.astype(dtype), dim))


def log_softmax(input: Any, dim: Any = None, dtype: Any = None, *, out: Tensor | None = None) -> Any:
    if dim is None:
        raise TypeError("log_softmax: dim must be given")
    return into(out, fg.nn.functional.log_softmax(input if dtype is None else input.astype(dtype), dim))


# ---- extremes --------------------------------------------------------------------------------------------------------


def _extreme(name: str, input: Any, dim: Any, keepdim: bool, out: Any, words: dict[str, Any]) -> Any:
    """Of all; along an axis, with places; of two tensors: of what is given."""
    if "other" in words:
        dim = words.pop("other")
    if words:
        raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(words))!r}")
    tensor_of(name, input)
    method = (_max if name == "max" else _min).__get__(input)
    if dim is None:
        result = method()
    elif isinstance(dim, Tensor):
        result = (fg.maximum if name == "max" else fg.minimum)(input, dim)
    else:
        return result_of(name, *method(dim=dim, keepdim=keepdim), out=out)
    return into(out, result)


def max(input: Any, dim: Any = None, keepdim: bool = False, *, out: Any = None, **words: Any) -> Any:
    """The largest element; with `dim` the largest along it and their places; of two tensors, `maximum`."""
    return _extreme("max", input, dim, keepdim, out, words)


def min(input: Any, dim: Any = None, keepdim: bool = False, *, out: Any = None, **words: Any) -> Any:
    """The smallest element; with `dim` the smallest along it and their places; of two tensors, `minimum`."""
    return _extreme("min", input, dim, keepdim, out, words)


def method_max(self: Tensor, *args: Any, **words: Any) -> Any:
    """The largest, as PyTorch's: with `dim` a pair, of another tensor ``maximum``."""
    if "other" in words:
        return fg.maximum(self, words.pop("other"))
    found: Any = _max(self, *args, **words)
    return result_of("max", *found) if type(found) is ValuesAndIndices else found


def method_min(self: Tensor, *args: Any, **words: Any) -> Any:
    """The smallest, as PyTorch's: with `dim` a pair, of another tensor ``minimum``."""
    if "other" in words:
        return fg.minimum(self, words.pop("other"))
    found: Any = _min(self, *args, **words)
    return result_of("min", *found) if type(found) is ValuesAndIndices else found


_max, _min = Tensor.max, Tensor.min


def amax(input: Any, dim: Any = (), keepdim: bool = False, *, out: Tensor | None = None) -> Any:
    """The largest along axes; ties share the gradient."""
    return into(out, fg.max(input, dims_of(dim), keepdim))


def amin(input: Any, dim: Any = (), keepdim: bool = False, *, out: Tensor | None = None) -> Any:
    """The smallest along axes; ties share the gradient."""
    return into(out, fg.min(input, dims_of(dim), keepdim))


def aminmax(input: Any, *, dim: Any = None, keepdim: bool = False) -> Any:
    return result_of("aminmax", fg.min(input, dim, keepdim), fg.max(input, dim, keepdim))


# ---- moments ---------------------------------------------------------------------------------------------------------

_GIVEN: Any = object()


def _moment(name: str, input: Any, args: tuple[Any, ...], words: dict[str, Any]) -> Any:
    out = words.pop("out", None)
    for numpys, torchs in NUMPYS.items():
        if numpys in words:
            if torchs in words:
                raise TypeError(f"{name}: got {torchs} twice, as {numpys}, too")
            words[torchs] = words.pop(numpys)
    dim, unbiased, keepdim, correction = (words.pop(w, _GIVEN) for w in ("dim", "unbiased", "keepdim", "correction"))
    if words:
        raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(words))!r}")
    rest = list(args)
    if rest and isinstance(rest[0], bool):
        unbiased = rest.pop(0)
    elif rest:
        dim = rest.pop(0)
        if rest:
            unbiased = rest.pop(0)
    if rest:
        keepdim = rest.pop(0)
    if rest:
        raise TypeError(f"{name}: too many arguments")
    less = 1 if correction is _GIVEN or correction is None else correction
    if unbiased is not _GIVEN and correction is _GIVEN:
        less = int(unbiased)
    function = fg.std if name.startswith("std") else fg.var
    along, keep = None if dim is _GIVEN else dims_of(dim), keepdim is not _GIVEN and bool(keepdim)
    result = function(tensor_of(name, input), along, correction=less, keepdims=keep)
    if name.endswith("_mean"):
        return result, fg.mean(input, along, None, keep)
    return into(out, result)


def std(input: Any, *args: Any, **words: Any) -> Any:
    """The standard deviation, by n - 1 unless ``correction=`` or ``unbiased=`` says otherwise."""
    return _moment("std", input, args, words)


def var(input: Any, *args: Any, **words: Any) -> Any:
    """The variance, by n - 1 unless ``correction=`` or ``unbiased=`` says otherwise."""
    return _moment("var", input, args, words)


def std_mean(input: Any, *args: Any, **words: Any) -> Any:
    return _moment("std_mean", input, args, words)


def var_mean(input: Any, *args: Any, **words: Any) -> Any:
    return _moment("var_mean", input, args, words)


def norm(
    input: Any,
    p: Any = "fro",
    dim: Any = None,
    keepdim: bool = False,
    out: Tensor | None = None,
    dtype: Any = None,
) -> Any:
    """The norm of all elements, or along axes."""
    x = input if dtype is None else input.astype(dtype)
    dim = dims_of(dim)
    p = 2 if p is None or p == "fro" else p
    if isinstance(p, str):
        if p != "nuc":
            raise RuntimeError(f"norm: p must be a number, 'fro' or 'nuc', got {p!r}")
        return into(out, fg.norm(x, "nuc", (-2, -1) if dim is None else dim, keepdim))
    if isinstance(dim, tuple) or dim is None:
        axes = tuple(range(x.ndim)) if dim is None else dim
        flat, shape = _joined(x, axes)
        result = fg.norm(flat, p, axis=-1)
        return into(out, result.reshape(shape) if keepdim else result)
    return into(out, fg.norm(x, p, axis=dim, keepdims=keepdim))


def _joined(x: Any, axes: tuple[int, ...]) -> tuple[Any, tuple[int, ...]]:
    """x with these axes as one, the last, and the shape in which they are 1."""
    at = {axis_of("norm", a, x.ndim) for a in axes} if x.ndim else set[int]()
    rest = [i for i in range(x.ndim) if i not in at]
    length = math.prod(x.shape[i] for i in at)  # -1 would have none where x is empty
    flat = x.permute((*rest, *sorted(at))).reshape((*(x.shape[i] for i in rest), length))
    return flat, tuple(1 if i in at else n for i, n in enumerate(x.shape))


def dist(input: Any, other: Any, p: float = 2) -> Any:
    return norm(input - other, p)


# ---- order statistics ------------------------------------------------------------------------------------------------


def _elements(name: str, input: Any, at: int) -> None:
    """Raise an axis from which there is nothing to take."""
    if input.ndim and not input.shape[at]:
        raise TensorIndexError(f"{name}: axis {at} has no elements, in shape {tuple(input.shape)}")


def _of_none(name: str, input: Any) -> Any:
    """What stands for the middle of no elements."""
    if not input.is_floating_point():
        raise TensorValueError(f"{name}: there are no elements, and {input.dtype} has no NaN that would stand for none")
    return fg.full((), fg.nan, dtype=input.dtype)


def _kth(input: Any, k: int, at: int) -> Any:
    """The places of the k-th smallest along an axis, which stays, of length 1."""
    return fg.argsort(input.detach(), axis=at)[(slice(None),) * at + (slice(k - 1, k),)]


def _found(name: str, input: Any, indices: Any, at: int, keepdim: bool) -> Result:
    """The elements at places along an axis, and the places."""
    values = fg.take_along_axis(input, indices, axis=at)
    if not keepdim:
        values, indices = fg.squeeze(values, at), fg.squeeze(indices, at)
    return result_of(name, values, indices)  # type: ignore[no-any-return]


def median(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The lower of the two in the middle; NaN where there is one."""
    tensor_of("median", input)
    if dim is None:
        return median(input.reshape((-1,)), 0).values if input.numel() else _of_none("median", input)
    at = axis_of("median", dim, input.ndim)
    if input.ndim == 0:
        return result_of("median", input.clone(), fg.zeros((), dtype=fg.int64))
    _elements("median", input, at)
    indices = _kth(input, (input.shape[at] + 1) // 2, at)
    if input.is_floating_point():  # a line that has a NaN, which is sorted last, is NaN
        nan = fg.isnan(input.detach())
        indices = fg.where(fg.any(nan, at, True), fg.argmax(nan, at, True), indices)
    return _found("median", input, indices, at, keepdim)


def method_median(self: Tensor, *args: Any, **words: Any) -> Any:
    """The lower of the two in the middle; with ``dim`` PyTorch's pair of values and places.

    Of an axis by position NumPy's functions give the mean of both: a TypeError, unless the program has said whose words
    it speaks.
    """
    if args and get_vocabulary() is None:
        raise TypeError(
            f"x.median({args[0]}) means one thing in NumPy and another in PyTorch: write x.median(dim={args[0]}) for "
            f"PyTorch's, x.quantile(0.5, dim={args[0]}) for NumPy's (or have the program say "
            "fg.set_vocabulary('torch'))"
        )
    return median(self, *args, **words)


def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest along an axis, and its place."""
    at = axis_of("kthvalue", dim, input.ndim)
    _elements("kthvalue", input, at)
    length = input.shape[at] if input.ndim else 1
    if not 1 <= k <= length:
        raise RuntimeError(f"kthvalue: k must be from 1 to the axis's length {length}, got {k}")
    if input.ndim == 0:
        return result_of("kthvalue", input.clone(), fg.zeros((), dtype=fg.int64))
    return _found("kthvalue", input, _kth(input, k, at), at, keepdim)  # NaN counts as the largest


def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent along an axis, the smallest of several, and its last place."""
    import numpy as np

    at = axis_of("mode", dim, input.ndim)
    if input.ndim == 0:
        return result_of("mode", input.clone(), fg.zeros((), dtype=fg.int64))
    _elements("mode", input, at)
    lines = np.moveaxis(array_of(input), at, -1)
    places = np.empty(lines.shape[:-1], np.int64)
    for i in np.ndindex(*places.shape):
        found, counts = np.unique(lines[i], return_counts=True, equal_nan=False)  # as PyTorch: no NaN is as another
        here = np.flatnonzero(lines[i] == found[counts.argmax()])
        places[i] = here[-1] if here.size else 0  # NaN, which is sorted last, equals nothing: all are
    return _found("mode", input, fg.asarray(np.expand_dims(places, at)), at, keepdim)


_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def quantile(input: Any, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear") -> Any:
    """Quantiles along an axis, or of all; those of several first."""
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


def nanquantile(input: Any, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear") -> Any:
    """Quantiles of what is not NaN, along an axis or of all; those of several first."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)


def _quantile(name: str, input: Any, q: Any, dim: Any, keepdim: bool, interpolation: str) -> Any:
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(f"{name}: interpolation must be one of PyTorch's five, got {interpolation!r}")
    if not tensor_of(name, input).is_floating_point():
        raise RuntimeError(f"{name}: input must be of floats, got {input.dtype}; x.float() is")
    at = 0 if dim is None else axis_of(name, dim, input.ndim)
    whole = dim is None or input.ndim == 0
    x = input.reshape((-1,)) if whole else input
    if not x.shape[at]:
        raise RuntimeError(f"{name}: axis {at} has no elements, in shape {tuple(x.shape)}")
    lines = fg.moveaxis(x, at, -1)
    kept = tuple(1 if whole or i == at else n for i, n in enumerate(input.shape)) if keepdim else lines.shape[:-1]
    # q and its product with the length are of the line's dtype, as PyTorch has them: the float32 nearest to 0.7 is
    # less, and its product with 10 is 7 only when rounded to float32. Halves do not hold places.
    dtype = fg.float32 if x.dtype in (fg.float16, fg.bfloat16) else x.dtype
    wanted = q.astype(dtype, copy=False) if isinstance(q, Tensor) else fg.asarray(q, dtype=dtype)
    if wanted.ndim > 1:
        raise RuntimeError(f"{name}: q must be a number or have one axis, got shape {tuple(wanted.shape)}")
    if not bool(fg.all((wanted >= 0) & (wanted <= 1))):
        raise RuntimeError(f"{name}: q must be from 0 to 1, got {wanted.tolist()}")
    found = quantiles_of(lines, wanted, kept, interpolation, name == "nanquantile")
    return found.astype(x.dtype, copy=False)


# ---- scans -----------------------------------------------------------------------------------------------------------


def cumsum(input: Any, dim: int, *, dtype: Any = None, out: Tensor | None = None) -> Any:
    """The sums up to each place along an axis."""
    x = input if dtype is None else input.astype(dtype)
    if x.ndim == 0:
        axis_of("cumsum", dim, 0)
        return into(out, fg.cumulative_sum(x.reshape(1)).reshape(()))
    return into(out, fg.cumulative_sum(x, axis=dim))


def cumprod(input: Any, dim: int, *, dtype: Any = None, out: Tensor | None = None) -> Any:
    """The products up to each place along an axis: see ``fastgrad.cumulative_prod``."""
    if input.ndim == 0:
        axis_of("cumprod", dim, 0)
        return into(out, fg.cumulative_prod(input.reshape(1), 0, dtype).reshape(()))
    return into(out, fg.cumulative_prod(input, axis_of("cumprod", dim, input.ndim), dtype))


def logcumsumexp(input: Any, dim: int) -> Any:
    """The logarithm of the sums of exponentials up to each place along an axis."""
    at = axis_of("logcumsumexp", dim, input.ndim)
    if input.ndim == 0 or input.shape[at] == 0:
        return input.clone()
    parts = fg.unstack(input, axis=at)
    sums = [parts[0]]
    for part in parts[1:]:
        sums.append(fg.logsumexp(fg.stack([sums[-1], part]), axis=0))
    return fg.stack(sums, axis=at)


def _running(input: Any, dim: int, largest: bool) -> Any:
    import numpy as np

    name = "cummax" if largest else "cummin"
    at = axis_of(name, dim, input.ndim)
    if input.ndim == 0:
        return result_of(name, input.clone(), fg.zeros((), dtype=fg.int64))
    x = np.moveaxis(array_of(input), at, 0)
    best = (np.maximum if largest else np.minimum).accumulate(x, axis=0) if x.shape[0] else x
    here = (x == best) | (np.isnan(x) if x.dtype.kind == "f" else False)
    steps = np.arange(x.shape[0]).reshape(-1, *[1] * (x.ndim - 1))
    places = np.maximum.accumulate(np.where(here, steps, 0), axis=0) if x.shape[0] else np.zeros(x.shape, np.int64)
    indices = fg.asarray(np.ascontiguousarray(np.moveaxis(places, 0, at)))
    return result_of(name, fg.take_along_axis(input, indices, axis=at), indices)


def cummax(input: Any, dim: int) -> Any:
    """The largest up to each place along an axis, and where it is."""
    return _running(input, dim, True)


def cummin(input: Any, dim: int) -> Any:
    """The smallest up to each place along an axis, and where it is."""
    return _running(input, dim, False)


def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours along an axis, n times: see ``fastgrad.diff``."""
    if input.ndim == 0:
        raise RuntimeError("diff: input must have at least one axis")
    return fg.diff(input, axis=dim, n=n, prepend=prepend, append=append)


def trace(input: Any) -> Any:
    """The sum of a matrix's diagonal."""
    if input.ndim != 2:
        raise RuntimeError(f"trace: a matrix is wanted, got shape {tuple(input.shape)}")
    k = fg.arange(min_of(input.shape))
    return fg.sum(input[k, k])


def min_of(shape: tuple[int, ...]) -> int:
    return shape[0] if shape[0] < shape[1] else shape[1]


def _one_for_each(operation: str, y: Any, x: Any) -> None:
    if isinstance(x, Tensor) and x.ndim and x.shape[-1] != y.shape[-1]:
        raise RuntimeError(f"{operation}: there must be one x for each sample, got {x.shape[-1]} and {y.shape[-1]}")


def trapezoid(y: Any, x: Any = None, *, dx: float = 1, dim: int = -1) -> Any:
    """The integral by the trapezoidal rule along an axis."""
    y = fg.moveaxis(y, dim, -1)
    steps: Any = dx if x is None else (fg.moveaxis(x, dim, -1) if x.ndim > 1 else x)
    _one_for_each("trapezoid", y, steps)
    widths = steps if x is None else steps[..., 1:] - steps[..., :-1]
    return fg.sum((y[..., 1:] + y[..., :-1]) / 2 * widths, -1)


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: float = 1, dim: int = -1) -> Any:
    """The integrals by the trapezoidal rule up to each place along an axis."""
    y = fg.moveaxis(y, dim, -1)
    steps: Any = dx if x is None else (fg.moveaxis(x, dim, -1) if x.ndim > 1 else x)
    _one_for_each("cumulative_trapezoid", y, steps)
    widths = steps if x is None else steps[..., 1:] - steps[..., :-1]
    return fg.moveaxis(fg.cumulative_sum((y[..., 1:] + y[..., :-1]) / 2 * widths, axis=-1), -1, dim)


def trapz(y: Any, x: Any = None, *, dx: float = 1, dim: int = -1) -> Any:
    return trapezoid(y, x, dx=dx, dim=dim)


def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Any, ...]:
    """Derivatives of samples along axes, by differences of second order, at the ends of the given one."""
    axes = range(input.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = [axis_of("gradient", axis, input.ndim) for axis in axes]
    given = list(spacing) if isinstance(spacing, (tuple, list)) else [spacing] * len(axes)
    if len(given) != len(axes):
        raise RuntimeError(f"gradient: spacing must be one, or one for each of {len(axes)} axes, got {len(given)}")
    if edge_order not in (1, 2):
        raise RuntimeError(f"gradient: edge_order must be 1 or 2, got {edge_order}")
    x = input if input.is_floating_point() else input.astype(get_default_float())
    spaces = [fg.asarray(one, dtype=None if isinstance(one, Tensor) else x.dtype) for one in given]
    return tuple(derivative(x, space, at, edge_order) for space, at in zip(spaces, axes, strict=True))


def nanmedian(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The lower of the two in the middle of what is not NaN."""
    whole = dim is None
    x = input.reshape((-1,)) if whole else input
    at = axis_of("nanmedian", 0 if whole else dim, x.ndim)
    if x.ndim == 0:
        return result_of("nanmedian", x.clone(), fg.zeros((), dtype=fg.int64))
    if whole and not x.shape[0]:
        return _of_none("nanmedian", x)
    _elements("nanmedian", x, at)
    order = fg.argsort(x.detach(), axis=at)  # NaN last
    missing = fg.isnan(x.detach()) if x.is_floating_point() else fg.zeros(x.shape, dtype=fg.bool)
    middle = fg.maximum(fg.sum(~missing, at, None, True) - 1, 0) // 2
    indices = fg.take_along_axis(order, middle, axis=at)
    if whole:
        return fg.take_along_axis(x, indices, axis=at).reshape(())
    return _found("nanmedian", x, indices, at, keepdim)


def renorm(input: Any, p: float, dim: int, maxnorm: float, *, out: Tensor | None = None) -> Any:
    """Slices along an axis, those scaled down whose norm is above a bound."""
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got shape {tuple(input.shape)}")
    at = axis_of("renorm", dim, input.ndim)
    rest = tuple(i for i in range(input.ndim) if i != at)
    size = norm(input, p, rest, True)
    scale = fg.where(size > maxnorm, maxnorm / (size + 1e-7), 1.0)
    return into(out, input * scale)


_WITH_OUT = """
    aminmax argmax argmin cummax cummin diff kthvalue logcumsumexp median mode nanmean nanmedian nanquantile nansum prod
    quantile
"""

in_both_vocabularies(globals(), _WITH_OUT)
