"""Figures of the pages on digits: a 3 or a 7, then all ten."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F
from figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, RED, panels, picture


def _threes_and_sevens() -> tuple[fg.Tensor, fg.Tensor]:
    digits = load_digits()
    chosen = (digits.target == 3) | (digits.target == 7)
    order = fg.randperm(int(chosen.sum()), generator=fg.Generator(4))
    x = fg.tensor(digits.data[chosen] / 16, dtype=fg.float32)[order]
    return x, fg.tensor(digits.target[chosen] == 3, dtype=fg.float32)[order]


def likeness() -> Figure:
    """The mean 3, the mean 7, and their difference."""
    x, y = _threes_and_sevens()
    three, seven = x[:180][y[:180] == 1].mean(axis=0), x[:180][y[:180] == 0].mean(axis=0)
    figure, axes = panels(1, 4, (8, 2.3))
    for ax, values, signed, title in zip(
        axes[0],
        (three, seven, three - seven, x[0]),
        (False, False, True, False),
        ("the mean 3", "the mean 7", "3 minus 7", "which is nearer?"),
        strict=True,
    ):
        picture(ax, values.reshape(8, 8).numpy(), signed, title)
    return figure


def _train_three_or_seven(epochs: int) -> list[tuple[np.ndarray, float, float]]:
    x, y = _threes_and_sevens()
    w = 0.01 * fg.randn(64)
    b = fg.zeros(())
    w.requires_grad_()
    b.requires_grad_()

    def loss_of(part: slice) -> fg.Tensor:
        return F.binary_cross_entropy_with_logits((x[part] * w).sum(axis=1) + b, y[part])

    history = []
    for _ in range(epochs + 1):
        loss = loss_of(slice(0, 180))
        history.append((w.detach().numpy().copy(), loss.item(), loss_of(slice(180, None)).item()))
        w.grad = b.grad = None
        loss.backward()
        with fg.no_grad():
            w -= 0.5 * w.grad
            b -= 0.5 * b.grad
    return history


def weights() -> Figure:
    """The 64 weights as they are learned."""
    history = _train_three_or_seven(300)
    figure, axes = panels(1, 5, (8, 2.0))
    for ax, step in zip(axes[0], (0, 1, 10, 50, 300), strict=True):
        picture(
            ax,
            history[step][0].reshape(8, 8),
            True,
            "at the start" if step == 0 else f"after {step} step{'s' * (step > 1)}",
        )
    return figure


def stop() -> Figure:
    """A large network on few digits: the training loss falls on, the validation loss turns."""
    digits = load_digits()
    x, y = fg.tensor(digits.data / 16, dtype=fg.float32), fg.tensor(digits.target)
    net = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
    adam = fg.optim.Adam(net.parameters(), lr=0.003)
    train, validation = [], []
    for _ in range(120):
        loss = F.cross_entropy(net(x[:100]), y[:100])
        train.append(loss.item())
        with fg.no_grad():
            validation.append(F.cross_entropy(net(x[1000:]), y[1000:]).item())
        adam.zero_grad()
        loss.backward()
        adam.step()
    best = int(np.argmin(validation))
    figure, axes = panels(size=(7, 3))
    ax = axes[0, 0]
    ax.plot(train, color=BLUE, label="digits that it learns from")
    ax.plot(validation, color=ORANGE, label="digits kept aside")
    ax.axvline(best, color=GREY, ls=":", lw=1.2)
    ax.text(best + 1, 1.9, "stop here", color=INK)
    ax.set_ylim(0, 2.4)
    ax.set_xlabel("steps")
    ax.set_ylabel("loss")
    ax.grid(True, color=PALE)
    ax.legend()
    ax.set_title("100 digits to learn from")
    return figure


def ten_weights() -> Figure:
    """What each of ten scores weighs."""
    digits = load_digits()
    x, y = fg.tensor(digits.data / 16, dtype=fg.float32), fg.tensor(digits.target)
    net = nn.Linear(64, 10)
    sgd = fg.optim.SGD(net.parameters(), lr=0.5, weight_decay=1e-3)
    for _ in range(300):
        sgd.zero_grad()
        F.cross_entropy(net(x[:1437]), y[:1437]).backward()
        sgd.step()
    figure, axes = panels(2, 5, (8, 3.6))
    for k, ax in enumerate(axes.ravel()):
        picture(ax, net.weight.detach().numpy()[k].reshape(8, 8), True, f"for a {k}")
    return figure


def softmax() -> Figure:
    """Ten scores and the shares that they become."""
    scores = np.array([0.2, -1.0, 0.5, 2.6, -0.5, 1.4, -2.0, 0.1, 1.9, 0.4])
    figure, axes = panels(1, 2, (8, 2.7))
    for ax, values, title in zip(
        axes[0],
        (scores, fg.softmax(fg.tensor(scores), axis=0).numpy()),
        ("scores", "softmax: shares of 1"),
        strict=True,
    ):
        ax.bar(range(10), values, color=[BLUE if k == 3 else "#b9cde6" for k in range(10)])
        ax.set_xticks(range(10))
        ax.axhline(0, color=INK, lw=0.8)
        ax.set_title(title)
        ax.set_xlabel("digit")
    return figure


def bend() -> Figure:
    """One line, two layers without a bend, two layers with one, asked to tell a ring from its middle."""
    generator = np.random.default_rng(0)
    radius = np.concatenate([generator.uniform(0, 1, 150), generator.uniform(1.6, 2.6, 150)])
    angle = generator.uniform(0, 2 * np.pi, 300)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    x, y = fg.tensor(points, dtype=fg.float32), fg.tensor(np.arange(300) < 150, dtype=fg.float32)
    grid = np.stack(np.meshgrid(np.linspace(-3, 3, 120), np.linspace(-3, 3, 120)), axis=-1)
    figure, axes = panels(1, 3, (8, 2.9))
    for ax, (title, net) in zip(
        axes[0],
        {
            "one layer": nn.Sequential(nn.Linear(2, 1)),
            "two layers, no bend": nn.Sequential(nn.Linear(2, 12), nn.Linear(12, 1)),
            "two layers, ReLU between": nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 1)),
        }.items(),
        strict=True,
    ):
        adam = fg.optim.Adam(net.parameters(), lr=0.03)
        for _ in range(300):
            adam.zero_grad()
            F.binary_cross_entropy_with_logits(net(x)[:, 0], y).backward()
            adam.step()
        with fg.no_grad():
            shade = fg.sigmoid(net(fg.tensor(grid, dtype=fg.float32))[..., 0]).numpy()
            right = ((net(x)[:, 0] > 0) == (y == 1)).mean().item()
        ax.contourf(grid[..., 0], grid[..., 1], shade, levels=np.linspace(0, 1, 11), cmap="RdBu_r", alpha=0.5)
        ax.contour(grid[..., 0], grid[..., 1], shade, levels=[0.5], colors=INK, linewidths=1.2)
        ax.scatter(*points[:150].T, s=7, color=RED)
        ax.scatter(*points[150:].T, s=7, color=BLUE)
        ax.set_title(f"{title}\n{100 * right:.0f} % right", fontsize=9.5)
        ax.set_aspect("equal")
        ax.set_xticks([])
        ax.set_yticks([])
    return figure


def depth() -> Figure:
    """Test accuracy by depth, with plain ReLU layers of 32 units."""
    digits = load_digits()
    order = fg.randperm(1797)
    x, y = fg.tensor(digits.data / 16, dtype=fg.float32)[order], fg.tensor(digits.target)[order]
    depths = [0, 1, 2, 4, 8, 16]
    shares = []
    for hidden in depths:
        right = []
        for seed in range(2):
            fg.manual_seed(seed)
            layers: list[nn.Module] = []
            for k in range(hidden):
                layers += [nn.Linear(64 if k == 0 else 32, 32), nn.ReLU()]
            net = nn.Sequential(*layers, nn.Linear(32 if hidden else 64, 10))
            adam = fg.optim.Adam(net.parameters(), lr=0.003)
            for _ in range(8):
                for part in fg.randperm(1437).split(32):
                    adam.zero_grad()
                    F.cross_entropy(net(x[:1437][part]), y[:1437][part]).backward()
                    adam.step()
            with fg.no_grad():
                right.append((net(x[1437:]).argmax(axis=1) == y[1437:]).mean().item())
        shares.append(100 * np.mean(right))
    figure, axes = panels(size=(7, 2.7))
    ax = axes[0, 0]
    bars = ax.bar([str(d) for d in depths], shares, color=[GREEN if s == max(shares) else "#b9cde6" for s in shares])
    ax.bar_label(bars, [f"{s:.1f}" for s in shares], padding=2)
    ax.set_xlabel("hidden layers of 32 units")
    ax.set_ylabel("percent right")
    ax.set_ylim(0, 112)
    ax.set_title("unseen digits after the same training")
    return figure
