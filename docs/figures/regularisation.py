"""Figures of the page on regularisation."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F
from figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, panels


def curves() -> Figure:
    """Twelve noisy points and polynomials of rising degree."""
    generator = np.random.default_rng(1)
    x = np.sort(generator.uniform(-1, 1, 12))
    y = np.sin(3 * x) + 0.2 * generator.normal(size=12)
    fine = np.linspace(-1, 1, 200)
    figure, axes = panels(1, 3, (8.4, 2.8), sharey=True)
    for ax, degree, title in zip(axes[0], (1, 4, 11), ("too simple", "right", "learned by heart"), strict=True):
        basis = np.polynomial.legendre.legvander(x, degree)
        weights = np.linalg.lstsq(basis, y, rcond=None)[0]
        ax.plot(fine, np.sin(3 * fine), color=GREY, ls=":", lw=1.4)
        ax.plot(fine, np.polynomial.legendre.legvander(fine, degree) @ weights, color=GREEN if degree == 4 else ORANGE)
        ax.plot(x, y, "o", color=BLUE)
        ax.set_ylim(-2.2, 2.2)
        ax.set_xticks([])
        ax.set_title(f"{title}: {degree + 1} weights")
    return figure


class _Kind:
    """A way to learn less by heart."""

    def __init__(self, name: str, l1: float = 0.0, decay: float = 0.0, dropout: float = 0.0) -> None:
        self.name, self.l1, self.decay, self.dropout = name, l1, decay, dropout


KINDS = (
    _Kind("none"),
    _Kind("L1", l1=0.001),
    _Kind("L2", decay=0.01),
    _Kind("dropout", dropout=0.5),
)


def _train(kind: _Kind, steps: int = 500) -> tuple[nn.Sequential, np.ndarray]:
    """Train on 100 digits, 15 labelled wrong; return the network, and losses on them and others, shape (steps, 2)."""
    digits = load_digits()
    order = fg.randperm(1797, generator=fg.Generator(3))
    x, y = fg.tensor(digits.data / 16, dtype=fg.float32)[order], fg.tensor(digits.target)[order]
    learned = y[:100].clone()
    learned[:15] = (learned[:15] + 3) % 10
    fg.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(kind.dropout), nn.Linear(128, 10))
    adam = fg.optim.Adam(net.parameters(), lr=0.003, weight_decay=kind.decay)
    losses = []
    for _ in range(steps):
        net.eval()
        with fg.no_grad():
            scores = net(x)
            losses.append(
                [F.cross_entropy(scores[:100], learned).item(), F.cross_entropy(scores[100:], y[100:]).item()]
            )
        net.train()
        loss = F.cross_entropy(net(x[:100]), learned)
        for layer in (net[0], net[3]):
            loss = loss + kind.l1 * fg.abs(layer.weight).sum()
        adam.zero_grad()
        loss.backward()
        adam.step()
    net.eval()
    return net, np.array(losses)


def compared() -> Figure:
    """The gap between both losses, and the weights, with four kinds of regularisation."""
    figure, axes = panels(2, 4, (9, 4.2), sharey="row")
    for k, kind in enumerate(KINDS):
        net, losses = _train(kind)
        upper, lower = axes[:, k]
        upper.plot(losses[:, 0], color=BLUE, label="learned from")
        upper.plot(losses[:, 1], color=ORANGE, label="kept aside")
        upper.fill_between(range(len(losses)), losses[:, 0], losses[:, 1], color=ORANGE, alpha=0.12)
        upper.set_ylim(0, 1.8)
        upper.set_title(f"{kind.name}: {losses[-1, 1]:.2f} at the end", fontsize=9)
        upper.set_xlabel("steps", fontsize=9)
        upper.grid(True, color=PALE)
        weights = net[0].weight.detach().numpy().ravel()
        lower.hist(weights, bins=np.linspace(-0.4, 0.4, 61), color=BLUE)
        lower.set_yscale("log")
        small = (np.abs(weights) < 0.005).mean()
        lower.set_title(f"{100 * small:.0f} % of the weights near 0", fontsize=9)
        lower.set_xlabel("weight", fontsize=9)
    axes[0, 0].set_ylabel("loss")
    axes[1, 0].set_ylabel("weights")
    axes[0, 0].legend(fontsize=8.5, loc="lower right")
    return figure


def pulls() -> Figure:
    """What L1 and L2 add to the loss of a weight, and to its gradient."""
    w = np.linspace(-2, 2, 401)
    figure, axes = panels(1, 2, (7.6, 2.7))
    for ax, l1, l2, title in zip(
        axes[0], (np.abs(w), np.sign(w)), (w**2 / 2, w), ("added to the loss", "added to the gradient"), strict=True
    ):
        ax.plot(w, l1, color=RED, label="L1")
        ax.plot(w, l2, color=BLUE, label="L2")
        ax.axhline(0, color=INK, lw=0.6)
        ax.set_xlabel("weight")
        ax.set_title(title)
    axes[0, 0].legend()
    return figure
