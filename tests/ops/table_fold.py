"""The table's lines of unfold and fold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Make, Op, Pair, Sample, pair


def _windows(size: Any, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> tuple[Any, list[Any], Any]:
    """The size of padded images, what each kernel element meets of them, and how many windows there are."""
    kernel, dilation, padding, stride = pair(kernel), pair(dilation), pair(padding), pair(stride)
    padded = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    count = [(n - d * (k - 1) - 1) // s + 1 for n, d, k, s in zip(padded, dilation, kernel, stride, strict=True)]
    taps = [
        (
            ...,
            *(
                slice(i * d, i * d + s * (n - 1) + 1, s)
                for i, d, s, n in zip(tap, dilation, stride, count, strict=True)
            ),
        )
        for tap in product(*map(range, kernel))
    ]
    return padded, taps, count


def _unfold(x: np.ndarray, kernel: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1) -> np.ndarray:
    if x.ndim == 3:
        return _unfold(x[None], kernel, dilation, padding, stride)[0]
    _, taps, count = _windows(x.shape[2:], kernel, dilation, padding, stride)
    x = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in pair(padding))])
    columns = np.stack([x[tap] for tap in taps], axis=2)
    return columns.reshape(len(x), x.shape[1] * len(taps), count[0] * count[1])


def _fold(
    x: np.ndarray, size: Pair, kernel: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> np.ndarray:
    if x.ndim == 2:
        return _fold(x[None], size, kernel, dilation, padding, stride)[0]
    padded, taps, count = _windows(pair(size), kernel, dilation, padding, stride)
    columns = x.reshape(len(x), x.shape[1] // len(taps), len(taps), *count)
    out = np.zeros((*columns.shape[:2], *padded))
    for i, tap in enumerate(taps):
        out[tap] += columns[:, :, i]
    (p, q), (h, w) = pair(padding), pair(size)
    return out[:, :, p : p + h, q : q + w]


def _unfold_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 3, 3), 2)
    yield Sample(make(2, 2, 3, 4), (2, 3), 1, (0, 1), (1, 2))
    yield Sample(make(2, 5, 4), (2, 2), (2, 1), 1, 2)
    yield Sample(make(1, 2, 2, 2), 1)


def _unfold_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4, 4), 3)
    yield Sample(make(2, 0, 4, 4), 3)
    yield Sample(make(3, 17, 14, 15), 3, 1, 1)
    yield Sample(make(2, 5, 31, 40), 4, 1, 0, 4)


def _fold_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 4, 4), 3, 2)
    yield Sample(make(2, 12, 4), (3, 4), (2, 3), 1, (0, 1), (1, 2))
    yield Sample(make(8, 9), (5, 4), (2, 2), (2, 1), 1, 2)
    yield Sample(make(1, 2, 4), 2, 1)


def _fold_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 18, 4), (4, 4), 3)
    yield Sample(make(3, 17 * 9, 14 * 15), (14, 15), 3, 1, 1)
    yield Sample(make(2, 5 * 16, 7 * 10), (31, 40), 4, 1, 0, 4)


def _fold_terms(sample: Sample) -> int:
    kernel = pair(sample.args[2])
    return kernel[0] * kernel[1]


OPS = [
    Op("nn.functional.unfold", _unfold_samples, _unfold, _unfold_sizes, ulps=0.0, torch="nn.functional.unfold"),
    Op(
        "nn.functional.fold",
        _fold_samples,
        _fold,
        _fold_sizes,
        terms=_fold_terms,
        magnitude=lambda x, *args: _fold(np.abs(x), *args),
        torch="nn.functional.fold",
    ),
]
