"""First-order methods on parameters of any structure: ``gradient(x, i)`` is their gradient at step `i`, and
``callback(x, i, g)`` is called before each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import fastgrad as fg
from fastgrad.numpy.autograd.misc.flatten import flatten

Optimizer = Callable[..., Any]


def _of_structures(optimize: Optimizer) -> Optimizer:
    """Have a method of vectors take whatever `flatten` takes."""

    @functools.wraps(optimize)
    def call(grad: Any, x0: Any, callback: Any = None, *args: Any, **keywords: Any) -> Any:
        flat, unflatten = flatten(x0)

        def gradient(x: Any, i: int) -> Any:
            return flatten(grad(unflatten(x), i))[0]

        def told(x: Any, i: int, g: Any) -> None:
            callback(unflatten(x), i, unflatten(g))

        return unflatten(optimize(gradient, flat.clone(), told if callback else None, *args, **keywords))

    return call


@_of_structures
def sgd(
    grad: Any, x: Any, callback: Any = None, num_iters: int = 200, step_size: float = 0.1, mass: float = 0.9
) -> Any:
    """Gradient descent with momentum (Polyak 1964); `step_size` times the velocity is a step."""
    velocity = fg.zeros_like(x)
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        velocity = mass * velocity - (1.0 - mass) * g
        x = x + step_size * velocity
    return x


@_of_structures
def rmsprop(
    grad: Any,
    x: Any,
    callback: Any = None,
    num_iters: int = 100,
    step_size: float = 0.1,
    gamma: float = 0.9,
    eps: float = 1e-8,
) -> Any:
    """Gradient descent by the root of a running mean of squared gradients (Tieleman and Hinton 2012)."""
    square = fg.ones_like(x)
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        square = square * gamma + fg.square(g) * (1 - gamma)
        x = x - step_size * g / (fg.sqrt(square) + eps)
    return x


@_of_structures
def adam(
    grad: Any,
    x: Any,
    callback: Any = None,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> Any:
    """Adam (Kingma and Ba 2015)."""
    mean, square = fg.zeros_like(x), fg.zeros_like(x)
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        mean = (1 - b1) * g + b1 * mean
        square = (1 - b2) * fg.square(g) + b2 * square
        x = x - step_size * (mean / (1 - b1 ** (i + 1))) / (fg.sqrt(square / (1 - b2 ** (i + 1))) + eps)
    return x
