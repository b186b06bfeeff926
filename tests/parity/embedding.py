"""Embeddings and bags of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Draw, Given, call, layer


def options(d: Draw, rows: int) -> dict[str, Any]:
    return d.options(
        0.3,
        padding_idx=lambda: d.integer(-rows, rows - 1),
        max_norm=lambda: d.real(0.5, 3.0),
        norm_type=[1.0, 2.0, 3.0],
        scale_grad_by_freq=True,
    )


def embedding(d: Draw) -> Given:
    rows, width = d.integer(1, 6), d.integer(1, 5)
    return layer(rows, width, **options(d, rows)).on(d.integers(d.shape(3, low=int(d.flag(0.9))), high=rows))


def function(d: Draw) -> Given:
    rows, width = d.integer(1, 6), d.integer(1, 5)
    return call(d.integers(d.shape(3), high=rows), d.normal(rows, width), **without_max_norm(options(d, rows)))


def without_max_norm(given: dict[str, Any]) -> dict[str, Any]:
    """Which writes to a leaf that requires gradients."""
    return {key: value for key, value in given.items() if key not in ("max_norm", "norm_type")}


def bags(d: Draw, rows: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Indices and where bags begin; and other arguments."""
    kwargs: dict[str, Any] = {"mode": d.one_of("mean", "sum", "max")}
    if d.flag(0.3):
        kwargs["padding_idx"] = d.integer(-rows, rows - 1)
    # scale_grad_by_freq is compared of `embedding` alone: PyTorch's bags divide by the frequency of another row. Of the
    # rows that occur, number k gets that of the index at place k of the sorted indices (1, 1, 1, 2, 2: row 2 row 1's).
    if d.flag():
        return (d.integers(d.integer(1, 4), d.integer(1, 4), high=rows),), kwargs
    lengths = [d.integer(0, 3) for _ in range(d.integer(1, 4))]
    starts = np.cumsum([0, *lengths])
    if d.flag(0.3):
        kwargs["include_last_offset"] = True
    else:
        starts = starts[:-1]
    return (d.integers(sum(lengths), high=rows), starts), kwargs


def bag_layer(d: Draw) -> Given:
    rows, width = d.integer(1, 6), d.integer(1, 5)
    inputs, kwargs = bags(d, rows)
    kwargs.update(d.options(0.2, max_norm=lambda: d.real(0.5, 3.0), norm_type=[1.0, 2.0]))
    given = layer(rows, width, **kwargs)
    if kwargs["mode"] == "sum" and d.flag():
        return given.on(*inputs, per_sample_weights=d.normal(inputs[0].shape))
    return given.on(*inputs)


def bag_function(d: Draw) -> Given:
    rows, width = d.integer(1, 6), d.integer(1, 5)
    (indices, *offsets), kwargs = bags(d, rows)
    if kwargs["mode"] == "sum" and d.flag():
        kwargs["per_sample_weights"] = d.normal(indices.shape)
    return call(indices, d.normal(rows, width), *offsets, **kwargs)


def one_hot(d: Draw) -> Given:
    classes = d.integer(1, 5)
    return call(d.integers(d.shape(3), high=classes), *([classes] if d.flag() else []))


CASES = [
    Case("nn.functional.one_hot", one_hot, named=False),
    Case("nn.Embedding", embedding),
    Case("nn.functional.embedding", function),
    Case("nn.EmbeddingBag", bag_layer, second="PyTorch has no second derivatives of bags"),
    Case("nn.functional.embedding_bag", bag_function, second="PyTorch has no second derivatives of bags"),
]
