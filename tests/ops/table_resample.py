"""The table's lines of interpolation, and of images at the places of a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Make, Op, Sample

# ---- along axes ------------------------------------------------------------------------------------------------------


def _cubic(x: float, a: float) -> float:
    x = abs(x)
    if x < 1:
        return (1 - x) * (1 + x - (a + 2) * x**2)
    return a * (x - 1) * (x - 2) ** 2 if x < 2 else 0.0


SMOOTH: dict[str, tuple[int, Callable[[float], float]]] = {
    "bilinear": (1, lambda x: max(0.0, 1 - abs(x))),
    "bicubic": (2, lambda x: _cubic(x, -0.5)),
    "lanczos": (3, lambda x: float(np.sinc(x) * np.sinc(x / 3)) if abs(x) < 3 else 0.0),
}


def _matrix(n: int, size: int, scale: float | None, mode: str, align_corners: bool, antialias: bool) -> np.ndarray:
    """The inputs' weights in each output of an axis."""
    weights = np.zeros((size, n))
    each = (1 / scale if scale else n / size) if not align_corners else (n - 1) / max(size - 1, 1)
    for o in range(size):
        if mode in ("nearest", "nearest-exact"):
            narrow = np.float32(each)
            at = np.float32(o) * narrow if mode == "nearest" else np.float32((o + 0.5) * np.float64(narrow))
            weights[o, min(int(np.floor(at)), n - 1)] = 1
        elif antialias and n == size:
            weights[o, o] = 1
        elif antialias:
            reach, filter_ = SMOOTH[mode]
            wide = max(each, 1.0)
            centre = each * (o + 0.5)
            places = range(max(int(centre - reach * wide + 0.5), 0), min(int(centre + reach * wide + 0.5), n))
            found = np.array([filter_((i - centre + 0.5) / wide) for i in places])
            weights[o, list(places)] = found / found.sum()
        else:
            at = each * o if align_corners else each * (o + 0.5) - 0.5
            if mode != "bicubic":
                at = max(at, 0.0)
                if n == size:
                    at = float(o)
            low = min(int(np.floor(at)), n - 1)
            t = min(max(at - low, 0.0), 1.0)
            taps = range(-1, 3) if mode == "bicubic" else range(2)
            for k in taps:
                weight = _cubic(t - k, -0.75) if mode == "bicubic" else 1 - t if k == 0 else t
                weights[o, min(max(low + k, 0), n - 1)] += weight
    return weights


def _area(n: int, size: int) -> np.ndarray:
    weights = np.zeros((size, n))
    for o in range(size):
        first, last = o * n // size, -(-(o + 1) * n // size)
        weights[o, first:last] = 1 / (last - first)
    return weights


def _each(value: Any, axes: int) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes


def _interpolate(absolute: bool) -> Callable[..., np.ndarray]:
    def interpolated(
        x: np.ndarray,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
        antialias: bool = False,
    ) -> np.ndarray:
        axes = x.ndim - 2
        scales = _each(scale_factor, axes)
        sizes = _each(size, axes) if size else [int(n * s) for n, s in zip(x.shape[2:], scales, strict=True)]
        if min(sizes) < 1:
            raise ValueError("nothing is left")
        for a in range(axes):
            n, scale = x.shape[2 + a], None if recompute_scale_factor else scales[a]
            matrix = (
                _area(n, sizes[a])
                if mode == "area"
                else _matrix(n, sizes[a], scale, mode, bool(align_corners), antialias)
            )
            matrix = np.abs(matrix) if absolute else matrix
            x = np.moveaxis(np.tensordot(np.abs(x) if absolute else x, matrix, (2 + a, 1)), -1, 2 + a)
        return x

    return interpolated


LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def _samples(make: Make) -> Iterator[Sample]:
    for axes in (1, 2, 3):
        shape = (1, 2, *(2, 3, 4)[-axes:])
        yield Sample(make(*shape), 3)
        yield Sample(make(*shape), scale_factor=2)
        yield Sample(make(*shape), scale_factor=1.6, mode=LINEAR[axes])
        yield Sample(make(*shape), 5, mode=LINEAR[axes], align_corners=True)
        yield Sample(make(*shape), 2, mode="area")
        yield Sample(make(*shape), 5, mode="nearest-exact")
    image = (1, 1, 4, 5)
    yield Sample(make(*image), (6, 3), mode="bicubic")
    yield Sample(make(*image), 3, mode="bicubic", align_corners=True)
    yield Sample(make(*image), scale_factor=(0.6, 1.7), mode="bilinear", recompute_scale_factor=True)
    for mode in SMOOTH:
        yield Sample(make(*image), (2, 3), mode=mode, antialias=True)
        yield Sample(make(*image), (3, 8), mode=mode, antialias=True)


