"""Figures of the pages on learning rates and optimizers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F
from figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, panels

Function = Callable[[fg.Tensor], fg.Tensor]


def _valley(w: fg.Tensor) -> fg.Tensor:
    return (w[0] ** 2 + 12 * w[1] ** 2) / 2


def _rosenbrock(w: fg.Tensor) -> fg.Tensor:
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


def _walk(
    f: Function, start: tuple[float, ...], steps: int, make: Callable[[list[fg.Tensor]], fg.optim.Optimizer]
) -> np.ndarray:
    """Return where an optimizer goes, shape (steps + 1, 2)."""
    w = fg.tensor(list(start), dtype=fg.float64, requires_grad=True)
    optimizer = make([w])
    way = [w.tolist()]
    for _ in range(steps):
        optimizer.zero_grad()
        f(w).backward()
        optimizer.step()
        way.append(w.tolist())
    return np.array(way)


def _map(ax: Axes, f: Function, across: tuple[float, float], up: tuple[float, float], levels: np.ndarray) -> None:
    x, y = np.meshgrid(np.linspace(*across, 200), np.linspace(*up, 200))
    height = f(fg.tensor(np.stack([x, y]))).numpy()
    ax.contour(x, y, height, levels=levels, colors="#b9c4d2", linewidths=0.7)
    ax.set_xlim(*across)
    ax.set_ylim(*up)


def rates() -> Figure:
    """One valley, walked with four learning rates."""
    figure, axes = panels(1, 4, (9, 2.6), sharey=True)
    for ax, rate, title, colour in zip(
        axes[0],
        (0.01, 0.1, 0.16, 0.17),
        ("too low", "right", "nearly too high", "too high"),
        (GREY, GREEN, ORANGE, RED),
        strict=True,
    ):
        _map(ax, _valley, (-4.4, 4.4), (-2.4, 2.4), np.array([0.3, 1.5, 4, 8, 14, 22, 32]))
        way = _walk(_valley, (-4.0, 1.2), 25, lambda p, rate=rate: fg.optim.SGD(p, lr=rate))
        ax.plot(way[:, 0], way[:, 1], color=colour, marker="o", ms=3, lw=1.1)
        ax.plot(0, 0, "*", color=INK, ms=9)
        ax.set_title(f"{title}: {rate:g}")
    return figure


def _network() -> nn.Sequential:
    fg.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def _digits() -> tuple[fg.Tensor, fg.Tensor]:
    digits = load_digits()
    order = fg.randperm(1797, generator=fg.Generator(0))
    return fg.tensor(digits.data / 16, dtype=fg.float32)[order], fg.tensor(digits.target)[order]


def _losses(make: Callable[[list[fg.Tensor]], fg.optim.Optimizer], steps: int = 200) -> np.ndarray:
    x, y = _digits()
    net = _network()
    optimizer = make(list(net.parameters()))
    generator = fg.Generator(0)
    losses = []
    for _ in range(steps):
        part = fg.randint(0, 1437, (64,), generator=generator)
        loss = F.cross_entropy(net(x[part]), y[part])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return np.array(losses)


def _smooth(values: np.ndarray, width: int = 9) -> np.ndarray:
    return np.convolve(np.pad(values, width // 2, mode="edge"), np.ones(width) / width, mode="valid")


def curves() -> Figure:
    """The loss of the digits' network by step for several rates."""
    figure, axes = panels(size=(7, 3.2))
    ax = axes[0, 0]
    for rate, label, colour in (
        (0.1, "0.1: too low", GREY),
        (0.5, "0.5: right", GREEN),
        (3.0, "3: too high", ORANGE),
        (30.0, "30: far too high", RED),
    ):
        losses = _losses(lambda p, rate=rate: fg.optim.SGD(p, lr=rate))
        ax.semilogy(_smooth(np.minimum(losses, 300)), color=colour, label=label)
    ax.axhline(np.log(10), color=INK, ls=":", lw=1)
    ax.text(201, np.log(10), " guessing", va="center", fontsize=9)
    ax.set_xlim(0, 200)
    ax.set_ylim(0.03, 60)
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.grid(True, color=PALE)
    ax.legend(ncols=2, loc="upper right", fontsize=9)
    return figure


def range_test() -> Figure:
    """The rate grows from step to step; the loss falls, then breaks out."""
    x, y = _digits()
    net = _network()
    sgd = fg.optim.SGD(net.parameters(), lr=1e-4)
    rates, losses = np.logspace(-4, 1.7, 150), []
    generator = fg.Generator(0)
    for rate in rates:
        sgd.param_groups[0]["lr"] = float(rate)
        part = fg.randint(0, 1437, (64,), generator=generator)
        loss = F.cross_entropy(net(x[part]), y[part])
        losses.append(loss.item())
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    smooth = _smooth(np.minimum(losses, 20))
    figure, axes = panels(size=(7, 3))
    ax = axes[0, 0]
    ax.semilogx(rates, losses, color=BLUE, alpha=0.3, lw=1)
    ax.semilogx(rates, smooth, color=BLUE)
    lowest = rates[int(smooth.argmin())]
    ax.axvspan(lowest / 10, lowest / 2, color=GREEN, alpha=0.15)
    ax.text(lowest / 4.5, 3.2, "choose here", color=GREEN, ha="center")
    ax.set_ylim(0, 4)
    ax.set_xlabel("learning rate, growing from step to step")
    ax.set_ylabel("loss")
    ax.grid(True, color=PALE)
    return figure


def paths() -> Figure:
    """Three optimizers over Rosenbrock's valley."""
    figure, axes = panels(1, 3, (9, 3.1), sharey=True)
    for ax, (title, make), colour in zip(
        axes[0],
        {
            "gradient descent": lambda p: fg.optim.SGD(p, lr=0.0015),
            "with momentum": lambda p: fg.optim.SGD(p, lr=0.0015, momentum=0.9),
            "Adam": lambda p: fg.optim.Adam(p, lr=0.08),
        }.items(),
        (GREY, BLUE, ORANGE),
        strict=True,
    ):
        _map(ax, _rosenbrock, (-1.9, 1.7), (-0.7, 2.2), np.array([0.3, 2, 8, 25, 70, 180, 400]))
        way = _walk(_rosenbrock, (-1.3, 1.6), 300, make)
        ax.plot(way[:, 0], way[:, 1], color=colour, marker="o", ms=2, lw=1.1)
        ax.plot(1, 1, "*", color=RED, ms=12)
        ax.plot(*way[-1], "o", color=INK, ms=6)
        ax.set_title(f"{title}\n300 steps: loss {_rosenbrock(fg.tensor(way[-1])).item():.2g}", fontsize=9.5)
    return figure


def compared() -> Figure:
    """The loss of the digits' network by step for three optimizers."""
    figure, axes = panels(size=(7, 3.1))
    ax = axes[0, 0]
    for label, make, colour in (
        ("gradient descent, lr 0.5", lambda p: fg.optim.SGD(p, lr=0.5), GREY),
        ("momentum 0.9, lr 0.1", lambda p: fg.optim.SGD(p, lr=0.1, momentum=0.9), BLUE),
        ("Adam, lr 0.005", lambda p: fg.optim.Adam(p, lr=0.005), ORANGE),
    ):
        ax.semilogy(_smooth(_losses(make, 300), 15), color=colour, label=label)
    ax.set_xlabel("steps")
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
    ax.set_title("open: where it starts; filled: where it ends")
    return figure
