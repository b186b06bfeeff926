"""Figures of the page on slopes."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.figure import Figure

import fastgrad as fg
from figures import BLUE, GREEN, GREY, ORANGE, RED, panels


def _gradient(at: float) -> float:
    x = fg.tensor(at, requires_grad=True)
    (x**2).backward()
    return x.grad.item()


def tangents() -> Figure:
    """x squared, and the tangents that autograd's gradients give."""
    figure, axes = panels(size=(7, 3.8))
    ax = axes[0, 0]
    x = np.linspace(-3.4, 4.2, 200)
    ax.plot(x, x**2, color=BLUE, lw=2.4)
    for at, colour in ((-2.0, GREEN), (1.0, ORANGE), (3.0, RED)):
        gradient = _gradient(at)
        reach = np.array([-1, 1]) * 2.2 / np.hypot(1, gradient / 3)
        ax.plot(at + reach, at**2 + gradient * reach, color=colour)
        ax.plot(at, at**2, "o", color=colour, ms=7)
        side = -1 if at < 0 else 1
        ax.annotate(
            f"slope {gradient:g}",
            (at, at**2),
            (at + 0.35 * side, at**2 - 1.2),
            color=colour,
            ha="right" if side < 0 else "left",
            fontsize=11,
        )
    ax.plot([3, 4, 4], [9, 9, 15], color=RED, lw=1, ls=":")
    ax.text(3.5, 9.2, "1", color=RED, ha="center")
    ax.text(4.08, 11.7, "6", color=RED)
    ax.set_ylim(-1.5, 16)
    ax.set_xlabel("x")
    ax.set_ylabel("y")
    ax.set_title("y = x squared, and how steep it is")
    return figure


def secants() -> Figure:
    """Lines through the point at 3 and a point further on."""
    figure, axes = panels(1, 3, (8, 2.9), sharey=True)
    x = np.linspace(1.5, 5.2, 100)
    for ax, step in zip(axes[0], (2.0, 1.0, 0.1), strict=True):
        slope = ((3 + step) ** 2 - 9) / step
        ax.plot(x, x**2, color=BLUE)
        ax.plot(x, 9 + slope * (x - 3), color=RED, lw=1.4)
        ax.plot([3, 3 + step], [9, (3 + step) ** 2], "o", color=RED, ms=6)
        ax.set_title(f"step {step:g}: slope {slope:g}")
        ax.set_xlabel("x")
        ax.set_ylim(0, 28)
    axes[0, 0].set_ylabel("y")
    return figure


def how_far() -> Figure:
    """Gradient descent on x squared with a quarter of the gradient, and with all of it."""
    figure, axes = panels(1, 2, (8, 3.2), sharey=True)
    x = np.linspace(-3.6, 3.6, 200)
    for ax, rate, colour in zip(axes[0], (0.25, 1.0), (GREEN, RED), strict=True):
        ax.plot(x, x**2, color=BLUE)
        way = [3.0]
        for _ in range(5):
            way.append(way[-1] - rate * _gradient(way[-1]))
        points = np.array(way)
        for start, end in itertools.pairwise(points):
            ax.annotate(
                "",
                (end, end**2),
                (start, start**2),
                arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.6, "shrinkA": 3, "shrinkB": 3},
            )
        ax.plot(points, points**2, "o", color=colour, ms=6)
        ax.set_title(f"step = {rate:g} times the gradient")
        ax.set_xlabel("x")
        ax.axhline(0, color=GREY, lw=0.6)
    axes[0, 0].set_ylabel("y")
    return figure
