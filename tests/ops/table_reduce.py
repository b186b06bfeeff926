"""The table's lines of reductions, cumulative sums, softmax and order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import special

from .entry import EVERY, FEW_LENGTHS, LENGTHS, NUMBERS, Make, NoGradient, Op, Sample

Draw = Callable[..., np.ndarray]


def uniform(make: Make, *shape: int) -> np.ndarray:
    return make(*shape)


def distinct(make: Make, *shape: int) -> np.ndarray:
    return make.distinct(*shape)


def near_one(make: Make, *shape: int) -> np.ndarray:
    """Factors whose products neither overflow nor vanish."""
    return make(*shape, low=0.9, high=1.1)


def reduced(sample: Sample) -> int:
    """How many elements of the first argument make one of the result."""
    x, axis = sample.args[0], sample.kwargs.get("axis")
    if axis is None:
        return x.size
    return int(np.prod([x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,))]))


def _lines(draw: Draw, empty: bool, several: bool) -> Callable[[Make], Iterator[Sample]]:
    """Reductions of every length along the last axis, the first, and one between, and over several axes."""

    def sizes(make: Make) -> Iterator[Sample]:
        if empty:
            yield Sample(draw(make, 0))
            yield Sample(draw(make, 3, 0), axis=1)
        yield Sample(draw(make, 0, 3), axis=1)
        for n in LENGTHS:
            yield Sample(draw(make, n))
        for n in FEW_LENGTHS:
            yield Sample(draw(make, 3, n), axis=1)
            yield Sample(draw(make, n, 3), axis=0)
            yield Sample(draw(make, 2, n, 5), axis=1)
            yield Sample(draw(make, 5, n), axis=0)
        yield Sample(draw(make, 9, 1025), axis=1)
        yield Sample(draw(make, 1025, 9), axis=0)
        yield Sample(draw(make, 70, 33), axis=0)
        if several:
            yield Sample(draw(make, 3, 17, 4, 5), axis=(0, 2))
            yield Sample(draw(make, 3, 17, 4, 5), axis=(1, 3))
            yield Sample(draw(make, 3, 17, 4, 5), axis=(1, 2), keepdims=True)
        if make.is_float:
            for at in (0, 20, 36):
                for value in (np.nan, np.inf, -np.inf):
                    x = draw(make, 2, 37)
                    x[0, at] = value
                    yield Sample(x, axis=1)

    return sizes


def _small(draw: Draw, several: bool) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        yield Sample(draw(make))
        yield Sample(draw(make, 5))
        yield Sample(draw(make, 2, 3), axis=0)
        yield Sample(draw(make, 2, 3), axis=-1, keepdims=True)
        if several:
            yield Sample(draw(make, 2, 3, 2), axis=(0, 2))
            yield Sample(draw(make, 2, 3, 2), axis=(1, 2), keepdims=True)
            yield Sample(draw(make, 2, 3), axis=())

    return samples


def _reduction(
    name: str,
    reference: Callable[..., Any],
    draw: Draw = uniform,
    *,
    empty: bool = True,
    several: bool = True,
    **options: Any,
) -> Op:
    options = {"dtypes": NUMBERS, "result": "same", "terms": reduced, "torch": name, **options}
    return Op(name, _small(draw, several), reference, _lines(draw, empty, several), **options)


def _summing(f: Callable[..., Any]) -> Callable[..., Any]:
    """Of bools and integers as the wide integer that the result is."""

    def reference(x: np.ndarray, *args: Any, **kwargs: Any) -> Any:
        if x.dtype.kind in "bi":
            x = x.astype(np.int64)
        return f(x.astype(np.uint64) if x.dtype.kind == "u" else x, *args, **kwargs)

    return reference


def _of_floats(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *args, **kwargs: f(x.astype(np.float64), *args, **kwargs)


def _absolute(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *args, **kwargs: f(np.abs(x.astype(np.float64)), *args, **kwargs)


def _norm(x: np.ndarray, axis: Any = None, keepdims: bool = False) -> np.ndarray:
    return np.sqrt((x * x).sum(axis=axis, keepdims=keepdims))


def _spread(f: Callable[..., Any]) -> Callable[..., Any]:
    """Of differences from one of the elements: exactly 0 where all are equal, whatever the rounding of their mean."""

    def reference(x: np.ndarray, axis: Any = None, correction: float = 0, keepdims: bool = False) -> np.ndarray:
        x = x.astype(np.float64)
        if x.size:
            axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
            x = x - x[tuple(slice(0, 1) if k in [a % x.ndim for a in axes] else slice(None) for k in range(x.ndim))]
        return f(x, axis=axis, ddof=correction, keepdims=keepdims)

    return reference


def _spread_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(5))
    yield Sample(make(2, 3), axis=1)
    yield Sample(make(2, 3), axis=0, keepdims=True)
    yield Sample(make(3, 2, 2), axis=(0, 2), correction=1)
    yield Sample(make(4), correction=0.5)


def _cumulative_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(5))
    yield Sample(make(2, 3), axis=0)
    yield Sample(make(2, 3, 2), axis=-2)
    yield Sample(make(2, 3), axis=1, include_initial=True)


def _cumulative_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0))
    yield Sample(make(3, 0), axis=1, include_initial=True)
    for n in LENGTHS:
        yield Sample(make(n))
    for n in FEW_LENGTHS:
        yield Sample(make(3, n), axis=1)
        yield Sample(make(n, 5), axis=0)
    yield Sample(make(4099), include_initial=True)


def _cumulative(x: np.ndarray, axis: int = 0, include_initial: bool = False) -> np.ndarray:
    x = x if x.dtype.kind == "f" else x.astype(np.uint64 if x.dtype.kind == "u" else np.int64)
    sums = np.cumsum(x, axis=axis)
    if include_initial:
        sums = np.concatenate(
            [np.zeros_like(np.take(sums, range(1), axis=axis) if sums.size else sums.sum(axis, keepdims=True)), sums],
            axis,
        )
    return sums


def _torch_cumulative(torch: Any, x: Any, axis: int = 0, include_initial: bool = False) -> Any:
    sums = torch.cumsum(x, axis)
    return torch.cat([torch.zeros_like(sums.narrow(axis, 0, 1)), sums], axis) if include_initial else sums


def _torch_all_axes(name: str) -> Callable[..., Any]:
    def call(torch: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        axis = tuple(range(x.ndim)) if axis is None else axis
        if axis == ():  # of each element alone: PyTorch takes it for all of them
            return x * 1
        return getattr(torch, name)(x, dim=axis, keepdim=keepdims)

    return call


def _torch_spread(name: str) -> Callable[..., Any]:
    """PyTorch takes an empty tuple of axes for all of them: it has no spread of each element alone."""
    return lambda torch, x, axis=None, correction=0, keepdims=False: (
        None if axis == () else getattr(torch, name)(x, dim=axis, correction=correction, keepdim=keepdims)
    )


def _torch_prod(torch: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    for a in sorted((a % x.ndim for a in axes), reverse=True):
        x = torch.prod(x, dim=a, keepdim=keepdims)
    return x


def _torch_sum(name: str) -> Callable[..., Any]:
    """PyTorch takes an empty tuple of axes for all of them."""
    return lambda torch, x, axis=None, keepdims=False: (
        x * 1 if axis == () else getattr(torch, name)(x, dim=axis, keepdim=keepdims)
    )


SUMS = [
    _reduction(
        "sum", _summing(np.sum), dtypes=EVERY, result="sum", magnitude=_absolute(np.sum), torch=_torch_sum("sum")
    ),
    _reduction(
        "mean",
        _of_floats(np.mean),
        dtypes=EVERY,
        result="moment",
        magnitude=_absolute(np.mean),
        torch=_torch_sum("mean"),
    ),
    _reduction("prod", _summing(np.prod), near_one, dtypes=EVERY, result="sum", torch=_torch_prod),
    _reduction(
        "norm",
        _norm,
        dtypes=("float32", "float64"),
        torch=lambda torch, x, axis=None, keepdims=False: (
            x.abs() if axis == () else torch.linalg.vector_norm(x, 2, axis, keepdims)
        ),
    ),
    _reduction(
        "logsumexp",
        lambda x, axis=None, keepdims=False: special.logsumexp(x, axis=axis, keepdims=keepdims),
        dtypes=("float32", "float64"),
        empty=False,
        ulps=8,
        torch=_torch_all_axes("logsumexp"),
        magnitude=lambda x, axis=None, keepdims=False: np.abs(x).max(axis=axis, keepdims=keepdims, initial=0) + 1.0,
    ),
    Op(
        "var",
        _spread_samples,
        _spread(np.var),
        _lines(uniform, True, True),
        result="moment",
        dtypes=NUMBERS,
        terms=reduced,
        torch=_torch_spread("var"),
    ),
    Op(
        "std",
        _spread_samples,
        _spread(np.std),
        _lines(uniform, True, True),
        cancels=1.0,
        result="moment",
        dtypes=NUMBERS,
        terms=reduced,
        torch=_torch_spread("std"),
    ),
    Op(
        "cumulative_sum",
        _cumulative_samples,
        _cumulative,
        _cumulative_sizes,
        dtypes=EVERY,
        result="sum",
        terms=lambda s: s.args[0].shape[s.kwargs.get("axis", 0)],
        magnitude=lambda x, **k: _cumulative(np.abs(x.astype(np.float64)), **k),
        torch=_torch_cumulative,
    ),
]

EXTREMES = [
    _reduction("max", np.max, distinct, empty=False, torch=_torch_all_axes("amax")),
    _reduction("min", np.min, distinct, empty=False, torch=_torch_all_axes("amin")),
    _reduction("argmax", np.argmax, distinct, empty=False, several=False, result="int64", no_gradient=NoGradient.WHOLE),
    _reduction("argmin", np.argmin, distinct, empty=False, several=False, result="int64", no_gradient=NoGradient.WHOLE),
    _reduction("any", np.any, dtypes=EVERY, result="bool", no_gradient=NoGradient.TRUTH, torch=None),
    _reduction("all", np.all, dtypes=EVERY, result="bool", no_gradient=NoGradient.TRUTH, torch=None),
    _reduction(
        "count_nonzero", np.count_nonzero, dtypes=EVERY, result="int64", no_gradient=NoGradient.WHOLE, torch=None
    ),
]


# ---- softmax ---------------------------------------------------------------------------------------------------------


def _softmax_samples(axis: str) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        yield Sample(make(5), **{axis: 0})
        yield Sample(make(2, 3), **{axis: -1})
        yield Sample(make(2, 3), **{axis: 0})
        yield Sample(make(2, 3, 2), **{axis: 1})

    return samples


def _softmax_sizes(axis: str) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        yield Sample(make(0, 3), **{axis: 1})
        for n in LENGTHS:
            yield Sample(make(n, low=-8, high=8), **{axis: 0})
        for n in FEW_LENGTHS:
            yield Sample(make(3, n), **{axis: 1})
            yield Sample(make(n, 3), **{axis: 0})
            yield Sample(make(2, n, 5), **{axis: 1})
            yield Sample(make(5, n), **{axis: 0})
        x = make(6, 20)
        x[0, 3], x[1, 4], x[2, :], x[3, 7], x[4, 2] = np.nan, -np.inf, -np.inf, np.inf, 1e30
        yield Sample(x, **{axis: 1})
        yield Sample(x + np.where(np.arange(6)[:, None] == 5, 1000, 0).astype(x.dtype), **{axis: 1})

    return sizes


def _softmax(x: np.ndarray, axis: int = -1, dim: int | None = None) -> np.ndarray:
    return special.softmax(x, axis if dim is None else dim) if x.size else x


def _log_softmax(x: np.ndarray, axis: int = -1, dim: int | None = None) -> np.ndarray:
    axis = axis if dim is None else dim
    if not x.size:
        return x
    top = x.max(axis=axis, keepdims=True)
    return (x - top) - np.log(np.exp(x - top).sum(axis=axis, keepdims=True))


def _axis_length(name: str) -> Callable[[Sample], int]:
    return lambda sample: sample.args[0].shape[sample.kwargs[name]]


def _softmaxes(prefix: str, axis: str) -> Iterator[Op]:
    # exp(x - max): the difference's rounding, up to |x - max| / 2 units, is the result's relative error.
    yield Op(
        prefix + "softmax",
        _softmax_samples(axis),
        _softmax,
        _softmax_sizes(axis),
        ulps=24,
        cancels=1.0,
        terms=_axis_length(axis),
        torch="softmax",
    )
    yield Op(
        prefix + "log_softmax",
        _softmax_samples(axis),
        _log_softmax,
        _softmax_sizes(axis),
        ulps=8,
        cancels=1.0,
        terms=_axis_length(axis),
        magnitude=lambda x, **k: (
            1.0 + np.abs(_log_softmax(x, **k)) + np.where(np.isfinite(x), np.abs(x), 0.0).max(initial=0.0)
        ),
        torch="log_softmax",
    )


SOFTMAX = [*_softmaxes("", "axis"), *_softmaxes("nn.functional.", "dim")]


# ---- order -----------------------------------------------------------------------------------------------------------


def _order_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make.distinct(5))
    yield Sample(make.distinct(2, 3))
    yield Sample(make.distinct(2, 3), axis=0)
    yield Sample(make.distinct(2, 3), axis=1, descending=True)
    yield Sample(make.distinct(2, 2, 3), axis=1, descending=True)


def _order_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0))
    for n in (1, 2, 16, 17, 100):
        yield Sample(make(n))
        yield Sample(make(n), descending=True)
    x = make(3, 9)
    if make.is_float:
        x[0, 2] = x[0, 4] = np.nan
        x[1, 5], x[1, 2] = np.inf, -np.inf
    yield Sample(x, axis=1)
    yield Sample(x, axis=1, descending=True)


def _argsort(x: np.ndarray, axis: int = -1, descending: bool = False) -> np.ndarray:
    if not descending or not x.size:
        return np.argsort(x, axis=axis, kind="stable")
    places = np.arange(x.shape[axis])
    moved = np.moveaxis(x, axis, -1)
    # Lines sorted by (value descending, place); NaN counts as the largest.
    keys = [
        sorted(places, key=lambda i, line=line: (not np.isnan(line[i]), 0 if np.isnan(line[i]) else -line[i].item(), i))
        for line in moved.reshape(-1, x.shape[axis])
    ]
    return np.moveaxis(np.array(keys, dtype=np.int64).reshape(moved.shape), -1, axis)


def _sort(x: np.ndarray, axis: int = -1, descending: bool = False) -> np.ndarray:
    return np.take_along_axis(x, _argsort(x, axis, descending), axis)


def _topk_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make.distinct(5), 2)
    yield Sample(make.distinct(2, 3), 2)
    yield Sample(make.distinct(3, 2), 2, axis=0, largest=False)
    yield Sample(make.distinct(2, 3), 3)
    yield Sample(make.distinct(4), 0)


def _topk_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make.distinct(40), 7)
    yield Sample(make.distinct(4, 33), 16, axis=1, largest=False)


def _topk(x: np.ndarray, k: int, axis: int = -1, largest: bool = True) -> tuple[np.ndarray, np.ndarray]:
    places = np.take(_argsort(x, axis, largest), np.arange(k), axis=axis)
    return np.take_along_axis(x, places, axis), places


def _torch_topk(torch: Any, x: Any, k: int, axis: int = -1, largest: bool = True) -> Any:
    """By a stable sort: which of equal elements `torch.topk` takes, and in what order, is not defined."""
    sort = torch.sort(x, dim=axis, descending=largest, stable=True)
    return tuple(part.narrow(axis, 0, k) for part in sort)


def _torch_sort(at: int) -> Callable[..., Any]:
    return lambda torch, x, axis=-1, descending=False: torch.sort(x, dim=axis, descending=descending, stable=True)[at]


# The order is NumPy's sort, on one thread.
ORDER = [
    Op("sort", _order_samples, _sort, _order_sizes, dtypes=NUMBERS, threaded=False, torch=_torch_sort(0)),
    Op(
        "argsort",
        _order_samples,
        _argsort,
        _order_sizes,
        dtypes=NUMBERS,
        result="int64",
        no_gradient=NoGradient.WHOLE,
        threaded=False,
        torch=_torch_sort(1),
    ),
    Op("topk", _topk_samples, _topk, _topk_sizes, dtypes=NUMBERS, result="any", threaded=False, torch=_torch_topk),
]

OPS = [*SUMS, *EXTREMES, *SOFTMAX, *ORDER]
