"""Figures of the page on landscapes."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import diagnose, nn
from fastgrad.nn import functional as F
from figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, panels


def kinds() -> Figure:
    """A minimum, a maximum, a saddle."""
    figure = Figure(figsize=(8.4, 2.9), layout="constrained")
    a, b = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    for k, (title, height, values) in enumerate(
        (
            ("a minimum", a**2 + b**2, "curvatures 2, 2"),
            ("a saddle", a**2 - b**2, "curvatures 2, -2"),
            ("a maximum", -(a**2) - b**2, "curvatures -2, -2"),
        )
    ):
        ax = figure.add_subplot(1, 3, k + 1, projection="3d", computed_zorder=False)
        ax.plot_surface(a, b, height, cmap="Blues", alpha=0.9, lw=0, rstride=2, cstride=2)
        ax.scatter([0], [0], [0], color=RED, s=30, depthshade=False, zorder=9)
        ax.set_title(f"{title}\n{values}", fontsize=9.5)
        ax.set_axis_off()
        ax.view_init(28, -55)
    return figure


def saddles() -> Figure:
    """How rarely all curvatures of a random place are positive."""
    generator = np.random.default_rng(0)
    sizes = range(1, 6)
    shares = []
    for n in sizes:
        m = generator.normal(size=(20000, n, n))
        shares.append((np.linalg.eigvalsh(m + m.transpose(0, 2, 1))[:, 0] > 0).mean())
    figure, axes = panels(size=(7, 2.7))
    ax = axes[0, 0]
    ax.semilogy(sizes, shares, color=BLUE, marker="o")
    ax.set_xticks(sizes)
    ax.set_xlabel("weights")
    ax.set_ylabel("share of minima")
    ax.grid(True, color=PALE)
    ax.set_title("random flat places: how many are minima?")
    return figure


def network() -> Figure:
    """The loss of the digits' network over a random plane, and over the plane of its training."""
    digits = load_digits()
    x, y = fg.tensor(digits.data / 16, dtype=fg.float32), fg.tensor(digits.target)
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    sgd = fg.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    way = []
    for step in range(240):
        if step % 6 == 0:
            way.append({name: p.clone() for name, p in net.state_dict().items()})
        part = fg.randint(0, 1437, (64,))
        sgd.zero_grad()
        F.cross_entropy(net(x[part]), y[part]).backward()
        sgd.step()
    net.eval()
    around = diagnose.landscape_plane(net, F.cross_entropy, (x[:600], y[:600]), points=25)
    along = diagnose.landscape_plane(net, F.cross_entropy, (x[:600], y[:600]), points=25, path=way)

    figure = Figure(figsize=(8.6, 3.6), layout="constrained")
    surface = figure.add_subplot(1, 2, 1, projection="3d")
    surface.plot_surface(*np.meshgrid(around.a, around.b), around.losses.T, cmap="viridis", lw=0, rstride=1, cstride=1)
    surface.set_title("around the end, two random directions", fontsize=10)
    surface.set_xticks([])
    surface.set_yticks([])
    surface.set_zlabel("loss")
    along.draw(figure.add_subplot(1, 2, 2)).set_title("the way of the training, from above", fontsize=10)
    return figure


def sharpness() -> Figure:
    """Two minima of the same height, one sharp, and what a small shift does to them."""
    w = np.linspace(-3, 4.2, 600)

    def loss(w: np.ndarray) -> np.ndarray:
        return 1.2 - 1.1 * np.exp(-((w + 1.2) ** 2) / 0.04) - 1.1 * np.exp(-((w - 2) ** 2) / 1.6)

    figure, axes = panels(size=(7, 2.7))
    ax = axes[0, 0]
    ax.plot(w, loss(w), color=BLUE, label="on the training data")
    ax.plot(w + 0.25, loss(w) + 0.02, color=ORANGE, ls="--", label="on other data: much the same, a little moved")
    for at, colour in ((-1.2, RED), (2.0, GREEN)):
        ax.plot([at, at], [loss(np.array(at)), loss(np.array(at - 0.25)) + 0.02], color=colour, lw=3)
        ax.plot(at, loss(np.array(at)), "o", color=INK, ms=6)
    ax.text(-1.5, 0.5, "sharp: much worse", color=RED, ha="right", fontsize=9)
    ax.text(2.1, 0.72, "wide: hardly worse", color=GREEN, ha="center", fontsize=9)
    ax.set_ylim(0, 1.75)
    ax.set_xlim(-3, 4.2)
    ax.set_xlabel("weight")
    ax.set_ylabel("loss")
    ax.legend(loc="upper right", fontsize=9, ncols=2)
    ax.spines["left"].set_color(GREY)
    return figure
