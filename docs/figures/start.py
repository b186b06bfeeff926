"""The first page's figures."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import fastgrad as fg
from fastgrad import nn
from figures import BLUE, PALE, RED, panels, picture


def digits() -> Figure:
    """Sixteen digits and their labels."""
    data = load_digits()
    figure, axes = panels(2, 8, (8, 2.5))
    for k, ax in enumerate(axes.ravel()):
        picture(ax, data.images[k], title=str(data.target[k]))
    return figure


def training() -> Figure:
    """The page's own training, and what it leaves mistaken."""
    data = load_digits()
    order = fg.randperm(1797)
    images, labels = fg.tensor(data.data / 16, dtype=fg.float32)[order], fg.tensor(data.target)[order]
    train = fg.data.TensorDataset(images[:-360], labels[:-360])
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    def answers() -> fg.Tensor:
        with fg.no_grad():
            return net(images[-360:]).argmax(axis=1)

    shares = [(answers() == labels[-360:]).mean().item()]
    batches = fg.data.DataLoader(train, batch_size=32, shuffle=True)
    adam = fg.optim.Adam(net.parameters(), lr=0.005)
    for _ in range(15):
        for x, y in batches:
            loss = nn.functional.cross_entropy(net(x), y)
            adam.zero_grad()
            loss.backward()
            adam.step()
        shares.append((answers() == labels[-360:]).mean().item())

    figure = Figure(figsize=(8, 3.3), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.05))
    ax = left.subplots()
    ax.plot(100 * np.array(shares), color=BLUE, marker="o", ms=4)
    ax.set_ylim(0, 102)
    ax.set_xlabel("epochs of training")
    ax.set_ylabel("percent right")
    ax.grid(True, color=PALE)
    ax.set_title(f"unseen digits: {100 * shares[-1]:.1f} % right")
    ax.set_xticks(range(0, 16, 3))
    answer, truth = answers().numpy(), labels[-360:].numpy()
    wrong = np.flatnonzero(answer != truth)
    right.suptitle(f"mistakes, of 360: {len(wrong)}", fontsize=10.5)
    for ax, k in zip(right.subplots(2, 5).ravel(), [*wrong, *[-1] * 10], strict=False):
        ax.axis("off")
        if k >= 0:
            ax.axis("on")
            picture(ax, images[-360 + k].reshape(8, 8).numpy())
            ax.set_title(f"{answer[k]}, not {truth[k]}", color=RED, fontsize=9)
    return figure
