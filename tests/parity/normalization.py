"""Normalising layers and their functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Constant, Draw, Given, call, layer, of_layer


def batch_norm(ndims: tuple[int, ...], lazy: bool = False) -> Any:
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
        samples = 0 if d.flag(0.1) else d.integer(1, 6)
        args = () if lazy else (channels,)
        return layer(*args, **options).on(d.normal(samples, channels, shape, scale=2.0) + 1.0)

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


def rms_norm(d: Draw) -> Given:
    shape, last = normalized(d)
    options = d.options(eps=lambda: d.real(1e-3, 0.1), elementwise_affine=d.flag())
    return layer(last[0] if len(last) == 1 and d.flag() else last, **options).on(d.normal(shape, scale=2.0) + 1.0)


def rms_norm_function(d: Draw) -> Given:
    shape, last = normalized(d)
    options = d.options(weight=d.normal(last), eps=lambda: d.real(1e-3, 0.1))
    return call(d.normal(shape, scale=2.0), last, **options)


def grouped(d: Draw) -> tuple[int, int, np.ndarray]:
    groups, each = d.sizes(2, 1, 3)
    shape = (d.integer(0 if d.flag(0.1) else 1, 4), groups * each, *d.shape(3))
    return groups, groups * each, d.normal(shape, scale=2.0) + 1.0


def group_norm(d: Draw) -> Given:
    groups, channels, x = grouped(d)
    return layer(groups, channels, **d.options(eps=lambda: d.real(1e-3, 0.1), affine=d.flag(), bias=d.flag())).on(x)


def group_norm_function(d: Draw) -> Given:
    groups, channels, x = grouped(d)
    options = d.options(weight=d.normal(channels), eps=lambda: d.real(1e-3, 0.1))
    if "weight" in options:
        options.update(d.options(bias=d.normal(channels)))
    return call(x, groups, **options)


def instance_norm(ndim: int, lazy: bool = False) -> Any:
    def drawn(d: Draw) -> Given:
        channels = d.integer(1, 4)
        options = d.options(
            eps=lambda: d.real(1e-3, 0.1),
            momentum=lambda: d.real(0.0, 1.0),
            affine=d.flag(),
            track_running_stats=d.flag(),
            bias=d.flag(),
        )
        args = () if lazy else (channels,)
        batch = (d.integer(1, 3),) if lazy else d.batch(empty=0.0)
        return layer(*args, **options).on(d.normal(batch, channels, d.sizes(ndim, 1, 4), scale=2.0) + 1.0)

    return drawn


def instance_norm_function(d: Draw) -> Given:
    channels = d.integer(1, 4)
    x = d.normal(d.integer(1, 4), channels, d.shape(3, least=1), scale=2.0)
    options = d.options(weight=d.normal(channels), eps=lambda: d.real(1e-3, 0.1))
    if "weight" in options:
        options.update(d.options(bias=d.normal(channels)))
    if d.flag():
        options["running_mean"] = Constant(d.normal(channels))
        options["running_var"] = Constant(d.uniform(channels, low=0.5, high=2.0))
        options.update(d.options(momentum=lambda: d.real(0.0, 1.0), use_input_stats=d.flag()))
    return call(x, **options)


def local_response_norm(d: Draw) -> Given:
    numbers = {"alpha": lambda: d.real(0.1, 2.0), "beta": lambda: d.real(0.2, 2.0), "k": lambda: d.real(0.5, 2.0)}
    x = d.normal(d.integer(1, 3), d.integer(1, 6), d.shape(3, least=1))
    return layer(d.integer(1, 5), **d.options(**numbers)).on(x)


CASES = [
    Case("nn.BatchNorm1d", batch_norm((0, 1))),
    Case("nn.BatchNorm2d", batch_norm((2,))),
    Case("nn.BatchNorm3d", batch_norm((3,))),
    Case("nn.SyncBatchNorm", batch_norm((0, 1, 2, 3))),
    Case("nn.LazyBatchNorm1d", batch_norm((0, 1), lazy=True)),
    Case("nn.LazyBatchNorm2d", batch_norm((2,), lazy=True)),
    Case("nn.LazyBatchNorm3d", batch_norm((3,), lazy=True)),
    Case("nn.InstanceNorm1d", instance_norm(1)),
    Case("nn.InstanceNorm2d", instance_norm(2)),
    Case("nn.InstanceNorm3d", instance_norm(3)),
    Case("nn.LazyInstanceNorm1d", instance_norm(1, lazy=True)),
    Case("nn.LazyInstanceNorm2d", instance_norm(2, lazy=True)),
    Case("nn.LazyInstanceNorm3d", instance_norm(3, lazy=True)),
    Case("nn.GroupNorm", group_norm),
    Case("nn.LayerNorm", layer_norm),
    Case("nn.RMSNorm", rms_norm),
    Case("nn.LocalResponseNorm", local_response_norm),
    Case("nn.functional.batch_norm", batch_norm_function),
    Case("nn.functional.instance_norm", instance_norm_function),
    Case("nn.functional.group_norm", group_norm_function),
    Case("nn.functional.layer_norm", layer_norm_function),
    Case("nn.functional.rms_norm", rms_norm_function),
    Case("nn.functional.local_response_norm", of_layer(local_response_norm)),
]
