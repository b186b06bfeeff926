"""Layers that change the shape only."""

from __future__ import annotations

from .case import Case, Draw, Given, layer


def flatten(d: Draw) -> Given:
    shape = d.shape(5, low=int(d.flag(0.9)), least=2)
    first = d.integer(0, len(shape) - 1)
    last = d.integer(first, len(shape) - 1)
    return layer(**d.options(start_dim=first, end_dim=d.one_of(last, last - len(shape)))).on(d.normal(shape))


def unflatten(d: Draw) -> Given:
    before, sizes, after = d.shape(2), d.shape(3, least=1), d.shape(2)
    axis = len(before)
    size = 1
    for part in sizes:
        size *= part
    x = d.normal(before, size, after)
    if d.flag():
        sizes = tuple(-1 if i == d.integer(0, len(sizes)) else part for i, part in enumerate(sizes))
    return layer(d.one_of(axis, axis - x.ndim), sizes).on(x)


CASES = [Case("nn.Flatten", flatten), Case("nn.Unflatten", unflatten)]
