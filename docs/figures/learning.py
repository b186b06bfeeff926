"""Figures of the pages on learning rates and optimizers."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import diagnose, nn
from fastgrad.nn import functional as F
from figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, panels

Function = Callable[[fg.Tensor], fg.Tensor]


def _valley(w: fg.Tensor) -> fg.Tensor:
    return (w[0] ** 2 + 12 * w[1] ** 2) / 2


def _rosenbrock(w: fg.Tensor) -> fg.Tensor:
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


def _map(ax: Axes, f: Function, across: tuple[float, float], up: tuple[float, float], levels: np.ndarray) -> None:
    x, y = np.meshgrid(np.linspace(*across, 200), np.linspace(*up, 200))
    height = f(fg.tensor(np.stack([x, y]))).numpy()
    ax.contour(x, y, height, levels=levels, colors="#b9c4d2", linewidths=0.7)
    ax.set_xlim(*across)
    ax.set_ylim(*up)


def rates() -> Figure:
    """One valley, walked with four learning rates."""
    valley = diagnose.Surface("valley", _valley, start=(-4.0, 1.2))
    figure, axes = panels(1, 4, (9, 2.6), sharey=True)
    for ax, rate, title, colour in zip(
        axes[0],
        (0.01, 0.1, 0.16, 0.17),
        ("too low", "right", "nearly too high", "too high"),
        (GREY, GREEN, ORANGE, RED),
        strict=True,
    ):
        _map(ax, _valley, (-4.4, 4.4), (-2.4, 2.4), np.array([0.3, 1.5, 4, 8, 14, 22, 32]))
        way = diagnose.trace_optimizers(valley, {title: fg.optim.SGD}, steps=25, rates=[rate]).paths[title]
        ax.plot(way[:, 0], way[:, 1], color=colour, marker="o", ms=3, lw=1.1)
        ax.plot(0, 0, "*", color=INK, ms=9)
        ax.set_title(f"{title}: {rate:g}")
        ax.set_xlabel("one weight")
    axes[0, 0].set_ylabel("another weight")
    return figure


def _network() -> nn.Sequential:
    fg.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def _digits() -> tuple[fg.Tensor, fg.Tensor]:
    digits = load_digits()
    return fg.tensor(digits.data / 16, dtype=fg.float32), fg.tensor(digits.target)


def _batches() -> fg.data.DataLoader:
    generator = fg.Generator(0)
    return fg.data.DataLoader(fg.data.TensorDataset(*_digits()), 64, shuffle=True, drop_last=True, generator=generator)


def curves() -> Figure:
    """The loss of the digits' network by step for several rates."""
    figure, axes = panels(size=(7, 3.2))
    rates = (0.1, 0.5, 3.0, 30.0)
    found = diagnose.compare_rates(_network(), F.cross_entropy, _batches(), rates, steps=200)
    ax = axes[0, 0]
    for losses, label, colour in zip(
        found.losses,
        ("0.1: too low", "0.5: right", "3: too high", "30: far too high"),
        (GREY, GREEN, ORANGE, RED),
        strict=True,
    ):
        ax.semilogy(_smooth(np.minimum(losses, 300)), color=colour, label=label)
    ax.axhline(np.log(10), color=INK, ls=":", lw=1)
    ax.text(201, np.log(10), " guessing", va="center", fontsize=9)
    ax.set_xlim(0, 200)
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.grid(True, color=PALE)
    ax.legend(ncols=2, loc="upper right", fontsize=9)
    return figure


