"""The table's line of connectionist temporal classification."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special

import fastgrad as fg

from .entry import Fixed, Make, Op, Sample


def _labels_of(path: tuple[int, ...], blank: int) -> tuple[int, ...]:
    """What a path stands for: repetitions go, then blanks."""
    return tuple(c for c, _ in itertools.groupby(path) if c != blank)


def _one(logs: np.ndarray, labels: np.ndarray, blank: int) -> float:
    """Of one sample (T, C): by its paths where they are few, by Graves' recursion where they are many."""
    steps, classes = logs.shape
    if classes**steps <= 1000:
        paths = (p for p in itertools.product(range(classes), repeat=steps) if _labels_of(p, blank) == tuple(labels))
        sums = [sum(logs[t, c] for t, c in enumerate(p)) for p in paths]
        return -float(special.logsumexp(sums)) if sums else np.inf
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    line = np.full(len(states), -np.inf)
    line[:2] = logs[0, states[:2]]
    for row in logs[1:]:
        before = line.copy()
        for k in range(len(states)):
            skips = k > 1 and states[k] != blank and states[k] != states[k - 2]
            line[k] = np.logaddexp.reduce(before[max(0, k - 1 - skips) : k + 1]) + row[states[k]]
    return -float(np.logaddexp.reduce(line[-2:]))


def _ctc(
    x: np.ndarray,
    targets: np.ndarray,
    steps: Any,
    labels: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    logs = special.log_softmax(x, axis=-1)
    logs = logs if x.ndim == 3 else logs[:, None]
    steps, labels = np.atleast_1d(steps), np.atleast_1d(labels)
    begins = np.cumsum(labels) - labels
    each = [targets[i, :n] if targets.ndim == 2 else targets[begins[i] : begins[i] + n] for i, n in enumerate(labels)]
    losses = np.array([_one(logs[: steps[i], i], each[i], blank) for i in range(len(labels))])
    if zero_infinity:
        losses[np.isinf(losses)] = 0.0
    if reduction == "mean":
        return (losses / np.maximum(labels, 1)).mean()
    return losses.sum() if reduction == "sum" else losses if x.ndim == 3 else losses[0]


def _samples(make: Make) -> Iterator[Sample]:
    for reduction in ("mean", "sum", "none"):
        yield Sample(make(4, 2, 3), Fixed(np.array([[1, 2], [1, 1]])), (4, 3), (2, 2), reduction=reduction)
    yield Sample(make(5, 3, 3), Fixed(np.array([2, 1, 2, 2])), Fixed(np.array([5, 4, 5])), Fixed(np.array([1, 0, 3])))
    yield Sample(make(4, 2, 3), Fixed(np.array([[0, 2], [0, 0]], dtype=np.int32)), [4, 4], [2, 1], blank=1)
    yield Sample(make(4, 3), Fixed(np.array([1, 2])), Fixed(np.asarray(4)), Fixed(np.asarray(2)))
    # too few steps for the labels of one of them
    yield Sample(make(3, 2, 3), Fixed(np.array([[1, 1, 1], [2, 0, 0]])), (3, 3), (3, 1), zero_infinity=True)


def _sizes(make: Make) -> Iterator[Sample]:
    for s in (0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33):
        targets = make.random.randint(1, 6, (3, max(s, 1)))
        yield Sample(make(2 * s + 3, 3, 6), Fixed(targets), (2 * s + 3, 2 * s + 1, 2 * s + 2), (s, s, s // 2))
    for c in (2, 8, 17, 129):
        yield Sample(make(12, 2, c), Fixed(make.random.randint(1, c, (2, 4))), (12, 9), (4, 3), reduction="none")


# Rows of log_softmax: what the gradient takes for granted.
def _call(f: Any, x: Any, *args: Any, **named: Any) -> Any:
    return f(fg.log_softmax(x, axis=-1), *args, **named)


def _torch(torch: Any, x: Any, *args: Any, **named: Any) -> Any:
    return torch.nn.functional.ctc_loss(x.log_softmax(-1), *args, **named)


OPS = [
    Op(
        "nn.functional.ctc_loss",
        _samples,
        _ctc,
        _sizes,
        terms=lambda s: 4 * s.args[0].shape[0],
        magnitude=lambda *a, **k: np.abs(_ctc(*a, **k)) + 10.0 * a[0].shape[0],
        cancels=1.0,
        torch=_torch,
        call=_call,
    )
]
