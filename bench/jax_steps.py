"""Training steps in JAX: one function, compiled by jit, from parameters and optimizer state to the next ones."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from libraries import Library
from workloads import Statement


def mlp_step(library: Library, widths: tuple[int, ...], batch: int, classes: bool, optimizer: str) -> Statement:
    """A perceptron with ReLU; cross entropy or the mean squared error; SGD or Adam."""
    jax = library.lib
    jnp = jax.numpy
    parameters = [
        (library.randn(a, b) * np.float32(a**-0.5), library.tensor(np.zeros(b, np.float32)))
        for a, b in pairwise(widths)
    ]
    x = library.randn(batch, widths[0])
    y = library.labels(widths[-1], batch) if classes else library.randn(batch, widths[-1])

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        h = x
        for i, (w, b) in enumerate(parameters):
            h = (jax.nn.relu(h) if i else h) @ w + b
        if not classes:
            return jnp.mean((h - y) ** 2)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(h), y[:, None], axis=1))

    def sgd(state: Any, x: Any, y: Any) -> Any:
        (parameters,) = state
        gradients = jax.grad(loss)(parameters, x, y)
        return (jax.tree.map(lambda p, g: p - 1e-3 * g, parameters, gradients),)

    def adam(state: Any, x: Any, y: Any) -> Any:
        """Kingma and Ba, arXiv:1412.6980."""
        parameters, first, second, t = state
        gradients = jax.grad(loss)(parameters, x, y)
        t = t + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)

        def moved(p: Any, m: Any, v: Any) -> Any:
            return p - 1e-3 * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)

        return jax.tree.map(moved, parameters, first, second), first, second, t

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    update = jax.jit(adam if optimizer == "Adam" else sgd)
    state = (parameters, zeros, zeros, jnp.zeros((), jnp.float32)) if optimizer == "Adam" else (parameters,)

    def step() -> None:
        nonlocal state
        state = jax.block_until_ready(update(state, x, y))

    return "step()", {"step": step}
