"""Inputs that a unit answers to most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._models import as_array, check_count, check_number, keeps_model
from fastgrad._tensor import Tensor
from fastgrad.explain._model import check_model, find_layer, gradient, only, output_of


@dataclass(frozen=True)
class MaximalInput:
    """What `maximize_activation` found.

    Attributes
    ----------
    input : Tensor, shape (1, ...)
        What was found, a batch of one.
    activations : tuple of float
        The unit's activation before each step, and at the end.
    """

    input: Tensor
    activations: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return NumPy arrays and plain values by name."""
        return {"input": np.asarray(self.input), "activations": self.activations}

    def __str__(self) -> str:
        first, last = self.activations[0], self.activations[-1]
        return f"activation {first:.4g} -> {last:.4g} in {len(self.activations) - 1} steps, input {self.input.shape}"


@keeps_model
def maximize_activation(
    model: nn.Module,
    layer: nn.Module | str,
    unit: int | Sequence[int],
    shape: Sequence[int],
    *,
    steps: int = 200,
    lr: float = 0.1,
    decay: float = 1e-3,
    variation: float = 1e-2,
    bounds: tuple[float, float] | None = None,
    start: Any = None,
    generator: fg.Generator | None = None,
) -> MaximalInput:
    """Climb from noise to an input of which a unit's activation is large (activation maximisation), by Adam.

    Parameters
    ----------
    model : Module
        It is left as it was, also by an error.
    layer : Module or str
        One of its layers, or its path.
    unit : int or sequence of int
        The place in a line of the layer's output; of maps, a channel alone means its mean over all places.
    shape : sequence of int
        Of one input, without the batch's axis.
    steps : int, default 200
        How many steps are taken.
    lr : float, default 0.1
        The learning rate.
    decay : float, default 1e-3
        How much half the sum of the squared input counts against the activation.
    variation : float, default 1e-2
        How much the mean absolute difference of neighbours (total variation, last two axes) counts against it.
    bounds : pair of float, optional
        Elements are kept within these.
    start : array_like of `shape`, optional
        Where to begin; by default normal noise of deviation 0.1.
    generator : Generator, optional
        Where noise is drawn from; by default a new generator of seed 0.

    References
    ----------
    Erhan et al., "Visualizing higher-layer features of a deep network", 2009; Mahendran and Vedaldi, "Understanding
    deep image representations by inverting them", 2014, https://arxiv.org/abs/1412.0035
    """
    name = "maximize_activation"
    check_count(name, "steps", steps)
    for what, value in (("lr", lr), ("decay", decay), ("variation", variation)):
        check_number(name, what, value)
    if bounds is not None:
        low, high = bounds if isinstance(bounds, (tuple, list)) and len(bounds) == 2 else (0, 0)
        if not low < high:
            raise ValueError(f"{name}: bounds must be (low, high) with low < high, got {bounds!r}")
    if not isinstance(shape, Sequence) or not all(isinstance(n, int) and n > 0 for n in shape):
        raise ValueError(f"{name}: shape must be of positive ints, one input's without the batch's axis, got {shape!r}")
    module = find_layer(name, model, layer)
    check_model(name, model)
    place = tuple(unit) if isinstance(unit, Sequence) else (unit,)
    if not all(isinstance(n, int) for n in place):
        raise TypeError(f"{name}: unit must be an int, or one for each axis, got {unit!r}")
    dtype = next((p.dtype for p in model.parameters()), fg.float32)
    if start is None:
        x = fg.randn(1, *shape, dtype=dtype, generator=generator or fg.Generator(0)) * 0.1
    else:
        given = as_array(name, "start", start).astype(dtype)
        if given.size != math.prod(shape):
            raise ValueError(f"{name}: start must have the shape {tuple(shape)}, got {given.shape}")
        x = given.clone().reshape(1, *shape)
    x = x.detach().requires_grad_(True)
    optimizer = fg.optim.Adam([x], lr=lr)
    found: list[float] = []
    for step in range(steps + 1):
        with fg.enable_grad(), output_of(module, name) as seen:
            model(x.clone())
            out = only(name, seen)
            try:
                activation = out[0][place].mean()
            except IndexError as error:
                raise ValueError(
                    f"{name}: unit {place} must be a place in the layer's output {out.shape[1:]}"
                ) from error
            loss = -activation
            if decay:
                loss = loss + decay / 2 * (x * x).sum()
            if variation and x.ndim >= 3:
                loss = loss + variation * (fg.abs(x[..., 1:, :] - x[..., :-1, :]).mean()
                                           + fg.abs(x[..., 1:] - x[..., :-1]).mean())  # fmt: skip
        found.append(float(activation.detach()))
        if step == steps:
            break
        x.grad = gradient(name, loss.reshape(1), [x])[0]
        optimizer.step()
        if bounds is not None:
            with fg.no_grad():
                x.copy_(x.detach().clip(*bounds))
    return MaximalInput(x.detach(), tuple(found))
