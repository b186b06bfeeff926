"""Schedulers of the learning rate."""

from __future__ import annotations

from typing import Any

from .case import Draw
from .training import Stepping


def by_function(d: Draw) -> dict[str, Any]:
    factor, period = d.real(0.5, 0.99), d.integer(2, 9)
    return {"lr_lambda": lambda epoch: factor ** (epoch % period)}


def stepwise(d: Draw) -> dict[str, Any]:
    return {"step_size": d.integer(1, 9), **d.options(gamma=lambda: d.real(0.1, 1.2))}


def cosine(d: Draw) -> dict[str, Any]:
    return {"T_max": d.integer(1, 15), **d.options(eta_min=lambda: d.real(0.0, 0.4))}


CASES = [
    Stepping("optim.lr_scheduler.LambdaLR", by_function),
    Stepping("optim.lr_scheduler.StepLR", stepwise),
    Stepping("optim.lr_scheduler.CosineAnnealingLR", cosine),
]
