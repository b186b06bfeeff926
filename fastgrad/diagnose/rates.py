"""Which learning rate: a test over a range of them, and a comparison of some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad.diagnose._model import (
    Batches,
    Loss,
    MakeOptimizer,
    as_it_was,
    check_count,
    check_module,
    check_number,
    check_positive,
    endless,
    learned,
    loss_of,
    make_optimizer,
    reusable,
)
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A loss so many times the lowest one, and above the first one, does not come back.
_DIVERGED = 4.0


@dataclass(frozen=True, eq=False)
class RangeTest(Result):
    """What `lr_range_test` found.

    Attributes
    ----------
    rates : ndarray, shape (steps,)
        The learning rate of each step, growing by a constant factor, to where the loss diverged.
    losses : ndarray, shape (steps,)
        The loss before that step.
    smoothed : ndarray, shape (steps,)
        Their running mean.
    suggested : float or None
        A tenth of the rate at which the running mean is lowest, if that is not below the range; None where it never
        falls.
    diverged_at : float or None
        The rate from which on the loss, or its running mean, only rose, until it was lost; None where that did not
        happen.
    """

    rates: np.ndarray[Any, Any]
    losses: np.ndarray[Any, Any]
    smoothed: np.ndarray[Any, Any]
    suggested: float | None
    diverged_at: float | None

    def __str__(self) -> str:
        shown = np.unique(np.linspace(0, len(self.rates) - 1, 12).round().astype(int))
        rows = [(float(self.rates[i]), float(self.losses[i]), float(self.smoothed[i])) for i in shown]
        suggested = "none: the loss never falls" if self.suggested is None else f"{self.suggested:.3g}"
        diverged = "not within the range" if self.diverged_at is None else f"from {self.diverged_at:.3g} on"
        return f"suggested rate: {suggested}\ndiverges: {diverged}\n" + table(("rate", "loss", "smoothed"), rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the curve, the suggested rate and where the loss diverges, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("RangeTest.draw", ax)
        ax.semilogx(self.rates, self.losses, color="#b9c4d2", lw=1, label="loss of the step's batch")
        ax.semilogx(self.rates, self.smoothed, color="#2f6db5", lw=2, label="running mean")
        if self.suggested is not None:
            ax.axvline(self.suggested, color="#2b8a3e", ls="--", label=f"suggested: {self.suggested:.2g}")
        if self.diverged_at is not None:
            ax.axvline(
                self.diverged_at, color="#c8322b", ls=":", lw=2, label=f"diverges from {self.diverged_at:.2g} on"
            )
        seen = self.smoothed[np.isfinite(self.smoothed)]
        if len(seen) and seen[0] > seen.min():
            low, high = float(seen.min()), float(seen[0])
            ax.set_ylim(max(low - 0.3 * (high - low), 0.0 if low >= 0 else -np.inf), high + 0.7 * (high - low))
        ax.set_xlabel("learning rate")
        ax.set_ylabel("loss")
        ax.set_title("Learning-rate range test")
        ax.legend(frameon=False)
        return ax


def lr_range_test(
    model: nn.Module,
    loss: Loss,
    batches: Batches,
    *,
    optimizer: MakeOptimizer = fg.optim.SGD,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.8,
) -> RangeTest:
    """Train for some steps while the learning rate grows from too low to too high, and see where the loss falls.

    Parameters
    ----------
    model : Module
        It is left as it was, also by an error. It learns in training mode.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number.
    batches : pair of array_like, or iterable of pairs
        Inputs and targets: one batch, or several, such as a `DataLoader`; they are gone through as often as needed.
    optimizer : callable, default SGD
        A class of optimizers, or a function of parameters and ``lr``, for example ``functools.partial(optim.SGD,
        momentum=0.9)``.
    low, high : float, default 1e-6 and 10
        The first and the last rate.
    steps : int, default 100
        How many rates are tried, one step with each.
    smoothing : float, default 0.8
        How much of the running mean is kept at each step; 0 for none.

    Returns
    -------
    RangeTest

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be.

    Notes
    -----
    The test ends where the running mean is four times the lowest it was, and above where it began, or where the loss is
    not finite. Rates suggested by it are for training from here: later, or with another batch size, others are right.

    References
    ----------
    Smith, "Cyclical learning rates for training neural networks", 2017, https://arxiv.org/abs/1506.01186

    Examples
    --------
    A parabola of curvature 10 is descended at rates below 2 / 10:

    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(1, 1, bias=False)
    >>> x = fg.full((4, 1), 5**0.5)
    >>> found = fg.diagnose.lr_range_test(model, fg.nn.functional.mse_loss, (x, 3 * x), low=1e-4, high=10, steps=60)
    >>> 0.2 <= found.diverged_at < 0.25, found.suggested < 0.2
    (True, True)
    """
    name = "lr_range_test"
    check_module(name, model)
    low, high = check_positive(name, "low", low), check_positive(name, "high", high)
    if not low < high:
        raise ValueError(f"{name}: low must be below high, got {low} and {high}")
    check_count(name, "steps", steps, 3)
    if not check_number(name, "smoothing", smoothing) < 1:
        raise ValueError(f"{name}: smoothing must be in [0, 1), got {smoothing}")
    rates = np.geomspace(low, high, steps)
    losses: list[float] = []
    smoothed: list[float] = []
    diverged = False
    with as_it_was(model, batches, training=True):
        parameters = [p for _, p in learned(model)]
        made = make_optimizer(name, optimizer, parameters, low)
        mean = 0.0
        for step, (x, y) in zip(range(steps), endless(name, batches), strict=False):
            for group in made.param_groups:
                group["lr"] = float(rates[step])
            value = loss_of(name, model, loss, x, y)
            losses.append(float(value.detach()))
            mean = smoothing * mean + (1 - smoothing) * losses[-1]
            smoothed.append(mean / (1 - smoothing ** (step + 1)))
            diverged = not np.isfinite(losses[-1]) or (
                smoothed[-1] > _DIVERGED * min(smoothed) and smoothed[-1] > smoothed[0] and step > 1
            )
            if diverged:
                break
            made.zero_grad()
            value.backward()
            made.step()
    seen, means = np.array(losses), np.array(smoothed)
    diverged_at = None
    if diverged:
        # The loss before a step tells of the rate of the step before it. Single losses fall by chance, and their mean
        # falls on for some steps when they are back from near zero: the earlier of both is it.
        last = [np.flatnonzero(each[1:] < each[:-1]) for each in (seen, means)]
        diverged_at = float(rates[min(int(falls[-1]) + 1 if len(falls) else 0 for falls in last)])
    return RangeTest(rates[: len(seen)], seen, means, _suggest(rates, means), diverged_at)


def _suggest(rates: np.ndarray[Any, Any], means: np.ndarray[Any, Any]) -> float | None:
    """A tenth of the rate at which the losses are lowest: the steepest place may be one of chance."""
    lowest = int(np.where(np.isfinite(means), means, np.inf).argmin())
    return float(max(rates[lowest] / 10, rates[0])) if lowest else None


@dataclass(frozen=True, eq=False)
class RateComparison(Result):
    """What `compare_rates` found.

    Attributes
    ----------
    rates : tuple of float
        In ascending order.
    losses : tuple of ndarray
        Of each rate the loss before each step, to where it diverged.
    final : tuple of float
        Of each rate the mean loss of the last tenth of the steps; infinite where it diverged.
    verdicts : tuple of str
        Of each rate ``"too low"``, ``"right"``, ``"too high"`` or ``"diverges"``.
    best : float or None
        The rate of the lowest final loss; None where all diverge.
    """

    rates: tuple[float, ...]
    losses: tuple[np.ndarray[Any, Any], ...]
    final: tuple[float, ...]
    verdicts: tuple[str, ...]
    best: float | None

    def __str__(self) -> str:
        rows = [(rate, len(each), float(each[0]), final, verdict)
                for rate, each, final, verdict in self._lines()]  # fmt: skip
        return table(("rate", "steps", "first loss", "last loss", "verdict"), rows)

    def _lines(self) -> Iterator[tuple[float, np.ndarray[Any, Any], float, str]]:
        return zip(self.rates, self.losses, self.final, self.verdicts, strict=True)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the losses by step, a curve for each rate, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("RateComparison.draw", ax)
        colors = {"too low": "#8a8f98", "right": "#2f6db5", "too high": "#e8833a", "diverges": "#c8322b"}
        finite = np.concatenate([each[np.isfinite(each)] for each in self.losses])
        first = max((float(each[0]) for each in self.losses if np.isfinite(each[0])), default=1.0) or 1.0
        for rate, losses, _, verdict in self._lines():
            width = min(max(len(losses) // 20, 1), 10)
            smooth = np.convolve(losses, np.ones(width) / width, mode="valid")
            best = rate == self.best
            ax.plot(np.arange(len(smooth)) + width - 1, smooth, color=colors[verdict], lw=2.6 if best else 1.4,
                    alpha=1.0 if best or verdict != "right" else 0.6, label=f"{rate:.2g}: {verdict}")  # fmt: skip
            end = min(float(smooth[-1]), 1.35 * first) if np.isfinite(smooth[-1]) else 1.35 * first
            ax.plot(len(losses) - 1, end, "x" if verdict == "diverges" else "o", color=colors[verdict], clip_on=False)
            ax.annotate(f"{rate:.2g}", (len(losses) - 1, end), xytext=(6, -3), textcoords="offset points",
                        fontsize=8, color=colors[verdict], annotation_clip=False)  # fmt: skip
        ax.set_ylim(0 if not len(finite) or finite.min() >= 0 else None, 1.4 * abs(first))
        ax.set_xlabel("step")
        ax.set_ylabel("loss")
        ax.set_title("Learning rates compared")
        ax.legend(frameon=False, title="learning rate")
        return ax


def compare_rates(
    model: nn.Module,
    loss: Loss,
    batches: Batches,
    rates: Sequence[float],
    *,
    steps: int = 100,
    optimizer: MakeOptimizer = fg.optim.SGD,
) -> RateComparison:
    """Train with each of several learning rates from the same start, and say which are too low, right, too high.

    Parameters
    ----------
    model, loss, batches, optimizer
        As `lr_range_test` has them.
    rates : sequence of float
        The learning rates to train with.
    steps : int, default 100
        So many with each rate; every rate sees the same batches in the same order.

    Returns
    -------
    RateComparison

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be.

    Notes
    -----
    A rate diverges when the loss is not finite, or over a tenth of the steps four times what it was at first. Of the
    others, those whose loss fell by less than nine tenths of what the best one's fell are too low, or too high,
    depending on the side of the best that they are on.

    Examples
    --------
    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(1, 1, bias=False)
    >>> x = fg.full((4, 1), 5**0.5)
    >>> found = fg.diagnose.compare_rates(model, fg.nn.functional.mse_loss, (x, 3 * x), [1e-4, 0.05, 0.3], steps=40)
    >>> found.verdicts
    ('too low', 'right', 'diverges')
    """
    name = "compare_rates"
    check_module(name, model)
    check_count(name, "steps", steps, 2)
    wanted = tuple(sorted({check_positive(name, "a rate", rate) for rate in rates}))
    if not wanted:
        raise ValueError(f"{name}: rates must have at least one rate, got none")
    window = max(steps // 10, 1)
    batches = reusable(batches, steps)
    curves, finals = [], []
    for rate in wanted:
        with as_it_was(model, batches, training=True):
            made = make_optimizer(name, optimizer, [p for _, p in learned(model)], rate)
            losses: list[float] = []
            lost = False
            for _, (x, y) in zip(range(steps), endless(name, batches), strict=False):
                value = loss_of(name, model, loss, x, y)
                losses.append(float(value.detach()))
                recent = float(np.mean(losses[-window:]))
                if not np.isfinite(losses[-1]) or (len(losses) > window and recent > _DIVERGED * abs(losses[0])):
                    lost = True
                    break
                made.zero_grad()
                value.backward()
                made.step()
        curves.append(np.array(losses))
        finals.append(float("inf") if lost else float(np.mean(losses[-window:])))
    best = int(np.argmin(finals)) if np.isfinite(finals).any() else None
    verdicts = []
    for i, (curve, final) in enumerate(zip(curves, finals, strict=True)):
        if not np.isfinite(final) or best is None:
            verdicts.append("diverges")
        elif i == best or curve[0] - final >= 0.9 * (curves[best][0] - finals[best]):
            verdicts.append("right")
        else:
            verdicts.append("too low" if i < best else "too high")
    return RateComparison(wanted, tuple(curves), tuple(finals), tuple(verdicts), None if best is None else wanted[best])
