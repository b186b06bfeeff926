"""A digit classifier trained from scratch, step by step.

    python examples/digits.py                   scikit-learn's 1,797 digits of 8x8 pixels, a few seconds
    python examples/digits.py --data mnist/     10,000 digits of 28x28 pixels: MNIST's test files, found in a folder

The first trains a convolutional network with batch normalisation, the second a LeNet. Both print the accuracy on
digits that the network has never learned from, and draw a picture of the training (``digits.png``). Read this file from
top to bottom: data, network, training, test, picture.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from tqdm import tqdm

import fastgrad as fg
from fastgrad import nn

# ---------------------------------------------------------------------------------------------------------------------
# Step 1: the data. Pictures are tensors of shape (count, channels, height, width); here the one channel is the grey
# value, from 0 for paper to 1 for ink. Labels are the digits 0 to 9.


class Data(NamedTuple):
    """Digits to learn from, and digits to be tested with."""

    train: fg.data.TensorDataset
    test: fg.data.TensorDataset


def sklearn_digits() -> Data:
    """Return scikit-learn's 8x8 digits: 1,437 to train, 360 to test, each digit equally often in both."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = np.float32(digits.images)[:, np.newaxis] / 16  # stored as 0 to 16
    train, test = train_test_split(np.arange(len(images)), test_size=0.2, stratify=digits.target, random_state=0)
    return Data(
        fg.data.TensorDataset(images[train], digits.target[train]),
        fg.data.TensorDataset(images[test], digits.target[test]),
    )


def mnist_digits(folder: str) -> Data:
    """Return MNIST's 10,000 test digits of 28x28 pixels from IDX files: 8,000 to train, the last 2,000 to test."""
    images, labels = fg.data.mnist(folder, split="test")
    images = images[:, np.newaxis].astype(fg.float32) / 255
    return Data(
        fg.data.TensorDataset(images[:8000], labels[:8000]),
        fg.data.TensorDataset(images[8000:10000], labels[8000:10000]),
    )


# ---------------------------------------------------------------------------------------------------------------------
# Step 2: the network. It turns a picture into ten numbers, one score a digit; the highest is its answer. Convolutions
# look for the same small patterns everywhere in the picture, pooling keeps the strongest of four neighbours and so
# halves the resolution, and the last, linear layer weighs what was found.


def convolutional_network() -> nn.Sequential:
    """Return a network for 8x8 pixels. Batch normalisation keeps each channel at mean 0, variance 1 while it learns."""
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=3, padding=1),  # (n, 1, 8, 8) -> (n, 32, 8, 8)
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, kernel_size=3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (n, 64, 8, 8) -> (n, 64, 4, 4)
        nn.Conv2d(64, 64, kernel_size=3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (n, 64, 4, 4) -> (n, 64, 2, 2)
        nn.Flatten(),
        nn.Dropout(0.3),  # forget a random 30 % in each step, so that the answer never hangs on one pattern
        nn.Linear(64 * 2 * 2, 10),
    )


def lenet() -> nn.Sequential:
    """Return a LeNet-5 for 28x28 pixels (LeCun et al., 1998), with today's ReLU and max pooling."""
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2),  # (n, 1, 28, 28) -> (n, 6, 28, 28)
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, kernel_size=5),  # (n, 6, 14, 14) -> (n, 16, 10, 10)
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),  # (n, 16, 5, 5) -> (n, 400)
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


# ---------------------------------------------------------------------------------------------------------------------
# Step 3: training. Show the network a few digits, measure how wrong its answers are (the loss), ask autograd in which
# direction each weight makes that worse (the gradient), and let the optimizer move all weights a little the other way.


class History(NamedTuple):
    """What happened in training."""

    losses: list[float]  # one a step
    train_accuracy: list[float]  # one an epoch, counted on the way
    test_accuracy: list[float]  # one an epoch


def train(network: nn.Module, data: Data, epochs: int, batch_size: int, learning_rate: float) -> History:
    """Train a network, and watch its test accuracy on the way (nothing is chosen by it)."""
    batches = fg.data.DataLoader(data.train, batch_size=batch_size, shuffle=True)
    steps = epochs * len(batches)
    optimizer = fg.optim.AdamW(network.parameters(), lr=learning_rate)
    scheduler = fg.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)  # large steps first, small ones at the end
    loss_of = nn.CrossEntropyLoss()

    history = History([], [], [])
    with tqdm(total=steps, desc="training", unit="step") as bar:
        for _ in range(epochs):
            network.train()  # batch normalisation uses the batch's statistics, dropout forgets
            hits = 0
            for images, labels in batches:
                scores = network(images)
                loss = loss_of(scores, labels)

                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()

                hits += (scores.argmax(axis=1) == labels).sum().item()
                history.losses.append(loss.item())
                bar.update()
            history.train_accuracy.append(hits / len(data.train))
            history.test_accuracy.append(accuracy(probabilities(network, data.test), data.test))
            bar.set_postfix(loss=f"{loss.item():.4f}", test=f"{history.test_accuracy[-1]:.2%}")
    return history


