"""Losses of margins."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Constant, Draw, Each, Given, layer, of_layer
from .loss import REDUCTIONS


def signs(d: Draw, *shape: Any) -> Constant:
    return Constant(np.where(d.flags(*shape), 1.0, -1.0))


def soft_margin(d: Draw) -> Given:
    shape = d.shape()
    return layer(**d.options(reduction=REDUCTIONS)).on(d.normal(shape, scale=3.0), signs(d, shape))


def hinge(d: Draw) -> Given:
    shape = d.shape()
    margin = d.real(0.2, 2.0)
    target = signs(d, shape)
    return layer(margin, **d.options(reduction=REDUCTIONS)).on(
        d.away(shape, points=(margin,)), target.array.astype(np.int64) if d.flag() else target
    )


def ranking(d: Draw) -> Given:
    shape = d.shape()
    margin = d.real(0.0, 1.0)
    y = d.normal(shape)
    x = y + d.away(shape, points=(-margin, margin))
    return layer(margin, **d.options(reduction=REDUCTIONS)).on(np.float32(x).astype(float), y, signs(d, shape))


def cosine(d: Draw) -> Given:
    batch = d.batch(empty=0.0)
    shape = (*batch, d.integer(2, 6))
    target = np.where(d.flags(batch), 1, -1)
    return layer(**d.options(margin=lambda: d.real(-0.9, 0.9), reduction=REDUCTIONS)).on(
        d.normal(shape), d.normal(shape), target
    )


def multi_margin(d: Draw) -> Given:
    batch, count = d.batch(empty=0.0), d.integer(1, 6)
    options = d.options(
        p=[1, 2],
        margin=lambda: d.real(0.2, 2.0),
        weight=d.uniform(count, low=0.5, high=2.0),
        reduction=REDUCTIONS,
    )
    return layer(**options).on(d.normal(batch, count, scale=2.0), d.integers(batch, high=count))


def multilabel_margin(d: Draw) -> Given:
    batch, count = d.batch(empty=0.0), d.integer(1, 6)
    lines = []
    for _ in range(int(np.prod(batch))):
        own = d.integer(0, count)
        rest = d.integers(count - own, low=-1, high=count)
        rest[:1] = -1
        lines.append(np.concatenate([d.rng.permutation(count)[:own], rest]))
    target = np.array(lines, dtype=np.int64).reshape(*batch, count)
    return layer(**d.options(reduction=REDUCTIONS)).on(d.normal(batch, count, scale=2.0), target)


def multilabel_soft(d: Draw) -> Given:
    shape = d.shape(least=1)
    options = d.options(weight=d.uniform(shape[-1], low=0.5, high=2.0), reduction=REDUCTIONS)
    target = d.uniform(shape)
    return layer(**options).on(d.normal(shape, scale=3.0), target if d.flag() else Constant(target.round()))


def triplet(d: Draw) -> Given:
    shape = d.shape(3, least=1, low=2)
    options = d.options(
        margin=lambda: d.real(0.5, 5.0),
        p=[1.0, 2.0, 3.0],
        eps=lambda: d.real(1e-6, 0.1),
        swap=d.flag(),
        reduction=REDUCTIONS,
    )
    return layer(**options).on(*(d.normal(shape) for _ in range(3)))


def triplet_with_distance(d: Draw) -> Given:
    shape = d.shape(3, least=1, low=2)
    options = d.options(margin=lambda: d.real(0.5, 5.0), swap=d.flag(), reduction=REDUCTIONS)
    if d.flag():
        options["distance_function"] = Each(lambda lib: lambda a, b: ((a - b) ** 2).sum(-1))
    elif d.flag():
        options["distance_function"] = Each(lambda lib: lib.nn.PairwiseDistance(3.0))
    return layer(**options).on(*(d.normal(shape) for _ in range(3)))


CASES = [
    Case("nn.SoftMarginLoss", soft_margin),
    Case("nn.HingeEmbeddingLoss", hinge),
    Case("nn.MarginRankingLoss", ranking),
    Case("nn.CosineEmbeddingLoss", cosine),
    Case("nn.MultiMarginLoss", multi_margin),
    Case("nn.MultiLabelMarginLoss", multilabel_margin),
    Case("nn.MultiLabelSoftMarginLoss", multilabel_soft),
    Case("nn.TripletMarginLoss", triplet),
    Case("nn.TripletMarginWithDistanceLoss", triplet_with_distance),
    Case("nn.functional.soft_margin_loss", of_layer(soft_margin)),
    Case("nn.functional.hinge_embedding_loss", of_layer(hinge)),
    Case("nn.functional.margin_ranking_loss", of_layer(ranking)),
    Case("nn.functional.cosine_embedding_loss", of_layer(cosine)),
    Case("nn.functional.multi_margin_loss", of_layer(multi_margin)),
    Case("nn.functional.multilabel_margin_loss", of_layer(multilabel_margin)),
    Case("nn.functional.multilabel_soft_margin_loss", of_layer(multilabel_soft)),
    Case("nn.functional.triplet_margin_loss", of_layer(triplet)),
    Case("nn.functional.triplet_margin_with_distance_loss", of_layer(triplet_with_distance)),
]
