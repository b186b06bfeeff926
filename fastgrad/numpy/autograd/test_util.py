"""Gradients against differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fastgrad.numpy.autograd import grad, make_jvp
from fastgrad.numpy.autograd.misc.flatten import flatten
from fastgrad.ops.numpy.common import tensor_of

STEP, TOLERANCE = 1e-6, 1e-6


def check_grads(f: Callable[..., Any], modes: Sequence[str] = ("fwd", "rev"), order: int = 2) -> Callable[..., None]:
    """Make the function that checks a function's derivatives at its arguments, along a direction drawn at random:
    ``check_grads(f)(x, y)``. AssertionError where they are not those of differences."""
    unknown = set(modes) - {"fwd", "rev"}
    if unknown:
        raise ValueError(f"check_grads: modes must be of 'fwd' and 'rev', got {sorted(unknown)}")

    def check(*args: Any) -> None:
        start, unflatten = flatten(args)
        rng = np.random.default_rng(0)
        weights = rng.standard_normal(flatten(f(*args))[0].shape)
        along = tensor_of(rng.standard_normal(start.shape))

        def total(vector: Any) -> Any:
            return (flatten(f(*unflatten(vector)))[0] * weights).sum()

        expected = float((total(start + STEP * along) - total(start - STEP * along)) / (2 * STEP))
        for mode in modes:
            if mode == "rev":
                found = float((grad(total)(start) * along).sum())
            else:
                found = float(make_jvp(total)(start)(along)[1])
            assert abs(found - expected) <= TOLERANCE * (1 + abs(found) + abs(expected)), (
                f"check_grads: the derivative by {mode} must be {expected}, got {found}"
            )
        if order > 1:
            check_grads(lambda vector: grad(total)(vector), modes, order - 1)(start)

    return check
