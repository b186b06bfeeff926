"""Ways against overfitting, side by side: what each does to weights, gradients and the gap to the validation."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad._tensor import Tensor
from fastgrad.diagnose._model import (
    Batches,
    Loss,
    MakeOptimizer,
    as_it_was,
    check_count,
    check_module,
    check_number,
    check_positive,
    flat,
    learned,
    loss_of,
    make_optimizer,
    mean_loss,
    samples_of,
)
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Regularization:
    """One way to train.

    Attributes
    ----------
    change : callable, optional
        Makes the model that is trained of a copy of the given one, for example with dropout in it.
    l1, l2 : float, default 0
        How much the sum of the weights' absolute values, and half that of their squares, counts beside the loss.
    patience : int, optional
        Training stops after so many epochs in which the validation's loss was not lower, and the best state is kept.
    """

    change: Callable[[Any], nn.Module] | None = None
    l1: float = 0.0
    l2: float = 0.0
    patience: int | None = None


_ACTIVATIONS = (nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU, nn.ELU, nn.LeakyReLU, nn.SELU, nn.Softplus, nn.Mish)


def with_dropout(model: nn.Module, p: float = 0.5) -> nn.Sequential:
    """Return a sequence with a dropout layer after each activation.

    Parameters
    ----------
    model : Sequential
        Its layers are taken, not copied.
    p : float, default 0.5
        The probability that an element is set to zero in training.

    Examples
    --------
    >>> from fastgrad import diagnose, nn
    >>> print(diagnose.with_dropout(nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)), 0.2))
    Sequential(
      (0): Linear(in_features=2, out_features=4, bias=True)
      (1): ReLU()
      (2): Dropout(p=0.2, inplace=False)
      (3): Linear(in_features=4, out_features=1, bias=True)
    )
    """
    layers: list[nn.Module] = []
    for layer in _layers("with_dropout", model):
        layers.append(layer)
        if isinstance(layer, _ACTIVATIONS):
            layers.append(nn.Dropout(p))
    return nn.Sequential(*layers)


def with_batch_norm(model: nn.Module) -> nn.Sequential:
    """Return a sequence with batch normalisation between each linear layer or convolution and its activation.

    Parameters
    ----------
    model : Sequential
        Its layers are taken, not copied.

    Examples
    --------
    >>> from fastgrad import diagnose, nn
    >>> model = diagnose.with_batch_norm(nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)))
    >>> [type(layer).__name__ for layer in model]
    ['Linear', 'BatchNorm1d', 'ReLU', 'Linear']
    """
    layers: list[nn.Module] = []
    for layer in _layers("with_batch_norm", model):
        before = layers[-1] if layers else None
        if isinstance(layer, _ACTIVATIONS) and isinstance(before, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)):
            width = before.out_features if isinstance(before, nn.Linear) else before.out_channels
            kinds = {nn.Conv2d: nn.BatchNorm2d, nn.Conv3d: nn.BatchNorm3d}
            kind = next((norm for conv, norm in kinds.items() if isinstance(before, conv)), nn.BatchNorm1d)
            layers.append(kind(width).to(before.weight.dtype))
        layers.append(layer)
    return nn.Sequential(*layers)


def _layers(name: str, model: Any) -> list[nn.Module]:
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"{name}: the model must be a Sequential for layers to be put into it, got "
                        f"{type(model).__name__}; give a dict of Regularization with own `change`")  # fmt: skip
    if not any(isinstance(layer, _ACTIVATIONS) for layer in model):
        raise ValueError(f"{name}: the model must have activations for layers to be put beside them")
    return list(model)


def usual_regularizations() -> dict[str, Regularization]:
    """Return none, L1, L2, dropout, batch normalisation and early stopping, by name.

    Examples
    --------
    >>> import fastgrad as fg
    >>> list(fg.diagnose.usual_regularizations())
    ['none', 'L1', 'L2', 'dropout', 'batch norm', 'early stopping']
    """
    return {
        "none": Regularization(),
        "L1": Regularization(l1=3e-3),
        "L2": Regularization(l2=1e-2),
        "dropout": Regularization(with_dropout),
        "batch norm": Regularization(with_batch_norm),
        "early stopping": Regularization(patience=5),
    }


@dataclass(frozen=True, eq=False)
class RegularizedTraining(Result):
    """How the training went in one way.

    Attributes
    ----------
    train, validation : ndarray, shape (epochs + 1,)
        The losses, in evaluation mode and without what L1 and L2 add, before training and after each epoch.
    gradients : ndarray, shape (epochs,)
        The mean norm of the gradient that steps were made with.
    stopped : int
        The epoch whose state counts.
    weight_norm : float
        The norm of the weights in the end.
    small : float
        The share of weights whose size is below 0.01.
    weights : ndarray
        All weights of linear layers and convolutions in the end.
    """

    train: Array
    validation: Array
    gradients: Array
    stopped: int
    weight_norm: float
    small: float
    weights: Array

    @property
    def gap(self) -> float:
        """By how much the validation's loss exceeds the training's."""
        return float(self.validation[self.stopped]) - float(self.train[self.stopped])


@dataclass(frozen=True, eq=False)
class RegularizationComparison(Result):
    """What `compare_regularization` found.

    Attributes
    ----------
    trainings : dict of str to RegularizedTraining
        By way, what became of it.
    """

    trainings: dict[str, RegularizedTraining]

    def __str__(self) -> str:
        rows = [(name, each.stopped, float(each.train[each.stopped]), float(each.validation[each.stopped]), each.gap,
                 each.weight_norm, f"{each.small:.1%}", float(each.gradients[-1]))
                for name, each in self.trainings.items()]  # fmt: skip
        head = (
            "regularisation",
            "epoch",
            "training",
            "validation",
            "gap",
            "weight norm",
            "weights < 0.01",
            "gradient",
        )
        return table(head, rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the losses by epochs, of the validation solid and of the training dotted, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("RegularizationComparison.draw", ax)
        colors = ("#2b2f36", "#2f6db5", "#2b8a3e", "#e8833a", "#7048b8", "#c8322b")
        for (name, each), color in zip(self.trainings.items(), colors * len(self.trainings), strict=False):
            ax.plot(each.validation, color=color, lw=1.8, label=f"{name}: gap {each.gap:.2g}")
            ax.plot(each.train, color=color, lw=1, ls=":")
            ax.plot(each.stopped, each.validation[each.stopped], "o", color=color, ms=6)
        if all((each.train > 0).all() and np.isfinite(each.train).all() for each in self.trainings.values()):
            ax.set_yscale("log")
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss")
        ax.set_title("Validation (dotted: training)")
        ax.legend(fontsize=8, frameon=False)
        return ax


def compare_regularization(
    model: nn.Module,
    loss: Loss,
    train: Batches,
    validation: Batches,
    ways: Mapping[str, Regularization] | None = None,
    *,
    epochs: int = 50,
    batch_size: int = 32,
    lr: float = 1e-2,
    optimizer: MakeOptimizer = fg.optim.Adam,
    seed: int = 0,
) -> RegularizationComparison:
    """Train copies of a model with several regularisations, and compare weights, gradients and the gap.

    Parameters
    ----------
    model : Module
        Copies of it are trained. With the usual ways it must be a flat `Sequential`, into which layers can be put.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number, the mean over samples.
    train, validation : pair of array_like, or iterable of pairs
        What is learned from, and what the gap is measured with; of batches all samples.
    ways : dict of str to Regularization, optional
        By default `usual_regularizations`.
    epochs : int, default 50
        How often all training samples are seen.
    batch_size : int, default 32
        How many samples a step sees.
    lr : float, default 0.01
        The learning rate.
    optimizer : callable, default Adam
        A class of optimizers, or a function of parameters and ``lr``.
    seed : int, default 0
        Of the order of samples and of dropout, the same for all.

    Returns
    -------
    RegularizationComparison

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be.

    Notes
    -----
    L1 and L2 count the weights of linear layers and convolutions, not biases. Their gradient is added to the loss's,
    unlike with decoupled weight decay.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> _ = fg.manual_seed(0)
    >>> x = fg.randn(60, 10)
    >>> y = x[:, :1] + fg.randn(60, 1)
    >>> model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
    >>> loss = nn.functional.mse_loss
    >>> found = fg.diagnose.compare_regularization(model, loss, (x[:30], y[:30]), (x[30:], y[30:]), epochs=60)
    >>> found.trainings["none"].gap > found.trainings["early stopping"].gap
    True
    """
    name = "compare_regularization"
    check_module(name, model)
    check_count(name, "epochs", epochs)
    check_count(name, "batch_size", batch_size)
    check_positive(name, "lr", lr)
    chosen = usual_regularizations() if ways is None else ways
    if not isinstance(chosen, Mapping) or not chosen or not all(isinstance(w, Regularization) for w in chosen.values()):
        raise TypeError(f"{name}: ways must be a dict of names to Regularization, got {ways!r}")
    for key, way in chosen.items():
        for what, value in (("l1", way.l1), ("l2", way.l2)):
            check_number(name, f"{what} of {key}", value)
        if way.patience is not None:
            check_count(name, f"patience of {key}", way.patience)
    found = {}
    with as_it_was(model, train, validation):
        learn, watch = samples_of(name, train), samples_of(name, validation)
        for key, way in chosen.items():
            fg.manual_seed(seed)
            trained = copy.deepcopy(model)
            if way.change is not None:
                trained = way.change(trained)
                if not isinstance(trained, nn.Module):
                    raise TypeError(f"{name}: change of {key} must give a Module, got {type(trained).__name__}")
            made = make_optimizer(name, optimizer, [p for _, p in learned(trained)], lr)
            found[key] = _train(name, trained, loss, learn, watch, way, made, epochs, batch_size, seed)
    return RegularizationComparison(found)


def _train(
    name: str,
    model: nn.Module,
    loss: Loss,
    train: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    way: Regularization,
    made: fg.optim.Optimizer,
    epochs: int,
    batch_size: int,
    seed: int,
) -> RegularizedTraining:
    x, y = train
    parameters = [p for _, p in learned(model)]
    weights = [p for p in parameters if p.ndim >= 2]
    random = np.random.default_rng(seed)
    model.eval()
    curves = [[mean_loss(name, model, loss, [each])] for each in (train, validation)]
    gradients: list[float] = []
    best, kept = 0, [p.detach().clone() for p in weights]
    for epoch in range(1, epochs + 1):
        model.train()
        order, norms = random.permutation(len(x)), []
        # A last batch of one sample would have no variance for batch normalisation to divide by.
        for at in range(0, len(x), batch_size):
            chosen = order[at : at + batch_size]
            if len(chosen) < 2 <= len(order):
                continue
            picked = fg.asarray(chosen)
            value = loss_of(name, model, loss, x[picked], y[picked])
            with fg.enable_grad():
                for w in weights:
                    if way.l1:
                        value = value + way.l1 * fg.abs(w).sum()
                    if way.l2:
                        value = value + way.l2 / 2 * (w * w).sum()
            made.zero_grad()
            value.backward()
            norms.append(float(np.linalg.norm(flat(p.grad for p in parameters if p.grad is not None))))
            made.step()
        model.eval()
        for curve, each in zip(curves, (train, validation), strict=True):
            curve.append(mean_loss(name, model, loss, [each]))
        gradients.append(float(np.mean(norms)))
        if way.patience is None or curves[1][-1] < curves[1][best]:
            best, kept = epoch, [p.detach().clone() for p in weights]
        elif epoch - best >= way.patience:
            break
    final = flat(kept) if kept else np.zeros(1)
    small = float((np.abs(final) < 1e-2).mean())
    norm = float(np.linalg.norm(final))
    of_train, of_validation = (np.array(curve) for curve in curves)
    return RegularizedTraining(of_train, of_validation, np.array(gradients), best, norm, small, final)
