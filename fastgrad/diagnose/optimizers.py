"""Optimizers side by side: their paths over surfaces that can be drawn, and their losses on a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad._tensor import Tensor
from fastgrad.diagnose._model import (
    Batches,
    Loss,
    as_it_was,
    calls_closure,
    check_count,
    check_module,
    check_number,
    check_positive,
    learned,
    loss_of,
    mean_loss,
    samples_of,
)
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, np.dtype[np.float64]]


def _rosenbrock(p: Tensor) -> Tensor:
    x, y = p[..., 0], p[..., 1]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _beale(p: Tensor) -> Tensor:
    x, y = p[..., 0], p[..., 1]
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _saddle(p: Tensor) -> Tensor:
    x, y = p[..., 0], p[..., 1]
    return x**2 + (y**2 - 1) ** 2 / 4


@dataclass(frozen=True)
class Surface:
    """A function of two numbers that optimizers are sent over.

    Attributes
    ----------
    name : str
        What it is called.
    function : callable
        Of a tensor of shape (..., 2), by differentiable operations; gives shape (...).
    start : pair of float
        Where optimizers begin.
    minima : tuple of pairs of float
        Where it is lowest, if that is known.
    box : ((x low, x high), (y low, y high))
        What is drawn.
    """

    name: str
    function: Callable[[Tensor], Tensor]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...] = ()
    box: tuple[tuple[float, float], tuple[float, float]] = ((-2.0, 2.0), (-2.0, 2.0))


SURFACES: dict[str, Surface] = {
    "Rosenbrock": Surface("Rosenbrock", _rosenbrock, (-1.2, 1.0), ((1.0, 1.0),), ((-1.8, 1.6), (-0.8, 2.2))),
    "Beale": Surface("Beale", _beale, (1.0, 1.5), ((3.0, 0.5),), ((-0.5, 4.2), (-1.6, 1.9))),
    "saddle": Surface("saddle", _saddle, (-1.5, 1e-3), ((0.0, 1.0), (0.0, -1.0)), ((-1.8, 1.0), (-1.4, 1.4))),
}


@dataclass(frozen=True)
class Contestant:
    """An optimizer in a comparison.

    Attributes
    ----------
    make : callable
        Makes an optimizer of parameters and ``lr``.
    full : bool, default False
        On a model, each of its steps takes all data, not a batch. Those that call a closure do anyway.
    noisy : bool, default False
        On a surface, its gradients have noise, as those of batches have.
    """

    make: Callable[..., fg.optim.Optimizer]
    full: bool = False
    noisy: bool = False


def _without_rate(kind: Callable[..., fg.optim.Optimizer]) -> Callable[..., fg.optim.Optimizer]:
    def make(parameters: Any, lr: float) -> fg.optim.Optimizer:
        return kind(parameters)

    return make


def usual_optimizers() -> dict[str, Contestant]:
    """Return gradient descent, SGD, momentum, RMSprop, Adagrad, Adam, conjugate gradient and L-BFGS, by name.

    Examples
    --------
    >>> import fastgrad as fg
    >>> list(fg.diagnose.usual_optimizers())[:3]
    ['gradient descent', 'SGD', 'momentum']
    """
    optim = fg.optim
    # A step is one iteration, whose line search may take as long as it needs.
    conjugate = partial(optim.ConjugateGradient, max_iter=1, max_eval=25)
    lbfgs = partial(optim.LBFGS, max_iter=1, max_eval=25, line_search_fn="strong_wolfe")
    return {
        "gradient descent": Contestant(optim.SGD, full=True),
        "SGD": Contestant(optim.SGD, noisy=True),
        "momentum": Contestant(partial(optim.SGD, momentum=0.9)),
        "RMSprop": Contestant(optim.RMSprop),
        "Adagrad": Contestant(optim.Adagrad),
        "Adam": Contestant(optim.Adam),
        "conjugate gradient": Contestant(_without_rate(conjugate), full=True),
        "L-BFGS": Contestant(_without_rate(lbfgs), full=True),
    }


_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3)
_COLORS = ("#2b2f36", "#8a8f98", "#2f6db5", "#2b8a3e", "#b8860b", "#c8322b", "#7048b8", "#e8833a")


@dataclass(frozen=True, eq=False)
class OptimizerPaths(Result):
    """What `trace_optimizers` found.

    Attributes
    ----------
    surface : str
        Its name.
    paths : dict of str to ndarray, shape (steps + 1, 2)
        Of each optimizer where it was, at its best learning rate.
    values : dict of str to ndarray, shape (steps + 1,)
        The surface's values there.
    evaluations : dict of str to ndarray, shape (steps + 1,)
        How many gradients were computed until then.
    rates : dict of str to float or None
        These learning rates; None for those that choose their steps themselves.
    """

    surface: str
    paths: dict[str, Array]
    values: dict[str, Array]
    evaluations: dict[str, Array]
    rates: dict[str, float | None]

    def __str__(self) -> str:
        rows = [(name, self.rates[name], int(self.evaluations[name][-1]), float(values[-1]),
                 "({:.4g}, {:.4g})".format(*self.paths[name][-1])) for name, values in self.values.items()]  # fmt: skip
        return f"over {self.surface}:\n" + table(("optimizer", "rate", "gradients", "value", "ends at"), rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the paths over the surface's contours (of those in `SURFACES`), and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("OptimizerPaths.draw", ax)
        surface = SURFACES.get(self.surface)
        if surface is not None:
            x, y = (np.linspace(*span, 241) for span in surface.box)
            grid = np.stack(np.meshgrid(x, y), axis=-1)
            heights = np.asarray(surface.function(fg.tensor(grid)))
            levels = np.geomspace(max(float(heights.min()), 1e-3), float(heights.max()), 25)
            ax.contour(x, y, heights, np.unique(levels), cmap="Greys_r", linewidths=0.6, alpha=0.7)
            ax.set_xlim(*surface.box[0])
            ax.set_ylim(*surface.box[1])
            for minimum in surface.minima:
                ax.plot(*minimum, "*", color="#e8b10a", ms=15, mec="#2b2f36", zorder=5)
        for (name, path), color in zip(self.paths.items(), _COLORS * len(self.paths), strict=False):
            ax.plot(path[:, 0], path[:, 1], "-", color=color, lw=1.5, alpha=0.85, label=name)
            ax.plot(*path[-1], "o", color=color, ms=5, zorder=4)
        start = next(iter(self.paths.values()))[0]
        ax.plot(*start, "s", color="#2b2f36", ms=7, zorder=5)
        ax.set_title(f"Paths over {self.surface}")
        ax.legend(fontsize=7, framealpha=0.9)
        return ax

    def draw_curves(self, ax: Axes | None = None) -> Axes:
        """Draw the values by the number of gradients computed, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("OptimizerPaths.draw_curves", ax)
        for (name, values), color in zip(self.values.items(), _COLORS * len(self.values), strict=False):
            ax.loglog(np.maximum(self.evaluations[name], 1), np.maximum(values, 1e-16), color=color, lw=1.6, label=name)
        ax.set_xlabel("gradients computed")
        ax.set_ylabel("value")
        ax.set_title(f"Descent on {self.surface}")
        ax.legend(fontsize=7, framealpha=0.9)
        return ax


