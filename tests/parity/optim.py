"""Optimizers."""

from __future__ import annotations

from typing import Any

from .case import Draw
from .training import Stepping


def sgd(d: Draw) -> dict[str, Any]:
    momentum = d.one_of(0.0, d.real(0.1, 0.95))
    nesterov = momentum > 0 and d.flag()
    dampening = {} if nesterov else d.options(dampening=lambda: d.real(0.0, 0.9))
    return {"lr": d.real(0.005, 0.05), "momentum": momentum, "nesterov": nesterov, **dampening, **common(d)}


def common(d: Draw) -> dict[str, Any]:
    return d.options(weight_decay=lambda: d.real(0.0, 0.2), maximize=d.flag(0.3))


def adam(d: Draw) -> dict[str, Any]:
    options = d.options(
        lr=lambda: d.real(0.001, 0.2),
        betas=lambda: (d.real(0.0, 0.95), d.real(0.5, 0.999)),
        eps=lambda: d.real(1e-8, 1e-3),
        amsgrad=d.flag(),
    )
    return {**options, **common(d)}


def rmsprop(d: Draw) -> dict[str, Any]:
    options = d.options(
        alpha=lambda: d.real(0.5, 0.99),
        eps=lambda: d.real(1e-8, 1e-3),
        momentum=lambda: d.real(0.0, 0.9),
        centered=d.flag(),
    )
    return {"lr": d.real(0.001, 0.1), **options, **common(d)}


def adagrad(d: Draw) -> dict[str, Any]:
    options = d.options(
        lr_decay=lambda: d.real(0.0, 0.3),
        initial_accumulator_value=lambda: d.real(0.0, 0.5),
        eps=lambda: d.real(1e-8, 1e-3),
    )
    return {"lr": d.real(0.01, 0.2), **options, **common(d)}


CASES = [
    Stepping("optim.SGD", sgd),
    Stepping("optim.Adam", adam),
    Stepping("optim.AdamW", adam),
    Stepping("optim.RMSprop", rmsprop),
    Stepping("optim.Adagrad", adagrad),
]
