"""Pooling."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastgrad as fg

from .case import Case, Draw, Given, call, layer, of_layer


def window(d: Draw, ndim: int, dilates: bool) -> tuple[Any, dict[str, Any], np.ndarray]:
    """A kernel, options, and an image that it fits in."""
    kernel = d.sizes(ndim, 1, 4)
    options = d.options(stride=lambda: d.size_or_sizes(ndim, 1, 3), ceil_mode=d.flag())
    if d.flag():
        options["padding"] = tuple(d.integer(0, k // 2) for k in kernel)
    dilation = (1,) * ndim
    if dilates and d.flag():
        options["dilation"] = dilation = d.sizes(ndim, 1, 2)
    image = tuple(step * (k - 1) + 1 + d.integer(0, 5) for k, step in zip(kernel, dilation, strict=True))
    x = d.distinct(d.batch(), d.integer(1, 3), image)
    return kernel[0] if len(set(kernel)) == 1 and d.flag() else kernel, options, x


def max_pool(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, x = window(d, ndim, True)
        options.update(d.options(return_indices=d.flag()))
        return layer(kernel, **options).on(x)

    return drawn


def both(draw: Any) -> Any:
    """Of a function that always gives the indices, too."""

    def drawn(d: Draw) -> Given:
        given = draw(d)
        given.kwargs.pop("return_indices", None)
        return given

    return drawn


def avg_pool(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, x = window(d, ndim, False)
        options.update(d.options(0.3, count_include_pad=d.flag()))
        if ndim > 1:
            options.update(d.options(0.3, divisor_override=d.integer(1, 5)))
        return layer(kernel, **options).on(x)

    return drawn


def lp_pool(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel = d.integer(1, 3)
        options = d.options(stride=lambda: d.size_or_sizes(ndim, 1, 3), ceil_mode=d.flag())
        image = d.sizes(ndim, kernel, 6)
        if d.flag(0.2):
            return layer(float("inf"), kernel, **options).on(d.distinct(d.batch(), 2, image))
        return layer(d.one_of(1, 2, 2.5, 3.0), kernel, **options).on(d.uniform(d.batch(), 2, image, low=0.3, high=2))

    return drawn


def pooled(d: Draw, ndim: int) -> tuple[Any, dict[str, Any], np.ndarray, np.ndarray, tuple[int, ...]]:
    """Windows side by side, values and where these were in images of this size: pooled as fastgrad does it."""
    kernel = d.sizes(ndim, 1, 3)
    image = tuple(k * d.integer(1, 3) + d.integer(0, k - 1) for k in kernel)
    x = fg.tensor(d.distinct(d.batch(empty=0), d.integer(1, 2), image))
    values, indices = getattr(fg.nn.functional, f"max_pool{ndim}d_with_indices")(x, kernel)
    return kernel, d.options(stride=kernel), values.numpy(), indices.numpy(), image


def max_unpool(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, values, indices, image = pooled(d, ndim)
        return layer(kernel, **options).on(values, indices, output_size=image)

    return drawn


def unpool_function(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, values, indices, image = pooled(d, ndim)
        return call(values, indices, kernel, output_size=image, **options)

    return drawn


CASES = [
    *(Case(f"nn.MaxPool{n}d", max_pool(n)) for n in (1, 2, 3)),
    *(Case(f"nn.AvgPool{n}d", avg_pool(n)) for n in (1, 2, 3)),
    *(Case(f"nn.LPPool{n}d", lp_pool(n)) for n in (1, 2, 3)),
    *(Case(f"nn.MaxUnpool{n}d", max_unpool(n)) for n in (1, 2, 3)),
    *(Case(f"nn.functional.max_pool{n}d", of_layer(max_pool(n))) for n in (1, 2, 3)),
    *(Case(f"nn.functional.max_pool{n}d_with_indices", of_layer(both(max_pool(n)))) for n in (1, 2, 3)),
    *(Case(f"nn.functional.avg_pool{n}d", of_layer(avg_pool(n))) for n in (1, 2, 3)),
    *(Case(f"nn.functional.lp_pool{n}d", of_layer(lp_pool(n))) for n in (1, 2, 3)),
    *(Case(f"nn.functional.max_unpool{n}d", unpool_function(n)) for n in (1, 2, 3)),
]