def _contestants(name: str, optimizers: Mapping[str, Any] | None) -> dict[str, Contestant]:
    if optimizers is None:
        return usual_optimizers()
    if not isinstance(optimizers, Mapping) or not optimizers:
        raise TypeError(f"{name}: optimizers must be a dict of names to optimizers, got {optimizers!r}")
    found = {}
    for key, each in optimizers.items():
        if not callable(each) and not isinstance(each, Contestant):
            raise TypeError(f"{name}: optimizer {key} must be a class, a function of parameters and lr, or a "
                            f"Contestant, got {type(each).__name__}")  # fmt: skip
        found[key] = each if isinstance(each, Contestant) else Contestant(each)
    return found


def _rates(name: str, rates: Any) -> tuple[float, ...]:
    found = tuple(check_positive(name, "a rate", rate) for rate in rates)
    if not found:
        raise ValueError(f"{name}: rates must have at least one rate, got none")
    return found


def _made(name: str, entrant: str, contestant: Contestant, parameters: Sequence[Tensor], lr: float) -> tuple[Any, bool]:
    """An optimizer, and whether it calls a closure as often as it needs."""
    made = contestant.make(parameters, lr=lr)
    if not isinstance(made, fg.optim.Optimizer):
        raise TypeError(f"{name}: {entrant} must make an Optimizer, got {type(made).__name__}")
    return made, calls_closure(made)


