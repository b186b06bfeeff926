"""The table's lines of elements moved between channels and pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .entry import STORED, Make, Op, Sample


def _pixel_shuffle(x: np.ndarray, r: int) -> np.ndarray:
    *batch, c, h, w = x.shape
    out = np.zeros((*batch, c // (r * r), h * r, w * r), dtype=x.dtype)
    for i in range(r):
        for j in range(r):
            out[..., i::r, j::r] = x[..., i * r + j :: r * r, :, :]
    return out


def _pixel_unshuffle(x: np.ndarray, r: int) -> np.ndarray:
    *batch, c, h, w = x.shape
    out = np.zeros((*batch, c * r * r, h // r, w // r), dtype=x.dtype)
    for i in range(r):
        for j in range(r):
            out[..., i * r + j :: r * r, :, :] = x[..., i::r, j::r]
    return out


def _channel_shuffle(x: np.ndarray, groups: int) -> np.ndarray:
    order = np.arange(x.shape[1]).reshape(groups, -1).T.ravel()
    return x[:, order]


def _shuffled(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 8, 2, 3), 2)
    yield Sample(make(9, 1, 2), 3)
    yield Sample(make(2, 1, 4, 1, 2), 2)
    yield Sample(make(2, 3, 2, 2), 1)
    yield Sample(make(0, 4, 2, 2), 2)


def _unshuffled(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 2, 4, 6), 2)
    yield Sample(make(1, 3, 6), 3)
    yield Sample(make(2, 1, 1, 2, 4), 2)
    yield Sample(make(2, 3, 2, 2), 1)


def _grouped(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 6, 2, 3), 3)
    yield Sample(make(1, 4, 3), 2)
    yield Sample(make(1, 4, 2, 1, 2), 4)
    yield Sample(make(2, 3, 2), 1)


def _peer(name: str) -> Callable[..., Any]:
    """PyTorch's function; nothing is asked of it without samples, where its gradient is an error."""
    return lambda torch, x, n: getattr(torch.nn.functional, name)(x, n) if x.numel() else None


OPS = [
    Op(
        f"nn.functional.{name}",
        samples,
        reference,
        dtypes=STORED,
        torch=_peer(name),
        ulps=0,
        threaded=False,
    )
    for name, samples, reference in (
        ("pixel_shuffle", _shuffled, _pixel_shuffle),
        ("pixel_unshuffle", _unshuffled, _pixel_unshuffle),
        ("channel_shuffle", _grouped, _channel_shuffle),
    )
]
