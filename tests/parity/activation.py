"""Activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .case import Case, Draw, Given, call, layer, of_layer


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


def positive_slope(d: Draw) -> Given:
    return layer(**d.options(negative_slope=lambda: d.real(0.1, 0.9))).on(values(d))


def gelu(d: Draw) -> Given:
    return layer(**d.options(approximate=["none", "tanh"])).on(values(d))


def softplus(d: Draw) -> Given:
    return layer(**d.options(beta=lambda: d.real(0.3, 3.0), threshold=lambda: d.real(1.0, 20.0))).on(values(d))


def softmax(d: Draw) -> Given:
    shape = d.shape(least=1)
    return layer(dim=d.integer(-len(shape), len(shape) - 1)).on(d.normal(shape, scale=3.0))


def around(*points: float) -> Callable[[Draw], Given]:
    """Without arguments, away from corners."""
    return lambda d: layer(**d.options(inplace=d.flag())).on(d.away(d.shape(), points=points))


def elu(d: Draw) -> Given:
    return layer(**d.options(alpha=lambda: d.real(0.1, 3.0), inplace=d.flag())).on(values(d))


def celu(d: Draw) -> Given:
    # 1 / alpha is rounded to float32 in PyTorch's gradient, whatever the dtype is
    return layer(**d.options(alpha=[0.25, 0.5, 2.0], inplace=d.flag())).on(values(d))


def hardtanh(d: Draw) -> Given:
    low, high = d.real(-2.0, -0.1), d.real(0.1, 2.0)
    return layer(low, high, **d.options(inplace=d.flag())).on(d.away(d.shape(), points=(low, high)))


def shrink(d: Draw) -> Given:
    lambd = d.real(0.1, 1.5)
    return layer(lambd).on(d.away(d.shape(), points=(-lambd, lambd)))


def threshold(d: Draw) -> Given:
    end = d.real(-1.0, 1.0)
    return layer(end, d.real(-5.0, 5.0), **d.options(inplace=d.flag())).on(d.away(d.shape(), points=(end,)))


def prelu(d: Draw) -> Given:
    shape = d.shape()
    channels = shape[1] if len(shape) > 1 and d.flag() else 1
    return layer(**({"num_parameters": channels} if d.flag(0.8) or channels > 1 else {})).on(d.away(shape))


def prelu_function(d: Draw) -> Given:
    shape = d.shape()
    channels = shape[1] if len(shape) > 1 and d.flag() else 1
    return call(d.away(shape), d.normal(channels))


def rrelu(d: Draw) -> Given:
    """While training, of equal bounds: nothing else is not random."""
    return layer(**d.options(lower=lambda: d.real(0.0, 0.1), upper=lambda: d.real(0.4, 0.9))).on(values(d))


def glu(d: Draw) -> Given:
    shape = list(d.shape(least=1))
    dim = d.integer(-len(shape), len(shape) - 1)
    shape[dim] *= 2
    return layer(dim).on(d.normal(tuple(shape)))


def channels(d: Draw) -> Given:
    return layer().on(d.normal(d.shape(4, least=3)))


def written(draw: Callable[[Draw], Given]) -> Callable[[Draw], Given]:
    """The function with an underscore: it writes to its input, without being told."""

    def drawn(d: Draw) -> Given:
        given = draw(d)
        options = {key: value for key, value in given.kwargs.items() if key != "inplace"}
        return call(*given.inputs, *given.args, **options)

    return drawn


def on_a_copy(lib: Any, member: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    x = inputs[0] * 1 if hasattr(inputs[0], "requires_grad") else inputs[0]
    y = member(x, *inputs[1:], **options)
    return y, x


def gumbel(d: Draw) -> Given:
    """Of one class, which alone is certain."""
    return call(d.normal(d.shape(), 1), **d.options(tau=lambda: d.real(0.3, 2.0), hard=d.flag()))


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
    Case("nn.ELU", elu),
    Case("nn.CELU", celu),
    Case("nn.SELU", inplace),
    Case("nn.Mish", inplace),
    Case("nn.ReLU6", around(0.0, 6.0)),
    Case("nn.Hardsigmoid", around(-3.0, 3.0), exact=30.0),
    Case("nn.Hardswish", around(-3.0, 3.0)),
    Case("nn.Hardtanh", hardtanh),
    Case("nn.Hardshrink", shrink),
    Case("nn.Softshrink", shrink),
    Case("nn.Threshold", threshold),
    Case("nn.LogSigmoid", plain),
    Case("nn.Softsign", plain),
    Case("nn.Tanhshrink", plain),
    Case("nn.PReLU", prelu),
    Case("nn.RReLU", rrelu, modes=(False,)),
    Case("nn.GLU", glu),
    Case("nn.Softmin", softmax),
    Case("nn.Softmax2d", channels),
    Case("nn.functional.elu", of_layer(elu)),
    Case("nn.functional.celu", of_layer(celu)),
    Case("nn.functional.selu", of_layer(inplace)),
    Case("nn.functional.mish", of_layer(inplace)),
    Case("nn.functional.relu6", of_layer(around(0.0, 6.0))),
    Case("nn.functional.hardsigmoid", of_layer(around(-3.0, 3.0)), exact=30.0),
    Case("nn.functional.hardswish", of_layer(around(-3.0, 3.0))),
    Case("nn.functional.hardtanh", of_layer(hardtanh)),
    Case("nn.functional.hardshrink", of_layer(shrink)),
    Case("nn.functional.softshrink", of_layer(shrink)),
    Case("nn.functional.threshold", of_layer(threshold)),
    Case("nn.functional.logsigmoid", of_layer(plain)),
    Case("nn.functional.softsign", of_layer(plain)),
    Case("nn.functional.tanhshrink", of_layer(plain)),
    Case("nn.functional.prelu", prelu_function),
    Case("nn.functional.rrelu", of_layer(rrelu)),
    Case("nn.functional.glu", of_layer(glu)),
    Case("nn.functional.softmin", of_layer(softmax)),
    Case("nn.functional.relu_", written(plain), invoke=on_a_copy),
    Case("nn.functional.leaky_relu_", written(positive_slope), invoke=on_a_copy),
    Case("nn.functional.elu_", written(elu), invoke=on_a_copy),
    Case("nn.functional.celu_", written(celu), invoke=on_a_copy),
    Case("nn.functional.selu_", written(plain), invoke=on_a_copy),
    Case("nn.functional.hardtanh_", written(hardtanh), invoke=on_a_copy),
    Case("nn.functional.threshold_", written(threshold), invoke=on_a_copy),
    Case("nn.functional.rrelu_", written(rrelu), invoke=on_a_copy),
    Case("nn.functional.gumbel_softmax", gumbel),
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
