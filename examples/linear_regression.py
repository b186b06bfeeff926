"""Linear regression by gradient descent: the gradient by hand, and by autograd.

    python examples/linear_regression.py

From two measurements of 442 patients, body mass index and a blood value, a weighted sum shall tell how far their
diabetes has come a year later. Which weights? Those with the least loss, found by walking downhill: the gradient is
worked out twice in each step, by hand in NumPy and by autograd, and must agree to the last digits. Done for two
losses, the mean squared error (MSE) and the mean absolute error (L1), and drawn (``linear_regression.png``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tqdm import tqdm

import fastgrad as fg
from fastgrad.nn import functional as F

# ---------------------------------------------------------------------------------------------------------------------
# Step 1: the data. All is brought to mean 0 and variance 1: the weights can be compared, and no constant is needed, so
# the loss is a landscape over just two weights and can be drawn.

FEATURES = ("body mass index", "log of triglycerides")


def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """Return scikit-learn's diabetes data: two features, shape (442, 2), and the progression, shape (442,)."""
    from sklearn.datasets import load_diabetes

    data = load_diabetes(scaled=False)
    x = data.data[:, [data.feature_names.index(name) for name in ("bmi", "s5")]]
    y = data.target
    return (x - x.mean(axis=0)) / x.std(axis=0), (y - y.mean()) / y.std()


# ---------------------------------------------------------------------------------------------------------------------
# Step 2: the losses, and their gradients by hand. With the errors e = x w - y of n samples,
#
#     MSE = 1/n sum e_i^2,    d MSE / dw = 2/n x^T e
#     L1  = 1/n sum |e_i|,    d L1 / dw  = 1/n x^T sign(e)


