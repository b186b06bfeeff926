# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.optim.optimizer import Optimizer

def update_fused(
    optimizer: Optimizer,
    group: dict[str, Any],
    step: int,
    params: list[Tensor],
    grads: list[Tensor],
    *moments: list[Tensor],
) -> None:
    """Update parameters by the core's step that the optimizer's class names, which has its hyperparameters by name."""

def update_groups(optimizer: Optimizer) -> None:
    """Update the parameters of an `Optimizer` that have a gradient, by its ``_update``. Nothing is recorded."""