def trace_optimizers(
    surface: Surface | str = "Rosenbrock",
    optimizers: Mapping[str, Any] | None = None,
    *,
    steps: int = 300,
    rates: Sequence[float] = _RATES,
    noise: float = 0.5,
    seed: int = 0,
) -> OptimizerPaths:
    """Send optimizers over a surface of two numbers, each with the learning rate that serves it best.

    Parameters
    ----------
    surface : Surface or str, default "Rosenbrock"
        One's name in `SURFACES` (``"Rosenbrock"``, ``"Beale"``, ``"saddle"``), or one of your own.
    optimizers : dict, optional
        Names to classes, functions of parameters and ``lr``, or `Contestant`; by default `usual_optimizers`.
    steps : int, default 300
        Gradients that each may compute.
    rates : sequence of float
        Which are tried: that of the lowest last value counts.
    noise : float, default 0.5
        Of noisy ones (SGD), the deviation of the gradient's noise over its norm.
    seed : int, default 0
        Of that noise.

    Returns
    -------
    OptimizerPaths

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be.

    Examples
    --------
    >>> import fastgrad as fg
    >>> found = fg.diagnose.trace_optimizers("Beale", steps=60)
    >>> found.paths["L-BFGS"][-1].round(4).tolist()
    [3.0, 0.5]
    """
    name = "trace_optimizers"
    if isinstance(surface, str):
        if surface not in SURFACES:
            raise ValueError(f"{name}: surface must be one of {', '.join(SURFACES)}, got {surface!r}")
        surface = SURFACES[surface]
    if not isinstance(surface, Surface):
        raise TypeError(f"{name}: surface must be a Surface or a name, got {type(surface).__name__}")
    check_count(name, "steps", steps)
    check_number(name, "noise", noise)
    tried = _rates(name, rates)
    paths, values, evaluations, best = {}, {}, {}, {}
    for entrant, contestant in _contestants(name, optimizers).items():
        chosen = None
        for rate in tried:
            run = _descend(name, entrant, surface, contestant, rate, steps, noise, seed)
            last = run[1][-1] if np.isfinite(run[1][-1]) else float("inf")
            if chosen is None or last < chosen[0]:
                chosen = last, run, rate
            if run[3]:
                break
        assert chosen is not None
        paths[entrant], values[entrant], evaluations[entrant] = chosen[1][:3]
        best[entrant] = None if chosen[1][3] else chosen[2]
    return OptimizerPaths(surface.name, paths, values, evaluations, best)


def _descend(
    name: str, entrant: str, surface: Surface, contestant: Contestant, rate: float, steps: int, noise: float, seed: int
) -> tuple[Array, Array, Array, bool]:
    """One optimizer's path, its values, the gradients computed until each, and whether it calls a closure."""
    random = np.random.default_rng(seed)
    point = fg.tensor(surface.start, dtype=fg.float64, requires_grad=True)
    made, calls = _made(name, entrant, contestant, [point], rate)
    count = 0

    def closure() -> Tensor:
        nonlocal count
        count += 1
        made.zero_grad()
        with fg.enable_grad():
            value = surface.function(point)
            if not isinstance(value, Tensor) or value.size != 1:
                raise ValueError(f"{name}: the surface's function must give one number for a point, got {value!r}")
            value.backward()
        if contestant.noisy and point.grad is not None:
            size = noise * float(fg.norm(point.grad))
            point.grad += fg.tensor(random.standard_normal(2) * size / 2**0.5)
        return value

    path, seen = [np.array(surface.start)], [0]
    heights = [float(surface.function(point.detach()))]
    while count < steps:
        before = count
        made.step(closure)
        place = np.asarray(point.detach()).copy()
        path.append(place)
        heights.append(float(surface.function(point.detach())))
        seen.append(count)
        if not np.isfinite(place).all() or not np.isfinite(heights[-1]) or np.abs(place).max() > 1e6 or count == before:
            break
        if calls and len(path) > 2 and np.array_equal(path[-1], path[-2]) and np.array_equal(path[-1], path[-3]):
            break  # it has converged, and beginning anew did not help
    return np.array(path), np.array(heights), np.array(seen), calls


