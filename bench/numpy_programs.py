"""Programs as they are written for NumPy, one text for it and for fastgrad's door of its name.

Each takes the functions, below NumPy's names, and returns what is run again and again; its data are of one seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

Run = Callable[[], Any]


def _normal(np: Any, *shape: int) -> Any:
    return np.array(numpy.random.default_rng(0).standard_normal(shape))


def k_means(np: Any) -> Run:
    """Five rounds over 2000 points of 8 numbers, 10 centres."""
    points = _normal(np, 2000, 8)

    def run() -> Any:
        centres = points[:10].copy()
        for _ in range(5):
            distances = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
            nearest = np.argmin(distances, axis=1)
            for k in range(10):
                mine = points[nearest == k]
                if len(mine):
                    centres[k] = mine.mean(axis=0)
        return centres

    return run


def bodies(np: Any) -> Run:
    """Ten leapfrog steps of 64 bodies that attract each other."""
    positions, velocities = _normal(np, 64, 3), _normal(np, 64, 3)[::-1].copy()
    masses = np.abs(_normal(np, 64)) + 0.1

    def acceleration(x: Any) -> Any:
        apart = x[None, :, :] - x[:, None, :]
        cubes = (np.sum(apart**2, axis=-1) + 0.01) ** 1.5
        return np.sum(apart * (masses[None, :, None] / cubes[:, :, None]), axis=1)

    def run() -> Any:
        x, v = positions.copy(), velocities.copy()
        a = acceleration(x)
        for _ in range(10):
            v += 0.005 * a
            x += 0.01 * v
            a = acceleration(x)
            v += 0.005 * a
        return x

    return run


def life(np: Any) -> Run:
    """Ten generations of Conway's game on 128 x 128 cells."""
    start = (_normal(np, 128, 128) > 0.5).astype(int)

    def run() -> Any:
        cells = start
        for _ in range(10):
            around = sum(
                np.roll(np.roll(cells, i, axis=0), j, axis=1)
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
                if (i, j) != (0, 0)
            )
            cells = ((around == 3) | ((cells == 1) & (around == 2))).astype(int)
        return cells

    return run


def heat(np: Any) -> Run:
    """Twenty explicit steps on a plate of 200 x 200."""
    start = np.zeros((200, 200))
    start[0, :] = 100.0

    def run() -> Any:
        u = start.copy()
        for _ in range(20):
            u[1:-1, 1:-1] += 0.2 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        return u

    return run


def two_layers(np: Any) -> Run:
    """A step of a network 784-100-10, batch 64, whose backward pass is written out."""
    x, w1, w2 = _normal(np, 64, 784), _normal(np, 784, 100) * 0.03, _normal(np, 100, 10) * 0.1
    b1, b2 = np.zeros(100), np.zeros(10)
    y = np.array(numpy.random.default_rng(0).integers(0, 10, 64))

    def run() -> Any:
        hidden = np.maximum(np.dot(x, w1) + b1, 0)
        scores = np.dot(hidden, w2) + b2
        scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        chances = scores / np.sum(scores, axis=1, keepdims=True)
        loss = -np.sum(np.log(chances[np.arange(64), y])) / 64
        slope = chances.copy()
        slope[np.arange(64), y] -= 1
        slope /= 64
        dw2, db2 = np.dot(hidden.T, slope), np.sum(slope, axis=0)
        back = np.dot(slope, w2.T)
        back[hidden <= 0] = 0
        dw1, db1 = np.dot(x.T, back), np.sum(back, axis=0)
        return loss, w1 - 0.1 * dw1, b1 - 0.1 * db1, w2 - 0.1 * dw2, b2 - 0.1 * db2

    return run


def kalman(np: Any) -> Run:
    """A filter of 4 states over 50 measurements: a loop over small matrices."""
    step = np.array([[1.0, 0, 0.1, 0], [0, 1, 0, 0.1], [0, 0, 1, 0], [0, 0, 0, 1]])
    seen = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0]])
    noise, error = np.eye(4) * 0.01, np.eye(2) * 0.5
    measured = _normal(np, 50, 2)

    def run() -> Any:
        state, spread = np.zeros(4), np.eye(4)
        for z in measured:
            state = step @ state
            spread = step @ spread @ step.T + noise
            gain = spread @ seen.T @ np.linalg.inv(seen @ spread @ seen.T + error)
            state = state + gain @ (z - seen @ state)
            spread = (np.eye(4) - gain @ seen) @ spread
        return state

    return run


def lorenz(np: Any) -> Run:
    """A hundred Runge-Kutta steps in three dimensions: arrays made of numbers that were read from one."""

    def slope(state: Any) -> Any:
        x, y, z = state
        return np.array([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])

    def run() -> Any:
        state, path = np.array([1.0, 1.0, 1.0]), np.zeros((101, 3))
        path[0] = state
        for i in range(100):
            a = slope(state)
            b = slope(state + 0.005 * a)
            c = slope(state + 0.005 * b)
            d = slope(state + 0.01 * c)
            state = state + (0.01 / 6.0) * (a + 2 * b + 2 * c + d)
            path[i + 1] = state
        return path

    return run


def edits(np: Any) -> Run:
    """The distance of two words, by a table of 20 x 20: elements read and written one by one."""
    first, second = "conventionalizations", "confidentialities"

    def run() -> Any:
        table = np.zeros((len(first) + 1, len(second) + 1), dtype=int)
        table[:, 0] = np.arange(len(first) + 1)
        table[0, :] = np.arange(len(second) + 1)
        for i in range(1, len(first) + 1):
            for j in range(1, len(second) + 1):
                other = table[i - 1, j - 1] + (first[i - 1] != second[j - 1])
                table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, other)
        return table[-1, -1]

    return run


def buffers(np: Any) -> Run:
    """A hundred steps of Adam over 64 numbers, in buffers that ``out`` names."""
    gradient, start = _normal(np, 64), np.zeros(64)

    def run() -> Any:
        x, m, v = start.copy(), np.zeros(64), np.zeros(64)
        part, root = np.empty(64), np.empty(64)
        for _ in range(100):
            np.multiply(m, 0.9, out=m)
            np.multiply(gradient, 0.1, out=part)
            np.add(m, part, out=m)
            np.multiply(v, 0.999, out=v)
            np.square(gradient, out=part)
            np.multiply(part, 0.001, out=part)
            np.add(v, part, out=v)
            np.sqrt(v, out=root)
            np.add(root, 1e-8, out=root)
            np.divide(m, root, out=part)
            np.multiply(part, 0.001, out=part)
            np.subtract(x, part, out=x)
        return x

    return run


def bootstrap(np: Any) -> Run:
    """The spread of the mean of 200 numbers, of 50 samples drawn again from them."""
    data, draw = _normal(np, 200), np.random.default_rng(0)

    def run() -> Any:
        means = np.zeros(50)
        for i in range(50):
            means[i] = np.mean(data[draw.integers(0, 200, 200)])
        return np.percentile(means, [2.5, 97.5])

    return run


def pi(np: Any) -> Run:
    """A million points in a square, those that lie in the circle counted."""
    draw = np.random.default_rng(0)

    def run() -> Any:
        x, y = draw.random(1000000), draw.random(1000000)
        return 4.0 * np.count_nonzero(x * x + y * y < 1.0) / 1000000

    return run
