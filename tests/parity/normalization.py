"""Normalising layers and their functions."""

from __future__ import annotations

from typing import Any

from .case import Case, Constant, Draw, Given, call, layer


def batch_norm(ndims: tuple[int, ...]) -> Any:
    def drawn(d: Draw) -> Given:
        channels = d.integer(1, 4)
        options = d.options(
            eps=lambda: d.real(1e-3, 0.1),
            momentum=lambda: d.one_of(None, d.real(0.0, 1.0)),
            affine=d.flag(),
            track_running_stats=d.flag(),
            bias=d.flag(),
        )
        shape = d.sizes(d.one_of(*ndims), 1, 4)
        return layer(channels, **options).on(d.normal(d.integer(1, 6), channels, shape, scale=2.0) + 1.0)

    return drawn


def batch_norm_function(d: Draw) -> Given:
    channels = d.integer(1, 4)
    x = d.normal(d.integer(2, 5), channels, d.shape(2))
    statistics = [Constant(d.normal(channels)), Constant(d.uniform(channels, low=0.5, high=2.0))]
    affine = [d.normal(channels), d.normal(channels)][: d.integer(0, 2)]
    names = ("weight", "bias")
    options = d.options(momentum=lambda: d.real(0.0, 1.0), eps=lambda: d.real(1e-3, 0.1), training=d.flag())
    return call(x, *statistics, **dict(zip(names, affine, strict=False)), **options)


def normalized(d: Draw) -> tuple[tuple[int, ...], tuple[int, ...]]:
    shape = d.shape(4, least=1)
    return shape, shape[d.integer(0, len(shape) - 1) :]


def layer_norm(d: Draw) -> Given:
    shape, last = normalized(d)
    options = d.options(eps=lambda: d.real(1e-3, 0.1), elementwise_affine=d.flag(), bias=d.flag())
    return layer(last[0] if len(last) == 1 and d.flag() else last, **options).on(d.normal(shape, scale=2.0) + 1.0)


def layer_norm_function(d: Draw) -> Given:
    shape, last = normalized(d)
    options = d.options(weight=d.normal(last), eps=lambda: d.real(1e-3, 0.1))
    if "weight" in options:  # without, second derivatives of a bias are an error in PyTorch
        options.update(d.options(bias=d.normal(last)))
    return call(d.normal(shape, scale=2.0), last, **options)


CASES = [
    Case("nn.BatchNorm1d", batch_norm((0, 1))),
    Case("nn.BatchNorm2d", batch_norm((2,))),
    Case("nn.LayerNorm", layer_norm),
    Case("nn.functional.batch_norm", batch_norm_function),
    Case("nn.functional.layer_norm", layer_norm_function),
]
