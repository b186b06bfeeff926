"""Figures of the page on vanishing gradients."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import diagnose, nn
from fastgrad.nn import functional as F
from figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, panels

DEPTH, WIDTH = 30, 64


def sigmoid() -> Figure:
    """The sigmoid and its slope, tanh and ReLU beside it."""
    figure, axes = panels(1, 2, (8, 2.7))
    functions = diagnose.activation_table(["sigmoid", "tanh", "relu"]).functions
    for each, label, colour in zip(functions, ("sigmoid", "tanh", "ReLU"), (RED, BLUE, GREEN), strict=True):
        axes[0, 0].plot(each.x, each.values, color=colour, label=label)
        axes[0, 1].plot(each.x, each.slopes, color=colour)
    axes[0, 0].set_ylim(-1.2, 2.5)
    axes[0, 0].legend()
    axes[0, 0].set_title("the function")
    axes[0, 1].set_title("its slope")
    axes[0, 1].axhline(0.25, color=GREY, ls=":", lw=1)
    axes[0, 1].text(-6, 0.28, "1/4", color=RED)
    for ax in axes[0]:
        ax.set_xlabel("what goes in")
    return figure


class _Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.linear = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        return x + fg.relu(self.linear(self.norm(x)))


def _deep(kind: str) -> nn.Sequential:
    fg.manual_seed(0)
    layers: list[nn.Module] = [nn.Linear(64, WIDTH)]
    for _ in range(DEPTH):
        if kind == "residual connections":
            layers.append(_Residual())
            continue
        linear = nn.Linear(WIDTH, WIDTH)
        if kind in ("ReLU, He's start", "far too large a start"):
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
            nn.init.zeros_(linear.bias)
        if kind == "far too large a start":
            with fg.no_grad():
                linear.weight *= 2.0
        layers += [linear, nn.Sigmoid() if kind == "sigmoid" else nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 10))


def _norms(net: nn.Sequential) -> list[float]:
    digits = load_digits()
    data = fg.tensor(digits.data[:256] / 16, dtype=fg.float32), fg.tensor(digits.target[:256])
    layers = diagnose.gradient_flow(net, F.cross_entropy, data).layers
    return [layer.norm for layer in layers if layer.kind == "Linear"][1:-1]


def norms() -> Figure:
    """The gradient's norm by layer in networks of 30 layers."""
    figure, axes = panels(size=(7.4, 3.8))
    ax = axes[0, 0]
    for kind, colour in (
        ("far too large a start", ORANGE),
        ("residual connections", GREEN),
        ("ReLU, He's start", BLUE),
        ("ReLU", GREY),
        ("sigmoid", RED),
    ):
        values = _norms(_deep(kind))
        ax.semilogy(
            np.arange(1, len(values) + 1), np.maximum(values, 1e-30), color=colour, marker="o", ms=3, label=kind
        )
    ax.set_xlabel("layer, from the input on")
    ax.set_ylabel("norm of the gradient")
    ax.set_xlim(0.5, DEPTH + 0.5)
    ax.grid(True, color=PALE)
    ax.legend(loc="lower right", fontsize=9)
    return figure


def training() -> Figure:
    """What becomes of such networks in 150 steps."""
    digits = load_digits()
    order = fg.randperm(1797, generator=fg.Generator(0))
    x, y = fg.tensor(digits.data / 16, dtype=fg.float32)[order], fg.tensor(digits.target)[order]
    figure, axes = panels(size=(7.4, 2.9))
    ax = axes[0, 0]
    for kind, colour in (("residual connections", GREEN), ("ReLU, He's start", BLUE), ("sigmoid", RED)):
        net = _deep(kind)
        adam = fg.optim.Adam(net.parameters(), lr=0.001)
        losses = []
        for step in range(150):
            part = slice(64 * (step % 20), 64 * (step % 20) + 64)
            loss = F.cross_entropy(net(x[part]), y[part])
            losses.append(loss.item())
            adam.zero_grad()
            loss.backward()
            adam.step()
        ax.plot(np.convolve(losses, np.ones(7) / 7, mode="valid"), color=colour, label=kind)
    ax.axhline(np.log(10), color=INK, ls=":", lw=1)
    ax.text(145, np.log(10) + 0.06, "guessing", ha="right", fontsize=9)
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.grid(True, color=PALE)
    ax.legend(fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.85))
    return figure


def flat() -> Figure:
    """A plateau: the slope is small far from any minimum."""
    x = np.linspace(0, 16, 500)
    t = fg.tensor(x, requires_grad=True)
    y = fg.sigmoid(8 - t)
    y.sum().backward()
    figure, axes = panels(1, 2, (8, 2.5))
    axes[0, 0].plot(x, y.detach().numpy(), color=BLUE)
    axes[0, 0].set_title("a loss")
    axes[0, 1].plot(x, np.abs(t.grad.numpy()), color=RED)
    axes[0, 1].set_title("the size of its slope")
    for ax in axes[0]:
        ax.set_xlabel("weight")
    style = {"arrowstyle": "->"}
    axes[0, 0].annotate("flat, and high up", (2.5, 1.0), (2.9, 0.5), arrowprops=style, ha="center")
    axes[0, 0].annotate("flat, and low", (14, 0.01), (13, 0.45), arrowprops=style, ha="center")
    axes[0, 0].set_ylim(-0.05, 1.1)
    return figure
