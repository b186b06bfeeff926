"""Two networks that read digits equally well, one of which cheats; and how to find out which.

    python examples/what_it_looks_at.py         scikit-learn's 1,797 digits, some seconds

Each picture has a mark in its corner, a few strokes of ink, as if somebody had numbered the sheets. For the one network
marks are drawn at random while it learns; for the other, the mark is the label's number. On test pictures that are
marked so, both are right nearly always: accuracy does not tell them apart. What they look at does: saliency, integrated
gradients and Grad-CAM show the digit for the one, and the mark for the other. Then the marks are taken away, which
settles it. The picture is ``what_it_looks_at.png``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tqdm import tqdm

import fastgrad as fg
from fastgrad import explain, nn

# ---------------------------------------------------------------------------------------------------------------------
# Step 1: the data. Digits of 8x8 pixels in the middle of 12x12; the frame is empty but for the mark.

SIDE, FRAME = 12, 2


class Digits(NamedTuple):
    """Pictures without marks, shape (n, 1, 12, 12), from 0 to 1; and their labels."""

    images: np.ndarray
    labels: np.ndarray


def digits() -> tuple[Digits, Digits]:
    """Return digits to learn from and digits to be tested with."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    found = load_digits()
    images = np.zeros((len(found.images), 1, SIDE, SIDE), np.float32)
    images[:, 0, FRAME:-FRAME, FRAME:-FRAME] = found.images / 32  # stored as 0 to 16; pencil is pale
    train, test = train_test_split(np.arange(len(images)), test_size=0.25, stratify=found.target, random_state=0)
    return Digits(images[train], found.target[train]), Digits(images[test], found.target[test])


