"""Windows of images as columns, and back."""

from __future__ import annotations

from typing import Any

from .case import Case, Draw, Given, layer, of_layer


def options(d: Draw) -> tuple[Any, dict[str, Any], tuple[int, ...], int, int]:
    """A kernel, options, an image that it fits in, the kernel's elements, and how many windows there are."""
    kernel = d.sizes(2, 1, 3)
    dilation, padding, stride = d.sizes(2, 1, 2), d.sizes(2, 0, 2), d.sizes(2, 1, 3)
    image = tuple(step * (k - 1) + 1 + d.integer(0, 4) for k, step in zip(kernel, dilation, strict=True))
    windows = 1
    for n, k, step, p, s in zip(image, kernel, dilation, padding, stride, strict=True):
        windows *= (n + 2 * p - step * (k - 1) - 1) // s + 1
    return kernel, {"dilation": dilation, "padding": padding, "stride": stride}, image, kernel[0] * kernel[1], windows


def unfold(d: Draw) -> Given:
    kernel, chosen, image, _, _ = options(d)
    return layer(kernel, **chosen).on(d.normal(d.batch(), d.integer(1, 3), image))


def fold(d: Draw) -> Given:
    kernel, chosen, image, taps, windows = options(d)
    return layer(image, kernel, **chosen).on(d.normal(d.batch(), d.integer(1, 3) * taps, windows))


CASES = [
    Case("nn.Unfold", unfold),
    Case("nn.Fold", fold),
    Case("nn.functional.unfold", of_layer(unfold)),
    Case("nn.functional.fold", of_layer(fold)),
]
