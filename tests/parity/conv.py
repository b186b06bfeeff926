"""Convolutions."""

from __future__ import annotations

from typing import Any

from .case import Case, Draw, Given, call, layer


def configuration(d: Draw, ndim: int) -> tuple[tuple[int, ...], dict[str, Any], tuple[int, ...]]:
    """Sizes of the kernel, options, and sizes of an image that it fits in."""
    groups = d.one_of(1, 1, 2, 3)
    kernel = d.sizes(ndim, 1, 4)
    options = d.options(
        stride=lambda: d.size_or_sizes(ndim, 1, 3),
        padding=lambda: d.size_or_sizes(ndim, 0, 3),
        dilation=lambda: d.size_or_sizes(ndim, 1, 2),
    )
    options["groups"] = groups
    if d.flag(0.2) and options.get("stride", 1) in (1, (1,) * ndim):
        options["padding"] = d.one_of("same", "valid")
    dilation = options.get("dilation", 1)
    dilation = (dilation,) * ndim if isinstance(dilation, int) else dilation
    image = tuple(step * (k - 1) + 1 + d.integer(0, 5) for k, step in zip(kernel, dilation, strict=True))
    return kernel, options, image


def conv(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, image = configuration(d, ndim)
        inner, outer = options["groups"] * d.integer(1, 3), options["groups"] * d.integer(1, 3)
        size = kernel[0] if len(set(kernel)) == 1 and d.flag() else kernel
        made = layer(inner, outer, size, **options, **d.options(bias=d.flag()))
        return made.on(d.normal(d.batch(), inner, image))

    return drawn


def function(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, image = configuration(d, ndim)
        inner, outer = d.integer(1, 3), options["groups"] * d.integer(1, 3)
        bias = [d.normal(outer)] if d.flag() else []
        x = d.normal(d.batch(), options["groups"] * inner, image)
        return call(x, d.normal(outer, inner, kernel), *bias, **options)

    return drawn


CASES = [
    Case("nn.Conv2d", conv(2)),
    Case("nn.functional.conv2d", function(2)),
]
