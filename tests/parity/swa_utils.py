"""Averages of parameters, and their learning rate."""

from __future__ import annotations

from typing import Any

from .case import Draw, Stepping
from .lr_scheduler import several


def average(d: Draw) -> dict[str, Any]:
    options = d.options(anneal_epochs=lambda: d.integer(0, 15), anneal_strategy=["cos", "linear"])
    return {"swa_lr": several(d, 0.01, 1.0), **options}


CASES = [Stepping("optim.swa_utils.SWALR", average)]
