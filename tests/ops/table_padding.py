"""The table's line of padding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .entry import EVERY, Make, Op, Sample


def _positions(n: int, before: int, after: int, mode: str) -> np.ndarray:
    """Which element of an axis stands at each place of the padded one."""
    if mode == "circular":
        begin, end = max(-before, 0), n - max(-after, 0)
        return begin + np.arange(-max(before, 0), end - begin + max(after, 0)) % max(end - begin, 1)
    places = np.arange(-before, n + after)
    if mode == "replicate":
        return places.clip(0, n - 1)
    places = abs(places)
    return np.where(places < n, places, 2 * (n - 1) - places)


def _pad(x: np.ndarray, pad: Any, mode: str = "constant", value: Any = None) -> np.ndarray:
    for i, (before, after) in enumerate(zip(pad[::2], pad[1::2], strict=True)):
        axis = x.ndim - 1 - i
        if mode != "constant":
            x = np.take(x, _positions(x.shape[axis], before, after, mode), axis)
            continue
        x = np.take(x, np.arange(max(-before, 0), x.shape[axis] - max(-after, 0)), axis)
        widths = [(0, 0)] * x.ndim
        widths[axis] = (max(before, 0), max(after, 0))
        x = np.pad(x, widths, constant_values=0 if value is None else value)
    return x


def _samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(3), (1, 2))
    yield Sample(make(2, 3), (0, 1, 2, 0), "constant", 0)
    yield Sample(make(2, 3, 4), [-1, 2, 1, -1])
    yield Sample(make(2, 3), ())
    yield Sample(make(2, 4), (2, 3), "reflect")
    yield Sample(make(2, 3), (4, 1), "replicate")
    yield Sample(make(2, 3), (2, 3), "circular")
    yield Sample(make(1, 2, 3, 4), (1, 2, 2, 1), "reflect")
    yield Sample(make(2, 3, 2), (1, 0, 0, 2), "replicate")
    yield Sample(make(1, 1, 2, 3), (3, 0, 1, 2), "circular")
    yield Sample(make(1, 2, 2, 3), (1, 1, 0, 1, 1, 0), "reflect")
    yield Sample(make(1, 1, 2, 1, 2), (1, 2, 2, 1, 0, 1), "replicate")
    yield Sample(make(2, 2, 2, 2), (1, 1, 2, 1, 1, 2), "circular")
    yield Sample(make(1, 5), (-2, 4), "reflect")
    yield Sample(make(1, 5), (-2, 2), "circular")
    yield Sample(make(1, 4, 5), (3, -3, -1, 2), "replicate")


def _sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), (1, 1), "reflect")
    yield Sample(make(0, 3), (1, 1))
    for mode in ("constant", "reflect", "replicate", "circular"):
        yield Sample(make(3, 17, 33, 35), (1, 1, 1, 1), mode)
        yield Sample(make(2, 70, 300), (7, 8), mode)


OPS = [Op("nn.functional.pad", _samples, _pad, _sizes, dtypes=EVERY, ulps=0.0, torch="nn.functional.pad")]
