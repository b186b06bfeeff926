"""What all that looks at models shares: the model left as it was, and checks of what it is asked with."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor

Called = TypeVar("Called", bound=Callable[..., Any])


@contextlib.contextmanager
def kept(model: Any, *, training: bool | None = None) -> Iterator[None]:
    """Put a model back after the block: its modes, buffers and generators; and the default generator.

    What is no Module, but a function, has none of its own. `training` sets the mode within.
    """
    modules = list(model.modules()) if isinstance(model, fg.nn.Module) else []
    modes = [module.training for module in modules]
    buffers = [
        (m, key, b, b.detach().clone(), b._version) for m in modules for key, b in m.named_buffers(recurse=False)
    ]
    states = [(g, g.get_state()) for g in _generators(vars(m).values() for m in modules)]
    try:
        if training is not None:
            for module in modules:
                module.training = training
        with fg.random.fork_rng():
            yield
    finally:
        with fg.no_grad():
            # What nobody wrote to is not written to: graphs that were recorded before remain good.
            for module, key, buffer, value, version in buffers:
                if buffer._version != version:
                    buffer.copy_(value)
                if getattr(module, key) is not buffer:
                    setattr(module, key, buffer)
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
        for generator, state in states:
            generator.set_state(state)


def _generators(groups: Iterable[Iterable[Any]]) -> list[fg.Generator]:
    """Those that layers draw from (dropout has one, where it was given one), each once."""
    return list({id(one): one for group in groups for one in group if isinstance(one, fg.Generator)}.values())


def keeps_model(function: Called) -> Called:
    """Make a function whose first argument is a model leave that as it was, also by an error."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        with kept(args[0] if args else kwargs.get("model")):
            return function(*args, **kwargs)

    return called  # type: ignore[return-value]


def as_array(name: str, what: str, value: Any) -> Tensor:
    """A tensor without history of what was given."""
    if isinstance(value, Tensor):
        return value.detach()
    try:
        return fg.asarray(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {what} must be an array: {error}") from None


def check_count(name: str, what: str, value: Any, least: int = 1) -> int:
    """A whole number that is at least so much."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise TypeError(f"{name}: {what} must be an int, got {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name}: {what} must be at least {least}, got {value}")
    return int(value)


def check_positive(name: str, what: str, value: Any) -> float:
    """A finite number above zero."""
    number = _number(name, what, value)
    if not (0 < number < float("inf")):
        raise ValueError(f"{name}: {what} must be positive and finite, got {value}")
    return number


def check_number(name: str, what: str, value: Any) -> float:
    """A finite number that is not negative."""
    number = _number(name, what, value)
    if not (0 <= number < float("inf")):
        raise ValueError(f"{name}: {what} must be finite and not negative, got {value}")
    return number


def _number(name: str, what: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {what} must be a number, got {type(value).__name__}") from None


def check_function(name: str, what: str, value: Any) -> None:
    """Raise TypeError for what cannot be called."""
    if not callable(value):
        raise TypeError(f"{name}: {what} must be a function, got {type(value).__name__}")
