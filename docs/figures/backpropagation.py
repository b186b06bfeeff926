"""Figures of the page on backpropagation."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import fastgrad as fg
from figures import BLUE, GREEN, GREY, INK, PALE, RED, graph, panels


def network() -> Figure:
    """Values and gradients of a network with one hidden unit."""
    figure, axes = panels(size=(9, 3.5))
    graph(
        axes[0, 0],
        {
            "w1": (0, 1.1, "w₁ = 1", "−8"),
            "w2": (0, -0.5, "w₂ = −0.25", "−16"),
            "u": (3.3, 0.3, "u = w₁x₁ + w₂x₂\n= 0.5", "−8"),
            "h": (6.9, 0.3, "h = max(u, 0)\n= 0.5", "−8"),
            "v": (6.9, -1.3, "v = 2", "−2"),
            "y": (9.9, 0.3, "y = v h\n= 1", "−4"),
            "loss": (12.5, 0.3, "(y − 3)²\n= 4", "1"),
        },
        {
            ("w1", "u"): "× x₁ = 1",
            ("w2", "u"): "× x₂ = 2",
            ("u", "h"): "× 1",
            ("h", "y"): "× v = 2",
            ("v", "y"): "× h = 0.5",
            ("y", "loss"): "× −4",
        },
        half=(0.95, 0.42),
    )
    axes[0, 0].set_title("values in the boxes, own slopes at the arrows, slopes of the loss below", fontsize=10)
    return figure


def passes() -> Figure:
    """Passes for all slopes."""
    figure, axes = panels(size=(7, 2.7))
    ax = axes[0, 0]
    weights = np.logspace(0, 7, 50)
    ax.loglog(weights, weights + 1, color=RED, label="one weight at a time")
    ax.loglog(weights, 3 + 0 * weights, color=GREEN, label="backward: forward, and twice as much again")
    ax.set_xlabel("weights")
    ax.set_ylabel("passes")
    ax.grid(True, color=PALE)
    ax.legend(loc="upper left")
    return figure


def _flight(angle: fg.Tensor, speed: float = 18.0, dt: float = 0.02) -> tuple[fg.Tensor, np.ndarray]:
    x, y = fg.tensor(0.0), fg.tensor(0.0)
    vx, vy = speed * fg.cos(angle), speed * fg.sin(angle)
    way = [(0.0, 0.0)]
    while y.item() >= 0:
        drag = 0.02 * fg.hypot(vx, vy)
        x, y = x + dt * vx, y + dt * vy
        vx, vy = vx - dt * drag * vx, vy - dt * (9.81 + drag * vy)
        way.append((x.item(), y.item()))
    return x - y * vx / vy, np.array(way)


def throw() -> Figure:
    """A ball that is thrown again and again until it lands 20 metres away."""
    figure, axes = panels(1, 2, (8, 2.8), width_ratios=(2, 1))
    left, right = axes[0]
    angle = fg.tensor(0.3, requires_grad=True)
    misses = []
    for step in range(30):
        end, way = _flight(angle)
        miss = end - 20
        misses.append(abs(miss.item()))
        if step in (0, 1, 2, 4, 8, 29):
            last = step == 29
            left.plot(
                way[:, 0], way[:, 1], color=GREEN if last else BLUE, alpha=1 if last else 0.45, lw=2.2 if last else 1.4
            )
        angle.grad = None
        (miss**2).backward()
        with fg.no_grad():
            angle -= 0.0005 * angle.grad
    left.plot(20, 0, marker="v", color=RED, ms=11)
    left.axhline(0, color=INK, lw=0.8)
    left.set_ylim(-0.4, None)
    left.set_xlabel("metres")
    left.set_title("thrown, and corrected by the gradient")
    left.set_ylabel("metres")
    right.semilogy(np.maximum(misses, 1e-6), color=BLUE, marker="o", ms=3)
    right.set_title("miss in metres")
    right.set_xlabel("throws")
    right.grid(True, color=PALE)
    right.axhline(0.01, color=GREY, lw=1, ls=":")
    right.text(29, 0.013, "a centimetre", color=GREY, ha="right", fontsize=9)
    return figure
