"""Connectionist temporal classification."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Draw, Given, layer, of_layer
from .loss import REDUCTIONS


def sequences(d: Draw) -> Given:
    """Padded or one behind the other, of tensors, lists or tuples; at times too short for their labels."""
    steps, count, classes, most = d.integer(1, 9), d.integer(1, 4), d.integer(2, 6), d.integer(1, 4)
    blank = d.integer(0, classes - 1)
    lengths, labels = d.integers(count, low=1, high=steps + 1), d.integers(count, high=most + 1)
    targets = d.integers(count, most, high=classes - 1)
    targets = np.where(targets >= blank, targets + 1, targets)
    x = d.normal(steps, count, classes)
    given: Any = lengths, labels
    if d.flag(0.2):
        x, targets, given = x[:, 0], targets[0], (lengths[0], labels[0])
        given = tuple(np.asarray(g) for g in given)
    elif d.flag(0.3):
        targets = np.concatenate([line[:n] for line, n in zip(targets, labels, strict=True)])
    if x.ndim == 3 and d.flag():
        given = tuple(d.one_of(list, tuple)(g.tolist()) for g in given)
    return layer(blank, **d.options(reduction=REDUCTIONS), zero_infinity=d.flag(0.7)).on(x, targets, *given)


# Of rows of log_softmax, as it is meant: and of others, whose gradients are equal as well.
def of_logits(lib: Any, member: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    return member(lib.nn.functional.log_softmax(inputs[0], dim=-1), *inputs[1:], **options)


CASES = [
    Case("nn.CTCLoss", sequences, second="PyTorch has none", invoke=of_logits),
    Case("nn.CTCLoss", sequences, second="PyTorch has none"),
    Case("nn.functional.ctc_loss", of_layer(sequences), second="PyTorch has none", invoke=of_logits),
]
