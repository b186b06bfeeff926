"""Schedulers of the learning rate."""

from __future__ import annotations

from typing import Any

from .case import Draw, Stepping


def by_function(d: Draw) -> dict[str, Any]:
    factor, period = d.real(0.5, 0.99), d.integer(2, 9)
    return {"lr_lambda": lambda epoch: factor ** (epoch % period)}


def stepwise(d: Draw) -> dict[str, Any]:
    return {"step_size": d.integer(1, 9), **d.options(gamma=lambda: d.real(0.1, 1.2))}


def cosine(d: Draw) -> dict[str, Any]:
    return {"T_max": d.integer(1, 15), **d.options(eta_min=lambda: d.real(0.0, 0.4))}


def milestones(d: Draw) -> dict[str, Any]:
    return {
        "milestones": [d.integer(1, 19) for _ in range(d.integer(0, 5))],
        **d.options(gamma=lambda: d.real(0.1, 1.2)),
    }


def constant(d: Draw) -> dict[str, Any]:
    return d.options(factor=lambda: d.real(0.1, 1.0), total_iters=lambda: d.integer(0, 12))


def linear(d: Draw) -> dict[str, Any]:
    return d.options(
        start_factor=lambda: d.real(0.01, 1.0),
        end_factor=lambda: d.real(0.0, 1.0),
        total_iters=lambda: d.integer(1, 25),
    )


def exponential(d: Draw) -> dict[str, Any]:
    return {"gamma": d.real(0.5, 1.1)}


def polynomial(d: Draw) -> dict[str, Any]:
    return d.options(total_iters=lambda: d.integer(1, 25), power=lambda: d.real(0.3, 3.0))


def restarts(d: Draw) -> dict[str, Any]:
    return {"T_0": d.integer(1, 6), **d.options(T_mult=lambda: d.integer(1, 3), eta_min=lambda: d.real(0.0, 0.4))}


def several(d: Draw, low: float, high: float) -> Any:
    return d.one_of(d.real(low, high), [d.real(low, high), d.real(low, high)])


def cyclic(d: Draw) -> dict[str, Any]:
    options = d.options(
        step_size_down=lambda: d.integer(1, 6),
        mode=["triangular", "triangular2", "exp_range"],
        gamma=lambda: d.real(0.8, 1.0),
        scale_fn=lambda: lambda x: 0.9**x,
        scale_mode=["cycle", "iterations"],
        cycle_momentum=[True, False],
        base_momentum=lambda: d.real(0.5, 0.8),
        max_momentum=lambda: several(d, 0.8, 0.95),
    )
    bounds = {"base_lr": several(d, 0.01, 0.1), "max_lr": several(d, 0.2, 0.5), "step_size_up": d.integer(1, 6)}
    return {**bounds, **options}


def one_cycle(d: Draw) -> dict[str, Any]:
    length = d.one_of({"total_steps": d.integer(20, 30)}, {"epochs": d.integer(4, 6), "steps_per_epoch": 6})
    options = d.options(
        pct_start=lambda: d.real(0.2, 0.6),
        anneal_strategy=["cos", "linear"],
        cycle_momentum=[True, False],
        base_momentum=lambda: several(d, 0.5, 0.8),
        max_momentum=lambda: d.real(0.8, 0.95),
        div_factor=lambda: d.real(2.0, 30.0),
        final_div_factor=lambda: d.real(10.0, 1e4),
        three_phase=[True, False],
    )
    return {"max_lr": several(d, 0.1, 2.0), **length, **options}


def plateau(d: Draw) -> dict[str, Any]:
    return d.options(
        mode=["min", "max"],
        factor=lambda: d.real(0.1, 0.9),
        patience=lambda: d.integer(0, 3),
        threshold=lambda: d.real(0.0, 0.1),
        threshold_mode=["rel", "abs"],
        cooldown=lambda: d.integer(0, 3),
        min_lr=lambda: several(d, 0.0, 0.1),
        eps=lambda: d.real(0.0, 0.01),
    )


def adam(lib: Any, parameters: list[Any]) -> Any:
    return lib.optim.Adam([{"params": parameters[:1], "betas": (0.8, 0.9)}, {"params": parameters[1:]}], lr=0.1)


def on_a_loss(scheduler: Any, i: int) -> Any:
    return scheduler.step([1.0, 0.9, 0.95, 0.89, 0.9, 0.7, 0.71, 0.72, 0.7, 0.6][i % 10])


CASES = [
    Stepping("optim.lr_scheduler.LambdaLR", by_function),
    Stepping("optim.lr_scheduler.StepLR", stepwise),
    Stepping("optim.lr_scheduler.CosineAnnealingLR", cosine),
    Stepping("optim.lr_scheduler.MultiplicativeLR", by_function),
    Stepping("optim.lr_scheduler.MultiStepLR", milestones),
    Stepping("optim.lr_scheduler.ConstantLR", constant),
    Stepping("optim.lr_scheduler.LinearLR", linear),
    Stepping("optim.lr_scheduler.ExponentialLR", exponential),
    Stepping("optim.lr_scheduler.PolynomialLR", polynomial),
    Stepping("optim.lr_scheduler.CosineAnnealingWarmRestarts", restarts),
    Stepping("optim.lr_scheduler.CosineAnnealingWarmRestarts", restarts, step=lambda s, i: s.step((i + 1) * 0.7)),
    Stepping("optim.lr_scheduler.CyclicLR", cyclic),
    Stepping("optim.lr_scheduler.CyclicLR", cyclic, optimizer=adam),
    Stepping("optim.lr_scheduler.OneCycleLR", one_cycle),
    Stepping("optim.lr_scheduler.OneCycleLR", one_cycle, optimizer=adam),
    Stepping("optim.lr_scheduler.ReduceLROnPlateau", plateau, step=on_a_loss),
    Stepping("optim.lr_scheduler.StepLR", stepwise, step=lambda s, i: s.step(19 - i)),
    Stepping("optim.lr_scheduler.PolynomialLR", polynomial, step=lambda s, i: s.step(19 - i)),
]