@dataclass(frozen=True, eq=False)
class OptimizerComparison(Result):
    """What `compare_optimizers` found.

    Attributes
    ----------
    losses : dict of str to ndarray
        Of each optimizer the loss of all data, before training and each time that it was looked at.
    passes : dict of str to ndarray
        How many times all data had been gone through then.
    steps : dict of str to int
        By optimizer, how many steps it took.
    rates : dict of str to float or None
        The learning rates, each the best of those tried; None for those that choose their steps themselves.
    """

    losses: dict[str, Array]
    passes: dict[str, Array]
    steps: dict[str, int]
    rates: dict[str, float | None]

    def __str__(self) -> str:
        rows = [(name, self.rates[name], self.steps[name], float(self.passes[name][-1]), float(losses[-1]))
                for name, losses in sorted(self.losses.items(), key=lambda each: _last(each[1]))]  # fmt: skip
        return table(("optimizer", "rate", "steps", "passes", "loss"), rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the losses by passes over the data, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("OptimizerComparison.draw", ax)
        for (name, losses), color in zip(self.losses.items(), _COLORS * len(self.losses), strict=False):
            ax.plot(self.passes[name], losses, "-", color=color, lw=1.7, label=name)
        if all((losses[np.isfinite(losses)] > 0).all() for losses in self.losses.values()):
            ax.set_yscale("log")
        ax.set_xlabel("passes over the data")
        ax.set_ylabel("loss of all data")
        ax.set_title("Optimizers on one problem")
        ax.legend(fontsize=8, frameon=False)
        return ax


def _last(losses: Array) -> float:
    return float(losses[-1]) if np.isfinite(losses[-1]) else float("inf")


def compare_optimizers(
    model: nn.Module,
    loss: Loss,
    data: Batches,
    optimizers: Mapping[str, Any] | None = None,
    *,
    rates: Sequence[float] = (1e-3, 1e-2, 1e-1, 1.0),
    epochs: int = 5,
    batch_size: int = 32,
    seed: int = 0,
) -> OptimizerComparison:
    """Train a model with several optimizers from the same start, each with the learning rate that serves it best.

    Parameters
    ----------
    model : Module
        It is left as it was, also by an error. It learns in training mode, and is measured in evaluation mode.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number, the mean over samples.
    data : pair of array_like, or iterable of pairs
        All samples, or batches of them.
    optimizers : dict, optional
        Names to classes, functions of parameters and ``lr``, or `Contestant`; by default `usual_optimizers`.
    rates : sequence of float
        Which are tried: that of the lowest last loss counts.
    epochs : int, default 5
        So many times each may go through the data. Line searches count.
    batch_size : int, default 32
        Of all but gradient descent, conjugate gradient and L-BFGS, whose steps take all data.
    seed : int, default 0
        Of the order of samples, which is the same for all.

    Returns
    -------
    OptimizerComparison

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be.

    Examples
    --------
    >>> import fastgrad as fg
    >>> _ = fg.manual_seed(0)
    >>> x = fg.randn(64, 3)
    >>> found = fg.diagnose.compare_optimizers(fg.nn.Linear(3, 1), fg.nn.functional.mse_loss, (x, x[:, :1]), epochs=10)
    >>> min(found.losses, key=lambda name: found.losses[name][-1]) in ("L-BFGS", "conjugate gradient")
    True
    """
    name = "compare_optimizers"
    check_module(name, model)
    check_count(name, "epochs", epochs)
    check_count(name, "batch_size", batch_size)
    tried = _rates(name, rates)
    losses, passes, steps, best = {}, {}, {}, {}
    with as_it_was(model, data):
        x, y = samples_of(name, data)
    for entrant, contestant in _contestants(name, optimizers).items():
        chosen: tuple[Array, Array, int, bool, float] | None = None
        for rate in tried:
            with as_it_was(model):
                run = _train(name, entrant, model, loss, (x, y), contestant, rate, epochs, batch_size, seed)
            if chosen is None or _last(run[0]) < _last(chosen[0]):
                chosen = (*run, rate)
            if run[3]:
                break
        assert chosen is not None
        losses[entrant], passes[entrant], steps[entrant], calls, rate = chosen
        best[entrant] = None if calls else rate
    return OptimizerComparison(losses, passes, steps, best)


def _train(
    name: str,
    entrant: str,
    model: nn.Module,
    loss: Loss,
    data: tuple[Tensor, Tensor],
    contestant: Contestant,
    rate: float,
    epochs: int,
    batch_size: int,
    seed: int,
) -> tuple[Array, Array, int, bool]:
    x, y = data
    made, calls = _made(name, entrant, contestant, [p for _, p in learned(model)], rate)
    size = len(x) if calls or contestant.full else min(batch_size, len(x))
    random = np.random.default_rng(seed)
    model.eval()
    losses, passes, steps, seen = [mean_loss(name, model, loss, [(x, y)])], [0.0], 0, 0
    chosen: Any = slice(None)

    def closure() -> Tensor:
        nonlocal seen
        batch = x[chosen]
        seen += len(batch)
        made.zero_grad()
        value = loss_of(name, model, loss, batch, y[chosen])
        value.backward()
        return value

    least = min(2, len(x))  # one sample alone has no variance for batch normalisation to divide by
    while (seen < epochs * len(x) if calls else len(losses) <= epochs) and np.isfinite(losses[-1]):
        before = seen
        model.train()
        order = random.permutation(len(x))
        for at in range(0, len(x) - least + 1, size):
            if size < len(x):
                chosen = fg.asarray(order[at : at + size])
            made.step(closure)
            steps += 1
        model.eval()
        losses.append(mean_loss(name, model, loss, [(x, y)]))
        passes.append(seen / len(x))
        if seen == before or (calls and len(losses) > 2 and losses[-1] == losses[-2] == losses[-3]):
            break  # it has converged, and beginning anew did not help
    return np.array(losses), np.array(passes), steps, calls
