"""Tell a 3 from a 7: by likeness to the mean digit, then by weights that are learned.

    python examples/threes_and_sevens.py                    scikit-learn's digits of 8x8 pixels
    python examples/threes_and_sevens.py --data mnist/      28x28 pixels: MNIST's test files, found in a folder

First without learning: which is nearer, the mean 3 or the mean 7? Then a model as simple as can be, one weight a
pixel, ``(x * w).sum()``, learned by stochastic gradient descent in six steps: initialise, predict, loss, gradient,
step, repeat, until the loss on digits kept aside stops improving. And what the learning rate does to it: too low, right,
too high. The picture is ``threes_and_sevens.png``.
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
from fastgrad.nn import functional as F

# ---------------------------------------------------------------------------------------------------------------------
# Step 1: the data, in three parts. Weights are learned from the first; the second says when to stop; the third is
# looked at once, at the end. An image is one row of pixels from 0 to 1, a label is 1.0 for a 3 and 0.0 for a 7.


class Part(NamedTuple):
    """Images of shape (n, pixels) and labels of shape (n,)."""

    x: fg.Tensor
    y: fg.Tensor


class Data(NamedTuple):
    """The three parts."""

    train: Part
    validation: Part
    test: Part


def read(folder: str | None) -> Data:
    """Return threes and sevens from MNIST's files in a folder, or else from scikit-learn.

    Of MNIST's 10,000 test images the last 2,000 test here, the 1,500 before them validate; of scikit-learn's 1,797, a
    random fifth each.
    """
    if folder is None:
        from sklearn.datasets import load_digits

        digits = load_digits()
        order = np.random.default_rng(0).permutation(len(digits.target))  # several by each writer: mix them
        images, labels = digits.images[order] / 16, digits.target[order]
        cuts = [1077, 1437]
    else:
        raw, raw_labels = fg.data.mnist(folder, split="test")
        images, labels = raw.numpy()[:10000] / 255, raw_labels.numpy()[:10000]
        cuts = [6500, 8000]
    parts = []
    for x, y in zip(np.split(images, cuts), np.split(labels, cuts), strict=True):
        chosen = (y == 3) | (y == 7)
        x, y = x[chosen].reshape(chosen.sum(), -1), y[chosen] == 3
        parts.append(Part(fg.tensor(x, dtype=fg.float32), fg.tensor(y, dtype=fg.float32)))
    return Data(*parts)


# ---------------------------------------------------------------------------------------------------------------------
# Step 2: pixel likeness, the yardstick for all that is learned. A digit is a 3 if it lies nearer to the mean 3.


def mean_digits(part: Part) -> tuple[fg.Tensor, fg.Tensor]:
    """Return the mean 3 and the mean 7, shape (pixels,)."""
    return part.x[part.y == 1].mean(axis=0), part.x[part.y == 0].mean(axis=0)


def l1_distance(x: fg.Tensor, mean: fg.Tensor) -> fg.Tensor:
    """Return the mean absolute difference of each image, shape (n,)."""
    return fg.abs(x - mean).mean(axis=1)


def l2_distance(x: fg.Tensor, mean: fg.Tensor) -> fg.Tensor:
    """Return the root of the mean squared difference of each image, shape (n,)."""
    return fg.sqrt(fg.square(x - mean).mean(axis=1))


def share_right(is_three: fg.Tensor, y: fg.Tensor) -> float:
    """Return the share of right answers."""
    return (is_three == (y == 1)).mean().item()


# ---------------------------------------------------------------------------------------------------------------------
# Step 3: the linear model. Each pixel has a weight: ink there speaks for a 3 (positive) or for a 7 (negative).


def predict(x: fg.Tensor, w: fg.Tensor, b: fg.Tensor) -> fg.Tensor:
    """Return a score for each image, shape (n,): a 3 if positive, a 7 if negative, and the surer the further from 0."""
    return (x * w).sum(axis=1) + b


def loss_of(part: Part, w: fg.Tensor, b: fg.Tensor) -> float:
    """Return the mean loss over a part of the data."""
    return F.binary_cross_entropy_with_logits(predict(part.x, w, b), part.y).item()


class Training(NamedTuple):
    """The best weights found, and how the search went."""

    w: fg.Tensor
    b: fg.Tensor
    train_losses: list[float]  # before learning, and after each epoch
    losses: list[float]  # of the validation digits, likewise
    accuracies: list[float]  # of the validation digits, likewise


def train(data: Data, learning_rate: float, epochs: int, patience: int, seed: int) -> Training:
    """Learn the weights; stop when the validation has not improved for `patience` epochs."""
    generator = fg.Generator(seed)
    dataset = fg.data.TensorDataset(data.train.x, data.train.y)
    batches = fg.data.DataLoader(dataset, batch_size=16, shuffle=True, generator=generator)

    # 1. Initialise: small random weights.
    w = 0.01 * fg.randn(dataset.tensors[0].shape[1], generator=generator)
    b = fg.zeros(())
    w.requires_grad_()
    b.requires_grad_()
    optimizer = fg.optim.SGD([w, b], lr=learning_rate)

    best = Training(w.detach().clone(), b.detach().clone(), [], [], [])
    since_best = 0
    bar = tqdm(range(epochs + 1), desc=f"learning rate {learning_rate:g}", unit="epoch")
    for epoch in bar:
        if epoch > 0:
            for x, y in batches:
                scores = predict(x, w, b)  # 2. Predict.
                loss = F.binary_cross_entropy_with_logits(scores, y)  # 3. How wrong is that?
                optimizer.zero_grad()
                loss.backward()  # 4. The gradient: which way is worse?
                optimizer.step()  # 5. A step the other way.
        # 6. Repeat, as long as the digits kept aside gain by it.
        with fg.no_grad():
            best.train_losses.append(loss_of(data.train, w, b))
            best.losses.append(loss_of(data.validation, w, b))
            best.accuracies.append(share_right(predict(data.validation.x, w, b) > 0, data.validation.y))
        bar.set_postfix(loss=f"{best.losses[-1]:.4f}", validation=f"{best.accuracies[-1]:.2%}")
        if best.losses[-1] == min(best.losses):
            best.w[...], best.b[...] = w.detach(), b.detach()
            since_best = 0
        else:
            since_best += 1
        if since_best == patience:
            break
    bar.close()
    return best


# ---------------------------------------------------------------------------------------------------------------------
# Step 4: the picture. What was learned, what the learning rate does, and which digits are still mistaken.

LEARNING_RATES = {"too low": 0.0005, "right": 0.2, "too high": 50.0}
COLOURS = {"too low": "#8a8f98", "right": "#2f6db5", "too high": "#e8833a"}
RED, INK = "#c8322b", "#2b2f36"


def draw(data: Data, trainings: dict[str, Training], results: dict[str, float], path: str) -> None:
    """Draw the mean digits and the weights, the losses and accuracies, and the digits hardest to tell; save it."""
    figure = Figure(figsize=(12, 7.6), dpi=100, layout="constrained")
    rows = figure.subfigures(3, 1, height_ratios=(1, 1.35, 0.95))
    draw_models(rows[0].subplots(1, 5, width_ratios=(1, 1, 1, 1, 2.2)), data, trainings["right"], results)
    draw_learning_rates(rows[1].subplots(1, 2), trainings)
    draw_hardest(rows[2].subplots(2, 12), data.test, trainings["right"])
    figure.savefig(path)


def draw_models(axes: Sequence[Axes], data: Data, training: Training, results: dict[str, float]) -> None:
    """Draw the mean digits, their difference, the learned weights, and how well each way of telling does."""
    three, seven = (picture(mean) for mean in mean_digits(data.train))
    weights = picture(training.w)
    for ax, (title, values, signed) in zip(
        axes,
        (
            ("the mean 3", three, False),
            ("the mean 7", seven, False),
            ("their difference", three - seven, True),
            ("the learned weights", weights, True),
        ),
        strict=False,
    ):
        limit = np.abs(values).max()
        ax.imshow(values, cmap="RdBu_r" if signed else "gray_r", vmin=-limit if signed else 0, vmax=limit)
        ax.set_title(title, fontsize=10)
        ax.axis("off")
    mistakes = [100 - 100 * share for share in results.values()]
    bars = axes[-1].barh(list(results), mistakes, color=["#9fbfe3", "#9fbfe3", COLOURS["right"]], height=0.65)
    axes[-1].bar_label(bars, [f"{share:.2f} %" for share in mistakes], padding=4)
    axes[-1].invert_yaxis()
    axes[-1].set_xlim(0, 1.25 * max(mistakes) + 0.1)
    axes[-1].set_xticks([])
    axes[-1].spines[["top", "right", "bottom"]].set_visible(False)
    axes[-1].set_title(f"mistakes on {len(data.test.y)} unseen digits", loc="left", fontsize=10)


def draw_learning_rates(axes: Sequence[Axes], trainings: dict[str, Training]) -> None:
    """Draw loss and accuracy by epoch for the three learning rates."""
    losses, accuracies = axes
    for name, training in trainings.items():
        label = f"{name}: {LEARNING_RATES[name]:g}"
        losses.semilogy(training.losses, color=COLOURS[name], lw=1.8, label=label)
        losses.semilogy(training.train_losses, color=COLOURS[name], lw=1, ls=":")
        accuracies.plot([100 * share for share in training.accuracies], color=COLOURS[name], lw=1.8, label=label)
        for ax, values in ((losses, training.losses), (accuracies, [100 * share for share in training.accuracies])):
            ax.plot(len(values) - 1, values[-1], marker="o", ms=6, color=COLOURS[name])
    losses.set_title("validation loss (dotted: training loss), to the dot where it stopped", loc="left", fontsize=10)
    losses.set_ylabel("binary cross entropy")
    losses.set_ylim(bottom=3e-3)
    losses.legend(frameon=False, title="learning rate")
    accuracies.set_title("validation accuracy", loc="left", fontsize=10)
    accuracies.set_ylabel("percent right")
    accuracies.set_ylim(top=100.5)
    for ax in axes:
        ax.set_xlabel("epochs")
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(True, color="#e6e9ee", lw=0.8)


def draw_hardest(axes: np.ndarray, part: Part, training: Training) -> None:
    """Draw the unseen digits with the lowest score for what they are; mistakes are framed in red."""
    scores = predict(part.x, training.w, training.b).numpy()
    margin = np.where(part.y.numpy() == 1, scores, -scores)
    for ax, k in zip(axes.ravel(), np.argsort(margin, kind="stable"), strict=False):
        wrong = margin[k] <= 0
        ax.imshow(picture(part.x[k]), cmap="gray_r", vmin=0, vmax=1)
        ax.set_title(f"{3 if scores[k] > 0 else 7}  ({scores[k]:+.1f})", fontsize=8, color=RED if wrong else INK, pad=3)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_color(RED if wrong else "#c9ced6")
        ax.spines[:].set_linewidth(2 if wrong else 0.8)
    axes[0, 0].figure.suptitle(
        f"the hardest of {len(scores)} unseen digits: answer and score ({int((margin <= 0).sum())} mistakes, red)",
        fontsize=10,
        x=0.01,
        ha="left",
    )


def picture(row: fg.Tensor) -> np.ndarray:
    """Return a row of pixels as a square."""
    side = int(row.size**0.5)
    return row.reshape(side, side).numpy()


# ---------------------------------------------------------------------------------------------------------------------
# All steps together.


def main(argv: Sequence[str] | None = None) -> dict[str, float]:
    """Measure, train, draw; return the test accuracy of each way of telling, between 0 and 1."""
    parser = argparse.ArgumentParser(description="Tell a 3 from a 7.")
    parser.add_argument("--data", metavar="DIR", help="a folder with MNIST's IDX files; default: scikit-learn's digits")
    parser.add_argument("--epochs", type=int, default=60, help="at most so many; default: %(default)s")
    parser.add_argument("--patience", type=int, default=15, help="epochs without improvement; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="where the random numbers start; default: %(default)s")
    parser.add_argument(
        "--output", metavar="PNG", default="threes_and_sevens.png", help="the picture; default: %(default)s"
    )
    options = parser.parse_args(argv)

    data = read(options.data)
    print(f"{len(data.train.y)} digits to learn from, {len(data.validation.y)} to validate, {len(data.test.y)} to test")

    three, seven = mean_digits(data.train)
    x, y = data.test
    results = {
        "likeness, L1": share_right(l1_distance(x, three) < l1_distance(x, seven), y),
        "likeness, L2": share_right(l2_distance(x, three) < l2_distance(x, seven), y),
    }
    trainings = {
        name: train(data, rate, options.epochs, options.patience, options.seed) for name, rate in LEARNING_RATES.items()
    }
    right = trainings["right"]
    results["linear model"] = share_right(predict(x, right.w, right.b) > 0, y)
    draw(data, trainings, results, options.output)

    for name, training in trainings.items():
        epoch = len(training.losses) - 1
        print(
            f"learning rate {LEARNING_RATES[name]:g} ({name}): stopped after {epoch} epochs, "
            f"lowest validation loss {min(training.losses):.4f}, training loss {training.train_losses[-1]:.4f}"
        )
    print(f"picture: {options.output}")
    for name, share in results.items():
        print(f"test accuracy by {name}: {100 * share:.2f} %")
    return results


if __name__ == "__main__":
    main()
