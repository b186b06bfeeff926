"""Figures of the page on the chain rule."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

import fastgrad as fg
from figures import BLUE, GREEN, PALE, RED, graph, panels


def chain() -> Figure:
    """x to u to y."""
    figure, axes = panels(size=(7, 1.9))
    graph(
        axes[0, 0],
        {
            "x": (0, 0, "x = 2", "slope of y by x: 42 = 14 · 3"),
            "u": (3, 0, "u = 3x + 1 = 7", "slope of y by u: 14"),
            "y": (6, 0, "y = u² = 49", "1"),
        },
        {("x", "u"): "× 3", ("u", "y"): "× 14"},
        half=(0.85, 0.3),
    )
    return figure


def ways() -> Figure:
    """x is used twice."""
    figure, axes = panels(size=(7, 3))
    graph(
        axes[0, 0],
        {
            "x": (0, 0, "x = 3", "4 · 6 + 9 · 1 = 33"),
            "a": (3, 0.8, "a = x² = 9", "4"),
            "b": (3, -0.8, "b = x + 1 = 4", "9"),
            "y": (6, 0, "y = a b = 36", "1"),
        },
        {("x", "a"): "× 6", ("x", "b"): "× 1", ("a", "y"): "× 4", ("b", "y"): "× 9"},
        half=(0.75, 0.3),
    )
    return figure


def errors() -> Figure:
    """How wrong small changes are, by their size."""
    figure, axes = panels(size=(7, 3.2))
    ax = axes[0, 0]

    def f(x: float) -> float:
        return math.exp(math.sin(x * x))

    exact = math.cos(4.0) * 4.0 * f(2.0)
    steps = np.logspace(-15, 0, 121)
    ax.loglog(steps, [abs((f(2 + step) - f(2)) / step - exact) for step in steps], color=BLUE, label="small changes")
    x = fg.tensor(2.0, dtype=fg.float64, requires_grad=True)
    fg.exp(fg.sin(x * x)).backward()
    ax.axhline(max(abs(x.grad.item() - exact), 1e-16), color=GREEN, label="autograd")
    ax.text(3e-15, 3e-6, "rounding", color=RED)
    ax.text(2e-3, 2e-5, "the curve bends", color=RED)
    ax.set_xlabel("size of the change")
    ax.set_ylabel("error of the slope")
    ax.grid(True, color=PALE)
    ax.legend(loc="center right")
    return figure
