"""Layers that change the shape only."""

from __future__ import annotations

from .case import Case, Draw, Given, layer


def flatten(d: Draw) -> Given:
    shape = d.shape(5, low=int(d.flag(0.9)), least=2)
    first = d.integer(0, len(shape) - 1)
    last = d.integer(first, len(shape) - 1)
    return layer(**d.options(start_dim=first, end_dim=d.one_of(last, last - len(shape)))).on(d.normal(shape))


CASES = [Case("nn.Flatten", flatten)]
