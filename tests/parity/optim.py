"""Optimizers."""

from __future__ import annotations

from typing import Any

from .case import Draw, Stepping


def sgd(d: Draw) -> dict[str, Any]:
    momentum = d.one_of(0.0, d.real(0.1, 0.95))
    nesterov = momentum > 0 and d.flag()
    dampening = {} if nesterov else d.options(dampening=lambda: d.real(0.0, 0.9))
    return {"lr": d.real(0.005, 0.05), "momentum": momentum, "nesterov": nesterov, **dampening, **common(d)}


def common(d: Draw) -> dict[str, Any]:
    return d.options(weight_decay=lambda: d.real(0.0, 0.2), maximize=d.flag(0.3), foreach=[True, False, None])


def fused(d: Draw, draw: Any) -> dict[str, Any]:
    """An optimizer's arguments, where there is a fused one."""
    drawn = draw(d)
    return {**drawn, **({} if drawn.get("foreach") else d.options(0.3, fused=[True, False]))}


def adam(d: Draw) -> dict[str, Any]:
    options = d.options(
        lr=lambda: d.real(0.001, 0.2),
        betas=lambda: (d.real(0.0, 0.95), d.real(0.5, 0.999)),
        eps=lambda: d.real(1e-8, 1e-3),
        amsgrad=d.flag(),
    )
    return {**options, **common(d)}


def adam_or_adamw(d: Draw) -> dict[str, Any]:
    return {**adam(d), **d.options(0.3, decoupled_weight_decay=[True, False])}


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


def decoupled(d: Draw) -> dict[str, Any]:
    return {**moments(d), **common(d), **d.options(decoupled_weight_decay=True)}


def moments(d: Draw) -> dict[str, Any]:
    return d.options(
        lr=lambda: d.real(0.001, 0.2),
        betas=lambda: (d.real(0.0, 0.95), d.real(0.5, 0.999)),
        eps=lambda: d.real(1e-8, 1e-3),
    )


def nadam(d: Draw) -> dict[str, Any]:
    return {**decoupled(d), **d.options(momentum_decay=lambda: d.real(0.0, 0.1))}


def adamax(d: Draw) -> dict[str, Any]:
    return {**moments(d), **common(d)}


def adadelta(d: Draw) -> dict[str, Any]:
    options = d.options(lr=lambda: d.real(0.1, 2.0), rho=lambda: d.real(0.0, 1.0), eps=lambda: d.real(1e-6, 1e-2))
    return {**options, **common(d)}


def rprop(d: Draw) -> dict[str, Any]:
    return d.options(
        lr=lambda: d.real(0.01, 0.3),
        etas=lambda: (d.real(0.1, 0.9), d.real(1.1, 2.0)),
        step_sizes=lambda: (d.real(0.0, 0.01), d.real(0.1, 1.0)),
        maximize=d.flag(0.3),
        foreach=[True, False, None],
    )


def asgd(d: Draw) -> dict[str, Any]:
    options = d.options(
        lr=lambda: d.real(0.01, 0.2),
        lambd=lambda: d.real(0.0, 0.5),
        alpha=lambda: d.real(0.0, 1.5),
        t0=[0, 3, 7.5, 1e6],
    )
    # PyTorch's foreach rounds eta to float32 at another place than its loop.
    return {**options, **common(d), "foreach": None}


def muon(d: Draw) -> dict[str, Any]:
    return d.options(
        lr=lambda: d.real(0.001, 0.1),
        weight_decay=lambda: d.real(0.0, 0.5),
        momentum=lambda: d.real(0.0, 0.95),
        nesterov=[True, False],
        ns_coefficients=[(1.5, -0.5, 0.0), (2.0, -1.5, 0.5), (3.0, -3.2, 1.2)],
        eps=lambda: d.real(1e-7, 1e-3),
        ns_steps=lambda: d.integer(0, 6),
        adjust_lr_fn=["original", "match_rms_adamw", None],
    )


def adafactor(d: Draw) -> dict[str, Any]:
    return d.options(
        lr=lambda: d.real(0.001, 0.3),
        beta2_decay=lambda: d.real(-1.0, 0.0),
        eps=[(None, 1e-3), (1e-4, 0.5), (0.3, 2.0)],
        d=lambda: d.real(1.0, 2.0),
        weight_decay=lambda: d.real(0.0, 0.2),
        maximize=d.flag(0.3),
        foreach=[True, False, None],
    )


def lbfgs(d: Draw) -> dict[str, Any]:
    if d.flag(0.3):  # steps that are not searched for diverge where they are long
        return {"lr": d.real(0.01, 0.1), "max_iter": d.integer(1, 3), "tolerance_change": 0.0, "history_size": 2}
    return {"line_search_fn": "strong_wolfe", **searched(d)}


def searched(d: Draw) -> dict[str, Any]:
    return d.options(
        lr=lambda: d.real(0.1, 1.0),
        max_iter=lambda: d.integer(0, 6),
        max_eval=lambda: d.integer(1, 9),
        tolerance_grad=[1e-5, 1e-2],
        tolerance_change=[1e-9, 1e-3, 0.0],
        history_size=lambda: d.integer(1, 5),
    )


CASES = [
    Stepping("optim.SGD", lambda d: fused(d, sgd)),
    Stepping("optim.Adam", lambda d: fused(d, adam_or_adamw)),
    Stepping("optim.AdamW", lambda d: fused(d, adam)),
    Stepping("optim.RMSprop", rmsprop),
    Stepping("optim.Adagrad", lambda d: fused(d, adagrad)),
    Stepping("optim.NAdam", nadam),
    Stepping("optim.RAdam", decoupled),
    Stepping("optim.Adamax", adamax),
    Stepping("optim.Adadelta", adadelta),
    Stepping("optim.Rprop", rprop),
    Stepping("optim.ASGD", asgd),
    Stepping("optim.Adafactor", adafactor, shapes=((4, 3), (5,), (2, 3, 4), ())),
    # Of its numbers in bfloat16, which are 7,000 here, one in some 10,000 rounds the other way, as it does between two
    # builds of PyTorch: by 2**-8 of a step, whose length is at most lr = 0.1 in an element.
    Stepping("optim.Muon", muon, shapes=((4, 3), (2, 5)), exact=1e-3),
    # A path of up to 120 iterations, each of which multiplies what the one before rounded; in float32 one comparison
    # that falls out otherwise is another path, of both libraries.
    Stepping("optim.LBFGS", lbfgs, closure=True, shapes=((4, 3),), exact=1e-6, narrow=False),
]