def _smooth(values: np.ndarray, width: int = 9) -> np.ndarray:
    return np.convolve(np.pad(values, width // 2, mode="edge"), np.ones(width) / width, mode="valid")


def range_test() -> Figure:
    """The rate grows from step to step; the loss falls, then breaks out."""
    found = diagnose.lr_range_test(_network(), F.cross_entropy, _batches(), low=1e-4, high=50, steps=150)
    figure, axes = panels(size=(7, 3))
    ax = found.draw(axes[0, 0])
    lowest = found.rates[int(found.smoothed.argmin())]
    ax.axvspan(lowest / 10, lowest / 3, color=GREEN, alpha=0.15)
    ax.set_title("")
    ax.set_xlabel("learning rate, growing from step to step")
    ax.grid(True, color=PALE)
    return figure


def paths() -> Figure:
    """Three optimizers over Rosenbrock's valley."""
    valley = diagnose.Surface("Rosenbrock", _rosenbrock, start=(-1.3, 1.6))
    figure, axes = panels(1, 3, (9, 3.1), sharey=True)
    for ax, (title, make, rate), colour in zip(
        axes[0],
        (
            ("gradient descent", fg.optim.SGD, 0.0015),
            ("with momentum", functools.partial(fg.optim.SGD, momentum=0.9), 0.0015),
            ("Adam", fg.optim.Adam, 0.08),
        ),
        (GREY, BLUE, ORANGE),
        strict=True,
    ):
        _map(ax, _rosenbrock, (-1.9, 1.7), (-0.7, 2.2), np.array([0.3, 2, 8, 25, 70, 180, 400]))
        found = diagnose.trace_optimizers(valley, {title: make}, steps=300, rates=[rate])
        way = found.paths[title]
        ax.plot(way[:, 0], way[:, 1], color=colour, marker="o", ms=2, lw=1.1)
        ax.plot(1, 1, "*", color=RED, ms=12)
        ax.plot(*way[-1], "o", color=INK, ms=6)
        ax.set_title(f"{title}\n300 steps: loss {found.values[title][-1]:.2g}", fontsize=9.5)
        ax.set_xlabel("one weight")
    axes[0, 0].set_ylabel("another weight")
    return figure


def compared() -> Figure:
    """The loss of the digits' network for three optimizers, each with the best of several rates."""
    optimizers = {
        "gradient descent": fg.optim.SGD,
        "momentum 0.9": functools.partial(fg.optim.SGD, momentum=0.9),
        "Adam": fg.optim.Adam,
    }
    rates = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
    found = diagnose.compare_optimizers(_network(), F.cross_entropy, _digits(), optimizers, rates=rates, epochs=10)
    figure, axes = panels(size=(7, 3.1))
    ax = axes[0, 0]
    for (label, losses), colour in zip(found.losses.items(), (GREY, BLUE, ORANGE), strict=True):
        ax.semilogy(found.passes[label], losses, "o-", ms=3, color=colour, label=f"{label}, lr {found.rates[label]:g}")
    ax.set_xlabel("passes over the 1,797 digits")
    ax.set_ylabel("loss")
    ax.grid(True, color=PALE)
    ax.legend()
    return figure


def _hills(x: fg.Tensor) -> fg.Tensor:
    return 0.08 * x**2 + fg.sin(2.2 * x) + 1.2


def two_minima() -> Figure:
    """The same descent from several starts ends in several places."""
    figure, axes = panels(size=(7, 3.1))
    ax = axes[0, 0]
    x = np.linspace(-5.5, 5.5, 400)
    ax.plot(x, _hills(fg.tensor(x)).numpy(), color=BLUE)
    for start, colour in ((-4.6, RED), (-1.9, GREEN), (0.95, ORANGE), (3.8, GREY)):
        w = fg.tensor(start, dtype=fg.float64, requires_grad=True)
        way = [w.item()]
        for _ in range(60):
            w.grad = None
            _hills(w).backward()
            with fg.no_grad():
                w -= 0.05 * w.grad
            way.append(w.item())
        height = _hills(fg.tensor(way)).numpy()
        ax.plot(way, height, "o", color=colour, ms=3.5, alpha=0.6)
        ax.plot(way[0], height[0], "o", color=colour, ms=9, mfc="white", mew=2)
        ax.plot(way[-1], height[-1], "o", color=colour, ms=9)
    lowest = x[int(_hills(fg.tensor(x)).numpy().argmin())]
    ax.annotate("the lowest of all", (lowest, 0.25), (lowest, -0.55), ha="center", arrowprops={"arrowstyle": "->"})
    ax.set_ylim(-0.8, 5)
    ax.set_xlabel("weight")
    ax.set_ylabel("loss")
    ax.set_title("open: where it starts; filled: where it ends")
    return figure
