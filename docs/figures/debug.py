"""The figure of the guide to networks that do not learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F
from figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, panels


def _losses(
    loss_of: Callable[[nn.Module, fg.Tensor, fg.Tensor], fg.Tensor], lr: float = 0.01, clear: bool = True
) -> list[float]:
    digits = load_digits()
    x, y = fg.tensor(digits.data[:16] / 16, dtype=fg.float32), fg.tensor(digits.target[:16])
    fg.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    adam = fg.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(150):
        loss = loss_of(net, x, y)
        losses.append(loss.item())
        if clear:
            adam.zero_grad()
        loss.backward()
        adam.step()
    return losses


def symptoms() -> Figure:
    """Sixteen digits learned by heart, and the same with a fault each."""
    figure, axes = panels(size=(7.4, 3.6))
    ax = axes[0, 0]

    def plain(net: nn.Module, x: fg.Tensor, y: fg.Tensor) -> fg.Tensor:
        return F.cross_entropy(net(x), y)

    def twice(net: nn.Module, x: fg.Tensor, y: fg.Tensor) -> fg.Tensor:
        return F.cross_entropy(fg.softmax(net(x), axis=1), y)

    for label, losses, colour in (
        ("right", _losses(plain), GREEN),
        ("zero_grad forgotten", _losses(plain, clear=False), ORANGE),
        ("softmax twice", _losses(twice), BLUE),
        ("rate 100 times too high", _losses(plain, lr=1.0), RED),
        ("rate 100 times too low", _losses(plain, lr=0.0001), GREY),
    ):
        ax.semilogy(np.maximum(losses, 1e-4), color=colour, label=label)
    ax.axhline(np.log(10), color=INK, ls=":", lw=1)
    ax.text(150, np.log(10), " guessing", va="center", fontsize=9)
    ax.set_xlim(0, 150)
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.grid(True, color=PALE)
    ax.legend(fontsize=9, loc="lower left")
    return figure
