"""Activations."""

from __future__ import annotations

import numpy as np

from .case import Case, Draw, Given, layer, of_layer


def values(d: Draw) -> np.ndarray:
    return d.away(d.shape(low=0 if d.flag(0.1) else 1))


def plain(d: Draw) -> Given:
    return layer().on(values(d))


def inplace(d: Draw) -> Given:
    return layer(**d.options(inplace=d.flag())).on(values(d))


def leaky_relu(d: Draw) -> Given:
    options = d.options(negative_slope=lambda: d.real(-0.5, 0.9))
    if options.get("negative_slope", 1.0) > 0:  # of others PyTorch has no gradient in place
        options.update(d.options(inplace=d.flag()))
    return layer(**options).on(values(d))


def gelu(d: Draw) -> Given:
    return layer(**d.options(approximate=["none", "tanh"])).on(values(d))


def softplus(d: Draw) -> Given:
    return layer(**d.options(beta=lambda: d.real(0.3, 3.0), threshold=lambda: d.real(1.0, 20.0))).on(values(d))


def softmax(d: Draw) -> Given:
    shape = d.shape(least=1)
    return layer(dim=d.integer(-len(shape), len(shape) - 1)).on(d.normal(shape, scale=3.0))


CASES = [
    Case("nn.ReLU", inplace),
    Case("nn.SiLU", inplace),
    Case("nn.LeakyReLU", leaky_relu),
    Case("nn.Sigmoid", plain),
    Case("nn.Tanh", plain),
    Case("nn.GELU", gelu),
    Case("nn.Softplus", softplus),
    Case("nn.Softmax", softmax),
    Case("nn.LogSoftmax", softmax),
    Case("nn.functional.relu", of_layer(inplace)),
    Case("nn.functional.silu", of_layer(inplace)),
    Case("nn.functional.leaky_relu", of_layer(leaky_relu)),
    Case("nn.functional.sigmoid", of_layer(plain)),
    Case("nn.functional.tanh", of_layer(plain)),
    Case("nn.functional.gelu", of_layer(gelu)),
    Case("nn.functional.softplus", of_layer(softplus)),
    Case("nn.functional.softmax", of_layer(softmax)),
    Case("nn.functional.log_softmax", of_layer(softmax)),
]
