"""The linear layer and its function."""

from __future__ import annotations

from .case import Case, Draw, Given, call, layer


def linear(d: Draw) -> Given:
    inner, outer = d.sizes(2, 1, 9)
    return layer(inner, outer, **d.options(bias=d.flag())).on(d.normal(d.shape(3, low=int(d.flag(0.9))), inner))


def lazy_linear(d: Draw) -> Given:
    inner, outer = d.sizes(2, 1, 9)
    return layer(outer, **d.options(bias=d.flag())).on(d.normal(d.shape(3), inner))


def function(d: Draw) -> Given:
    inner, outer = d.sizes(2, 1, 9)
    bias = [d.normal(outer)] if d.flag() else []
    return call(d.normal(d.shape(3, low=int(d.flag(0.9))), inner), d.normal(outer, inner), *bias)


def identity(d: Draw) -> Given:
    return layer(*d.sizes(2, 1, 3), unused=d.flag()).on(d.normal(d.shape()))


def bilinear(d: Draw) -> Given:
    one, two, outer = d.sizes(3, 1, 6)
    leading = d.shape(3)
    return layer(one, two, outer, **d.options(bias=d.flag())).on(d.normal(leading, one), d.normal(leading, two))


def bilinear_function(d: Draw) -> Given:
    one, two, outer = d.sizes(3, 1, 6)
    leading = d.shape(3)
    bias = [d.normal(outer)] if d.flag() else []
    return call(d.normal(leading, one), d.normal(leading, two), d.normal(outer, one, two), *bias)


CASES = [
    Case("nn.Bilinear", bilinear),
    Case("nn.functional.bilinear", bilinear_function),
    Case("nn.Linear", linear),
    Case("nn.LazyLinear", lazy_linear),
    Case("nn.functional.linear", function),
    Case("nn.Identity", identity),
]
