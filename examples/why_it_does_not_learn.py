"""A network with three faults, found one by one.

    python examples/why_it_does_not_learn.py

A classifier of scikit-learn's digits that does not learn. First its loss is NaN: `detect_anomaly` names the layer and
the line. Then it stays where chance is: `gradient_flow` says that gradients vanish, and what to try. It still does not
learn: `lr_range_test` says from which rate on it diverges, and suggests another. Then it learns. The picture is
``why_it_does_not_learn.png``.
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

DEPTH, WIDTH = 12, 64


class Data(NamedTuple):
    """Images of shape (n, 64), pixels from 0 to 16, and labels, to learn from and to test."""

    x: fg.Tensor
    y: fg.Tensor
    test_x: fg.Tensor
    test_y: fg.Tensor


def read() -> Data:
    """Return scikit-learn's digits, a fifth of them for the test."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    x, y = fg.tensor(digits.data[order], dtype=fg.float32), fg.tensor(digits.target[order])
    return Data(x[:1437], y[:1437], x[1437:], y[1437:])


# ---------------------------------------------------------------------------------------------------------------------
# The network. Its three faults are the defaults of its first two arguments, and the first learning rate below.


class Standardize(nn.Module):
    """Gives each pixel mean 0 and deviation 1, as of the images that it is made of."""

    def __init__(self, x: fg.Tensor, careful: bool) -> None:
        super().__init__()
        self.register_buffer("mean", x.mean(axis=0))
        deviation = fg.std(x, axis=0)
        # Some pixels are 0 in every image.
        self.register_buffer("deviation", fg.maximum(deviation, fg.tensor(0.1)) if careful else deviation)

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        return (x - self.mean) / self.deviation


def network(x: fg.Tensor, careful: bool = False, rectified: bool = False, seed: int = 0) -> nn.Sequential:
    """Return a deep classifier; `careful` and `rectified` mend its first and its second fault."""
    fg.manual_seed(seed)
    layers: list[nn.Module] = [Standardize(x, careful)]
    for i in range(DEPTH):
        linear = nn.Linear(64 if i == 0 else WIDTH, WIDTH)
        if rectified:
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
            nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU() if rectified else nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 10))


class Training(NamedTuple):
    """The loss of each step, and the share of the test's digits that are right in the end."""

    losses: list[float]
    accuracy: float


def train(model: nn.Module, data: Data, rate: float, epochs: int, name: str) -> Training:
    """Train by SGD with momentum."""
    dataset = fg.data.TensorDataset(data.x, data.y)
    batches = fg.data.DataLoader(dataset, batch_size=64, shuffle=True, generator=fg.Generator(0))
    optimizer = fg.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    losses = []
    for _ in tqdm(range(epochs), desc=name, unit="epoch"):
        for x, y in batches:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with fg.no_grad():
        right = (model(data.test_x).argmax(axis=1) == data.test_y).astype(fg.float32).mean().item()
    return Training(losses, right)


# ---------------------------------------------------------------------------------------------------------------------
# The picture.

COLOURS = {"as it was": "#8a8f98", "1 mended": "#7048b8", "1 and 2 mended": "#e8833a", "all mended": "#2b8a3e"}


def draw(
    trainings: dict[str, Training],
    flows: tuple[diagnose.GradientFlow, diagnose.GradientFlow],
    test: diagnose.RangeTest,
    activations: diagnose.ActivationStatistics,
    path: str,
) -> None:
    """Draw the trainings, the gradients before and after, the range test, and what the layers give in the end."""
    figure = Figure(figsize=(12, 8.4), dpi=100, layout="constrained")
    (curves, gradients), (rates, layers) = figure.subplots(2, 2)
    for name, training in trainings.items():
        losses = np.array(training.losses)
        label = f"{name}: {training.accuracy:.1%} right"
        if not np.isfinite(losses).any():
            curves.plot([], [], "x", color=COLOURS[name], label=f"{name}: the loss is NaN")
            continue
        smooth = np.convolve(np.minimum(losses, 10), np.ones(8) / 8, mode="valid")
        curves.plot(np.arange(len(smooth)) + 7, smooth, color=COLOURS[name], lw=1.8, label=label)
    curves.axhline(np.log(10), color="#c9ced6", ls="--", lw=1)
    curves.annotate("chance", (1, np.log(10)), xycoords=("axes fraction", "data"), xytext=(-40, 3),
                    textcoords="offset points", fontsize=8, color="#8a8f98")  # fmt: skip
    curves.set_ylim(0, 4)
    curves.set_xlabel("step")
    curves.set_ylabel("training loss")
    curves.set_title("Four trainings, a fault fewer each time")
    curves.legend(frameon=False)
    for flow in flows:
        flow.draw(gradients)
    gradients.set_title("Fault 2: the gradient, from the first layer to the last")
    test.draw(rates)
    rates.set_title("Fault 3: the learning rate")
    activations.draw(layers)
    layers.set_title("In the end: what each activation gives")
    for ax in (curves, gradients, rates):
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(True, color="#e6e9ee", lw=0.8)
    figure.savefig(path)


