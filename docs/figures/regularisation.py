"""Figures of the page on regularisation."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import diagnose, nn
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
        ax.plot(fine, np.sin(3 * fine), color=GREY, ls=":", lw=1.4, label="what they come from, but for noise")
        ax.plot(fine, np.polynomial.legendre.legvander(fine, degree) @ weights, color=GREEN if degree == 4 else ORANGE)
        ax.plot(x, y, "o", color=BLUE)
        ax.set_ylim(-2.2, 2.2)
        ax.set_xticks([])
        ax.set_xlabel("x")
        ax.set_title(f"{title}: {degree + 1} weights")
    axes[0, 0].set_ylabel("y")
    axes[0, 0].legend(loc="upper left", fontsize=8.5)
    return figure


def compared() -> Figure:
    """The gap between both losses, and the weights, with four kinds of regularisation: 15 of 100 labels are wrong."""
    digits = load_digits()
    order = fg.randperm(1797, generator=fg.Generator(3))
    x, y = fg.tensor(digits.data / 16, dtype=fg.float32)[order], fg.tensor(digits.target)[order]
    learned = y[:100].clone()
    learned[:15] = (learned[:15] + 3) % 10
    net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    ways = {
        "none": diagnose.Regularization(),
        "L1": diagnose.Regularization(l1=0.001),
        "L2": diagnose.Regularization(l2=0.01),
        "dropout": diagnose.Regularization(diagnose.with_dropout),
    }
    data = (x[:100], learned), (x[100:], y[100:])
    found = diagnose.compare_regularization(net, F.cross_entropy, *data, ways, epochs=500, batch_size=100, lr=0.003)
    figure, axes = panels(2, 4, (9, 4.2), sharey="row")
    for (name, each), (upper, lower) in zip(found.trainings.items(), axes.T, strict=True):
        upper.plot(each.train, color=BLUE, label="learned from")
        upper.plot(each.validation, color=ORANGE, label="kept aside")
        upper.fill_between(range(len(each.train)), each.train, each.validation, color=ORANGE, alpha=0.12)
        upper.set_ylim(0, 1.8)
        upper.set_title(f"{name}: {each.validation[-1]:.2f} at the end", fontsize=9)
        upper.set_xlabel("steps", fontsize=9)
        upper.grid(True, color=PALE)
        lower.hist(each.weights, bins=np.linspace(-0.4, 0.4, 61), color=BLUE)
        lower.set_yscale("log")
        lower.set_title(f"{100 * each.small:.0f} % of the weights near 0", fontsize=9)
        lower.set_xlabel("weight", fontsize=9)
    axes[0, 0].set_ylabel("loss")
    axes[1, 0].set_ylabel("how many")
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
