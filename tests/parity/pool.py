"""Pooling."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Draw, Given, layer, of_layer


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
        return layer(kernel, **options).on(x)

    return drawn


def avg_pool(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, x = window(d, ndim, False)
        options.update(d.options(0.3, count_include_pad=d.flag(), divisor_override=d.integer(1, 5)))
        return layer(kernel, **options).on(x)

    return drawn


def adaptive(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        x = d.distinct(d.batch(), d.integer(1, 3), d.sizes(ndim, 1, 7))
        sizes = tuple(None if d.flag(0.2) else size for size in d.sizes(ndim, 1, 9))
        return layer(d.one_of(d.integer(1, 5), sizes)).on(x)

    return drawn


CASES = [
    Case("nn.MaxPool2d", max_pool(2)),
    Case("nn.AvgPool2d", avg_pool(2)),
    Case("nn.AdaptiveAvgPool2d", adaptive(2)),
    Case("nn.functional.max_pool2d", of_layer(max_pool(2))),
    Case("nn.functional.avg_pool2d", of_layer(avg_pool(2))),
    Case("nn.functional.adaptive_avg_pool2d", of_layer(adaptive(2))),
]