def _sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4, 5), 3, mode="bilinear")
    yield Sample(make(2, 8, 2, 2), (2, 32), mode="bicubic", align_corners=True)  # places where weights nearly vanish
    yield Sample(make(2, 0, 5), 3, mode="linear")
    # columns around the widths of vectors and squares, rows around a vector's lanes
    for w, size in product((1, 3, 4, 5, 15, 16, 17, 33), (1, 4, 15, 16, 17, 35)):
        yield Sample(make(1, 2, 3, w), (4, size), mode="bilinear")
        yield Sample(make(1, 1, 4, w), (3, size), mode="bicubic")
    for h in (1, 2, 7, 8, 9, 15, 16, 17, 33):
        yield Sample(make(2, 3, h, 6), (h, 9), mode="bilinear")
        yield Sample(make(2, 3, h, 6), (h + 1, 6), mode="bilinear", align_corners=True)
        yield Sample(make(1, h, 6), 9, mode="linear")
    for c in (3, 16, 17, 70):  # channels last, in one of the layouts that these come in
        yield Sample(make(2, c, 5, 4), (7, 9), mode="bilinear")
        yield Sample(make(2, c, 9, 9), (4, 5), mode="bilinear", antialias=True)
    yield Sample(make(1, 1, 40, 700), (81, 1405), mode="bilinear")  # more than one band
    yield Sample(make(1, 1, 300, 200), (120, 90), mode="bicubic", antialias=True)


def _taps(sample: Sample) -> int:
    x = sample.args[0]
    size = sample.args[1] if len(sample.args) > 1 else None
    scales = _each(sample.kwargs.get("scale_factor"), x.ndim - 2)
    sizes = _each(size, x.ndim - 2) if size else [n * s for n, s in zip(x.shape[2:], scales, strict=True)]
    each = [max(n / s, 1.0) for n, s in zip(x.shape[2:], sizes, strict=True)]
    return int(np.prod([6 * e + 2 for e in each]))


def _deprecated(name: str, mode: str, **options: Any) -> Op:
    def samples(make: Make) -> Iterator[Sample]:
        yield Sample(make(1, 2, 3, 4), 5)
        yield Sample(make(1, 1, 3, 4), scale_factor=2)

    return Op(
        f"nn.functional.{name}",
        samples,
        lambda x, *args, **kwargs: _interpolate(False)(x, *args, mode=mode, **options, **kwargs),
        terms=_taps,
        magnitude=lambda x, *args, **kwargs: _interpolate(True)(x, *args, mode=mode, **options, **kwargs),
        torch=f"nn.functional.{name}",
        call=_warning,
    )


def _warning(function: Any, *args: Any, **kwargs: Any) -> Any:
    import pytest

    with pytest.warns(UserWarning, match="is deprecated"):
        return function(*args, **kwargs)


# ---- at places -------------------------------------------------------------------------------------------------------


def _inside(at: np.ndarray, n: int, padding_mode: str, align_corners: bool) -> np.ndarray:
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        low, high = (0.0, n - 1.0) if align_corners else (-0.5, n - 0.5)
        span = high - low
        rest = np.mod(at - low, 2 * span) if span else np.zeros_like(at)
        at = low + np.where(rest > span, 2 * span - rest, rest)
    return np.clip(at, 0, n - 1)


def _grid_sample(absolute: bool) -> Callable[..., np.ndarray]:
    def sampled(
        x: np.ndarray,
        grid: np.ndarray,
        mode: str = "bilinear",
        padding_mode: str = "zeros",
        align_corners: bool | None = None,
    ) -> np.ndarray:
        axes, corners = x.ndim - 2, bool(align_corners)
        x = np.abs(x) if absolute else x
        taps = []  # of each axis of x: places and weights
        for a in range(axes):
            n = x.shape[2 + a]
            g = np.where(np.isnan(grid), -1.0, grid)[..., axes - 1 - a]
            at = (g + 1) / 2 * (n - 1) if corners else ((g + 1) * n - 1) / 2
            if mode == "bicubic":
                low = np.floor(at)
                found = [
                    (
                        np.trunc(_inside(low + k, n, padding_mode, corners)),
                        np.vectorize(_cubic, otypes=[float])(at - low - k, -0.75),
                    )
                    for k in (-1, 0, 1, 2)
                ]
            else:
                at = _inside(at, n, padding_mode, corners)
                low = np.floor(at)
                found = [(low, 1 - (at - low)), (low + 1, at - low)]
                if mode == "nearest":
                    found = [(np.rint(at), np.ones_like(at))]
            taps.append(found)
        out = np.zeros((*x.shape[:2], *grid.shape[1:-1]))
        for chosen in product(*taps):
            weight = np.ones(grid.shape[:-1])
            index = []
            for a, (place, w) in enumerate(chosen):
                within = (place >= 0) & (place < x.shape[2 + a])
                # a place is rounded, so that a neighbour of no weight may have some
                weight = weight * np.where(within, np.abs(w) + 1.0 if absolute else w, 0.0)
                index.append(np.where(within, place, 0).astype(int))
            images = np.arange(len(x)).reshape(-1, *(1,) * axes)
            values = np.moveaxis(np.moveaxis(x, 1, -1)[(images, *index)], -1, 1)
            out += values * weight[:, None]
        return out

    return sampled


