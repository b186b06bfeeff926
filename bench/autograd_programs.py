"""Programs as they are written for HIPS autograd, one text for it and for fastgrad's door, after its own examples.

Each takes NumPy's functions and autograd's, below its names, and returns what is run again and again.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy

Run = Callable[[], Any]


def _normal(np: Any, *shape: int) -> Any:
    return np.array(numpy.random.default_rng(0).standard_normal(shape))


def slope_of_one_number(np: Any, autograd: Any) -> Run:
    """The gradient of the hyperbolic tangent, written with exponentials, at a number."""

    def tanh(x: Any) -> Any:
        y = np.exp(-2.0 * x)
        return (1.0 - y) / (1.0 + y)

    slope = autograd.grad(tanh)
    return lambda: slope(1.0)


def third_derivative(np: Any, autograd: Any) -> Run:
    """The third derivative of tanh at 200 places."""
    x, slope = np.linspace(-7, 7, 200), autograd.elementwise_grad
    third = slope(slope(slope(np.tanh)))
    return lambda: third(x)


def logistic_regression(count: int, width: int) -> Callable[[Any, Any], Run]:
    """The gradient of the likelihood of `count` labels, `width` weights."""

    def make(np: Any, autograd: Any) -> Run:
        inputs = _normal(np, count, width)
        targets, weights = inputs[:, 0] > 0, np.zeros(width)

        def loss(weights: Any) -> Any:
            chances = 0.5 * (np.tanh(np.dot(inputs, weights)) + 1)
            return -np.sum(np.log(chances * targets + (1 - chances) * (1 - targets) + 1e-9))

        gradient = autograd.grad(loss)
        return lambda: gradient(weights)

    return make


def network(np: Any, autograd: Any) -> Run:
    """A step of a network 784-200-10, batch 128, whose parameters are a list of pairs."""
    parameters = [(_normal(np, a, b) * 0.03, np.zeros(b)) for a, b in ((784, 200), (200, 10))]
    inputs = _normal(np, 128, 784)
    targets = np.array(numpy.eye(10)[numpy.random.default_rng(0).integers(0, 10, 128)])

    def loss(parameters: Any) -> Any:
        x = inputs
        for w, b in parameters:
            outputs = np.dot(x, w) + b
            x = np.tanh(outputs)
        largest = np.max(outputs, axis=1, keepdims=True)
        total = largest + np.log(np.sum(np.exp(outputs - largest), axis=1, keepdims=True))
        return -np.sum((outputs - total) * targets) / 128

    gradient = autograd.grad(loss)

    def run() -> Any:
        return [(w - 0.1 * dw, b - 0.1 * db) for (w, b), (dw, db) in zip(parameters, gradient(parameters), strict=True)]

    return run


def recurrence(np: Any, autograd: Any) -> Run:
    """The gradients of a recurrent network of 40 hidden units over 30 characters, 20 sequences."""
    parameters = {
        "init": _normal(np, 1, 40) * 0.01,
        "change": _normal(np, 128 + 40 + 1, 40) * 0.01,
        "predict": _normal(np, 40 + 1, 128) * 0.01,
    }
    inputs = np.array(numpy.eye(128)[numpy.random.default_rng(0).integers(0, 128, (30, 20))])

    def product(weights: Any, *parts: Any) -> Any:
        return np.dot(np.hstack((*parts, np.ones((parts[0].shape[0], 1)))), weights)

    def predicted(parameters: Any, hidden: Any) -> Any:
        output = product(parameters["predict"], hidden)
        return output - np.log(np.sum(np.exp(output), axis=1, keepdims=True))

    def loss(parameters: Any) -> Any:
        hidden = np.repeat(parameters["init"], 20, axis=0)
        total = 0.0
        for x in inputs:
            total += np.sum(predicted(parameters, hidden) * x)
            hidden = np.tanh(product(parameters["change"], x, hidden))
        return -total / (30 * 20)

    gradient = autograd.grad(loss)
    return lambda: gradient(parameters)


def fluid(np: Any, autograd: Any) -> Run:
    """Value and gradient of five steps of a fluid on 40 x 40 cells (Stam, 2003): where smoke is carried to."""
    n = 40
    start, target = _normal(np, 2, n, n), np.array(numpy.random.default_rng(1).random((n, n)))
    smoke = np.array(numpy.random.default_rng(2).random((n, n)))

    def project(vx: Any, vy: Any) -> Any:
        p = np.zeros(vx.shape)
        h = 1.0 / n
        rolled = np.roll(vx, -1, axis=0) - np.roll(vx, 1, axis=0) + np.roll(vy, -1, axis=1) - np.roll(vy, 1, axis=1)
        div = -0.5 * h * rolled
        for _ in range(10):
            p = np.roll(p, 1, axis=0) + np.roll(p, -1, axis=0) + np.roll(p, 1, axis=1) + np.roll(p, -1, axis=1)
            p = (div + p) / 4.0
        vx = vx - 0.5 * (np.roll(p, -1, axis=0) - np.roll(p, 1, axis=0)) / h
        vy = vy - 0.5 * (np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1)) / h
        return vx, vy

    def advect(f: Any, vx: Any, vy: Any) -> Any:
        ys, xs = np.meshgrid(np.arange(n), np.arange(n))
        xs, ys = (xs - vx).ravel(), (ys - vy).ravel()
        left, top = np.floor(xs).astype(int), np.floor(ys).astype(int)
        rw, bw = xs - left, ys - top
        left, top = np.mod(left, n), np.mod(top, n)
        right, below = np.mod(left + 1, n), np.mod(top + 1, n)
        nearer = (1 - rw) * ((1 - bw) * f[left, top] + bw * f[left, below])
        return np.reshape(nearer + rw * ((1 - bw) * f[right, top] + bw * f[right, below]), (n, n))

    def loss(start: Any) -> Any:
        (vx, vy), carried = project(start[0], start[1]), smoke
        for _ in range(5):
            vx, vy = project(advect(vx, vx, vy), advect(vy, vx, vy))
            carried = advect(carried, vx, vy)
        return np.mean((carried - target) ** 2)

    both = autograd.value_and_grad(loss)
    return lambda: both(start)


def gaussian_process(np: Any, autograd: Any) -> Run:
    """Value and gradient of the marginal likelihood of 60 points."""
    normal = importlib.import_module(f"{autograd.__name__}.scipy.stats.multivariate_normal")
    x = np.linspace(-3, 3, 60).reshape(60, 1)
    y = np.cos(x[:, 0]) + 0.1 * _normal(np, 60)

    def covariance(parameters: Any) -> Any:
        scaled = x / np.exp(parameters[1:])
        apart = np.expand_dims(scaled, 1) - np.expand_dims(scaled, 0)
        return np.exp(parameters[0]) * np.exp(-0.5 * np.sum(apart**2, axis=2))

    def loss(parameters: Any) -> Any:
        noise = np.exp(parameters[1]) + 0.0001
        return -normal.logpdf(y, parameters[0] * np.ones(60), covariance(parameters[2:]) + noise * np.eye(60))

    both = autograd.value_and_grad(loss)
    start = np.array([0.1, -1.0, 0.2, 0.3])
    return lambda: both(start)


def bayesian_network(np: Any, autograd: Any) -> Run:
    """The gradient of a bound on the evidence of 40 points, by 20 draws of a network 1-20-20-1."""
    normal = importlib.import_module(f"{autograd.__name__}.scipy.stats.norm")
    shapes = [(1, 20), (20, 20), (20, 1)]
    count = sum((m + 1) * n for m, n in shapes)
    inputs = np.linspace(-2, 2, 40).reshape(40, 1)
    targets, draws = np.cos(inputs), _normal(np, 20, count)

    def predictions(weights: Any) -> Any:
        x = np.expand_dims(inputs, 0)
        for m, n in shapes:
            w, b = weights[:, : m * n].reshape((20, m, n)), weights[:, m * n : m * n + n].reshape((20, 1, n))
            outputs = np.einsum("mnd,mdo->mno", x, w) + b
            x = np.exp(-(outputs**2))
            weights = weights[:, (m + 1) * n :]
        return outputs

    def loss(parameters: Any) -> Any:
        mean, log_std = parameters[:count], parameters[count:]
        weights = draws * np.exp(log_std) + mean
        prior = np.sum(normal.logpdf(weights, 0.0, 1.0), axis=1)
        likelihood = -np.sum((predictions(weights) - targets) ** 2, axis=1)[:, 0] / 0.01
        return -(0.5 * count * (1.0 + np.log(2 * np.pi)) + np.sum(log_std) + np.mean(prior + likelihood))

    gradient = autograd.grad(loss)
    start = np.concatenate([_normal(np, count), -5.0 * np.ones(count)])
    return lambda: gradient(start)


def hessian_times_vector(np: Any, autograd: Any) -> Run:
    """The Hessian of a network 10-20-1 over 100 points, times a vector, its parameters being one."""
    inputs = _normal(np, 100, 10)
    targets = np.sin(inputs[:, :1])
    start = _normal(np, 241) * 0.3

    def loss(parameters: Any) -> Any:
        w1, b1 = parameters[:200].reshape((10, 20)), parameters[200:220]
        w2, b2 = parameters[220:240].reshape((20, 1)), parameters[240]
        return np.mean((np.dot(np.tanh(np.dot(inputs, w1) + b1), w2) + b2 - targets) ** 2)

    product = autograd.hessian_vector_product(loss)
    vector = start[::-1].copy()
    return lambda: product(start, vector)


def rosenbrock(np: Any, autograd: Any) -> Run:
    """Gradient and Hessian of Rosenbrock's function in 8 dimensions."""

    def loss(x: Any) -> Any:
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    gradient, hessian = autograd.grad(loss), autograd.hessian(loss)
    start = np.linspace(-1.0, 1.0, 8)
    return lambda: (gradient(start), hessian(start))


def flattened(np: Any, autograd: Any) -> Run:
    """The gradient of a sum of squares over a dict of lists, which becomes a vector first, and ten steps of Adam."""
    misc = importlib.import_module(f"{autograd.__name__}.misc")
    optimizers = importlib.import_module(f"{autograd.__name__}.misc.optimizers")
    start = {"layers": [(_normal(np, 8, 8), np.zeros(8)) for _ in range(3)], "scale": _normal(np, 8)}
    flat, unflatten = misc.flatten(start)

    def loss(vector: Any, i: int) -> Any:
        tree = unflatten(vector)
        return sum(np.sum(w**2) + np.sum(b**2) for w, b in tree["layers"]) + np.sum(tree["scale"] ** 2)

    gradient = autograd.grad(loss)
    return lambda: optimizers.adam(gradient, flat, num_iters=10)