# ---------------------------------------------------------------------------------------------------------------------
# Step 4: the test. In evaluation mode batch normalisation uses the statistics it has learned, and dropout keeps all.


def probabilities(network: nn.Module, dataset: fg.data.TensorDataset) -> np.ndarray:
    """Return how probable the network finds each digit, shape (len(dataset), 10)."""
    network.eval()
    with fg.no_grad():  # no gradient is wanted: record nothing
        batches = fg.data.DataLoader(dataset, batch_size=500)
        return fg.concat([fg.softmax(network(images), axis=1) for images, _ in batches]).numpy()


def accuracy(probability: np.ndarray, dataset: fg.data.TensorDataset) -> float:
    """Return the share of digits whose most probable label is the right one."""
    labels = dataset.tensors[1].numpy()
    return float((probability.argmax(axis=1) == labels).mean())


# ---------------------------------------------------------------------------------------------------------------------
# Step 5: the picture. How the training went, what the first layer has learned to look for, and the hardest digits.

BLUE, ORANGE, RED, GREEN, GREY = "#2f6db5", "#e8833a", "#c8322b", "#3a8f5c", "#8a8f98"


def draw(network: nn.Sequential, data: Data, history: History, probability: np.ndarray, path: str) -> None:
    """Draw the training, what the first layer sees and the digits hardest to tell, and save the picture."""
    figure = Figure(figsize=(12, 6.6), dpi=100, layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1), wspace=0.03)
    losses, accuracies, filters = left.subplots(3, 1, height_ratios=(1, 1, 0.75))
    draw_losses(losses, history)
    draw_accuracies(accuracies, history)
    draw_filters(filters, network[0], data.test[0][0])
    draw_hardest(right.subplots(), data.test, probability)
    figure.savefig(path)


def draw_losses(axes: Axes, history: History) -> None:
    """Draw the loss of each step, and the mean of each epoch."""
    losses = np.array(history.losses)
    means = losses.reshape(len(history.test_accuracy), -1).mean(axis=1)
    epochs = np.arange(1, len(means) + 1)
    axes.semilogy(np.arange(1, len(losses) + 1) * len(means) / len(losses), losses, color=BLUE, alpha=0.3, lw=0.8)
    axes.semilogy(epochs - 0.5, means, color=BLUE, marker="o", ms=3.5, lw=1.8)
    axes.set_title("training loss: of each step, and its mean over an epoch", loc="left", fontsize=10)
    axes.set_ylabel("cross entropy")
    axes.set_xlim(0, len(means) + 0.2)
    tidy(axes)


