"""The table's lines of convolution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Make, Op, Sample

Sizes = Any  # an int, for all axes, or one for each


def _each(value: Sizes, axes: int) -> tuple[int, ...]:
    return (value,) * axes if isinstance(value, int) else tuple(value)


def _taps(first: Any, step: Any, count: Any) -> tuple[Any, ...]:
    """What a tap meets along the last axes."""
    return (..., *(slice(f, f + s * (n - 1) + 1, s) for f, s, n in zip(first, step, count, strict=True)))


def _conv(
    x: np.ndarray,
    weight: np.ndarray,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Any = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> np.ndarray:
    """A sum over the filter's taps, of as many axes as it has."""
    k, c, *kernel = weight.shape
    axes = len(kernel)
    if x.ndim == axes + 1:
        return _conv(x[None], weight, bias, stride, padding, dilation, groups)[0]
    stride, dilation = _each(stride, axes), _each(dilation, axes)
    totals = [d * (r - 1) for d, r in zip(dilation, kernel, strict=True)]
    if padding == "same":
        sides = [(total // 2, total - total // 2) for total in totals]
    else:
        sides = [(p, p) for p in _each(0 if padding == "valid" else padding, axes)]
    x = np.pad(x, [(0, 0), (0, 0), *sides])
    out_size = [(n - t - 1) // s + 1 for n, t, s in zip(x.shape[2:], totals, stride, strict=True)]
    x = x.reshape(len(x), groups, c, *x.shape[2:])
    weight = weight.reshape(groups, k // groups, c, *kernel)
    out = np.zeros((len(x), groups, k // groups, *out_size))
    for tap in product(*map(range, kernel)):
        window = x[_taps([i * d for i, d in zip(tap, dilation, strict=True)], stride, out_size)]
        out += np.einsum("ngc...,gkc->ngk...", window, weight[(..., *tap)], optimize=True)
    return out.reshape(len(x), k, *out_size) + (0.0 if bias is None else bias.reshape(-1, *([1] * axes)))


def _conv_transpose(
    x: np.ndarray,
    weight: np.ndarray,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> np.ndarray:
    """What each element of the input adds to the result, tap by tap."""
    k, c, *kernel = weight.shape
    axes = len(kernel)
    if x.ndim == axes + 1:
        return _conv_transpose(x[None], weight, bias, stride, padding, output_padding, groups, dilation)[0]
    stride, dilation, size = _each(stride, axes), _each(dilation, axes), x.shape[2:]
    ends = _each(output_padding, axes)
    full = [
        (n - 1) * s + d * (r - 1) + 1 + end
        for n, s, d, r, end in zip(size, stride, dilation, kernel, ends, strict=True)
    ]
    x = x.reshape(len(x), groups, k // groups, *size)
    weight = weight.reshape(groups, k // groups, c, *kernel)
    out = np.zeros((len(x), groups, c, *full))
    for tap in product(*map(range, kernel)):
        at = _taps([i * d for i, d in zip(tap, dilation, strict=True)], stride, size)
        out[at] += np.einsum("ngk...,gkc->ngc...", x, weight[(..., *tap)], optimize=True)
    out = out[(..., *(slice(p, n - p) for p, n in zip(_each(padding, axes), full, strict=True)))]
    out = out.reshape(len(x), groups * c, *out.shape[3:])
    return out + (0.0 if bias is None else bias.reshape(-1, *([1] * axes)))


def _absolute(reference: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    def of(x: np.ndarray, weight: np.ndarray, bias: Any = None, *args: Any, **kwargs: Any) -> np.ndarray:
        return reference(np.abs(x), np.abs(weight), None if bias is None else np.abs(bias), *args, **kwargs)

    return of


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


def _conv1d_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 3), make(1, 1, 2))
    yield Sample(make(2, 2, 5), make(3, 2, 3), make(3), 2, 1)
    yield Sample(make(2, 6), make(4, 1, 2), make(4), (1,), (2,), (2,), 2)
    yield Sample(make(1, 2, 5), make(2, 2, 4), padding="same")
    yield Sample(make(2, 3, 4), make(3, 1, 3), None, padding="valid", groups=3)


def _conv1d_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4), make(3, 2, 3))
    for r, stride, padding, dilation, groups in product((1, 2, 5), (1, 3), (0, 2), (1, 2), (1, 4)):
        yield Sample(make(2, 4, 17), make(8, 4 // groups, r), make(8), stride, padding, dilation, groups)
    for length in (1, 13, 14, 15, 225, 1030):
        yield Sample(make(2, 5, length), make(17, 5, 9), make(17), 1, 4)
    yield Sample(make(3, 33, 300), make(40, 33, 7), None, 2, 3)
    yield Sample(make(2, 48, 70), make(48, 1, 5), make(48), 1, 2, 1, 48)


def _conv3d_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 2, 3, 2), make(1, 1, 2, 2, 2))
    yield Sample(make(2, 2, 2, 2, 3), make(2, 2, 2, 1, 2), make(2), (1, 1, 2), (1, 0, 1))
    yield Sample(make(2, 3, 2, 2), make(2, 1, 2, 2, 1), make(2), padding=1, groups=2)
    yield Sample(make(1, 1, 3, 2, 2), make(2, 1, 2, 2, 1), None, 1, (1, 1, 0), (2, 1, 1))
    yield Sample(make(1, 1, 2, 2, 3), make(1, 1, 2, 1, 3), padding="same")
    yield Sample(make(1, 2, 2, 2, 2), make(2, 1, 2, 2, 2), padding="valid", groups=2)


def _conv3d_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4, 4, 4), make(3, 2, 3, 3, 3))
    for kernel, stride, padding, dilation in product(
        ((3, 3, 3), (1, 3, 3), (3, 1, 1), (2, 3, 1)), (1, (2, 1, 2)), (0, 1, (2, 1, 0)), (1, (2, 1, 1))
    ):
        yield Sample(make(2, 4, 5, 6, 7), make(6, 4, *kernel), make(6), stride, padding, dilation)
    for c, k, groups in ((1, 8, 1), (16, 16, 1), (17, 33, 1), (6, 10, 2), (16, 16, 16), (5, 10, 5), (24, 40, 4)):
        yield Sample(make(2, c, 4, 5, 9), make(k, c // groups, 3, 3, 3), make(k), 1, 1, 1, groups)
        yield Sample(make(1, c, 5, 5, 15), make(k, c // groups, 3, 2, 3), None, 2, 1, 1, groups)
    for size in ((1, 1, 1), (1, 9, 30), (3, 1, 29), (7, 3, 2), (2, 8, 8), (9, 1, 1)):
        yield Sample(make(2, 3, *size), make(5, 3, 3, 3, 3), make(5), 1, 1)
        yield Sample(make(2, 3, *size), make(5, 3, 1, 1, 1), make(5))
    yield Sample(make(1, 33, 4, 14, 15), make(64, 33, 3, 3, 3), make(64), 1, 1)
    yield Sample(make(1, 3, 5, 20, 21), make(16, 3, 5, 7, 7), None, (1, 2, 2), (2, 3, 3))
    yield Sample(make(1, 2, 20, 3, 4), make(3, 2, 2, 2, 2), make(3), 1, 1, (17, 2, 3))


def _conv_transpose1d_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 3), make(1, 1, 2))
    yield Sample(make(2, 2, 3), make(2, 3, 3), make(3), 2, 1, 1)
    yield Sample(make(4, 4), make(4, 1, 2), make(2), (3,), (0,), (2,), 2)
    yield Sample(make(2, 2, 4), make(2, 1, 3), None, 1, 0, 1, 2, 2)


def _conv_transpose1d_sizes(make: Make) -> Iterator[Sample]:
    for r, stride, padding, groups in product((1, 2, 5), (1, 2, 3), (0, 1), (1, 4)):
        if r > 2 * padding:
            yield Sample(make(2, 8, 17), make(8, 4 // groups, r), make(4), stride, padding, 0, groups)
    for length in (1, 13, 14, 15, 225):
        yield Sample(make(2, 5, length), make(5, 17, 8), make(17), 4, 2)
    yield Sample(make(2, 16, 40), make(16, 1, 7), make(1), 2, 3, 1)  # few channels
    yield Sample(make(0, 2, 4), make(2, 3, 3))


def _conv_transpose2d_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 2, 2), make(1, 1, 2, 2))
    yield Sample(make(2, 2, 2, 3), make(2, 3, 3, 2), make(3), 2, 1, 1)
    yield Sample(make(2, 3, 2), make(2, 1, 2, 2), make(2), (3, 1), (0, 1), (2, 0), 2)
    yield Sample(make(1, 2, 3, 3), make(2, 2, 2, 3), None, 1, 1, 1, 1, 2)
    yield Sample(make(1, 3, 2, 2), make(3, 1, 2, 2), make(3), 2, 0, 0, 3)


def _conv_transpose2d_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4, 4), make(2, 3, 3, 3))
    for r, stride, padding, groups, dilation in product((1, 2, 3, 4), (1, 2, 3), (0, 1), (1, 2, 4), (1, 2)):
        if dilation * (r - 1) + 1 > 2 * padding:
            extra = max(stride, dilation) - 1
            yield Sample(
                make(2, 8, 4, 5), make(8, 8 // groups, r, r), make(8), stride, padding, extra, groups, dilation
            )
    for k, c in product((1, 4, 8, 17, 32), (1, 3, 8, 16, 33, 65)):
        yield Sample(make(2, k, 5, 7), make(k, c, 4, 4), make(c), 2, 1)
        yield Sample(make(2, k, 5, 7), make(k, c, 2, 2), None, 2)
    for w in (1, 6, 7, 14, 15, 28, 29):
        yield Sample(make(1, 5, 4, w), make(5, 9, 3, 3), make(9), 2, 1, 1)
    yield Sample(make(3, 16, 14, 14), make(16, 40, 4, 4), make(40), 2, 1)


def _conv_transpose3d_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 2, 1, 2), make(1, 1, 2, 2, 1))
    yield Sample(make(1, 2, 1, 2, 2), make(2, 1, 2, 2, 2), make(2), (2, 1, 2), (0, 0, 1), (1, 0, 0), 2)
    yield Sample(make(2, 2, 2, 1), make(2, 2, 1, 2, 2), None, 1, 0, (0, 1, 0), 1, (1, 2, 1))


def _conv_transpose3d_sizes(make: Make) -> Iterator[Sample]:
    for kernel, stride, padding in product(((3, 3, 3), (2, 2, 2), (4, 3, 1)), (1, 2, (3, 1, 2)), (0, (1, 1, 0))):
        yield Sample(make(2, 6, 3, 4, 5), make(6, 5, *kernel), make(5), stride, padding)
    for k, c, groups in ((8, 1, 1), (16, 16, 1), (6, 10, 2), (16, 16, 16)):
        yield Sample(make(2, k, 3, 4, 7), make(k, c // groups, 3, 3, 3), make(c), 2, 1, 1, groups)
    yield Sample(make(0, 2, 4, 4, 4), make(2, 3, 3, 3, 3))


def _conv_terms(sample: Sample) -> int:
    return int(np.prod(sample.args[1].shape[1:])) + 1


def _conv_transpose_terms(sample: Sample) -> int:
    filters, _, *kernel = sample.args[1].shape
    return int(filters * np.prod(kernel)) + 1


def _op(name: str, samples: Any, sizes: Any) -> Op:
    reference, terms = (_conv_transpose, _conv_transpose_terms) if "transpose" in name else (_conv, _conv_terms)
    name = f"nn.functional.{name}"
    return Op(name, samples, reference, sizes, terms=terms, magnitude=_absolute(reference), torch=name)


def _conv_tbc(x: np.ndarray, weight: np.ndarray, bias: Any, pad: int = 0) -> np.ndarray:
    return _conv(x.transpose(1, 2, 0), weight.transpose(2, 1, 0), bias, 1, pad).transpose(2, 0, 1)


def _conv_tbc_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(4, 2, 2), make(3, 2, 3), make(3), 1)
    yield Sample(make(3, 1, 2), make(2, 2, 1), make(1))


OPS = [
    Op(
        "nn.functional.conv_tbc",
        _conv_tbc_samples,
        _conv_tbc,
        terms=lambda sample: int(np.prod(sample.args[1].shape[:2])) + 1,
        threaded=False,
        magnitude=_absolute(_conv_tbc),
        torch="nn.functional.conv_tbc",
    ),
    _op("conv1d", _conv1d_samples, _conv1d_sizes),
    _op("conv2d", _conv_samples, _conv_sizes),
    _op("conv3d", _conv3d_samples, _conv3d_sizes),
    _op("conv_transpose1d", _conv_transpose1d_samples, _conv_transpose1d_sizes),
    _op("conv_transpose2d", _conv_transpose2d_samples, _conv_transpose2d_sizes),
    _op("conv_transpose3d", _conv_transpose3d_samples, _conv_transpose3d_sizes),
]
