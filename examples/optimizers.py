"""Optimizers side by side: over three surfaces that can be drawn, and on digits.

    python examples/optimizers.py

Gradient descent, SGD, momentum, RMSprop, Adagrad, Adam, conjugate gradients and L-BFGS cross Rosenbrock's valley,
Beale's function and a saddle, each with the learning rate that serves it best; minima and saddle points are found and
told apart by the Hessian. Then they train one network on scikit-learn's digits. The picture is ``optimizers.png``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from tqdm import tqdm

import fastgrad as fg
from fastgrad import diagnose, nn
from fastgrad.nn import functional as F


def read() -> tuple[fg.Tensor, fg.Tensor]:
    """Return scikit-learn's digits, pixels from 0 to 1, in random order."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    return fg.tensor(digits.data[order] / 16, dtype=fg.float32), fg.tensor(digits.target[order])


def main(argv: Sequence[str] | None = None) -> diagnose.OptimizerComparison:
    """Send them over the surfaces, train, draw; return how the training went."""
    parser = argparse.ArgumentParser(description="Compare optimizers.")
    parser.add_argument("--steps", type=int, default=300, help="gradients on a surface; default: %(default)s")
    parser.add_argument("--epochs", type=int, default=8, help="passes over the digits; default: %(default)s")
    parser.add_argument("--output", metavar="PNG", default="optimizers.png", help="the picture; default: %(default)s")
    options = parser.parse_args(argv)
    if options.steps < 1 or options.epochs < 1:
        parser.error(f"--steps and --epochs must be at least 1, got {options.steps} and {options.epochs}")

    figure = Figure(figsize=(13, 8.6), dpi=100, layout="constrained")
    rows = figure.subplots(2, 3)
    bar = tqdm(diagnose.SURFACES.items(), desc="surfaces", unit="surface")
    paths = {}
    for (name, surface), ax in zip(bar, rows[0], strict=True):
        paths[name] = diagnose.trace_optimizers(surface, steps=options.steps)
        paths[name].draw(ax)
        ax.set_title({"Rosenbrock": "Rosenbrock's valley", "Beale": "Beale's function", "saddle": "A saddle"}[name])
        points = diagnose.find_critical_points(surface.function, surface.box)
        for point in points.of_kind("saddle"):
            ax.plot(*point.point, "X", color="#e8833a", ms=11, mec="white", zorder=6)
            ax.annotate("saddle", point.point, xytext=(7, 5), textcoords="offset points", fontsize=9)
        ax.get_legend().remove()
        tqdm.write(f"{name}\n{points}\n{paths[name]}\n")
    for name, ax in zip(("Rosenbrock", "saddle"), rows[1], strict=False):
        paths[name].draw_curves(ax)
        ax.set_title("Down Rosenbrock's valley" if name == "Rosenbrock" else "Past the saddle")
        ax.set_ylim(1e-10, 3 * max(float(values[0]) for values in paths[name].values.values()))
        ax.get_legend().remove()

    x, y = read()
    fg.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    found = diagnose.compare_optimizers(model, F.cross_entropy, (x, y), epochs=options.epochs)
    found.draw(rows[1][2])
    rows[1][2].set_title("A network on digits")
    rows[1][2].get_legend().remove()
    handles, labels = rows[1][2].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=8, frameon=False)
    for ax in rows[1]:
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(True, color="#e6e9ee", lw=0.8)
    figure.savefig(options.output)
    print(f"digits\n{found}")
    print(f"picture: {options.output}")
    return found


if __name__ == "__main__":
    main()
