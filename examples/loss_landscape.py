"""What the loss of a deep network looks like, with and without residual connections.

    python examples/loss_landscape.py

Two networks of equal depth and width learn scikit-learn's digits. Around where each ends, the loss is drawn over a
plane of two random directions (Li et al. 2018: filters have the norms of the network's, so that both pictures have one
scale), then with the way that the optimizer came, over the two directions along which it went farthest, and the density
of the Hessian's eigenvalues. The picture is ``loss_landscape.png``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from tqdm import tqdm

import fastgrad as fg
from fastgrad import diagnose, nn
from fastgrad.nn import functional as F

WIDTH = 32


class Data(NamedTuple):
    """Images of shape (n, 64) with pixels from 0 to 1 and labels, to learn from and to test."""

    x: fg.Tensor
    y: fg.Tensor
    test_x: fg.Tensor
    test_y: fg.Tensor


def read() -> Data:
    """Return scikit-learn's digits, a fifth of them for the test."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    x, y = fg.tensor(digits.data[order] / 16, dtype=fg.float32), fg.tensor(digits.target[order])
    return Data(x[:1437], y[:1437], x[1437:], y[1437:])


class Block(nn.Module):
    """Two layers, and what goes in added to what comes out, or not."""

    def __init__(self, residual: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
        self.residual = residual

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        out = self.body(x)
        return F.relu(x + out if self.residual else out)


def network(residual: bool, blocks: int) -> nn.Sequential:
    """Return a classifier of so many blocks."""
    fg.manual_seed(0)
    parts = [nn.Linear(64, WIDTH), nn.ReLU(), *(Block(residual) for _ in range(blocks)), nn.Linear(WIDTH, 10)]
    for module in (m for part in parts for m in part.modules()):
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)
    for part in parts:
        if isinstance(part, Block) and residual:
            nn.init.zeros_(part.body[2].weight)  # a block begins as the identity: sums of many would explode
    return nn.Sequential(*parts)


class Trained(NamedTuple):
    """A network that has learned, the states on its way, and the share of the test's digits that it has right."""

    model: nn.Sequential
    states: list[dict[str, fg.Tensor]]
    accuracy: float


def train(model: nn.Sequential, data: Data, epochs: int, name: str) -> Trained:
    """Train by SGD with momentum, and keep the state after each epoch."""
    dataset = fg.data.TensorDataset(data.x, data.y)
    batches = fg.data.DataLoader(dataset, batch_size=64, shuffle=True, generator=fg.Generator(0))
    optimizer = fg.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    states = [{key: value.clone() for key, value in model.state_dict().items()}]
    for _ in tqdm(range(epochs), desc=name, unit="epoch"):
        for x, y in batches:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
        states.append({key: value.clone() for key, value in model.state_dict().items()})
    model.eval()
    with fg.no_grad():
        right = (model(data.test_x).argmax(axis=1) == data.test_y).astype(fg.float32).mean().item()
    return Trained(model, states, right)


# ---------------------------------------------------------------------------------------------------------------------
# All steps together.


def main(argv: Sequence[str] | None = None) -> dict[str, diagnose.Sharpness]:
    """Train both, look around, draw; return the sharpness of each."""
    parser = argparse.ArgumentParser(description="Look at the loss landscape of two networks.")
    parser.add_argument("--epochs", type=int, default=30, help="of each training; default: %(default)s")
    parser.add_argument("--blocks", type=int, default=10, help="of two layers each; default: %(default)s")
    parser.add_argument("--probes", type=int, default=4, help="of the eigenvalues' density; default: %(default)s")
    parser.add_argument("--points", type=int, default=25, help="along each side of a plane; default: %(default)s")
    parser.add_argument(
        "--output", metavar="PNG", default="loss_landscape.png", help="the picture; default: %(default)s"
    )
    options = parser.parse_args(argv)
    if options.epochs < 2 or options.points < 2 or min(options.blocks, options.probes) < 1:
        parser.error("--epochs and --points must be at least 2, --blocks and --probes at least 1")
    data = read()
    part = (data.x[:400], data.y[:400])  # what the landscape is of

    found: dict[str, Found] = {}
    for name, residual in {"plain": False, "residual": True}.items():
        trained = train(network(residual, options.blocks), data, options.epochs, name)
        look = (trained.model, F.cross_entropy, part)
        found[name] = Found(
            diagnose.landscape_plane(*look, points=options.points),
            diagnose.landscape_plane(*look, path=trained.states, points=options.points),
            diagnose.sharpness(*look),
            diagnose.spectrum(*look, probes=options.probes, steps=40),
        )
        _, path, sharp, _ = found[name]
        assert path.explained is not None
        print(
            f"{name}: test accuracy {trained.accuracy:.2%}; the largest eigenvalue is {sharp.largest:.3g}, the "
            f"smallest {sharp.smallest:.3g}; two directions hold {sum(path.explained):.0%} of the way"
        )
    draw(found, options.output)
    print(f"picture: {options.output}")
    return {name: each.sharp for name, each in found.items()}


class Found(NamedTuple):
    """What was found of one network."""

    plane: diagnose.LossPlane
    way: diagnose.LossPlane
    sharp: diagnose.Sharpness
    density: diagnose.Spectrum


def draw(found: dict[str, Found], path: str) -> None:
    """Draw a row for each network, its planes in the colours of one scale, and save it."""
    figure = Figure(figsize=(13, 8), dpi=100, layout="constrained")
    lowest = min(float(np.nanmin(each.plane.losses)) for each in found.values())
    limits = (max(lowest, 1e-3), 300.0)
    for row, (name, each) in zip(figure.subplots(2, 3), found.items(), strict=True):
        each.plane.draw(row[0], limits=limits)
        row[0].set_title(f"{name}: around the end")
        each.way.draw(row[1], limits=limits)
        row[1].set_title(f"{name}: the way there")
        each.density.draw(row[2])
        row[2].set_title(f"{name}: eigenvalues from {each.density.smallest:.2g} to {each.density.largest:.2g}")
    figure.savefig(path)


if __name__ == "__main__":
    main()
