"""What profiling costs: training steps with `fg.profile` on and off, in alternation; and the picture in
docs/profile.md.

    python bench/profiler.py [--picture docs/profile.png]

Prints the median time of a step either way. While it is off, the profiler does nothing: `rows/small.py` is what says
so.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import fastgrad as fg
from fastgrad import nn, optim

F = nn.functional


def step_of(model: nn.Module, x: fg.Tensor, y: fg.Tensor, optimizer: optim.Optimizer) -> Callable[[], None]:
    def step() -> None:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def perceptron() -> Callable[[], None]:
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    x, y = fg.randn(64, 784), fg.randint(0, 10, (64,))
    return step_of(model, x, y, optim.SGD(model.parameters(), lr=1e-3))


def small() -> Callable[[], None]:
    model = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 3))
    x, y = fg.randn(32, 4), fg.randint(0, 3, (32,))
    return step_of(model, x, y, optim.Adam(model.parameters()))


def convolutions() -> Callable[[], None]:
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 49, 10),
    )  # fmt: skip
    x, y = fg.randn(64, 1, 28, 28), fg.randint(0, 10, (64,))
    return step_of(model, x, y, optim.Adam(model.parameters()))


def median_step(step: Callable[[], None], count: int) -> float:
    taken = []
    for _ in range(count):
        before = time.perf_counter()
        step()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


def compared(step: Callable[[], None], rounds: int, count: int) -> tuple[float, float]:
    """Median seconds of a step, not profiled and profiled."""
    median_step(step, count)
    off, on = [], []
    for _ in range(rounds):
        off.append(median_step(step, count))
        with fg.profile():
            on.append(median_step(step, count))
    return statistics.median(off), statistics.median(on)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", help="where to write a flame chart of the convolutional network's steps")
    given = parser.parse_args()
    print("| training step | off | on | ratio |\n|---|---:|---:|---:|")
    rows = [
        ("MLP 784-128-10, batch 64, SGD", perceptron(), 40, 50),
        ("MLP 4-32-32-3, batch 32, Adam", small(), 40, 50),
        ("CNN 32-64 on 28x28, batch 64, Adam", convolutions(), 10, 10),
    ]
    for name, step, rounds, count in rows:
        off, on = compared(step, rounds, count)
        print(f"| {name} | {off * 1e6:.0f} us | {on * 1e6:.0f} us | {on / off:.3f} |")
    if given.picture:
        step = convolutions()
        step()
        with fg.profile() as p:
            for _ in range(10):
                step()
        p.draw_flame().figure.savefig(given.picture, dpi=110)
        print(f"\n{p}")


if __name__ == "__main__":
    main()