def draw_accuracies(axes: Axes, history: History) -> None:
    """Draw the accuracy after each epoch."""
    epochs = np.arange(1, len(history.test_accuracy) + 1)
    shown = np.array([history.train_accuracy, history.test_accuracy]) * 100
    axes.plot(epochs, shown[0], color=BLUE, marker="o", ms=3.5, lw=1.8, label="while learning")
    axes.plot(epochs, shown[1], color=ORANGE, marker="o", ms=3.5, lw=1.8, label="unseen digits")
    axes.set_title(f"accuracy: {shown[1, -1]:.2f} % of the unseen digits", loc="left", fontsize=10)
    axes.set_ylim(max(0.0, np.sort(shown.ravel())[shown.size // 10] - 2), 100.5)
    axes.set_xlim(0, len(epochs) + 0.2)
    axes.set_ylabel("percent right")
    axes.set_xlabel("epochs of training")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="lower right", frameon=False)
    tidy(axes)


def draw_filters(axes: Axes, layer: nn.Conv2d, image: fg.Tensor, shown: int = 9) -> None:
    """Draw the strongest kernels of the first convolution, and below each what it makes of one digit."""
    kernels = layer.weight.detach().numpy()[:, 0]
    with fg.no_grad():
        answers = layer(image[np.newaxis]).numpy()[0]
    strongest = np.argsort(-np.abs(kernels).sum(axis=(1, 2)))[:shown]
    axes.imshow(image.numpy()[0], extent=(0, 1, -1.2, -0.2), cmap="gray_r", vmin=0, vmax=1)
    for x, k in enumerate(strongest, start=1):
        for picture, y in ((kernels[k], 0.05), (answers[k], -1.2)):
            limit = np.abs(picture).max()
            extent = (x * 1.15 + 0.15, x * 1.15 + 1.15, y, y + 1)
            axes.imshow(picture, extent=extent, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes.set_xlim(-0.02, (shown + 1) * 1.15 + 0.02)
    axes.set_ylim(-1.22, 1.07)
    axes.set_title("filters of the first layer (red adds, blue subtracts), and what each sees", loc="left", fontsize=10)
    axes.axis("off")


def draw_hardest(axes: Axes, dataset: fg.data.TensorDataset, probability: np.ndarray, columns: int = 8) -> None:
    """Draw the digits to whose true label the network gave the lowest probability; mistakes are framed in red."""
    images, labels = (tensor.numpy() for tensor in dataset.tensors)
    order = np.argsort(probability[np.arange(len(labels)), labels], kind="stable")[: columns * 6]
    answers = probability.argmax(axis=1)
    for i, k in enumerate(order):
        x, y = i % columns * 1.25, -(i // columns) * 1.6
        wrong = answers[k] != labels[k]
        axes.imshow(images[k, 0], extent=(x, x + 1, y, y + 1), cmap="gray_r", vmin=0, vmax=1)
        axes.add_patch(
            Rectangle((x, y), 1, 1, fill=False, ec=RED if wrong else "#c9ced6", lw=2.2 if wrong else 0.8, zorder=3)
        )
        sure = int(probability[k].max() * 100)
        text = f"{answers[k]}, not {labels[k]}" if wrong else f"{answers[k]}: {sure} %"
        axes.text(x + 0.5, y - 0.08, text, ha="center", va="top", fontsize=9, color=RED if wrong else GREEN)
    axes.set_xlim(-0.1, columns * 1.25 - 0.15)
    axes.set_ylim(-(len(order) - 1) // columns * 1.6 + 1.1, 1.15)
    mistakes = int((answers != labels).sum())
    axes.set_title(
        f"{mistakes} of {len(labels):,} unseen digits are mistaken (red)\nthe hardest first: the answer, and how sure",
        loc="left",
        fontsize=10,
    )
    axes.axis("off")


def tidy(axes: Axes) -> None:
    """Take away what carries no information."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="#e6e9ee", lw=0.8)
    axes.set_axisbelow(True)


# ---------------------------------------------------------------------------------------------------------------------
# All steps together.


def main(argv: Sequence[str] | None = None) -> float:
    """Train, test, draw; return the test accuracy, between 0 and 1."""
    parser = argparse.ArgumentParser(description="A digit classifier trained from scratch.")
    parser.add_argument("--data", metavar="DIR", help="a folder with MNIST's IDX files; default: scikit-learn's digits")
    parser.add_argument("--epochs", type=int, help="times to see all training digits; default: 15, with --data 3")
    parser.add_argument("--seed", type=int, default=0, help="where the random numbers start; default: %(default)s")
    parser.add_argument("--output", metavar="PNG", default="digits.png", help="the picture; default: %(default)s")
    options = parser.parse_args(argv)
    if options.epochs is not None and options.epochs < 1:
        parser.error(f"--epochs must be at least 1, got {options.epochs}")

    fg.manual_seed(options.seed)  # the same first weights and the same order of digits in each run
    if options.data is None:
        data, network = sklearn_digits(), convolutional_network()
        epochs, batch_size, learning_rate = options.epochs or 15, 32, 0.002
    else:
        data, network = mnist_digits(options.data), lenet()
        epochs, batch_size, learning_rate = options.epochs or 3, 16, 0.003
    parameters = sum(parameter.size for parameter in network.parameters())
    print(f"{len(data.train):,} digits to learn from, {len(data.test):,} to test with; {parameters:,} weights to find")

    history = train(network, data, epochs, batch_size, learning_rate)
    probability = probabilities(network, data.test)
    draw(network, data, history, probability, options.output)
    print(f"picture: {options.output}")

    result = accuracy(probability, data.test)
    print(f"test accuracy: {100 * result:.2f} %")
    return result


if __name__ == "__main__":
    main()
