"""Images at other sizes, and at the places of a grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Draw, Given, call, layer, of_layer

MODES = {1: ("linear",), 2: ("bilinear", "bicubic"), 3: ("trilinear",)}


def exact(n: int, size: int) -> bool:
    """Whether float32 finds the nearest inputs that there are: where not, PyTorch's pass back finds others."""
    places = np.arange(size)
    found = np.floor(places.astype(np.float32) * (np.float32(n) / np.float32(size)))
    return bool((np.minimum(found, n - 1) == places * n // size).all())


def resized(d: Draw, ndim: int) -> tuple[tuple[int, ...], dict[str, Any]]:
    """An image's shape, and arguments that change its size; of scales only those that change every length."""
    while True:
        image = d.sizes(ndim, 2, 9)
        if d.flag():
            size = d.size_or_sizes(ndim, 1, 14)
            found, options = (size,) * ndim if isinstance(size, int) else size, {"size": size}
        else:
            scale = d.one_of(2.0, 0.5, d.real(0.4, 2.4), tuple(d.real(0.4, 2.4) for _ in range(ndim)))
            scales = scale if isinstance(scale, tuple) else (scale,) * ndim
            found = tuple(int(n * s) for n, s in zip(image, scales, strict=True))
            options = {"scale_factor": scale, **d.options(recompute_scale_factor=d.flag())}
            if any(f == n or f == 2 * n != n * s for f, n, s in zip(found, image, scales, strict=True)):
                continue  # there PyTorch's two passes do not agree on the inputs
        if min(found) > 0 and all(exact(n, f) for n, f in zip(image, found, strict=True)):
            return image, options


def interpolate(d: Draw, antialias: bool) -> Given:
    ndim = d.integer(1, 3)
    image, options = resized(d, ndim)
    mode = d.one_of("nearest", "nearest-exact", "area", *MODES[ndim] * 2)
    options["mode"] = mode
    if mode in MODES[ndim]:
        options.update(d.options(align_corners=d.flag()))
    if antialias and ndim == 2 and d.flag():
        options.update(antialias=True, mode=d.one_of("bilinear", "bicubic", "lanczos"))
        if options["mode"] == "lanczos" or mode not in MODES[ndim]:
            options.pop("align_corners", None)
        if any(n == 1 for n in np.atleast_1d(options.get("size", 2))) or "scale_factor" in options:
            options.pop("scale_factor", None)  # of width 1 PyTorch repeats the first row
            options.pop("recompute_scale_factor", None)
            options["size"] = d.sizes(2, 2, 9)
    return layer(**options).on(d.normal(d.batch(unbatched=False, empty=0), d.integer(1, 3), image))


def upsample(d: Draw) -> Given:
    return interpolate(d, False)


def with_antialias(d: Draw) -> Given:
    return interpolate(d, True)


def of_images(d: Draw) -> Given:
    image, options = resized(d, 2)
    options.pop("recompute_scale_factor", None)
    return layer(**options).on(d.normal(d.integer(1, 2), d.integer(1, 3), image))


def deprecated(d: Draw) -> Given:
    given = upsample(d)
    given.kwargs.pop("recompute_scale_factor", None)
    return given


def grid_sample(d: Draw) -> Given:
    """Places that are not where weights have corners: at pixels, between two, or at a border."""
    ndim = d.integer(2, 3)
    batch, image = d.integer(1, 2), d.sizes(ndim, 1, 5)
    sizes = np.array(image[::-1])
    corners = d.flag()
    cells = d.integers(batch, d.sizes(ndim, 1, 4), ndim, low=-2, high=2 * int(sizes.max()) + 2)
    at = (cells + 0.37) / 2
    grid = at / np.maximum(sizes - 1, 1) * 2 - 1 if corners else (2 * at + 1) / sizes - 1
    options = d.options(
        mode=["bilinear", "nearest", *(["bicubic"] if ndim == 2 else [])],
        padding_mode=["zeros", "border", "reflection"],
    )
    return call(
        d.normal(batch, d.integer(1, 3), image), grid.astype(np.float32).astype(float), align_corners=corners, **options
    )


def affine_grid(d: Draw) -> Given:
    ndim, batch = d.integer(2, 3), d.integer(1, 3)
    size = (batch, 2, *d.sizes(ndim, 1, 5))
    return call(d.normal(batch, ndim, ndim + 1), size, align_corners=d.flag())


CASES = [
    Case("nn.Upsample", upsample),
    Case("nn.UpsamplingNearest2d", of_images),
    Case("nn.UpsamplingBilinear2d", of_images),
    Case("nn.functional.interpolate", of_layer(with_antialias), float32=8),
    Case("nn.functional.upsample", of_layer(deprecated)),
    Case("nn.functional.upsample_nearest", of_layer(of_images)),
    Case("nn.functional.upsample_bilinear", of_layer(of_images)),
    Case("nn.functional.grid_sample", grid_sample, float32=8),
    Case("nn.functional.affine_grid", affine_grid),
]
