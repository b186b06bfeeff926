"""Which training samples moved a prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._tensor import Tensor
from fastgrad.explain._model import check_model


@dataclass(frozen=True)
class Influence:
    """What `tracin` found.

    Attributes
    ----------
    values : Tensor, shape (tests, trains)
        By how much a step on the training sample lowers the loss of the test sample, to first order, summed over the
        checkpoints: positive for proponents, negative for opponents.
    """

    values: Tensor

    def strongest(self, test: int, count: int = 5) -> tuple[list[int], list[int]]:
        """Return the training samples that speak most for a test sample, and those most against it."""
        order = np.argsort(-np.asarray(self.values)[test], kind="stable")
        return [int(i) for i in order[:count]], [int(i) for i in order[::-1][:count]]

    def to_dict(self) -> dict[str, Any]:
        """Return NumPy arrays by name."""
        return {"values": np.asarray(self.values)}

    def __str__(self) -> str:
        rows = ["test  proponents (training sample: influence)"]
        for test, line in enumerate(np.asarray(self.values)):
            best = self.strongest(test, 3)[0]
            rows.append(f"{test:>4}  " + ", ".join(f"{i}: {line[i]:.3g}" for i in best))
        return "\n".join(rows)


def _sample_gradients(
    model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor, parameters: Sequence[Tensor]
) -> Tensor:
    """The gradient of each sample's loss, a line each."""
    lines = []
    for i in range(len(x)):
        with fg.enable_grad():
            value = loss(model(x[i : i + 1]), y[i : i + 1])
        if value.size != 1:
            raise ValueError(f"tracin: the loss must be one number, got shape {value.shape}")
        found = fg.autograd.grad(value.reshape(()), list(parameters), allow_unused=True)
        lines.append(fg.concat([(fg.zeros_like(p) if g is None else g).reshape(-1)
                                for p, g in zip(parameters, found, strict=True)]))  # fmt: skip
    return fg.stack(lines).detach()


def tracin(
    model: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    train: tuple[Any, Any],
    test: tuple[Any, Any],
    *,
    checkpoints: Sequence[Mapping[str, Tensor]] | None = None,
    lr: float | Sequence[float] = 1.0,
    parameters: Sequence[Tensor] | None = None,
) -> Influence:
    """Estimate the influence of training samples on predictions by the products of their gradients (TracInCP).

    Parameters
    ----------
    model : Module
        It is left as it was, also by an error.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number.
    train, test : pair of array_like
        Inputs and targets, samples along the first axis.
    checkpoints : sequence of state dict, optional
        From along the training; by default the model as it is.
    lr : float or sequence of float, default 1.0
        The learning rate at each checkpoint.
    parameters : sequence of Tensor, optional
        The parameters that count, for example the last layer's; by default all.

    References
    ----------
    Pruthi et al., "Estimating training data influence by tracing gradient descent", 2020,
    https://arxiv.org/abs/2002.08484
    """
    check_model("tracin", model)
    (x, y), (a, b) = ((fg.asarray(each) for each in pair) for pair in (train, test))
    for inputs, targets, which in ((x, y, "train"), (a, b, "test")):
        if len(inputs) != len(targets) or len(inputs) == 0:
            raise ValueError(f"tracin: {which} must be as many targets as inputs, at least one, got {len(targets)} "
                             f"and {len(inputs)}")  # fmt: skip
    states = [None] if checkpoints is None else list(checkpoints)
    rates = [float(lr)] * len(states) if isinstance(lr, (int, float)) else [float(rate) for rate in lr]
    if len(rates) != len(states) or not states:
        raise ValueError(f"tracin: lr must be one rate, or one for each of the {len(states)} checkpoints, got {lr!r}")
    chosen = [p for p in model.parameters() if p.requires_grad] if parameters is None else list(parameters)
    if not chosen:
        raise ValueError("tracin: the model must have parameters that require gradients")
    before = {key: value.clone() for key, value in model.state_dict().items()}
    total: Any = 0
    try:
        for state, rate in zip(states, rates, strict=True):
            if state is not None:
                model.load_state_dict(state)
            of_test = _sample_gradients(model, loss, a, b, chosen)
            of_train = _sample_gradients(model, loss, x, y, chosen)
            total = total + rate * (of_test @ of_train.mT)
    finally:
        if checkpoints is not None:
            model.load_state_dict(before)
    return Influence(total)
