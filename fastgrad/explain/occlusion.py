"""Attributions by covering parts of the input."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import fastgrad as fg
from fastgrad._models import check_count, keeps_model
from fastgrad.explain._model import Attribution, Model, Target, as_batch, check_model, scores_of


def _per_axis(name: str, argument: str, value: Any, axes: int) -> tuple[int, ...]:
    given = tuple(value) if isinstance(value, Sequence) else (value,) * axes
    if len(given) != axes or any(not isinstance(n, int) or isinstance(n, bool) or n < 1 for n in given):
        raise ValueError(f"{name}: {argument} must be a positive int, or one for each of the {axes} axes behind the "
                         f"first, got {value!r}")  # fmt: skip
    return given


def _starts(length: int, window: int, stride: int) -> list[int]:
    """Where windows begin: every `stride` elements, until one reaches the end (the last may reach over it)."""
    found = [0]
    while found[-1] + window < length:
        found.append(found[-1] + stride)
    return found


@keeps_model
def occlusion(
    model: Model,
    inputs: Any,
    target: Target = None,
    *,
    window: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    baseline: Any = 0.0,
    batch: int = 64,
) -> Attribution:
    """How much the score falls when a window of the input is covered, averaged over the windows that cover an element.

    Parameters
    ----------
    model, inputs, target
        As for `saliency`; nothing is differentiated.
    window : int or sequence of int
        The window's length along each axis of a sample.
    stride : int or sequence of int, optional
        Between windows; by default the window's length.
    baseline : array_like, default 0
        What stands in a covered place, of a shape that broadcasts to the inputs'.
    batch : int, default 64
        Samples that the model is given at a time, at least.

    References
    ----------
    Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2013, https://arxiv.org/abs/1311.2901
    """
    name = "occlusion"
    x = as_batch(name, inputs)
    sizes = _per_axis(name, "window", window, x.ndim - 1)
    strides = sizes if stride is None else _per_axis(name, "stride", stride, x.ndim - 1)
    if any(w > n for w, n in zip(sizes, x.shape[1:], strict=True)):
        raise ValueError(f"{name}: the window {sizes} must fit into a sample of shape {x.shape[1:]}")
    if any(s > w for s, w in zip(strides, sizes, strict=True)):
        raise ValueError(f"{name}: stride {strides} must not exceed the window {sizes}, or elements are never covered")
    try:
        cover = fg.broadcast_to(fg.asarray(baseline, dtype=x.dtype), x.shape)
    except ValueError:
        raise ValueError(f"{name}: baseline must broadcast to the inputs' shape {x.shape}") from None
    places = [
        (slice(None), *(slice(a, a + w) for a, w in zip(at, sizes, strict=True)))
        for at in itertools.product(*(_starts(*axis) for axis in zip(x.shape[1:], sizes, strides, strict=True)))
    ]
    total, covered = fg.zeros_like(x), fg.zeros(1, *x.shape[1:], dtype=x.dtype)
    together = max(1, check_count(name, "batch", batch) // len(x))
    check_model(name, model)
    with fg.no_grad():
        score, chosen = scores_of(name, model, x, target)
        score = score.detach()
        for first in range(0, len(places), together):
            some = places[first : first + together]
            copies = []
            for place in some:
                copies.append(x.clone())
                copies[-1][place] = cover[place]
            found = scores_of(name, model, fg.concat(copies).detach(), chosen * len(some) or None)[0].detach()
            for place, occluded in zip(some, found.reshape(len(some), len(x)), strict=True):
                fall = (score - occluded).reshape(-1, *(1,) * (x.ndim - 1))
                total[place] = total[place] + fall
                covered[place] = covered[place] + 1
    return Attribution(total / covered, name, chosen, score)
