"""Convolutions."""

from __future__ import annotations

from dataclasses import replace
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


def padded_conv(ndim: int) -> Any:
    """With what the padding modes put around the input, which must be long enough for it."""

    def drawn(d: Draw) -> Given:
        kernel = d.sizes(ndim, 1, 3)
        mode = d.one_of("reflect", "replicate", "circular", "zeros")
        padding = d.one_of(d.size_or_sizes(ndim, 0, 2), "same", "valid")
        made = layer(2, 3, kernel, padding=padding, padding_mode=mode, dilation=d.integer(1, 2))
        return made.on(d.normal(d.batch(empty=0.0), 2, d.sizes(ndim, 5, 7)))

    return drawn


def lazy(draw: Any) -> Any:
    """The same without the number of channels that it starts from."""

    def drawn(d: Draw) -> Given:
        given = draw(d)
        return replace(given, args=given.args[1:])

    return drawn


def time_first(d: Draw) -> Given:
    length, pad = d.integer(1, 4), d.integer(0, 3)
    x = d.normal(length + d.integer(0, 5), d.integer(1, 3), d.integer(1, 4))
    k = d.integer(1, 5)
    return call(x, d.normal(length, x.shape[2], k), d.normal(k), pad)


def transposed(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options = transposed_options(d, ndim)
        groups = options["groups"]
        made = layer(groups * d.integer(1, 3), groups * d.integer(1, 3), kernel, **options, **d.options(bias=d.flag()))
        x = d.normal(d.batch(), made.args[0], d.sizes(ndim, 1, 5))
        if "output_padding" in options or d.flag():
            return made.on(x)
        stride, dilation = (each(options.get(key, 1), ndim) for key in ("stride", "dilation"))
        padding = each(options.get("padding", 0), ndim)
        size = [
            (n - 1) * s - 2 * p + e * (k - 1) + 1 + d.integer(0, s - 1)
            for n, s, p, e, k in zip(x.shape[-ndim:], stride, padding, dilation, kernel, strict=True)
        ]
        return made.on(x, output_size=d.one_of(size, [*x.shape[:-ndim], *size]))

    return drawn


def transposed_options(d: Draw, ndim: int) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Sizes of the kernel, and options."""
    kernel = d.sizes(ndim, 1, 4)
    options = d.options(stride=lambda: d.size_or_sizes(ndim, 1, 3), dilation=lambda: d.size_or_sizes(ndim, 1, 2))
    stride, dilation = (each(options.get(key, 1), ndim) for key in ("stride", "dilation"))
    if d.flag():
        options["padding"] = tuple(d.integer(0, e * (k - 1) // 2) for k, e in zip(kernel, dilation, strict=True))
    if d.flag(0.4):
        options["output_padding"] = tuple(d.integer(0, max(s, e) - 1) for s, e in zip(stride, dilation, strict=True))
    options["groups"] = d.one_of(1, 1, 2, 3)
    return kernel, options


def each(value: Any, ndim: int) -> tuple[int, ...]:
    return (value,) * ndim if isinstance(value, int) else tuple(value)


def transposed_function(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options = transposed_options(d, ndim)
        inner, outer = options["groups"] * d.integer(1, 3), d.integer(1, 3)
        bias = [d.normal(options["groups"] * outer)] if d.flag() else []
        x = d.normal(d.batch(), inner, d.sizes(ndim, 1, 5))
        return call(x, d.normal(inner, outer, kernel), *bias, **options)

    return drawn


def function(ndim: int) -> Any:
    def drawn(d: Draw) -> Given:
        kernel, options, image = configuration(d, ndim)
        inner, outer = d.integer(1, 3), options["groups"] * d.integer(1, 3)
        bias = [d.normal(outer)] if d.flag() else []
        x = d.normal(d.batch(), options["groups"] * inner, image)
        return call(x, d.normal(outer, inner, kernel), *bias, **options)

    return drawn


# Gradients are sums over the results, and padding makes several times as many of them as there are inputs.
SUMS = 2.0
CASES = [
    *(
        case
        for n in (1, 2, 3)
        for case in (
            Case(f"nn.Conv{n}d", conv(n), float32=SUMS),
            Case(f"nn.Conv{n}d", padded_conv(n), float32=SUMS),
            Case(f"nn.LazyConv{n}d", lazy(conv(n)), float32=SUMS),
            Case(f"nn.ConvTranspose{n}d", transposed(n), float32=SUMS),
            Case(f"nn.LazyConvTranspose{n}d", lazy(transposed(n)), float32=SUMS),
            Case(f"nn.functional.conv{n}d", function(n), float32=SUMS),
            Case(f"nn.functional.conv_transpose{n}d", transposed_function(n), float32=SUMS),
        )
    ),
    Case("nn.functional.conv_tbc", time_first),
]