# ---------------------------------------------------------------------------------------------------------------------
# All steps together.


def main(argv: Sequence[str] | None = None) -> dict[str, float]:
    """Find and mend the faults, draw; return the test accuracy of each stage, between 0 and 1."""
    parser = argparse.ArgumentParser(description="Find out why a network does not learn.")
    parser.add_argument("--epochs", type=int, default=15, help="of each training; default: %(default)s")
    parser.add_argument(
        "--output", metavar="PNG", default="why_it_does_not_learn.png", help="the picture; default: %(default)s"
    )
    options = parser.parse_args(argv)
    if options.epochs < 1:
        parser.error(f"--epochs must be at least 1, got {options.epochs}")
    data, rate = read(), 0.3
    trainings = {}

    # Fault 1: the loss is NaN. Where does the first one come from?
    model = network(data.x)
    trainings["as it was"] = train(model, data, rate, 1, "as it was")
    print(f"\n1. The loss is {trainings['as it was'].losses[-1]}. detect_anomaly says:")
    try:
        with diagnose.detect_anomaly():
            F.cross_entropy(model(data.x), data.y).backward()
    except RuntimeError as error:
        print("\n".join(f"   {line}" for line in str(error).splitlines()))
    print("   Pixels that are 0 in all images have deviation 0, and 0 / 0 is NaN. They are divided by 0.1 from now on.")

    # Fault 2: it stays at chance. Do gradients arrive?
    model = network(data.x, careful=True)
    trainings["1 mended"] = train(model, data, rate, options.epochs, "1 mended")
    before = diagnose.gradient_flow(network(data.x, careful=True), F.cross_entropy, (data.x, data.y))
    print(f"\n2. {trainings['1 mended'].accuracy:.1%} are right, as by chance. gradient_flow says: {before.verdict}")
    print("\n".join(f"   because {reason}" for reason in before.reasons))
    print("\n".join(f"   try {advice}" for advice in before.advice))
    after = diagnose.gradient_flow(network(data.x, True, True), F.cross_entropy, (data.x, data.y))
    print(f"   With ReLU and its initialisation: {after.verdict}")

    # Fault 3: gradients arrive, and still it does not learn. Which rate is right?
    model = network(data.x, careful=True, rectified=True)
    trainings["1 and 2 mended"] = train(model, data, rate, options.epochs, "1 and 2 mended")
    dataset = fg.data.TensorDataset(data.x, data.y)
    batches = fg.data.DataLoader(dataset, batch_size=64, shuffle=True, generator=fg.Generator(1))

    def momentum(parameters: object, lr: float) -> fg.optim.Optimizer:
        return fg.optim.SGD(parameters, lr=lr, momentum=0.9)

    test = diagnose.lr_range_test(
        network(data.x, True, True), F.cross_entropy, batches, optimizer=momentum, low=1e-5, high=10.0, steps=120
    )
    print(f"\n3. {trainings['1 and 2 mended'].accuracy:.1%} are right at learning rate {rate}. lr_range_test says:")
    print("\n".join(f"   {line}" for line in str(test).splitlines()[:2]))

    model = network(data.x, careful=True, rectified=True)
    trainings["all mended"] = train(model, data, test.suggested or rate, options.epochs, "all mended")
    activations = diagnose.activation_statistics(model, data.test_x, [str(2 * i + 2) for i in range(DEPTH)])
    draw(trainings, (before, after), test, activations, options.output)
    print(f"\npicture: {options.output}")
    for name, training in trainings.items():
        print(f"test accuracy, {name}: {100 * training.accuracy:.2f} %")
    return {name: training.accuracy for name, training in trainings.items()}


if __name__ == "__main__":
    main()
