"""The table's lines of pooling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Fixed, Make, Op, Sample


def _windows(length: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """PyTorch's number of windows: a last one must begin inside the input or its left padding."""
    span = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-span // stride) if ceil_mode else span // stride) + 1
    if ceil_mode and (count - 1) * stride >= length + padding:
        count -= 1
    return count


def several(value: Any, axes: int) -> tuple[int, ...]:
    """An int for every axis, or one for each."""
    given = (value,) if isinstance(value, int) else tuple(value)
    return given * axes if len(given) == 1 else given


def of_batch(axes: int, f: Callable[..., Any]) -> Callable[..., Any]:
    """f of a batch, as a function of a batch or of a single signal, image or volume."""

    def of_any(x: np.ndarray, *args: Any, **kwargs: Any) -> Any:
        if x.ndim == axes + 2:
            return f(x, *args, **kwargs)
        results = f(x[None], *args, **kwargs)
        return tuple(r[0] for r in results) if isinstance(results, tuple) else results[0]

    return of_any


def over_windows(x: np.ndarray, windows: list[list[np.ndarray]], f: Callable[..., Any]) -> np.ndarray:
    """f(elements, their places in the channel) of each window, given the places of windows in each axis."""
    n, c, *lengths = x.shape
    flat = x.reshape(n, c, int(np.prod(lengths)))
    counts = [len(axis) for axis in windows]
    results = [
        f(flat[..., places], places, window)
        for window in product(*map(range, counts))
        for places in [
            np.ravel_multi_index(
                np.meshgrid(*(windows[a][o] for a, o in enumerate(window)), indexing="ij"), lengths
            ).ravel()
        ]
    ]
    return np.stack(results, axis=-1).reshape(n, c, *counts)


