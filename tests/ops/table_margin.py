"""The table's lines of losses of margins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .entry import Fixed, Make, Op, Sample
from .table_loss import reduced

REDUCTIONS = ("mean", "sum", "none")
SIZES = (1, 7, 8, 9, 33, 129)


def _signs(make: Make, *shape: int) -> Fixed:
    return Fixed(np.where(make.mask(*shape).array, 1, -1).astype(make.dtype))


def _hinge(x: np.ndarray, y: np.ndarray, margin: float = 1.0, reduction: str = "mean") -> Any:
    return reduced(np.where(y != 1, np.maximum(margin - x, 0), 0) + np.where(y != -1, x, 0), reduction)


def _hinge_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(make.apart(2, 3, places=(1.0,)), _signs(make, 2, 3), reduction=reduction)
    yield Sample(make.apart(2, 3, places=(0.5,)), _signs(make, 3), 0.5)


def _ranking(x: np.ndarray, y: np.ndarray, t: np.ndarray, margin: float = 0.0, reduction: str = "mean") -> Any:
    return reduced(np.maximum(margin - t * (x - y), 0), reduction)


def _ranking_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        y = make(2, 3)
        x = np.asarray(y + make.apart(2, 3, places=(-0.3, 0.3)), dtype=make.dtype)
        yield Sample(x, y, _signs(make, 2, 3), 0.3, reduction=reduction)
    yield Sample(make(3, low=1.0, high=2.0), make(3, low=-1.0, high=0.5), _signs(make, 1))


def _soft_margin(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> Any:
    return reduced(np.logaddexp(0.0, -x * y), reduction)


def _soft_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(make(2, 3), _signs(make, 2, 3), reduction=reduction)
    yield Sample(make(), _signs(make))


def _soft_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0), _signs(make, 0), reduction="sum")
    for n in SIZES:
        yield Sample(make(n), _signs(make, n))
        yield Sample(make(n), _signs(make, n), reduction="none")


def _cosine(x: np.ndarray, y: np.ndarray, t: np.ndarray, margin: float = 0.0, reduction: str = "mean") -> Any:
    x, y = (np.asarray(v, dtype=float) for v in (x, y))
    c = (x * y).sum(-1) / np.sqrt(((x * x).sum(-1) + 1e-12) * ((y * y).sum(-1) + 1e-12))
    return reduced(np.where(t == 1, 1 - c, 0) + np.where(t == -1, np.maximum(c - margin, 0), 0), reduction)


def _cosine_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(make(4, 3), make(4, 3), _signs(make, 4), -1.5, reduction=reduction)
    yield Sample(make(3), make(3), Fixed(np.asarray(1)))
    yield Sample(make(3), make(3), Fixed(np.asarray(-1)), -1.5)


def _multi(
    x: np.ndarray, y: np.ndarray, p: int = 1, margin: float = 1.0, weight: Any = None, reduction: str = "mean"
) -> Any:
    lines, labels = np.atleast_2d(x), np.atleast_1d(y)[:, None]
    lack = np.maximum(margin - np.take_along_axis(lines, labels, 1) + lines, 0) ** p
    lack = lack * (1.0 if weight is None else weight[labels])
    losses = np.where(np.arange(lines.shape[1]) == labels, 0, lack).sum(axis=1) / lines.shape[1]
    return reduced(losses if x.ndim == 2 else losses[0], reduction)


def _scores(make: Make, n: int, c: int) -> np.ndarray:
    """No two further apart by the margin, nearly, where the derivative jumps."""
    return (make.distinct(n, c) * np.asarray(0.73, dtype=make.dtype)).astype(make.dtype)


def _multi_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(_scores(make, 4, 3), make.index(4, below=3), reduction=reduction)
        yield Sample(_scores(make, 4, 3), make.index(4, below=3), 2, 0.7, reduction=reduction)
    yield Sample(_scores(make, 4, 3), make.index(4, below=3), weight=Fixed(make(3, low=0.5, high=2)))
    yield Sample(_scores(make, 1, 3)[0], make.index(below=3))


def _multilabel(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> Any:
    losses = []
    for scores, labels in zip(np.atleast_2d(x), np.atleast_2d(y), strict=True):
        end = np.flatnonzero(labels == -1)
        labels = labels[: end[0]] if end.size else labels
        others = np.setdiff1d(np.arange(len(scores)), labels)
        losses.append(np.maximum(1 - scores[labels][:, None] + scores[others], 0).sum() / len(scores))
    return reduced(np.array(losses) if x.ndim == 2 else np.array(losses[0]), reduction)


def _label_sets(make: Make, n: int, c: int) -> Fixed:
    lines = []
    for _ in range(n):
        count = make.random.randint(0, c + 1)
        rest = make.random.randint(-1, c, c - count)
        rest[:1] = -1
        lines.append(np.concatenate([make.random.permutation(c)[:count], rest]))
    return Fixed(np.array(lines, dtype=np.int64).reshape(n, c))


def _multilabel_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(_scores(make, 4, 3), _label_sets(make, 4, 3), reduction=reduction)
    yield Sample(_scores(make, 1, 4)[0], Fixed(np.array([2, 0, -1, 1])))
    yield Sample(_scores(make, 1, 4), Fixed(np.array([[-1, 0, -1, 1]])))


def _multilabel_soft(x: np.ndarray, y: np.ndarray, weight: Any = 1.0, reduction: str = "mean") -> Any:
    losses = (y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x)) * weight
    return reduced(losses.sum(axis=-1) / x.shape[-1], reduction)


def _multilabel_soft_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(make(4, 3), make(4, 3, low=0, high=1), reduction=reduction)
    yield Sample(make(4, 3), make.index(4, 3, below=2), Fixed(make(3, low=0.5, high=2)))
    yield Sample(make(3), make(3, low=0, high=1))


def _distance(x: np.ndarray, y: np.ndarray, p: float = 2.0, eps: float = 1e-6) -> np.ndarray:
    return (np.abs(x - y + eps) ** p).sum(axis=-1) ** (1 / p)


def _triplet(
    a: np.ndarray,
    p: np.ndarray,
    n: np.ndarray,
    margin: float = 1.0,
    order: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    negative = _distance(a, n, order, eps)
    if swap:
        negative = np.minimum(negative, _distance(p, n, order, eps))
    return reduced(np.maximum(margin + _distance(a, p, order, eps) - negative, 0), reduction)


def _triplet_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(make(4, 3), make(4, 3), make(4, 3), 5.0, reduction=reduction)
    yield Sample(make(4, 3), make(4, 3), make(4, 3), 5.0, 3.0, 0.1)
    yield Sample(make(4, 3), make(4, 3), make(4, 3), 5.0, swap=True)
    yield Sample(make(3), make(3), make(3), 5.0)
    yield Sample(make(2, 4, 3), make(2, 1, 3), make(1, 4, 3), 5.0)


def _with_distance_samples(make: Make) -> Iterator[Sample]:
    for reduction in REDUCTIONS:
        yield Sample(make(4, 3), make(4, 3), make(4, 3), margin=5.0, reduction=reduction)
    yield Sample(make(4, 3), make(4, 3), make(4, 3), margin=5.0, swap=True)


def _sizes(draw: Callable[..., Sample]) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        for n in SIZES:
            yield draw(make, n)

    return sizes


def _entry(name: str, samples: Any, reference: Any, sizes: Any = None) -> Op:
    return Op(
        f"nn.functional.{name}",
        samples,
        reference,
        sizes,
        terms=lambda s: 2 * s.args[0].size,
        magnitude=lambda *a, **k: np.abs(reference(*a, **k)) + 10.0 * max(1, a[0].size),
        threaded=False,
        cancels=1.0,
        torch=f"nn.functional.{name}",
    )


OPS = [
    _entry("soft_margin_loss", _soft_samples, _soft_margin, _soft_sizes),
    _entry(
        "hinge_embedding_loss", _hinge_samples, _hinge, _sizes(lambda make, n: Sample(make(n), _signs(make, n), 0.5))
    ),
    _entry(
        "margin_ranking_loss",
        _ranking_samples,
        _ranking,
        _sizes(lambda make, n: Sample(make(n), make(n), _signs(make, n))),
    ),
    _entry(
        "cosine_embedding_loss",
        _cosine_samples,
        _cosine,
        _sizes(lambda make, n: Sample(make(3, n), make(3, n), _signs(make, 3))),
    ),
    _entry(
        "multi_margin_loss",
        _multi_samples,
        _multi,
        _sizes(lambda make, n: Sample(make(3, n), make.index(3, below=n), 2)),
    ),
    _entry(
        "multilabel_margin_loss",
        _multilabel_samples,
        _multilabel,
        _sizes(lambda make, n: Sample(make(3, n), _label_sets(make, 3, n))),
    ),
    _entry(
        "multilabel_soft_margin_loss",
        _multilabel_soft_samples,
        _multilabel_soft,
        _sizes(lambda make, n: Sample(make(3, n), make(3, n, low=0, high=1))),
    ),
    _entry(
        "triplet_margin_loss",
        _triplet_samples,
        _triplet,
        _sizes(lambda make, n: Sample(make(3, n), make(3, n), make(3, n))),
    ),
    _entry("triplet_margin_with_distance_loss", _with_distance_samples, _triplet),
]
