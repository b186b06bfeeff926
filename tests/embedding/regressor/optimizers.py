"""An optimizer and a schedule of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastgrad import Tensor, optim


class Lion(optim.Optimizer):
    """https://arxiv.org/abs/2302.06675, with one coefficient for both of its averages."""

    _not_negative = ("lr",)

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-2, beta: float = 0.9) -> None:
        super().__init__(params, lr=lr, beta=beta)

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"exp_avg": True}

    def _update(
        self, group: dict[str, Any], step: int, params: list[Tensor], grads: list[Tensor], exp_avgs: list[Tensor]
    ) -> None:
        for p, g, m in zip(params, grads, exp_avgs, strict=True):
            m.mul_(group["beta"]).add_((1 - group["beta"]) * g)
            p.sub_(group["lr"] * m.sign())


class Decay(optim.lr_scheduler.LRScheduler):
    """Take a tenth off the rate at each epoch."""

    def get_lr(self) -> list[float]:
        factor = 0.9 if self.last_epoch > 0 else 1.0
        return [factor * group["lr"] for group in self.optimizer.param_groups]
