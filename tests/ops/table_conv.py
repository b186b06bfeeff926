"""The table's lines of convolution."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Make, Op, Pair, Sample, pair


def _conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: Any = None,
    stride: Pair = 1,
    padding: Any = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """A sum over the filter's taps."""
    if x.ndim == 3:
        return _conv2d(x[None], weight, bias, stride, padding, dilation, groups)[0]
    (sh, sw), (dh, dw), (k, _, r, s) = pair(stride), pair(dilation), weight.shape
    if padding == "same":
        (th, tw) = dh * (r - 1), dw * (s - 1)
        sides = ((th // 2, th - th // 2), (tw // 2, tw - tw // 2))
    else:
        sides = tuple((p, p) for p in pair(0 if padding == "valid" else padding))
    x = np.pad(x, ((0, 0), (0, 0), *sides))
    n, c, h, w = x.shape
    oh, ow = (h - dh * (r - 1) - 1) // sh + 1, (w - dw * (s - 1) - 1) // sw + 1
    x = x.reshape(n, groups, c // groups, h, w)
    weight = weight.reshape(groups, k // groups, c // groups, r, s)
    out = np.zeros((n, groups, k // groups, oh, ow))
    for i, j in product(range(r), range(s)):
        window = x[..., i * dh : i * dh + sh * (oh - 1) + 1 : sh, j * dw : j * dw + sw * (ow - 1) + 1 : sw]
        out += np.einsum("ngchw,gkc->ngkhw", window, weight[..., i, j], optimize=True)
    return out.reshape(n, k, oh, ow) + (0.0 if bias is None else bias[:, None, None])


def _absolute_conv2d(x: np.ndarray, weight: np.ndarray, bias: Any = None, *args: Any, **kwargs: Any) -> np.ndarray:
    return _conv2d(np.abs(x), np.abs(weight), None if bias is None else np.abs(bias), *args, **kwargs)


def _conv_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 3, 3), make(1, 1, 2, 2))
    yield Sample(make(2, 2, 3, 4), make(3, 2, 2, 2), make(3))
    yield Sample(make(2, 4, 3), make(2, 2, 1, 1), make(2))
    yield Sample(make(1, 2, 4, 4), make(2, 2, 3, 3), make(2), 2, 1)
    yield Sample(make(1, 2, 5, 4), make(2, 2, 2, 2), None, (2, 1), (1, 0), (2, 1))
    yield Sample(make(1, 4, 3, 3), make(4, 2, 2, 2), make(4), groups=2)
    yield Sample(make(1, 3, 3, 3), make(3, 1, 2, 2), padding=1, groups=3)
    yield Sample(make(1, 2, 3, 3), make(2, 2, 2, 2), padding="same")
    yield Sample(make(1, 1, 4, 3), make(2, 1, 3, 2), padding="valid")


def _conv_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4, 4), make(3, 2, 3, 3))
    # stride, padding, dilation and groups in all combinations
    for r, stride, padding, dilation, groups in product((1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2), (1, 2, 4)):
        yield Sample(make(2, 4, 7, 8), make(8, 4 // groups, r, r), make(8), stride, padding, dilation, groups)
    # channels and filters around the widths of vectors and tiles
    for c, k in product((1, 3, 4, 7, 8, 9, 15, 16, 17, 33), (1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65)):
        yield Sample(make(1, c, 5, 6), make(k, c, 3, 3), make(k), 1, 1)
    for c, k in product((1, 8, 17, 64), (1, 16, 33, 64)):
        yield Sample(make(2, c, 4, 5), make(k, c, 1, 1), make(k))
    # widths of images around the tile's rows
    for w in (1, 2, 5, 6, 7, 12, 13, 14, 15, 28, 29):
        yield Sample(make(1, 3, 4, w), make(5, 3, 3, 3), None, 1, 1)
        yield Sample(make(1, 3, 4, w), make(5, 3, 3, 3), None, 2, 1)
    for c in (1, 8, 15, 16, 17, 32):  # depthwise, also with a multiplier
        yield Sample(make(2, c, 6, 7), make(c, 1, 3, 3), make(c), 1, 1, 1, c)
        yield Sample(make(1, c, 6, 7), make(2 * c, 1, 3, 3), None, 2, 1, 1, c)
    for w in (8, 15, 29):  # groups of one vector of filters
        yield Sample(make(2, 24, 5, w), make(40, 6, 3, 3), make(40), 1, 1, 1, 4)
    yield Sample(make(2, 3, 20, 21), make(16, 3, 7, 7), None, 2, 3)
    yield Sample(make(2, 5, 9, 9), make(4, 5, 5, 3), make(4), (2, 1), (2, 1))
    yield Sample(make(1, 2, 1, 30), make(3, 2, 1, 7), None, 1, (0, 3))
    yield Sample(make(1, 520, 3, 3), make(9, 520, 3, 3), None, 1, 1)
    yield Sample(make(8, 16, 14, 14), make(32, 16, 3, 3), make(32), 1, 1)


def _conv_terms(sample: Sample) -> int:
    return int(np.prod(sample.args[1].shape[1:])) + 1


OPS = [
    Op(
        "nn.functional.conv2d",
        _conv_samples,
        _conv2d,
        _conv_sizes,
        terms=_conv_terms,
        magnitude=_absolute_conv2d,
        torch="nn.functional.conv2d",
    ),
]
