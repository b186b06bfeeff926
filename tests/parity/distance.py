"""Distances and angles, and vectors scaled by their length."""

from __future__ import annotations

import numpy as np

from .case import Case, Draw, Given, call, layer, of_layer


def angle(d: Draw) -> Given:
    shape = d.shape(least=1)
    dim = d.integer(-len(shape), len(shape) - 1)
    return layer(dim, **d.options(eps=lambda: d.real(1e-8, 0.5))).on(d.normal(shape), d.normal(shape))


def pairwise(d: Draw) -> Given:
    shape = d.shape(least=1)
    other = shape if d.flag(0.7) else shape[-1:]
    options = d.options(p=[1.0, 2.0, 3.0, np.inf], eps=lambda: d.real(1e-6, 0.1), keepdim=d.flag())
    return layer(**options).on(d.normal(shape), d.normal(other))


def pdist(d: Draw) -> Given:
    return call(d.normal(*d.sizes(2, 2, 6)), d.one_of(0.0, 1.0, 2.0, 3.0, 1.5, np.inf))


def normalize(d: Draw) -> Given:
    shape = d.shape(least=1)
    dim = d.integer(-len(shape), len(shape) - 1)
    return call(d.distinct(shape), d.one_of(1.0, 2.0, 3.0, np.inf), dim, **d.options(eps=lambda: d.real(1e-6, 0.5)))


CASES = [
    Case("nn.CosineSimilarity", angle),
    Case("nn.PairwiseDistance", pairwise),
    Case("nn.functional.cosine_similarity", of_layer(angle)),
    Case("nn.functional.pairwise_distance", of_layer(pairwise)),
    Case("nn.functional.pdist", pdist, second="PyTorch has none"),
    Case("nn.functional.normalize", normalize),
]
