"""Dropout, of which only what is not random can be compared: nothing dropped, or everything, or evaluation."""

from __future__ import annotations

from .case import Case, Draw, Given, call, layer


def drop(d: Draw) -> Given:
    return layer(d.one_of(0.0, 1.0), **d.options(inplace=d.flag())).on(d.normal(d.shape()))


def evaluate(d: Draw) -> Given:
    return layer(**d.options(p=lambda: d.real(0.0, 1.0), inplace=d.flag())).on(d.normal(d.shape()))


def function(d: Draw) -> Given:
    training = d.flag()
    p = d.one_of(0.0, 1.0) if training else d.real(0.0, 1.0)
    return call(d.normal(d.shape()), p, training=training, **d.options(inplace=d.flag()))


CASES = [
    Case("nn.Dropout", drop),
    Case("nn.Dropout", evaluate, modes=(False,)),
    Case("nn.functional.dropout", function),
]
