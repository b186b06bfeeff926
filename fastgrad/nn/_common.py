"""What layers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole
from fastgrad.errors import TensorValueError, UnsupportedDtypeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    IntOrPair = int | Sequence[int]


def size(value: Any, operation: str, argument: str, least: int = 0) -> int:
    """Return `value` as an int, at least `least`."""
    number = whole(value, operation, argument)
    if number < least:
        raise TensorValueError(f"{operation}: {argument} must be at least {least}, got {value!r}")
    if number >= 2**63:
        raise TensorValueError(f"{operation}: {argument} must be less than 2**63, got {value!r}")
    return number


def check_owner(module: Any, name: Any, operation: str, argument: str = "name") -> None:
    """Raise TypeError unless there could be a tensor of that name in a module."""
    if not isinstance(module, fg.nn.Module):
        raise TypeError(f"{operation}: module must be a Module, got a {type(module).__name__}")
    if not isinstance(name, str):
        raise TypeError(f"{operation}: {argument} must be a str, got {name!r}")


def draw_parameters(module: Any, generator: Any) -> None:
    """Have a layer draw its parameters; a subclass may have a ``reset_parameters`` that knows no generator."""
    if generator is None:
        module.reset_parameters()
    else:
        module.reset_parameters(generator)


def floating(input: Any, operation: str) -> Tensor:
    """Return `input` as a tensor of floating-point numbers; raise TypeError if it is of others."""
    found = as_tensor(input, operation)
    if not found.is_floating_point():
        raise UnsupportedDtypeError(f"{operation}: input must have a floating-point dtype, got {found.dtype}")
    return found


def as_tensor(input: Any, operation: str) -> Tensor:
    """Return `input` as a tensor: itself, or what `fastgrad.asarray` makes of it."""
    if isinstance(input, Tensor):
        return input
    try:
        return fg.asarray(input)
    except (TypeError, ValueError, OverflowError) as error:
        raise type(error)(f"{operation}: {error}") from None
