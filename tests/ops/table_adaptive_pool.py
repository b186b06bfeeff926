"""The table's lines of pooling to a given size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Fixed, Make, Op, Sample
from .table_pool import max_of, of_batch, over_windows, place_of_max, several


def _wanted(x: np.ndarray, output_size: Any) -> list[int]:
    axes = x.ndim - 2
    sizes = (output_size,) * axes if output_size is None or isinstance(output_size, int) else tuple(output_size)
    return [n if o is None else o for o, n in zip(sizes, x.shape[2:], strict=True)]


def _evenly(x: np.ndarray, output_size: Any) -> list[list[np.ndarray]]:
    """The places of the windows of each axis."""
    return [
        [np.arange(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]
        for n, o in zip(x.shape[2:], _wanted(x, output_size), strict=True)
    ]


def _adaptive_avg(axes: int) -> Callable[..., Any]:
    def pooled(x: np.ndarray, output_size: Any) -> np.ndarray:
        return over_windows(x, _evenly(x, output_size), lambda values, places, window: values.mean(axis=-1))

    return of_batch(axes, pooled)


def _adaptive_max(axes: int, with_indices: bool) -> Callable[..., Any]:
    def pooled(x: np.ndarray, output_size: Any) -> Any:
        windows = _evenly(x, output_size)
        out = over_windows(x, windows, max_of)
        return (out, over_windows(x, windows, place_of_max)) if with_indices else out

    return of_batch(axes, pooled)


def _fractional(axes: int, with_indices: bool) -> Callable[..., Any]:
    def pooled(
        x: np.ndarray,
        k: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ) -> Any:
        kernel = several(k, axes)
        if output_size is None:
            output_size = [int(n * r) for n, r in zip(x.shape[2:], output_ratio, strict=True)]
        wanted = several(output_size, axes)
        kinds = (max_of, place_of_max) if with_indices else (max_of,)
        results = [np.zeros((*x.shape[:2], *wanted), dtype=x.dtype if f is max_of else np.int64) for f in kinds]
        for n, c in np.ndindex(x.shape[:2]):
            windows = []
            for a in range(axes):
                u = _random_samples[n, c, a if axes == 3 else 1 - a]
                length, o = x.shape[2 + a], wanted[a]
                step = (length - kernel[a]) / max(o - 1, 1)
                starts = [int((i + u) * step) - int(u * step) for i in range(o - 1)] + [length - kernel[a]]
                windows.append([s + np.arange(kernel[a]) for s in starts])
            for result, f in zip(results, kinds, strict=True):
                result[n, c] = over_windows(x[n : n + 1, c : c + 1], windows, f)[0, 0]
        return tuple(results) if with_indices else results[0]

    return of_batch(axes, pooled)


def _absolutely(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *args, **kwargs: f(np.abs(x), *args, **kwargs)


def _samples(axes: int, distinct: bool) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        draw = make.distinct if distinct else make
        if axes == 2:
            yield Sample(draw(1, 2, 4, 3), 1)
            yield Sample(draw(1, 1, 5, 4), (2, 3))
            yield Sample(draw(2, 3, 4), (None, 2))
            yield Sample(draw(1, 1, 2, 3), (3, 4))
            return
        lengths = (3, 4, 5)[-axes:]
        yield Sample(draw(1, 2, *lengths), 1)
        yield Sample(draw(2, *lengths), 2)
        yield Sample(draw(1, 1, *lengths), 3 if axes == 1 else (2, None, 3))

    return samples


def _sizes(axes: int) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        lengths = (3, 7, 9)[-axes:]
        for c, size in product((1, 8, 17), (1, 3, 5, 7)):
            yield Sample(make(2, c, *lengths), size)
        yield Sample(make(0, 3, *lengths), 2)

    return sizes


def _fractional_samples(axes: int) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        lengths = (5, 6, 7)[-axes:]
        for k, options in (
            (2, {"output_size": 3}),
            (3, {"output_ratio": (0.5,) * axes}),
            ((2,) * axes, {"output_size": 1}),
        ):
            random = Fixed(make(1, 2, axes, low=0.0, high=1.0))
            yield Sample(make.distinct(1, 2, *lengths), k, _random_samples=random, **options)
        yield Sample(make.distinct(2, *lengths), 2, 3, _random_samples=Fixed(make(1, 2, axes, low=0.0, high=1.0)))

    return samples


def _ops(axes: int) -> Iterator[Op]:
    mean, name = _adaptive_avg(axes), f"nn.functional.adaptive_avg_pool{axes}d"
    yield Op(
        name,
        _samples(axes, False),
        mean,
        _sizes(axes),
        terms=lambda s: 81 if axes < 3 else 189,
        magnitude=_absolutely(mean),
        torch=name,
    )
    names = [(f"adaptive_max_pool{axes}d", _adaptive_max, _samples(axes, True), _sizes(axes))]
    if axes > 1:
        names.append((f"fractional_max_pool{axes}d", _fractional, _fractional_samples(axes), None))
    for short, reference, samples, sizes in names:
        name = f"nn.functional.{short}"
        yield Op(name, samples, reference(axes, False), sizes, ulps=0, torch=name)
        name += "_with_indices"
        yield Op(name, samples, reference(axes, True), result="any", ulps=0, torch=name)


OPS = [op for axes in (1, 2, 3) for op in _ops(axes)]
