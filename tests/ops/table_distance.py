"""The table's lines of distances and angles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .entry import Make, Op, Sample

SIZES = (1, 7, 8, 9, 33, 129)


def _cosines(x: np.ndarray, y: np.ndarray, dim: int = -1, eps: float = 1e-8) -> np.ndarray:
    x, y = np.broadcast_arrays(x, y)
    a, b = (np.maximum(np.sqrt((v * v).sum(axis=dim)), eps) for v in (x, y))
    return (x * y).sum(axis=dim) / (a * b)


def _cosine_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(4, 3), make(4, 3))
    yield Sample(make(4, 3), make(4, 3), 0)
    yield Sample(make(4, 3), make(3), dim=-1)
    yield Sample(make(3), make(3), dim=0)
    yield Sample(make(2, 3, 4), make(3, 1), eps=0.1)


def _cosine_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), make(0, 3))
    for n in SIZES:
        yield Sample(make(3, n), make(3, n))
        yield Sample(make(n, 3), make(n, 3), dim=0)


def _lengths(x: np.ndarray, p: float, axis: Any, keepdims: bool = False) -> np.ndarray:
    x = np.abs(x)
    if p == np.inf:
        return x.max(axis=axis, keepdims=keepdims)
    if p == 0:
        return (x != 0).sum(axis=axis, keepdims=keepdims).astype(float)
    return (x**p).sum(axis=axis, keepdims=keepdims) ** (1 / p)


def _pairwise(x: np.ndarray, y: np.ndarray, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> np.ndarray:
    return _lengths(x - y + eps, p, -1, keepdim)


def _pairwise_samples(make: Make) -> Iterator[Sample]:
    for p in (1.0, 2.0, 3.0, np.inf):
        yield Sample(make(4, 3, low=0), make(4, 3, low=-2, high=-0.2), p)
    yield Sample(make(4, 3), make(3), eps=0.1, keepdim=True)
    yield Sample(make(3), make(3))


def _pairwise_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), make(0, 3))
    for n in SIZES:
        yield Sample(make(3, n), make(3, n))


def _normalized(x: np.ndarray, p: float = 2.0, dim: Any = 1, eps: float = 1e-12) -> np.ndarray:
    return x / np.maximum(_lengths(x, p, dim, True), eps)


def _normalize_samples(make: Make) -> Iterator[Sample]:
    for p in (1.0, 2.0, 3.0):
        yield Sample(make.apart(4, 3), p)
    yield Sample(make.distinct(4, 3), np.inf)
    yield Sample(make(4, 3), dim=0)
    yield Sample(make(2, 3, 4), dim=-1)


def _normalize_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3))
    for n in SIZES:
        yield Sample(make(3, n))


def _cdist(x: np.ndarray, y: np.ndarray, p: float = 2.0, compute_mode: str = "") -> np.ndarray:
    return _lengths(x[..., :, None, :] - y[..., None, :, :], p, -1)


def _cdist_samples(make: Make) -> Iterator[Sample]:
    for p in (1.0, 2.0, 3.0, 1.5, np.inf, 0.0):
        yield Sample(make(4, 3), make(2, 3), p)
    yield Sample(make(2, 1, 4, 3), make(3, 2, 3))
    yield Sample(make(4, 3), make(2, 3), 2.0, "use_mm_for_euclid_dist")


def _cdist_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), make(2, 3))
    yield Sample(make(2, 3), make(0, 3))
    for n in SIZES:
        yield Sample(make(3, n), make(4, n))
        yield Sample(make(n, 3), make(4, 3), 1.0)


def _pdist(x: np.ndarray, p: float = 2.0) -> np.ndarray:
    return _cdist(x, x, p)[np.triu_indices(len(x), 1)]


def _pdist_samples(make: Make) -> Iterator[Sample]:
    for p in (1.0, 2.0, 3.0, np.inf):
        yield Sample(make(4, 3), p)
    yield Sample(make(1, 3))


def _axis(sample: Sample) -> int:
    return 4 * max(sample.args[0].shape)


def _differences(sample: Sample) -> int:
    return 4 * sample.args[0].shape[-1]


OPS = [
    Op(
        "nn.functional.cosine_similarity",
        _cosine_samples,
        lambda x, y, dim=1, eps=1e-8: _cosines(x, y, dim, eps),
        _cosine_sizes,
        terms=_axis,
        magnitude=lambda x, y, dim=1, eps=1e-8: np.abs(_cosines(x, y, dim, eps)) + 1.0,
        cancels=4.0,
        threaded=False,
        torch="nn.functional.cosine_similarity",
    ),
    Op(
        "nn.functional.pairwise_distance",
        _pairwise_samples,
        _pairwise,
        _pairwise_sizes,
        terms=_axis,
        magnitude=lambda x, y, p=2.0, eps=1e-6, keepdim=False: _pairwise(x, y, p, eps, keepdim) + 4.0,
        threaded=False,
        torch="nn.functional.pairwise_distance",
    ),
    Op(
        "nn.functional.normalize",
        _normalize_samples,
        _normalized,
        _normalize_sizes,
        terms=_axis,
        cancels=4.0,
        threaded=False,
        torch="nn.functional.normalize",
    ),
    Op(
        "cdist",
        _cdist_samples,
        _cdist,
        _cdist_sizes,
        terms=_differences,
        magnitude=lambda *a, **k: _cdist(*a, **k) + 8.0,
        threaded=False,
        torch="cdist",
    ),
    Op(
        "nn.functional.pdist",
        _pdist_samples,
        _pdist,
        terms=_differences,
        magnitude=lambda *a, **k: _pdist(*a, **k) + 8.0,
        threaded=False,
        torch="nn.functional.pdist",
    ),
]
