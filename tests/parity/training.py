"""Comparing optimizers and schedulers with PyTorch's: what steps make of parameters, and their state."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch

import fastgrad

from .case import Draw, Each, Stepping, find
from .check import FLOAT32, Library, _mapped, compare

STEPS = 20


def check(case: Stepping, seed: int) -> None:
    """Compare one configuration."""
    draw = Draw(seed, case.name)
    arguments = case.draw(draw)
    numbers = draw.integer(0, 2**31)
    compared = schedule if case.is_scheduler else train
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = compared(case, Library(torch, "float64"), arguments, numbers)
        except Exception as error:
            try:
                compared(case, Library(fastgrad, "float64"), arguments, numbers)
            except (RuntimeError, ValueError, TypeError, KeyError):
                return
            raise AssertionError(f"PyTorch refuses {case.name} with {arguments}: {error}") from error
        found = compared(case, Library(fastgrad, "float64"), arguments, numbers)
        agree(found, expected, None, case.exact)
        if case.narrow and not case.is_scheduler:
            narrow = [compared(case, Library(root, "float32"), arguments, numbers) for root in (fastgrad, torch)]
            agree(narrow[0], expected, narrow[1], FLOAT32 * 16 * STEPS)


def agree(found: Any, expected: Any, own: Any, allowed: float, name: str = "state") -> None:
    """Compare nested dicts and lists of arrays and numbers."""
    if isinstance(expected, dict):
        assert list(found) == list(expected), f"{name} has {list(found)}, PyTorch's {list(expected)}"
        for key in expected:
            agree(found[key], expected[key], own and own[key], allowed, f"{name}[{key!r}]")
    elif isinstance(expected, (list, tuple)):
        assert len(found) == len(expected), name
        for i, part in enumerate(expected):
            agree(found[i], part, own and own[i], allowed, f"{name}[{i}]")
    elif isinstance(expected, (np.ndarray, float)):
        peers = None if own is None else [np.asarray(own)]
        compare(name, [np.asarray(found)], [np.asarray(expected)], peers, allowed)
    else:
        assert found == expected, f"{name} is {found!r}, PyTorch's {expected!r}"


def plain(value: Any) -> Any:
    """Nested dicts and lists with arrays in place of tensors."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if hasattr(value, "requires_grad"):
        x = np.array(value.detach().numpy())
        return float(x) if x.ndim == 0 else x
    return value


def made(lib: Library, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments, with what each library makes for itself."""

    def change(part: Any) -> Any:
        return part.make(lib) if isinstance(part, Each) else _mapped(change, part)

    return {key: change(part) for key, part in arguments.items()}


def parameters_of(case: Stepping, lib: Library, draw: Draw) -> list[Any]:
    """Parameters with random values."""
    return [lib.nn.Parameter(lib.tensor(draw.normal(shape).astype(lib.dtype))) for shape in case.shapes]


def train(case: Stepping, lib: Library, arguments: dict[str, Any], numbers: int) -> dict[str, Any]:
    """Steps of an optimizer on gradients that depend on the parameters, its state saved and loaded halfway."""
    draw = Draw(numbers, "parameters")
    parameters = parameters_of(case, lib, draw)
    arguments = made(lib, arguments)
    optimizer = find(lib.root, case.name)
    stepped = optimizer(groups(parameters, arguments), **arguments)
    goals = [lib.tensor(draw.normal(shape).astype(lib.dtype)) for shape in case.shapes]
    curves = [lib.tensor(draw.uniform(shape, low=0.5, high=2.0).astype(lib.dtype)) for shape in case.shapes]
    losses = []

    def closure() -> Any:
        stepped.zero_grad()
        # Smooth, and with gradients that stay small wherever steps lead.
        cosines = [curve * lib.cos(p - goal) for p, goal, curve in zip(parameters, goals, curves, strict=True)]
        loss = -sum(cosine.sum() for cosine in cosines)
        loss.backward()
        return loss

    for i in range(STEPS):
        if i == STEPS // 2:
            state = stepped.state_dict()
            stepped = optimizer(groups(parameters, arguments), **arguments)
            stepped.load_state_dict(state)
        if case.closure:
            losses.append(float(stepped.step(closure).detach().numpy()))
        else:
            closure()
            if i == 3:
                parameters[1].grad = None  # as of a part that took no part
            assert stepped.step() is None
    state = {}
    for i, kept in stepped.state_dict()["state"].items():
        tensors = {key: plain(value) for key, value in sorted(kept.items()) if value is not None and key != "step"}
        state.update({str(i): tensors} if tensors else {})
    return {"parameters": [plain(p) for p in parameters], "losses": losses, "state": state}


def groups(parameters: list[Any], arguments: dict[str, Any]) -> list[Any]:
    """The parameters in two groups, the second with half the learning rate."""
    if len(parameters) < 2:
        return parameters
    rate = {"lr": arguments["lr"] / 2} if isinstance(arguments.get("lr"), float) else {}
    return [{"params": parameters[:1]}, {"params": parameters[1:], **rate}]


def schedule(case: Stepping, lib: Library, arguments: dict[str, Any], numbers: int) -> dict[str, Any]:
    """Learning rates over steps of a scheduler, saved and loaded into a new one halfway, and its state."""
    parameters = parameters_of(case, lib, Draw(numbers, "parameters"))
    arguments = made(lib, arguments)

    def make() -> tuple[Any, Any]:
        if case.optimizer is None:
            optimizer = lib.optim.SGD(groups(parameters, {"lr": 0.5}), lr=0.5, momentum=0.9)
        else:
            optimizer = case.optimizer(lib, parameters)
        return optimizer, find(lib.root, case.name)(optimizer, **arguments)

    def rates(optimizer: Any) -> list[Any]:
        return [
            {key: plain(group[key]) for key in ("lr", "momentum", "betas") if key in group}
            for group in optimizer.param_groups
        ]

    optimizer, scheduler = make()
    seen = [rates(optimizer)]
    for i in range(STEPS):
        if i == STEPS // 2:
            kept, state = optimizer.state_dict(), scheduler.state_dict()
            optimizer, scheduler = make()
            optimizer.load_state_dict(kept)
            scheduler.load_state_dict(state)
        optimizer.step()
        if case.step is None:
            scheduler.step()
        else:
            case.step(scheduler, i)
        seen.append([*rates(optimizer), *map(plain, scheduler.get_last_lr())])
    return {"rates": seen}
