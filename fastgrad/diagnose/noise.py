"""How noisy gradients of batches are, and what a larger batch is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    check_eval,
    check_module,
    check_positive,
    gradients_of,
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


@dataclass(frozen=True, eq=False)
class NoiseScale(Result):
    """What `gradient_noise_scale` found.

    Attributes
    ----------
    scale : float
        ``noise / gradient_square``: the size of batches at which a step is half as good as one of all data. Infinite
        where the noise hides the gradient.
    gradient_square : float
        The squared norm of the true gradient, estimated without bias.
    noise : float
        The trace of the covariance of single samples' gradients, estimated without bias.
    batch_size, batches : int
        What it was estimated from.
    parameters : dict of str to float
        The scale of each parameter alone.
    """

    scale: float
    gradient_square: float
    noise: float
    batch_size: int
    batches: int
    parameters: dict[str, float]

    def efficiency(self, batch_size: float) -> float:
        """Return the progress of a step with this batch size over that of a step with all data: 1 / (1 + scale / B)."""
        return 1 / (1 + self.scale / batch_size)

    def __str__(self) -> str:
        rows = [("noise scale", self.scale), ("squared gradient", self.gradient_square), ("noise", self.noise)]
        rows += [(f"noise scale of {key}", value) for key, value in self.parameters.items()]
        return table((f"from {self.batches} batches of {self.batch_size}", "value"), rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw what a step is worth by its batch size, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("NoiseScale.draw", ax)
        finite = np.isfinite(self.scale)
        sizes = np.geomspace(1, max(1e3 if not finite else 100 * self.scale, 100), 200)
        ax.semilogx(sizes, [100 * self.efficiency(size) for size in sizes], color="#2f6db5", lw=2)
        if finite:
            ax.axvline(self.scale, color="#c8322b", ls="--", label=f"noise scale: {self.scale:.3g}")
            ax.plot(self.scale, 50, "o", color="#c8322b")
            ax.legend(frameon=False)
        ax.set_ylim(0, 102)
        ax.set_xlabel("batch size")
        ax.set_ylabel("progress of a step, percent of the best")
        ax.set_title("What a larger batch is worth")
        return ax


def gradient_noise_scale(model: nn.Module, loss: Loss, data: Batches, *, batch_size: int | None = None) -> NoiseScale:
    """Estimate the batch size beyond which a larger one hardly helps: the gradient noise scale.

    Parameters
    ----------
    model : Module
        In evaluation mode. It is left as it was, also by an error.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number, the mean over samples.
    data : pair of array_like, or iterable of pairs
        All samples, in an order that has nothing to do with what they are.
    batch_size : int, optional
        Samples are taken by so many at a time, at least two times; what is left over is left out. By default so that
        there are some 64 batches.

    Returns
    -------
    NoiseScale

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be, or the model is in training mode.

    Notes
    -----
    Of m batches of size B with gradients g_i and mean g, the noise is B times the sum of ``|g_i - g|**2 / (m - 1)``,
    and the squared gradient ``|g|**2 - noise / (B m)``. McCandlish et al. call their quotient B_simple.

    References
    ----------
    McCandlish et al., "An empirical model of large-batch training", 2018, https://arxiv.org/abs/1812.06162

    Examples
    --------
    The gradient of a mean is the mean of distances, whose noise is the samples' variance:

    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(1, 1, bias=False).eval()
    >>> fg.nn.init.zeros_(model.weight).shape
    (1, 1)
    >>> y = 1.0 + 2.0 * fg.randn(4096, 1, generator=fg.Generator(0))
    >>> found = fg.diagnose.gradient_noise_scale(model, lambda p, y: ((p - y) ** 2).mean() / 2, (fg.ones(4096, 1), y))
    >>> 3.0 < found.scale < 5.0
    True
    """
    name = "gradient_noise_scale"
    check_module(name, model)
    if batch_size is not None:
        check_count(name, "batch_size", batch_size)
    check_eval(name, model)
    named = learned(model)
    with as_it_was(model, data):
        x, y = samples_of(name, data)
        size = max(len(x) // 64, 1) if batch_size is None else batch_size
        count = len(x) // size
        if count < 2:
            raise ValueError(f"{name}: there must be at least two batches, got {len(x)} samples and batch_size {size}")
        sums = [np.zeros(p.shape) for _, p in named]
        squares = np.zeros(len(named))
        for i in range(count):
            grads = _gradients(name, model, loss, x[i * size : (i + 1) * size], y[i * size : (i + 1) * size])
            for k, g in enumerate(grads):
                sums[k] += g
                squares[k] += float((g * g).sum())
    means = np.array([float((total * total).sum()) for total in sums]) / count**2
    spread = (squares - count * means) / (count - 1)
    noise, square = size * spread, means - spread / count
    whole, part = float(noise.sum()), float(square.sum())
    each = {key: float(n / s) if s > 0 else float("inf") for (key, _), n, s in zip(named, noise, square, strict=True)}
    return NoiseScale(whole / part if part > 0 else float("inf"), part, whole, size, count, each)


def _gradients(name: str, model: nn.Module, loss: Loss, x: Tensor, y: Tensor) -> list[Array]:
    parameters = [p for _, p in learned(model)]
    value = loss_of(name, model, loss, x, y)
    found = [np.asarray(g.detach(), dtype=np.float64) for g in gradients_of(value, parameters)]
    if not all(np.isfinite(g).all() for g in found):
        raise ValueError(f"{name}: the loss must have finite gradients, got those of {float(value.detach())}")
    return found


@dataclass(frozen=True, eq=False)
class BatchSizes(Result):
    """What `compare_batch_sizes` found.

    Attributes
    ----------
    sizes : tuple of int
        In ascending order.
    scale : NoiseScale
        Of the model before training.
    noise : tuple of float
        Of each size, the root of the mean squared error of a batch's gradient, over the norm of the whole one.
    predicted : tuple of float
        What the noise scale says of it: its root over the batch size.
    steps : tuple of int
        So many were taken.
    losses : tuple of ndarray
        Of each size, the loss of all data before training and after each epoch.
    """

    sizes: tuple[int, ...]
    scale: NoiseScale
    noise: tuple[float, ...]
    predicted: tuple[float, ...]
    steps: tuple[int, ...]
    losses: tuple[Array, ...]

    def __str__(self) -> str:
        rows = [(size, noise, predicted, f"{self.scale.efficiency(size):.1%}", steps, float(losses[-1]))
                for size, noise, predicted, steps, losses
                in zip(self.sizes, self.noise, self.predicted, self.steps, self.losses, strict=True)]  # fmt: skip
        head = ("batch size", "noise / gradient", "predicted", "worth of a step", "steps", "loss after them")
        return f"noise scale: {self.scale.scale:.4g}\n" + table(head, rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the loss by epochs, a curve for each batch size, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("BatchSizes.draw", ax)
        from matplotlib import colormaps

        shades = colormaps["viridis"](np.linspace(0.05, 0.85, len(self.sizes)))
        for size, steps, losses, shade in zip(self.sizes, self.steps, self.losses, shades, strict=True):
            ax.plot(losses, "o-", ms=3, color=shade, lw=1.6, label=f"{size}: {steps} steps")
        if all(np.isfinite(losses).all() and (losses > 0).all() for losses in self.losses):
            ax.set_yscale("log")
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss of all data")
        ax.set_title(f"Batch sizes at one learning rate (noise scale {self.scale.scale:.3g})")
        ax.legend(frameon=False, title="batch size")
        return ax


def compare_batch_sizes(
    model: nn.Module,
    loss: Loss,
    data: Batches,
    sizes: Sequence[int],
    *,
    epochs: int = 5,
    lr: float = 0.1,
    optimizer: MakeOptimizer = fg.optim.SGD,
    seed: int = 0,
) -> BatchSizes:
    """Measure the noise of gradients by batch size, and train with each size from the same start.

    Parameters
    ----------
    model : Module
        In evaluation mode; it is trained in training mode, and left as it was, also by an error.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number, the mean over samples.
    data : pair of array_like, or iterable of pairs
        All samples, or batches of them.
    sizes : sequence of int
        Not above the number of samples.
    epochs : int, default 5
        Times that all data is gone through.
    lr : float, default 0.1
        The same for all sizes.
    optimizer : callable, default SGD
        A class of optimizers, or a function of parameters and ``lr``.
    seed : int, default 0
        Of the order of samples.

    Returns
    -------
    BatchSizes

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be, or the model is in training mode.

    Examples
    --------
    >>> import fastgrad as fg
    >>> _ = fg.manual_seed(0)
    >>> model = fg.nn.Linear(3, 1).eval()
    >>> x = fg.randn(256, 3)
    >>> y = x.sum(axis=1, keepdims=True) + fg.randn(256, 1)
    >>> found = fg.diagnose.compare_batch_sizes(model, fg.nn.functional.mse_loss, (x, y), [4, 64])
    >>> found.steps, found.noise[0] > found.noise[1]
    ((320, 20), True)
    """
    name = "compare_batch_sizes"
    check_module(name, model)
    check_count(name, "epochs", epochs)
    check_positive(name, "lr", lr)
    if not isinstance(sizes, Iterable):
        raise TypeError(f"{name}: sizes must be a sequence of batch sizes, got {type(sizes).__name__}")
    wanted = sorted({check_count(name, "a batch size", size) for size in sizes})
    if not wanted:
        raise ValueError(f"{name}: sizes must have at least one batch size, got none")
    check_eval(name, model)
    with as_it_was(model, data):
        x, y = samples_of(name, data)
        if wanted[-1] > len(x):
            raise ValueError(f"{name}: sizes must not exceed the {len(x)} samples, got {wanted[-1]}")
        scale = gradient_noise_scale(model, loss, (x, y))
        whole = np.concatenate([g.reshape(-1) for g in _gradients(name, model, loss, x, y)])
        random = np.random.default_rng(seed)
        noise = []
        for size in wanted:
            squares = []
            for _ in range(min(max(512 // size, 16), 64)):
                chosen = fg.asarray(random.integers(0, len(x), size))  # with replacement, as the theory has it
                g = np.concatenate([h.reshape(-1) for h in _gradients(name, model, loss, x[chosen], y[chosen])])
                squares.append(float(((g - whole) ** 2).sum()))
            noise.append(float(np.sqrt(np.mean(squares) / max(whole @ whole, 1e-300))))
    steps, curves = [], []
    for size in wanted:
        with as_it_was(model, data):
            made = make_optimizer(name, optimizer, [p for _, p in learned(model)], lr)
            random = np.random.default_rng(seed)
            curve, taken = [mean_loss(name, model, loss, [(x, y)])], 0
            for _ in range(epochs):
                order = random.permutation(len(x))
                model.train()
                for at in range(0, len(x) - size + 1, size):
                    chosen = fg.asarray(order[at : at + size])
                    value = loss_of(name, model, loss, x[chosen], y[chosen])
                    made.zero_grad()
                    value.backward()
                    made.step()
                    taken += 1
                model.eval()
                curve.append(mean_loss(name, model, loss, [(x, y)]))
        steps.append(taken)
        curves.append(np.array(curve))
    predicted = tuple(float(np.sqrt(scale.scale / size)) for size in wanted)
    return BatchSizes(tuple(wanted), scale, tuple(noise), predicted, tuple(steps), tuple(curves))