def _laid(
    lengths: Any, axes: int, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> tuple[list[list[np.ndarray]], list[list[int]]]:
    """The places of each axis's windows that lie inside, and how many lie inside the padded input."""
    kernel, padding, dilation = (several(v, axes) for v in (kernel, padding, dilation))
    stride = kernel if stride is None else several(stride, axes)
    inside: list[list[np.ndarray]] = []
    padded: list[list[int]] = []
    for a in range(axes):
        count = _windows(lengths[a], kernel[a], stride[a], padding[a], dilation[a], ceil_mode)
        if count < 1:
            raise ValueError("no window begins inside the input")
        all_places = [o * stride[a] - padding[a] + dilation[a] * np.arange(kernel[a]) for o in range(count)]
        inside.append([p[(p >= 0) & (p < lengths[a])] for p in all_places])
        padded.append([int((p < lengths[a] + padding[a]).sum()) for p in all_places])
    return inside, padded


def max_of(values: np.ndarray, places: np.ndarray, window: Any) -> np.ndarray:
    return values.max(axis=-1, initial=-np.inf)


def place_of_max(values: np.ndarray, places: np.ndarray, window: Any) -> np.ndarray:
    return places[values.argmax(axis=-1)]


def _max_pool(axes: int) -> Callable[..., Any]:
    def pooled(
        x: np.ndarray, k: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
    ) -> np.ndarray:
        inside, _ = _laid(x.shape[2:], axes, k, stride, padding, dilation, ceil_mode)
        return over_windows(x, inside, max_of)

    return of_batch(axes, pooled)


def _max_pool_with_indices(axes: int) -> Callable[..., Any]:
    def pooled(
        x: np.ndarray, k: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        inside, _ = _laid(x.shape[2:], axes, k, stride, padding, dilation, ceil_mode)
        return over_windows(x, inside, max_of), over_windows(x, inside, place_of_max)

    return of_batch(axes, pooled)


def _avg_pool(axes: int) -> Callable[..., Any]:
    def pooled(
        x: np.ndarray,
        k: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> np.ndarray:
        inside, padded = _laid(x.shape[2:], axes, k, stride, padding, 1, ceil_mode)

        def mean(values: np.ndarray, places: np.ndarray, window: Any) -> np.ndarray:
            counted = int(np.prod([padded[a][o] for a, o in enumerate(window)]))
            return values.sum(axis=-1) / (divisor_override or (counted if count_include_pad else values.shape[-1]))

        return over_windows(x, inside, mean)

    return of_batch(axes, pooled)


def _lp_pool(axes: int) -> Callable[..., Any]:
    def pooled(x: np.ndarray, p: float, k: Any, stride: Any = None, ceil_mode: bool = False) -> np.ndarray:
        if p == np.inf:
            return _max_pool(axes)(np.abs(x), k, stride, 0, 1, ceil_mode)
        mean = _avg_pool(axes)(x**p, k, stride, 0, ceil_mode)
        return (np.maximum(mean, 0) * np.prod(several(k, axes))) ** (1 / p)

    return pooled


def _max_unpool(axes: int) -> Callable[..., Any]:
    def unpooled(
        x: np.ndarray, indices: np.ndarray, k: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
    ) -> np.ndarray:
        kernel, padding = several(k, axes), several(padding, axes)
        stride = kernel if stride is None else several(stride, axes)
        lengths = [(n - 1) * s - 2 * p + k for n, s, p, k in zip(x.shape[-axes:], stride, padding, kernel, strict=True)]
        lengths = lengths if output_size is None else list(output_size)[-axes:]
        batch = x.shape[: x.ndim - axes]
        out = np.zeros((int(np.prod(batch)), int(np.prod(lengths))))
        for line, values, places in zip(out, x.reshape(len(out), -1), indices.reshape(len(out), -1), strict=True):
            for value, place in zip(values, places, strict=True):
                line[place] = value
        return out.reshape(*batch, *lengths)

    return unpooled


def _absolutely(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *args, **kwargs: f(np.abs(x), *args, **kwargs)


def _max_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make.distinct(1, 1, 4, 4), 2)
    yield Sample(make.distinct(1, 2, 4, 3), 2, 1)
    yield Sample(make.distinct(2, 4, 3), (2, 1), None, (1, 0))
    yield Sample(make.distinct(1, 1, 5, 5), 3, 2, 1)
    yield Sample(make.distinct(1, 1, 5, 4), 2, 2, 0, 1, True)
    yield Sample(make.distinct(1, 1, 5, 5), 2, 1, 1, dilation=2)


def _avg_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 4, 4), 2)
    yield Sample(make(1, 2, 4, 3), 2, 1)
    yield Sample(make(2, 4, 3), (2, 1), None, (1, 0))
    yield Sample(make(1, 1, 5, 5), 3, 2, 1, False, False)
    yield Sample(make(1, 1, 5, 4), 2, 2, 1, True)
    yield Sample(make(1, 1, 5, 4), 3, 2, 1, True, False)
    yield Sample(make(1, 1, 3, 3), 2, 1, divisor_override=3)


def _pool_sizes(dilations: bool) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        yield Sample(make(0, 2, 4, 4), 2)
        for kernel, stride, padding, ceil_mode in product((1, 2, 3), (1, 2, 3), (0, 1), (False, True)):
            if 2 * padding <= kernel:
                yield Sample(make(2, 3, 7, 8), kernel, stride, padding, ceil_mode=ceil_mode)
                if dilations:
                    yield Sample(make(1, 2, 8, 7), kernel, stride, padding, 2, ceil_mode)
        for w in (2, 3, 5, 8, 9, 16, 17, 31, 33, 64, 66):
            yield Sample(make(1, 2, 4, w), 2)
            yield Sample(make(1, 2, 4, w), 2, 1)
            if w > 2:
                yield Sample(make(1, 2, 4, w), 3, 2, 1)
        for c in (1, 7, 8, 9, 16, 17, 33):
            yield Sample(make(2, c, 4, 4), 2)
        x = make(1, 2, 6, 6)
        x[0, 0, 2, 3], x[0, 1, 0, 0], x[0, 1, 5, 5] = np.nan, -np.inf, np.inf
        yield Sample(x, 2)
        yield Sample(x, 3, 1, 1)

    return sizes


def _image(make: Make, axes: int, n: int, c: int, length: int = 5, distinct: bool = True) -> np.ndarray:
    """Of 3 axes the first is short."""
    shape = (n, c, *((3,) if axes == 3 else ()), *(length + a for a in range(min(axes, 2))))
    return make.distinct(*shape) if distinct else make(*shape)


def _line_samples(axes: int, make: Make, distinct: bool) -> Iterator[Sample]:
    """Windows of signals and volumes: the images' kernels are behind them."""
    yield Sample(_image(make, axes, 1, 2, 4, distinct), 2)
    yield Sample(_image(make, axes, 1, 1, 4, distinct)[0], 3, 1, 1)
    yield Sample(_image(make, axes, 2, 1, 4, distinct), (2,) * axes, None, (1,) * axes, ceil_mode=True)


def _line_max_samples(axes: int) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        yield from _line_samples(axes, make, True)
        yield Sample(_image(make, axes, 1, 1, 5), 2, 1, 1, dilation=2)

    return samples


def _line_avg_samples(axes: int) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        yield from _line_samples(axes, make, False)
        yield Sample(_image(make, axes, 1, 1, 4, False), 3, 2, 1, True, False)
        if axes == 3:
            yield Sample(_image(make, axes, 1, 1, 4, False), 2, 1, divisor_override=3)

    return samples


def _line_sizes(axes: int) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        yield Sample(make(0, 2, *(4,) * axes), 2)
        for kernel, stride, padding, ceil_mode in product((1, 2, 3), (1, 2), (0, 1), (False, True)):
            if 2 * padding <= kernel:
                yield Sample(make(2, 3, *(5, 4, 7)[-axes:]), kernel, stride, padding, ceil_mode=ceil_mode)
        for w in (8, 17, 33):
            yield Sample(make(2, 2, *(3, 4, w)[-axes:]), 2)

    return sizes


def _lp_samples(axes: int) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        shape = (1, 2, *(3, 4, 5)[-axes:])
        yield Sample(make(*shape, low=0.5), 2, 2)
        yield Sample(make(*shape, low=0.5)[0], 3.0, 2, 1)
        yield Sample(make(*shape, low=0.5), 1.5, 3, 2, True)
        yield Sample(make.distinct(*shape), float("inf"), 2)

    return samples


def _unpool_samples(axes: int) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        for kernel in (2, 3):
            pooled, indices = _max_pool_with_indices(axes)(make.distinct(1, 2, *(4, 5, 6)[-axes:]), kernel)
            yield Sample(pooled.astype(make.dtype), Fixed(indices), kernel, output_size=(4, 5, 6)[-axes:])
        pooled, indices = _max_pool_with_indices(axes)(make.distinct(2, *(4, 2, 4)[-axes:]), 2)
        yield Sample(pooled.astype(make.dtype), Fixed(indices), (2,) * axes)

    return samples


def _window_elements(sample: Sample) -> int:
    return int(np.prod(several(sample.args[1], sample.args[0].ndim)))


def _torch_max(name: str, axes: int) -> Callable[..., Any]:
    """PyTorch's function; not where a window holds padding alone: the index it gives lies beyond the channel, its
    gradient is written there, and the heap of the process is damaged."""

    def peer(
        torch: Any, x: Any, k: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
    ) -> Any:
        inside, _ = _laid(tuple(x.shape)[-axes:], axes, k, stride, padding, dilation, ceil_mode)
        if any(p.size == 0 for windows in inside for p in windows):
            return None
        return getattr(torch.nn.functional, name)(x, k, stride, padding, dilation, ceil_mode)

    return peer


def _max_ops(axes: int) -> Iterator[Op]:
    name = f"max_pool{axes}d"
    samples = _max_samples if axes == 2 else _line_max_samples(axes)
    sizes = _pool_sizes(True) if axes == 2 else _line_sizes(axes)
    for suffix, reference, result in (("", _max_pool, "same"), ("_with_indices", _max_pool_with_indices, "any")):
        yield Op(
            f"nn.functional.{name}{suffix}",
            samples,
            reference(axes),
            *(() if suffix else (sizes,)),
            result=result,
            torch=_torch_max(name + suffix, axes),
            ulps=0,
        )
    unpool = f"nn.functional.max_unpool{axes}d"
    yield Op(unpool, _unpool_samples(axes), _max_unpool(axes), torch=unpool, ulps=0, threaded=False)


def _avg_ops(axes: int) -> Iterator[Op]:
    name, reference = f"nn.functional.avg_pool{axes}d", _avg_pool(axes)
    yield Op(
        name,
        _avg_samples if axes == 2 else _line_avg_samples(axes),
        reference,
        _pool_sizes(False) if axes == 2 else _line_sizes(axes),
        terms=_window_elements,
        magnitude=_absolutely(reference),
        torch=name,
    )
    name = f"nn.functional.lp_pool{axes}d"
    yield Op(name, _lp_samples(axes), _lp_pool(axes), ulps=24, terms=lambda s: 27, threaded=False, torch=name)


OPS = [op for axes in (1, 2, 3) for op in (*_max_ops(axes), *_avg_ops(axes))]