def _places(make: Make, n: int, sizes: tuple[int, ...], *shape: int) -> np.ndarray:
    """A grid whose places are a quarter of a pixel away from where weights jump: pixels, halves and borders."""
    axes = len(sizes)
    cells = np.floor(make(n, *shape, axes, low=-1.0, high=1.0) * 1000 % (np.array(sizes[::-1]) * 2 + 4)) - 2
    return ((cells + 0.37) / np.array(sizes[::-1]) - 1).astype(make.dtype)


def _grid_samples(make: Make) -> Iterator[Sample]:
    for axes in (2, 3):
        sizes = (3, 4, 5)[-axes:]
        shape = (2, 2, 3)[-axes:]
        for mode, padding_mode in product(
            ("bilinear", "nearest", "bicubic")[: 5 - axes], ("zeros", "border", "reflection")
        ):
            for corners in (False, True):
                yield Sample(
                    make(1, 2, *sizes), _places(make, 1, sizes, *shape), mode, padding_mode, align_corners=corners
                )


def _grid_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4, 5), make(0, 3, 3, 2))
    yield Sample(make(2, 3, 1, 1), make(2, 3, 3, 2), padding_mode="reflection", align_corners=True)
    for n in (1, 7, 40, 200):
        yield Sample(make(2, 3, 9, 8), _places(make, 2, (9, 8), n, 5))
    grid = _places(make, 1, (4, 4), 1, 3)
    grid[0, 0, 1] = np.nan
    yield Sample(make(1, 1, 4, 4), grid)


def _affine_grid(theta: np.ndarray, size: Any, align_corners: bool | None = None) -> np.ndarray:
    axes = len(size) - 2
    lines = []
    for n in reversed(size[2:]):
        line = np.linspace(-1, 1, n) if n > 1 else np.zeros(1)
        lines.append(line if align_corners else line * (n - 1) / n)
    places = np.meshgrid(*reversed(lines), indexing="ij")
    ones = np.ones((*size[2:], 1))
    base = np.concatenate([*(p[..., None] for p in reversed(places)), ones], axis=-1)
    assert base.shape[-1] == axes + 1
    return np.einsum("...k,nak->n...a", base, theta)


def _affine_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 2, 3), (2, 1, 3, 4))
    yield Sample(make(1, 2, 3), (1, 3, 1, 4), align_corners=True)
    yield Sample(make(1, 3, 4), (1, 1, 2, 3, 2))
    yield Sample(make(1, 3, 4), (1, 1, 2, 1, 3), align_corners=True)


OPS = [
    Op(
        "nn.functional.interpolate",
        _samples,
        _interpolate(False),
        _sizes,
        terms=_taps,
        magnitude=_interpolate(True),
        torch="nn.functional.interpolate",
    ),
    _deprecated("upsample", "nearest"),
    _deprecated("upsample_nearest", "nearest"),
    _deprecated("upsample_bilinear", "bilinear", align_corners=True),
    Op(
        "nn.functional.grid_sample",
        _grid_samples,
        _grid_sample(False),
        _grid_sizes,
        ulps=64,  # of the places, which lie some pixels from -1
        terms=lambda s: 64,
        magnitude=_grid_sample(True),
        torch="nn.functional.grid_sample",
    ),
    Op(
        "nn.functional.affine_grid",
        _affine_samples,
        _affine_grid,
        terms=lambda s: 4,
        magnitude=lambda theta, *args, **kwargs: (
            np.abs(theta).sum(axis=-1).max() * np.ones_like(_affine_grid(theta, *args, **kwargs))
        ),
        torch="nn.functional.affine_grid",
    ),
]
