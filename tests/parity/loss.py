"""Losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .case import Case, Constant, Draw, Given, call, layer, of_layer

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


def bent(name: str) -> Callable[[Draw], Given]:
    """Pairs, and where a parabola between them ends."""

    def drawn(d: Draw) -> Given:
        given = pairs(d)
        return layer(**given.kwargs, **d.options(**{name: lambda: d.real(0.3, 2.0)})).on(*given.inputs)

    return drawn


def weighted(d: Draw) -> Given:
    """Pairs with a weight each."""
    given = pairs(d)
    return call(*given.inputs, **given.kwargs, weight=d.uniform(given.inputs[0].shape, low=0.5, high=2.0))


def of_older_words(d: Draw) -> Given:
    given = pairs(d)
    return layer(**d.options(size_average=d.flag(), reduce=d.flag())).on(*given.inputs)


def linear_cross_entropy(d: Draw) -> Given:
    batch, count, rest = images(d)
    labels, options = classes(d, batch, count, rest)
    inner = d.integer(1, 6)
    options.update(
        d.options(
            weight=d.uniform(count, low=0.5, high=2.0),
            bias=d.flag(),
            reduction=REDUCTIONS,
            label_smoothing=lambda: d.real(0.0, 1.0),
        ),
        out_features=rest,
    )
    return layer(inner, count, **options).on(d.normal(batch, inner), labels)


def linear_cross_entropy_function(d: Draw) -> Given:
    given = linear_cross_entropy(d)
    options = dict(given.kwargs)
    inner, count = given.args
    rest = options.pop("out_features")
    if options.pop("bias", False):
        options["linear_bias"] = d.normal(count, rest)
    if "weight" in options:
        options["weight"] = Constant(options["weight"])
    return call(given.inputs[0], d.normal(count, rest, inner), given.inputs[1], **options)


CASES = [
    Case("nn.SmoothL1Loss", bent("beta")),
    Case("nn.HuberLoss", bent("delta")),
    Case("nn.NLLLoss2d", nll),
    Case("nn.MSELoss", of_older_words),
    Case("nn.LinearCrossEntropyLoss", linear_cross_entropy),
    Case("nn.functional.smooth_l1_loss", of_layer(bent("beta"))),
    Case("nn.functional.huber_loss", of_layer(bent("delta"))),
    Case("nn.functional.huber_loss", weighted),
    Case("nn.functional.mse_loss", weighted),
    Case("nn.functional.l1_loss", weighted),
    Case("nn.functional.linear_cross_entropy", linear_cross_entropy_function),
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
