"""Pooling to a given size."""

from __future__ import annotations

from typing import Any

from .case import Case, Constant, Draw, Given, call, layer, of_layer
from .pool import both


def adaptive(ndim: int, indices: bool) -> Any:
    def drawn(d: Draw) -> Given:
        x = d.distinct(d.batch(), d.integer(1, 3), d.sizes(ndim, 1, 7))
        sizes: Any = tuple(None if d.flag(0.2) and ndim > 1 else size for size in d.sizes(ndim, 1, 9))
        options = d.options(return_indices=d.flag()) if indices else {}
        return layer(d.one_of(d.integer(1, 5), sizes[0] if ndim == 1 else sizes), **options).on(x)

    return drawn


def fractional(ndim: int) -> Any:
    """PyTorch wants an element more than the windows reach over, of volumes."""

    def drawn(d: Draw) -> Given:
        batch = d.batch(empty=0)
        channels, kernel = d.integer(1, 3), d.size_or_sizes(ndim, 1, 3)
        image = d.sizes(ndim, 5, 8)
        samples = d.uniform(batch or (1,), channels, ndim)
        options = d.options(return_indices=d.flag())
        if d.flag():
            options["output_size"] = d.size_or_sizes(ndim, 1, 2)
        else:
            options["output_ratio"] = tuple(d.real(0.25, 0.45) for _ in range(ndim))
        return layer(kernel, _random_samples=samples, **options).on(d.distinct(batch, channels, image))

    return drawn


def fractional_function(ndim: int, indices: bool) -> Any:
    def drawn(d: Draw) -> Given:
        given = fractional(ndim)(d)
        options = {**given.kwargs, "_random_samples": Constant(given.kwargs["_random_samples"])}
        if indices:
            options.pop("return_indices", None)
        return call(*given.inputs, *given.args, **options)

    return drawn


CASES = [
    *(Case(f"nn.AdaptiveAvgPool{n}d", adaptive(n, False)) for n in (1, 2, 3)),
    *(Case(f"nn.AdaptiveMaxPool{n}d", adaptive(n, True)) for n in (1, 2, 3)),
    *(Case(f"nn.FractionalMaxPool{n}d", fractional(n), perturb=False) for n in (2, 3)),
    *(Case(f"nn.functional.adaptive_avg_pool{n}d", of_layer(adaptive(n, False))) for n in (1, 2, 3)),
    *(Case(f"nn.functional.adaptive_max_pool{n}d", of_layer(adaptive(n, True))) for n in (1, 2, 3)),
    *(Case(f"nn.functional.adaptive_max_pool{n}d_with_indices", of_layer(both(adaptive(n, True)))) for n in (1, 2, 3)),
    *(Case(f"nn.functional.fractional_max_pool{n}d", fractional_function(n, False)) for n in (2, 3)),
    *(Case(f"nn.functional.fractional_max_pool{n}d_with_indices", fractional_function(n, True)) for n in (2, 3)),
]
