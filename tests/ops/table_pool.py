"""The table's lines of pooling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Make, Op, Pair, Sample, pair


def _windows(length: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """PyTorch's number of windows: a last one must begin inside the input or its left padding."""
    span = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-span // stride) if ceil_mode else span // stride) + 1
    if ceil_mode and (count - 1) * stride >= length + padding:
        count -= 1
    return count


def _pooled(
    x: np.ndarray, kernel: Pair, stride: Pair | None, padding: Pair, dilation: Pair, ceil_mode: bool, f: Any
) -> np.ndarray:
    """f(window's elements inside the input, its number of elements inside the padded input) of each window."""
    if x.ndim == 3:
        return _pooled(x[None], kernel, stride, padding, dilation, ceil_mode, f)[0]
    kernel, padding, dilation = pair(kernel), pair(padding), pair(dilation)
    stride = kernel if stride is None else pair(stride)
    n, c, *lengths = x.shape
    counts = [_windows(lengths[a], kernel[a], stride[a], padding[a], dilation[a], ceil_mode) for a in (0, 1)]
    if min(counts) < 1:
        raise ValueError("no window begins inside the input")
    out = np.zeros((n, c, *counts))
    for i, j in product(*map(range, counts)):
        inside, padded = [], 1
        for a, o in ((0, i), (1, j)):
            places = o * stride[a] - padding[a] + dilation[a] * np.arange(kernel[a])
            inside.append(places[(places >= 0) & (places < lengths[a])])
            padded *= int((places < lengths[a] + padding[a]).sum())
        out[..., i, j] = f(
            x[:, :, inside[0][:, None], inside[1]].reshape(n, c, inside[0].size * inside[1].size), padded
        )
    return out


def _max_pool2d(
    x: np.ndarray, k: Pair, stride: Any = None, padding: Pair = 0, dilation: Pair = 1, ceil_mode: bool = False
) -> np.ndarray:
    return _pooled(
        x, k, stride, padding, dilation, ceil_mode, lambda window, padded: window.max(axis=-1, initial=-np.inf)
    )


def _avg_pool2d(
    x: np.ndarray,
    k: Pair,
    stride: Any = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    def mean(window: np.ndarray, padded: int) -> np.ndarray:
        return window.sum(axis=-1) / (divisor_override or (padded if count_include_pad else window.shape[-1]))

    return _pooled(x, k, stride, padding, 1, ceil_mode, mean)


def _adaptive_avg_pool2d(x: np.ndarray, output_size: Any) -> np.ndarray:
    if x.ndim == 3:
        return _adaptive_avg_pool2d(x[None], output_size)[0]
    wanted = (output_size,) * 2 if output_size is None or isinstance(output_size, int) else output_size
    (oh, ow), (h, w) = (n if o is None else o for o, n in zip(wanted, x.shape[2:], strict=True)), x.shape[2:]
    out = np.zeros((*x.shape[:2], oh, ow))
    for i, j in product(range(oh), range(ow)):
        out[..., i, j] = x[..., i * h // oh : -(-(i + 1) * h // oh), j * w // ow : -(-(j + 1) * w // ow)].mean(
            axis=(2, 3)
        )
    return out


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


def _adaptive_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 2, 4, 3), 1)
    yield Sample(make(1, 1, 5, 4), (2, 3))
    yield Sample(make(2, 3, 4), (None, 2))
    yield Sample(make(1, 1, 2, 3), (3, 4))


def _adaptive_sizes(make: Make) -> Iterator[Sample]:
    for c, size in product((1, 8, 17), (1, 3, 7, (2, 9))):
        yield Sample(make(2, c, 7, 9), size)


def _window_elements(sample: Sample) -> int:
    return int(np.prod(pair(sample.args[1])))


OPS = [
    Op(
        "nn.functional.max_pool2d",
        _max_samples,
        _max_pool2d,
        _pool_sizes(True),
        torch="nn.functional.max_pool2d",
        ulps=0,
    ),
    Op(
        "nn.functional.avg_pool2d",
        _avg_samples,
        _avg_pool2d,
        _pool_sizes(False),
        terms=_window_elements,
        magnitude=_absolutely(_avg_pool2d),
        torch="nn.functional.avg_pool2d",
    ),
    Op(
        "nn.functional.adaptive_avg_pool2d",
        _adaptive_samples,
        _adaptive_avg_pool2d,
        _adaptive_sizes,
        terms=lambda s: 81,
        magnitude=_absolutely(_adaptive_avg_pool2d),
        torch="nn.functional.adaptive_avg_pool2d",
    ),
]
