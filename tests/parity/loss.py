"""Losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Constant, Draw, Given, layer, of_layer

REDUCTIONS = ["mean", "sum", "none"]


def pairs(d: Draw) -> Given:
    shape = d.shape()
    target = d.normal(shape)
    return layer(**d.options(reduction=REDUCTIONS)).on(d.normal(shape), Constant(target) if d.flag() else target)


def images(d: Draw) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
    """A batch, a number of classes, and what follows."""
    batch = d.batch(empty=0.0)
    return batch, d.integer(1, 5), d.shape(2) if batch else ()


def classes(d: Draw, batch: tuple[int, ...], count: int, rest: tuple[int, ...]) -> tuple[np.ndarray, dict[str, Any]]:
    """Classes, some of which are to be ignored."""
    labels = d.integers(batch, rest, high=count)
    options = d.options(0.3, ignore_index=lambda: d.integer(-1, count))
    if d.flag(0.3):
        labels = np.where(d.flags(labels.shape, probability=0.2), options.get("ignore_index", -100), labels)
    return labels, options


def nll(d: Draw) -> Given:
    batch, count, rest = images(d)
    labels, options = classes(d, batch, count, rest)
    options.update(d.options(weight=d.uniform(count, low=0.5, high=2.0), reduction=REDUCTIONS))
    return layer(**options).on(d.normal(batch, count, rest), labels)


def cross_entropy(d: Draw) -> Given:
    batch, count, rest = images(d)
    labels, options = classes(d, batch, count, rest)
    options.update(
        d.options(
            weight=d.uniform(count, low=0.5, high=2.0),
            reduction=REDUCTIONS,
            label_smoothing=lambda: d.real(0.0, 1.0),
        )
    )
    x = d.normal(batch, count, rest, scale=3.0)
    if d.flag(0.3):
        return layer(**{**options, "ignore_index": -100}).on(x, Constant(d.uniform(batch, count, rest)))
    return layer(**options).on(x, labels)


def probabilities(d: Draw) -> Given:
    shape = d.shape()
    weight = {"weight": d.uniform(shape[-1:], low=0.5, high=2.0)} if d.flag() else {}
    x, target = d.uniform(shape, low=0.02, high=0.98), d.uniform(shape)
    return layer(**weight, **d.options(reduction=REDUCTIONS)).on(x, Constant(target) if d.flag() else target)


def logits(d: Draw) -> Given:
    given = probabilities(d)
    shape = given.inputs[0].shape
    options = d.options(pos_weight=d.uniform(shape[-1:], low=0.5, high=2.0))
    return layer(**given.kwargs, **options).on(d.normal(shape, scale=3.0), Constant(d.uniform(shape)))


CASES = [
    Case("nn.L1Loss", pairs),
    Case("nn.MSELoss", pairs),
    Case("nn.NLLLoss", nll),
    Case("nn.CrossEntropyLoss", cross_entropy),
    Case("nn.BCELoss", probabilities),
    Case("nn.BCEWithLogitsLoss", logits),
    Case("nn.functional.l1_loss", of_layer(pairs)),
    Case("nn.functional.mse_loss", of_layer(pairs)),
    Case("nn.functional.nll_loss", of_layer(nll)),
    Case("nn.functional.cross_entropy", of_layer(cross_entropy)),
    Case("nn.functional.binary_cross_entropy", of_layer(probabilities)),
    Case("nn.functional.binary_cross_entropy_with_logits", of_layer(logits)),
]