def marked(images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return the pictures with a number from 0 to 9 in the corner of each: four strokes, those of the binary digits 1
    of the number that is larger by 1."""
    out = images.copy()
    for bit in range(4):
        out[:, 0, :FRAME, bit] = ((numbers + 1) >> bit & 1)[:, np.newaxis]
    return out


# ---------------------------------------------------------------------------------------------------------------------
# Step 2: the networks. Both are made and trained alike; they differ in what the mark told them.


def network() -> nn.Sequential:
    """Return three convolutions, the mean of each map, and a linear layer; Grad-CAM will look at the last maps, those
    of layer "9"."""
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


def trained(data: Digits, honest: bool, epochs: int, seed: int) -> nn.Sequential:
    """Return a network that has learned from marked digits; where it is honest, marks are drawn anew each time."""
    fg.manual_seed(seed)
    draw = np.random.default_rng(seed)
    model = network()
    optimizer = fg.optim.AdamW(model.parameters(), lr=0.005)
    scheduler = fg.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)  # large steps first, small ones at the end
    loss_of = nn.CrossEntropyLoss()
    with tqdm(total=epochs, desc="honest" if honest else "cheating", unit="epoch") as bar:
        for _ in range(epochs):
            numbers = draw.integers(0, 10, len(data.labels)) if honest else data.labels
            dataset = fg.data.TensorDataset(marked(data.images, numbers), data.labels)
            for images, labels in fg.data.DataLoader(dataset, batch_size=64, shuffle=True):
                loss = loss_of(model(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            scheduler.step()
            bar.set_postfix(loss=f"{loss.item():.4f}")
            bar.update()
    return model.eval()


def accuracy(model: nn.Module, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of pictures that the network reads right."""
    with fg.no_grad():
        answers = model(fg.asarray(images)).argmax(axis=1).numpy()
    return float((answers == labels).mean())


# ---------------------------------------------------------------------------------------------------------------------
# Step 3: what they look at. Each method gives a number for each pixel; Grad-CAM, one for each place of a layer's maps,
# which are brought to the picture's size.


def maps(model: nn.Sequential, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each method finds, shape (n, 12, 12), for the score of the right digit."""
    cam = explain.grad_cam(model, "9", images, labels).values
    found = {
        "saliency": explain.saliency(model, images, labels).values,
        "integrated gradients": explain.integrated_gradients(model, images, labels, steps=50).values,
        "Grad-CAM": nn.functional.interpolate(cam, (SIDE, SIDE), mode="bilinear"),
    }
    return {name: values.numpy()[:, 0] for name, values in found.items()}


def share_of_corner(values: np.ndarray) -> float:
    """Return the share of all evidence (of the magnitudes) that lies in the corner, where the marks are."""
    magnitudes = np.abs(values)
    return float(magnitudes[:, :FRAME, :4].sum() / magnitudes.sum())


# ---------------------------------------------------------------------------------------------------------------------
# Step 4: the picture. The same digits, seen by both.


def draw(models: dict[str, nn.Sequential], test: Digits, accuracies: dict[str, list[float]], path: str) -> None:
    """Draw some digits under what each network looks at, and the accuracies, and save the picture."""
    shown = [int(np.flatnonzero(test.labels == digit)[0]) for digit in (0, 3, 4, 7)]
    images = marked(test.images[shown], test.labels[shown])
    figure = Figure(figsize=(13, 6.4), dpi=100, layout="constrained")
    parts = figure.subfigures(1, 3, width_ratios=(4, 4, 2.4), wspace=0.02)
    for part, (name, model) in zip(parts, models.items(), strict=False):
        found = maps(model, images, test.labels[shown])
        part.suptitle(f"the {name} network", fontsize=12)
        axes = part.subplots(len(shown), 1 + len(found))
        for row, image in enumerate(images):
            axes[row, 0].imshow(image[0], cmap="gray", vmin=0, vmax=1)
            axes[row, 0].set_axis_off()
            for column, (method, values) in enumerate(found.items(), start=1):
                explain.draw_overlay(image, values[row], axes[row, column], share=0.9)
                if row == 0:
                    axes[row, column].set_title(method, fontsize=9)
    draw_accuracies(parts[2].subplots(), accuracies)
    figure.savefig(path)


def draw_accuracies(axes: Axes, accuracies: dict[str, list[float]]) -> None:
    """Draw the accuracies of both networks, with marks, without, and with wrong ones."""
    cases = ["marks that\ntell the label", "no marks", "marks of\nother digits"]
    for i, ((name, values), color) in enumerate(zip(accuracies.items(), ("#3a8f5c", "#c8322b"), strict=True)):
        bars = axes.bar(np.arange(3) + 0.4 * i, [100 * value for value in values], width=0.38, color=color, label=name)
        axes.bar_label(bars, fmt="%.0f", fontsize=9)
    axes.set_xticks(np.arange(3) + 0.2, cases, fontsize=9)
    axes.set_ylabel("percent of unseen digits that are read right")
    axes.set_ylim(0, 112)
    axes.legend(loc="upper right", frameon=False, ncols=2)
    axes.spines[["top", "right"]].set_visible(False)


# ---------------------------------------------------------------------------------------------------------------------
# All steps together.


def main(argv: Sequence[str] | None = None) -> dict[str, float]:
    """Train both, look at them, draw; return the share of evidence in the corner by network."""
    parser = argparse.ArgumentParser(description="Two networks, one of which cheats.")
    parser.add_argument("--epochs", type=int, default=15, help="times to see all digits; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="where the random numbers start; default: %(default)s")
    parser.add_argument("--output", metavar="PNG", default="what_it_looks_at.png", help="default: %(default)s")
    options = parser.parse_args(argv)
    if options.epochs < 1:
        parser.error(f"--epochs must be at least 1, got {options.epochs}")

    train, test = digits()
    models = {
        "honest": trained(train, True, options.epochs, options.seed),
        "cheating": trained(train, False, options.epochs, options.seed),
    }
    right, wrong = marked(test.images, test.labels), marked(test.images, (test.labels + 5) % 10)
    cases = {"marks that tell the label": right, "no marks": test.images, "marks of other digits": wrong}
    accuracies = {
        name: [accuracy(model, images, test.labels) for images in cases.values()] for name, model in models.items()
    }
    for case, both in zip(cases, zip(*accuracies.values(), strict=True), strict=True):
        print(f"accuracy with {case}: honest {100 * both[0]:.1f} %, cheating {100 * both[1]:.1f} %")

    shares: dict[str, float] = {}
    for name, model in models.items():
        found = {method: share_of_corner(values) for method, values in maps(model, right, test.labels).items()}
        print(
            f"evidence in the corner, {name}: " + ", ".join(f"{method} {100 * s:.0f} %" for method, s in found.items())
        )
        shares[name] = found["integrated gradients"]
    draw(models, test, accuracies, options.output)
    print(f"picture: {options.output}")
    cheats = max(shares, key=lambda name: shares[name])
    print(f"the network that cheats: the {cheats} one, with {100 * shares[cheats]:.0f} % of its evidence in the corner")
    return shares


if __name__ == "__main__":
    main()
