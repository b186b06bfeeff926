"""Which training samples moved a prediction."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._models import as_array, check_function, check_number, keeps_model
from fastgrad._tensor import Tensor
from fastgrad.explain._model import check_model

Loss = Callable[[Tensor, Tensor], Tensor]


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
        """Return the training samples that speak most for a test sample, and those most against it.

        Parameters
        ----------
        test : int
            The test sample that is asked about, by its index.
        count : int, default 5
            Of each, at most.

        Raises
        ------
        IndexError
            If there is no such test sample.
        """
        if not isinstance(test, (int, np.integer)):
            raise TypeError(f"strongest: test must be an int, got {type(test).__name__}")
        if not -len(self.values) <= test < len(self.values):
            raise IndexError(f"strongest: test must be one of the {len(self.values)} test samples, got {test}")
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


class _Gradients:
    """Gradients of single samples' losses, at each checkpoint; the model as it was in the end."""

    def __init__(self, name: str, model: nn.Module, loss: Loss, checkpoints: Any, lr: Any, parameters: Any) -> None:
        check_model(name, model)
        if not isinstance(model, nn.Module):
            raise TypeError(f"{name}: the model must be a Module, got {type(model).__name__}")
        self.name, self.model, self.loss = name, model, loss
        self.states: list[Mapping[str, Tensor] | None] = [None] if checkpoints is None else list(checkpoints)
        count = len(self.states)
        if not count:
            raise ValueError(f"{name}: checkpoints must have at least one state dict, got none")
        check_function(name, "loss", loss)
        rates = lr if isinstance(lr, Sequence) and not isinstance(lr, str) else [lr] * count
        self.rates = [check_number(name, "lr", rate) for rate in rates]
        if len(self.rates) != count:
            raise ValueError(f"{name}: lr must be one rate, or one for each of the {count} checkpoints, got {lr!r}")
        wanted = model.parameters() if parameters is None else parameters
        self.parameters = [p for p in wanted if p.requires_grad]
        if not self.parameters:
            raise ValueError(f"{name}: the model must have parameters that require gradients")

    def checkpoints(self) -> Generator[float, None, None]:
        """The learning rate of each, while the model is as it was there."""
        before = {key: value.clone() for key, value in self.model.state_dict().items()}
        try:
            for state, rate in zip(self.states, self.rates, strict=True):
                if state is not None:
                    self.model.load_state_dict(state)
                yield rate
        finally:
            if self.states != [None]:
                self.model.load_state_dict(before)

    def of(self, x: Tensor, y: Tensor) -> Iterator[Tensor]:
        """The gradient of each sample's loss, one after the other, as a vector."""
        for i in range(len(x)):
            with fg.enable_grad():
                value = self.loss(self.model(x[i : i + 1]), y[i : i + 1])
            if not isinstance(value, Tensor) or value.size != 1:
                given = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
                raise ValueError(f"{self.name}: the loss must be one number, got {given}")
            found = fg.autograd.grad(value.reshape(()), self.parameters, allow_unused=True)
            parts = [fg.zeros_like(p) if g is None else g for p, g in zip(self.parameters, found, strict=True)]
            yield fg.concat([part.reshape(-1) for part in parts]).detach()


def _samples(name: str, which: str, pair: tuple[Any, Any]) -> tuple[Tensor, Tensor]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"{name}: {which} must be a pair (inputs, targets), got {type(pair).__name__}")
    inputs, targets = (as_array(name, what, each) for what, each in zip(("inputs", "targets"), pair, strict=True))
    if inputs.ndim == 0 or targets.ndim == 0 or len(inputs) != len(targets) or len(inputs) == 0:
        raise ValueError(f"{name}: {which} must be as many targets as inputs, at least one, got shapes {inputs.shape} "
                         f"and {targets.shape}")  # fmt: skip
    return inputs, targets


@keeps_model
def tracin(
    model: nn.Module,
    loss: Loss,
    train: tuple[Any, Any],
    test: tuple[Any, Any],
    *,
    checkpoints: Sequence[Mapping[str, Tensor]] | None = None,
    lr: float | Sequence[float] = 1.0,
    parameters: Iterable[Tensor] | None = None,
) -> Influence:
    """Estimate the influence of training samples on predictions by the products of their gradients (TracInCP).

    The gradients of the test samples are kept, those of the training samples are made one after the other: it takes
    memory for as many copies of the parameters as there are test samples.

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
    parameters : iterable of Tensor, optional
        The parameters that count, for example the last layer's; by default all.

    Returns
    -------
    Influence

    Raises
    ------
    ValueError
        If the model is in training mode, there are not as many targets as inputs, nor as many rates as checkpoints, or
        the loss is not one number.

    References
    ----------
    Pruthi et al., "Estimating training data influence by tracing gradient descent", 2020,
    https://arxiv.org/abs/2002.08484

    Examples
    --------
    One step of gradient descent on a sample lowers its own loss, to first order, by the rate times its squared
    gradient:

    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(1, 1, bias=False).eval()
    >>> model.load_state_dict({"weight": fg.ones(1, 1)})
    <All keys matched successfully>
    >>> data = [[1.0], [2.0]], [[0.0], [0.0]]
    >>> fg.explain.tracin(model, fg.nn.functional.mse_loss, data, data, lr=0.1).values.tolist()
    [[0.4000000059604645, 1.600000023841858], [1.600000023841858, 6.400000095367432]]
    """
    name = "tracin"
    gradients = _Gradients(name, model, loss, checkpoints, lr, parameters)
    (x, y), (a, b) = _samples(name, "train", train), _samples(name, "test", test)
    total = fg.zeros(len(a), len(x), dtype=gradients.parameters[0].dtype)
    with contextlib.closing(gradients.checkpoints()) as points:
        for rate in points:
            of_test = fg.stack(list(gradients.of(a, b)))
            for i, g in enumerate(gradients.of(x, y)):
                total[:, i] = total[:, i] + rate * (of_test @ g)
    return Influence(total)


@keeps_model
def self_influence(
    model: nn.Module,
    loss: Loss,
    train: tuple[Any, Any],
    *,
    checkpoints: Sequence[Mapping[str, Tensor]] | None = None,
    lr: float | Sequence[float] = 1.0,
    parameters: Iterable[Tensor] | None = None,
) -> Tensor:
    """Estimate the influence of each training sample on itself: large where nothing else speaks for its target.

    What is labelled wrongly is often among the largest. Parameters and errors are those of `tracin`.

    Returns
    -------
    Tensor, shape (trains,)

    Examples
    --------
    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(1, 1, bias=False).eval()
    >>> model.load_state_dict({"weight": fg.ones(1, 1)})
    <All keys matched successfully>
    >>> data = [[1.0], [1.0], [1.0]], [[1.0], [1.0], [-3.0]]
    >>> fg.explain.self_influence(model, fg.nn.functional.mse_loss, data).tolist()
    [0.0, 0.0, 64.0]
    """
    name = "self_influence"
    gradients = _Gradients(name, model, loss, checkpoints, lr, parameters)
    x, y = _samples(name, "train", train)
    total = fg.zeros(len(x), dtype=gradients.parameters[0].dtype)
    with contextlib.closing(gradients.checkpoints()) as points:
        for rate in points:
            for i, g in enumerate(gradients.of(x, y)):
                total[i] = total[i] + rate * (g @ g)
    return total