def mse_gradient(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean squared error, shape (2,)."""
    return 2 / len(y) * x.T @ (x @ w - y)


def l1_gradient(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean absolute error, shape (2,)."""
    return 1 / len(y) * x.T @ np.sign(x @ w - y)


class Loss(NamedTuple):
    """A loss as fastgrad knows it, and its gradient by hand."""

    name: str
    function: Callable[[fg.Tensor, fg.Tensor], fg.Tensor]
    gradient_by_hand: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
    learning_rate: float


LOSSES = (
    Loss("MSE", F.mse_loss, mse_gradient, 0.25),
    Loss("L1", F.l1_loss, l1_gradient, 1.0),
)

# ---------------------------------------------------------------------------------------------------------------------
# Step 3: gradient descent. Predict, take the loss, ask for its gradient, step against it; repeat. The step length is
# the learning rate times the gradient, and the learning rate shrinks a little each time: the slope of the L1 loss does
# not fade towards its lowest point, and steps of one length would jump about it for ever.


class Descent(NamedTuple):
    """The way down one loss."""

    weights: np.ndarray  # after each step, shape (steps + 1, 2)
    losses: np.ndarray  # shape (steps + 1,)
    by_hand: np.ndarray  # the gradients, shape (steps + 1, 2)
    by_autograd: np.ndarray  # likewise

    @property
    def disagreement(self) -> float:
        """The largest difference between the two gradients in any step."""
        return float(np.abs(self.by_hand - self.by_autograd).max())


def descend(loss: Loss, x: np.ndarray, y: np.ndarray, start: Sequence[float], steps: int) -> Descent:
    """Walk down a loss from given weights, on the gradient by autograd, and note the one by hand beside it."""
    inputs, targets = fg.asarray(x), fg.asarray(y)  # the same memory; float64, so that rounding is far down
    w = fg.tensor(start, dtype=fg.float64, requires_grad=True)
    weights, losses, by_hand, by_autograd = [], [], [], []
    for step in tqdm(range(steps + 1), desc=f"descending the {loss.name} loss", unit="step"):
        value = loss.function(inputs @ w, targets)
        w.grad = None  # gradients add up until they are cleared
        value.backward()

        weights.append(w.tolist())
        losses.append(value.item())
        by_hand.append(loss.gradient_by_hand(x, y, w.detach().numpy()))
        by_autograd.append(w.grad.tolist())

        with fg.no_grad():  # the step itself is not to be differentiated
            w -= loss.learning_rate * 0.98**step * w.grad
    return Descent(*(np.array(column) for column in (weights, losses, by_hand, by_autograd)))


def report(loss: Loss, descent: Descent) -> None:
    """Print some steps, the gradient by hand beside the one by autograd."""
    print(f"\n{loss.name} loss\n step    loss      weights             gradient by hand        by autograd")
    steps = len(descent.losses) - 1
    for step in sorted({0, 1, 2, 5, 10, 20, 50, steps}):
        if step > steps:
            break
        w, hand, auto = descent.weights[step], descent.by_hand[step], descent.by_autograd[step]
        print(
            f"{step:5d}  {descent.losses[step]:8.5f}  {w[0]:8.5f} {w[1]:8.5f}"
            f"  {hand[0]:10.7f} {hand[1]:10.7f}  {auto[0]:10.7f} {auto[1]:10.7f}"
        )
    print(f"largest difference between the two gradients in all steps: {descent.disagreement:.1e}")


# ---------------------------------------------------------------------------------------------------------------------
# Step 4: the picture. The landscapes with the way down, how the losses fall, and both gradients on one scale.

BLUE, ORANGE, INK = "#2f6db5", "#e8833a", "#2b2f36"
COLOURS = {"MSE": BLUE, "L1": ORANGE}


def draw(x: np.ndarray, y: np.ndarray, descents: dict[str, Descent], path: str) -> None:
    """Draw the landscapes, the losses and the gradients, and save the picture."""
    figure = Figure(figsize=(11, 8.4), dpi=100, layout="constrained")
    (left, right), (losses, gradients) = figure.subplots(2, 2, height_ratios=(1.35, 1))
    for axes, (name, descent) in zip((left, right), descents.items(), strict=True):
        draw_landscape(axes, x, y, name, descent)
    draw_losses(losses, descents)
    draw_gradients(gradients, descents["MSE"])
    figure.savefig(path)


def draw_landscape(axes: Axes, x: np.ndarray, y: np.ndarray, name: str, descent: Descent) -> None:
    """Draw the loss as a landscape over the two weights, and the way from the first weights to the last."""
    grid = np.linspace(-1.15, 1.55, 121)
    first, second = np.meshgrid(grid, grid)
    errors = first[..., np.newaxis] * x[:, 0] + second[..., np.newaxis] * x[:, 1] - y
    height = (errors**2 if name == "MSE" else np.abs(errors)).mean(axis=-1)
    levels = height.min() + (height.max() - height.min()) * np.linspace(0, 1, 22) ** 2
    axes.contourf(first, second, height, levels=levels, cmap="Blues" if name == "MSE" else "Oranges", alpha=0.8)
    axes.contour(first, second, height, levels=levels, colors="white", linewidths=0.6)
    axes.plot(*descent.weights.T, color=INK, marker="o", ms=3, lw=1.2)
    axes.plot(*descent.weights[0], marker="o", ms=9, color="white", mec=INK)
    axes.plot(*descent.weights[-1], marker="*", ms=16, color="white", mec=INK)
    w = descent.weights[-1]
    axes.annotate("start", descent.weights[0], (9, -3), textcoords="offset points", color=INK)
    axes.annotate(f"({w[0]:.3f}, {w[1]:.3f})", w, (9, 7), textcoords="offset points", color=INK)
    axes.set_title(f"the {name} loss as a landscape, and the way down", loc="left", fontsize=10)
    axes.set_xlabel(f"weight of the {FEATURES[0]}")
    axes.set_ylabel(f"weight of the {FEATURES[1]}")
    axes.set_aspect("equal")


def draw_losses(axes: Axes, descents: dict[str, Descent]) -> None:
    """Draw how far each loss lies above the lowest it reached."""
    for name, descent in descents.items():
        lowest = descent.losses.min()
        above = descent.losses - lowest
        axes.semilogy(
            np.where(above > 1e-7, above, np.nan), color=COLOURS[name], lw=1.8, label=f"{name}, to {lowest:.4f}"
        )
    axes.set_title("how each loss falls to its lowest", loc="left", fontsize=10)
    axes.set_xlabel("steps")
    axes.set_ylabel("loss above its lowest")
    axes.legend(frameon=False)
    tidy(axes)


def draw_gradients(axes: Axes, descent: Descent, steps: int = 30) -> None:
    """Draw both gradients of the MSE loss over the first steps."""
    for k, colour in enumerate((BLUE, ORANGE)):
        axes.plot(descent.by_hand[:steps, k], color=colour, lw=1.8, label=f"by hand: {FEATURES[k]}")
        axes.plot(descent.by_autograd[:steps, k], "o", ms=5, mfc="none", color=colour, label="by autograd")
    title = f"the gradient of the MSE loss, twice: never more than {descent.disagreement:.0e} apart"
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlabel("steps")
    axes.set_ylabel("gradient")
    axes.legend(frameon=False, loc="lower right")
    tidy(axes)


def tidy(axes: Axes) -> None:
    """Take away what carries no information."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="#e6e9ee", lw=0.8)
    axes.set_axisbelow(True)


# ---------------------------------------------------------------------------------------------------------------------
# All steps together.


def main(argv: Sequence[str] | None = None) -> dict[str, Descent]:
    """Descend both losses, print, draw; return the descents by the names of the losses."""
    parser = argparse.ArgumentParser(description="Linear regression with the gradient by hand and by autograd.")
    parser.add_argument("--steps", type=int, default=150, help="steps of gradient descent; default: %(default)s")
    parser.add_argument(
        "--output", metavar="PNG", default="linear_regression.png", help="the picture; default: %(default)s"
    )
    options = parser.parse_args(argv)

    x, y = diabetes()
    descents = {loss.name: descend(loss, x, y, start=(-0.8, 1.2), steps=options.steps) for loss in LOSSES}
    for loss in LOSSES:
        report(loss, descents[loss.name])
    draw(x, y, descents, options.output)
    print(f"\npicture: {options.output}")

    exact = np.linalg.lstsq(x, y, rcond=None)[0]
    print(f"weights by linear algebra (MSE): {exact[0]:.5f}, {exact[1]:.5f}")
    for name, descent in descents.items():
        print(f"weights by gradient descent ({name}): {descent.weights[-1][0]:.5f}, {descent.weights[-1][1]:.5f}")
    return descents


if __name__ == "__main__":
    main()
