"""The table's lines of embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .entry import INTEGERS, Fixed, Make, NoGradient, Op, Sample


def _embedding(
    input: np.ndarray,
    weight: np.ndarray,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
) -> np.ndarray:
    return weight[input]


def _embedding_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make.index(3, below=5), make(5, 2))
    yield Sample(make.index(2, 3, below=4), make(4, 3))
    yield Sample(make.index(below=4), make(4, 3))
    yield Sample(Fixed(np.array([[2, 0, 2], [2, 1, 1]], dtype=np.int32)), make(3, 2))


def _embedding_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make.index(0, below=5), make(5, 2))
    yield Sample(make.index(3, 0, below=5), make(5, 2))
    for n in (1, 7, 16, 33, 129):
        yield Sample(make.index(40, below=9), make(9, n))
    yield Sample(make.index(700, below=300), make(300, 65))


def _bags(input: np.ndarray, offsets: Any, include_last_offset: bool) -> list[np.ndarray]:
    """The places of each bag among the indices, one after the other."""
    places = np.arange(input.size)
    if input.ndim == 2:
        return list(places.reshape(input.shape))
    starts = [int(i) for i in offsets]
    ends = starts[1:] + ([] if include_last_offset else [input.size])
    return [places[a:b] for a, b in zip(starts, ends, strict=False)]


def _embedding_bag(
    input: np.ndarray,
    weight: np.ndarray,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> np.ndarray:
    flat = input.reshape(-1)
    scales = np.ones(flat.size) if per_sample_weights is None else per_sample_weights.reshape(-1)
    out = []
    for bag in _bags(input, offsets, include_last_offset):
        if padding_idx is not None:
            bag = bag[flat[bag] != padding_idx]
        rows = weight[flat[bag]] * scales[bag][:, None]
        if not bag.size:
            out.append(np.zeros(weight.shape[1]))
        else:
            out.append({"sum": rows.sum, "mean": rows.mean, "max": rows.max}[mode](axis=0))
    return np.array(out).reshape(len(out), weight.shape[1])


def _absolute_bag(input: np.ndarray, weight: np.ndarray, *args: Any, **kwargs: Any) -> np.ndarray:
    if kwargs.get("per_sample_weights") is not None:
        kwargs["per_sample_weights"] = np.abs(kwargs["per_sample_weights"])
    return _embedding_bag(input, np.abs(weight), *args, **kwargs)


def _offsets(*places: int) -> Fixed:
    return Fixed(np.array(places, dtype=np.int64))


def _bag_samples(make: Make) -> Iterator[Sample]:
    for mode in ("mean", "sum", "max"):
        yield Sample(make.index(2, 3, below=4), make.distinct(4, 2), mode=mode)
        yield Sample(make.index(5, below=3), make.distinct(3, 2), _offsets(0, 2, 2), mode=mode)
        yield Sample(
            make.index(4, below=3), make.distinct(3, 1), _offsets(0, 3, 4), mode=mode, include_last_offset=True
        )
        yield Sample(make.index(6, below=3), make.distinct(3, 2), _offsets(0, 1, 3), mode=mode, padding_idx=1)
    yield Sample(make.index(2, 2, below=3), make(3, 2), mode="sum", per_sample_weights=make(2, 2))
    yield Sample(make.index(4, below=3), make(3, 2), _offsets(0, 3), mode="sum", per_sample_weights=make(4))


def _bag_sizes(make: Make) -> Iterator[Sample]:
    for mode in ("mean", "sum", "max"):
        yield Sample(make.index(0, below=3), make(3, 2), _offsets(0, 0), mode=mode)
        yield Sample(make.index(0, below=3), make(3, 2), Fixed(np.zeros(0, dtype=np.int64)), mode=mode)
        yield Sample(make.index(40, 9, below=30), make.distinct(30, 9), mode=mode)


def _bag_terms(sample: Sample) -> int:
    return int(sample.args[0].array.size) + 1


OPS = [
    Op(
        "nn.functional.embedding",
        _embedding_samples,
        _embedding,
        _embedding_sizes,
        torch="nn.functional.embedding",
    ),
    Op(
        "nn.functional.embedding_bag",
        _bag_samples,
        _embedding_bag,
        _bag_sizes,
        terms=_bag_terms,
        magnitude=_absolute_bag,
        torch="nn.functional.embedding_bag",
    ),
    Op(
        "nn.functional.one_hot",
        lambda make: [Sample(make(5, low=0, high=3), 4), Sample(make(2, 3, low=0, high=3))],
        lambda tensor, num_classes=-1: np.eye(tensor.max() + 1 if num_classes == -1 else num_classes)[tensor],
        dtypes=INTEGERS,
        result="int64",
        no_gradient=NoGradient.INTEGERS,
        threaded=False,
        torch="nn.functional.one_hot",
    ),
]
