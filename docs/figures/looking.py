"""Figures of the page on what a network looks at."""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import explain, nn
from fastgrad.nn import functional as F
from figures import panels, picture


def _network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 16, 10),
    )


def _pooled() -> nn.Sequential:
    """Maps of which the means are weighed in the end, for which Grad-CAM is made."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )


def _train(net: nn.Module, x: fg.Tensor, y: fg.Tensor, epochs: int = 12, lr: float = 0.003) -> nn.Module:
    adam = fg.optim.Adam(net.parameters(), lr=lr)
    scheduler = fg.optim.lr_scheduler.CosineAnnealingLR(adam, T_max=epochs)
    for _ in range(epochs):
        for part in fg.randperm(len(y)).split(64):
            adam.zero_grad()
            F.cross_entropy(net(x[part]), y[part]).backward()
            adam.step()
        scheduler.step()
    return net.eval()


@functools.cache
def _digits() -> tuple[fg.Tensor, fg.Tensor]:
    digits = load_digits()
    order = fg.randperm(1797, generator=fg.Generator(0))
    x = fg.tensor(digits.images[:, np.newaxis] / 16, dtype=fg.float32)[order]
    return x, fg.tensor(digits.target)[order]


def maps() -> Figure:
    """Four unseen digits, and what four methods say of them."""
    x, y = _digits()
    fg.manual_seed(0)
    net = _train(_pooled(), x[:1437], y[:1437], epochs=8, lr=0.01)
    with fg.no_grad():
        right = (net(x[1437:]).argmax(axis=1) == y[1437:]).numpy()
    answers = [0, 3, 4, 7]
    chosen = [1437 + int(np.flatnonzero(right & (y[1437:] == digit).numpy())[0]) for digit in answers]
    images = x[chosen]
    cam = explain.grad_cam(net, "9", images, answers).values
    rows = {
        "saliency": (explain.saliency(net, images, answers).values, False),
        "integrated gradients": (explain.integrated_gradients(net, images, answers, steps=100).values, True),
        "occlusion": (explain.occlusion(net, images, answers, window=(1, 2, 2)).values, True),
        "Grad-CAM": (F.interpolate(cam, (8, 8), mode="bilinear"), False),
    }
    figure, axes = panels(4, 5, (8, 6.6))
    for k in range(4):
        picture(axes[k, 0], images[k, 0].numpy(), title="" if k else "the digit")
        axes[k, 0].set_ylabel(f"answer: {answers[k]}")
        for ax, (title, (values, signed)) in zip(axes[k, 1:], rows.items(), strict=True):
            picture(ax, values[k].sum(axis=0).numpy(), signed, "" if k else title)
    return figure


def cheat() -> Figure:
    """A network whose training pictures of 7 all carry a mark in the corner, asked about sevens with and without it."""
    x, y = _digits()
    mark = fg.zeros(8, 8)
    mark[5:, 5:] = 1.0
    marked = fg.where((y == 7)[:, np.newaxis, np.newaxis, np.newaxis], fg.maximum(x, mark), x)
    fg.manual_seed(0)
    net = _train(_network(), marked[:1437], y[:1437])
    sevens = x[1437:][y[1437:] == 7]
    with fg.no_grad():
        right = (net(marked[1437:]).argmax(axis=1) == y[1437:]).mean().item()
        told = [(net(z).argmax(axis=1) == 7).numpy() for z in (fg.maximum(sevens, mark), sevens)]
    k = int(np.flatnonzero(told[0] & ~told[1])[0])
    both = fg.stack([fg.maximum(sevens[k], mark), sevens[k]])
    with fg.no_grad():
        answers = net(both).argmax(axis=1).tolist()
    values = explain.integrated_gradients(net, both, answers, steps=100).values
    figure, axes = panels(1, 4, (8, 2.6))
    for j, name in enumerate(("with the mark", "without it")):
        picture(axes[0, 2 * j], both[j, 0].numpy(), title=f"{name}: {answers[j]}")
        picture(axes[0, 2 * j + 1], values[j, 0].numpy(), True, "why")
    figure.suptitle(
        f"{100 * right:.0f} % right on marked data; sevens told: {told[0].sum()} of {len(sevens)} with the mark, "
        f"{told[1].sum()} without",
        fontsize=10,
    )
    return figure


def wanted() -> Figure:
    """Inputs that make each score largest."""
    x, y = _digits()
    fg.manual_seed(0)
    net = _train(_network(), x[:1437], y[:1437])
    figure, axes = panels(2, 5, (8, 3.5))
    for digit, ax in enumerate(axes.ravel()):
        found = explain.maximize_activation(
            net, "6", digit, (1, 8, 8), steps=60, lr=0.05, decay=0.6, variation=0.0, bounds=(0, 1)
        )
        picture(ax, found.input[0, 0].numpy(), title=f"for a {digit}")
    return figure
