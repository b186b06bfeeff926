"""Figures of the page on two weights."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import fastgrad as fg
from figures import BLUE, GREEN, GREY, INK, ORANGE, RED, arrow, panels

X, Y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 5.0])
BEST = np.array([1.5, 1 / 3])


def _loss(w: fg.Tensor) -> fg.Tensor:
    return ((w[0] * fg.asarray(X) + w[1] - fg.asarray(Y)) ** 2).mean()


def _gradient(at: np.ndarray) -> np.ndarray:
    w = fg.tensor(at, dtype=fg.float64, requires_grad=True)
    _loss(w).backward()
    return w.grad.numpy()


def _walk(start: tuple[float, float], steps: int) -> np.ndarray:
    way = [np.array(start, dtype=float)]
    for _ in range(steps):
        way.append(way[-1] - 0.1 * _gradient(way[-1]))
    return np.array(way)


def lines() -> Figure:
    """The points, the line of the start with its errors, the line after one step, and the best."""
    figure, axes = panels(1, 3, (8, 2.9), sharey=True)
    for ax, (a, b), title, colour in zip(
        axes[0],
        ((0, 0), _walk((0, 0), 1)[1], BEST),
        ("the start", "after one step", "the best"),
        (RED, ORANGE, GREEN),
        strict=True,
    ):
        x = np.array([0.5, 3.5])
        ax.vlines(X, a * X + b, Y, color=GREY, lw=1.2, ls=":")
        ax.plot(x, a * x + b, color=colour)
        ax.plot(X, Y, "o", color=BLUE, ms=8)
        ax.set_title(f"{title}: loss {((a * X + b - Y) ** 2).mean():.2f}")
        ax.set_xlabel("x")
        ax.set_xticks([1, 2, 3])
        ax.set_ylim(-0.3, 6)
    axes[0, 0].set_ylabel("y")
    return figure


def landscape() -> Figure:
    """The loss over both weights from above, the walk, and arrows against the gradient."""
    figure, axes = panels(size=(6, 5.6))
    ax = axes[0, 0]
    a, b = np.meshgrid(np.linspace(-0.4, 3.4, 160), np.linspace(-1.6, 2.6, 160))
    height = ((a[..., None] * X + b[..., None] - Y) ** 2).mean(axis=-1)
    levels = [0.1, 0.3, 1, 2, 4, 7, 11, 16, 22]
    ax.contourf(a, b, height, levels=[0, *levels, 60], cmap="Blues", alpha=0.55)
    ax.contour(a, b, height, levels=levels, colors=GREY, linewidths=0.6)
    way = _walk((0, 0), 200)
    ax.plot(way[:, 0], way[:, 1], color=ORANGE, marker="o", ms=4, lw=1.4, label="the walk from 0, 0")
    for point in ((2.5, 0.0), (0.6, 0.4), (2.4, -1.0), (0.4, 2.2)):
        down = -_gradient(np.array(point))
        down *= 0.55 / np.hypot(*down)
        arrow(ax, point, tuple(np.array(point) + down), RED)
    ax.plot([2.5, BEST[0]], [0, BEST[1]], color=INK, lw=1, ls=":")
    ax.text(2.45, 0.1, "41 degrees", fontsize=9.5)
    ax.plot(*BEST, marker="*", color=GREEN, ms=15, ls="", label="the lowest place")
    ax.plot([], [], color=RED, label="against the gradient")
    ax.set_aspect("equal")  # so that right angles look like it
    ax.set_xlabel("a")
    ax.set_ylabel("b")
    ax.set_title("the loss, seen from above")
    ax.legend(loc="upper right", frameon=True, framealpha=0.9)
    return figure
