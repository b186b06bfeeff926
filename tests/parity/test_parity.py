"""Every member of every family gives what PyTorch's gives."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import fastgrad as fg

from .case import SEEDS, Case, Stepping, find

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from . import check, training  # noqa: E402

HERE = Path(__file__).parent
WORKINGS = {"__init__", "absent", "case", "check", "training"}
FAMILIES = sorted(p.stem for p in HERE.glob("*.py") if p.stem not in WORKINGS and not p.stem.startswith("test_"))
CASES = [case for family in FAMILIES for case in import_module(f"{__package__}.{family}").CASES]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_derivatives_and_state_are_those_of_pytorch(case, seed):
    if isinstance(case, Stepping):
        training.check(case, seed)
    else:
        check.check(case, seed)


@pytest.mark.parametrize("case", [case for case in CASES if isinstance(case, Case)], ids=lambda case: case.name)
def test_configurations_are_such_as_pytorch_takes(case):
    assert sum(check.is_accepted(case, seed) for seed in range(4)) > 1


def test_every_layer_and_function_of_networks_is_compared():
    names = {case.name for case in CASES}
    containers = {"Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}
    layers = {f"nn.{name}" for name in fg.nn.__all__ if is_layer(getattr(fg.nn, name)) and name not in containers}
    theirs = torch.nn.functional  # a function that is ours alone is compared with NumPy, in tests/ops
    functions = {f"nn.functional.{name}" for name in fg.nn.functional.__all__ if hasattr(theirs, name)}
    assert sorted((layers | functions) - names) == []


def test_every_optimizer_and_scheduler_that_pytorch_has_is_compared():
    names = {case.name for case in CASES}
    # Two are made of others: tests/optim/test_scheduler_chains.py.
    apart = {"optim.Optimizer", "LRScheduler", "ChainedScheduler", "SequentialLR"}
    for path in ("optim", "optim.lr_scheduler"):
        space, theirs = find(fg, path), find(torch, path)
        classes = [name for name in space.__all__ if isinstance(getattr(space, name), type) and hasattr(theirs, name)]
        members = {f"{path}.{name}" for name in classes if not {name, f"{path}.{name}"} & apart}
        assert len(members) > 10
        assert sorted(members - names) == []


def is_layer(value: object) -> bool:
    """Whether it is a class of modules."""
    return isinstance(value, type) and issubclass(value, fg.nn.Module)
