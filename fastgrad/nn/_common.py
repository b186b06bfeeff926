"""What layers and their functions share: checks of arguments, images with and without a batch axis."""

from __future__ import annotations

from operator import index as as_int
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._convert import real
from fastgrad._tensor import Tensor
from fastgrad.ops.view import own

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    IntOrPair = int | Sequence[int]


def size(value: Any, operation: str, argument: str, least: int = 0) -> int:
    """Return `value` as an int, at least `least`."""
    try:
        number = as_int(value)
    except TypeError:
        raise TypeError(f"{operation}: {argument} must be an int, got {value!r}") from None
    if number < least:
        raise ValueError(f"{operation}: {argument} must be at least {least}, got {value!r}")
    return number


def sizes(value: Any, operation: str, argument: str) -> tuple[int, ...]:
    """Return `value`, an int or several, as a tuple of ints."""
    try:
        return (as_int(value),) if hasattr(value, "__index__") else tuple(as_int(item) for item in value)
    except TypeError:
        raise TypeError(f"{operation}: {argument} must be an int or a tuple of ints, got {value!r}") from None


def check_reduction(reduction: str, operation: str) -> None:
    """Raise ValueError unless `reduction` is one of the three that losses know."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{operation}: reduction must be 'none', 'mean' or 'sum', got {reduction!r}")


def probability(p: float, operation: str, argument: str = "p") -> float:
    """Return `p` as a float; raise TypeError if it is no number, ValueError unless it is in [0, 1]. NaN is not."""
    number = real(p, operation, argument)
    if not 0.0 <= number <= 1.0:
        place = operation if argument == "p" else f"{operation}: {argument}"
        raise ValueError(f"{place}: probability has to be between 0 and 1, but got {p}")
    return number


def draw_parameters(module: Any, generator: Any) -> None:
    """Have a layer draw its parameters; a subclass may have a ``reset_parameters`` that knows no generator."""
    if generator is None:
        module.reset_parameters()
    else:
        module.reset_parameters(generator)


def as_axis(dim: Any, operation: str) -> int:
    """Return `dim` as an int."""
    try:
        return as_int(dim)
    except TypeError:
        raise TypeError(f"{operation}: dim must be an int, got {dim!r}") from None


def as_tensor(input: Any, operation: str) -> Tensor:
    """Return `input` as a tensor: itself, or what `fastgrad.asarray` makes of it."""
    if isinstance(input, Tensor):
        return input
    try:
        return fg.asarray(input)
    except (TypeError, ValueError, OverflowError) as error:
        raise type(error)(f"{operation}: {error}") from None


def written(input: Any, operation: str) -> Tensor:
    """Return `input`, which an operation is to write to; raise TypeError if it is no Tensor."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{operation}: inplace needs a Tensor to write to, got {type(input).__name__}")
    return input


def in_place(operation: Callable[..., Tensor], input: Tensor, *args: Any) -> Tensor:
    """Write the result of an operation into the tensor it is computed from."""
    # Where backward needs the value that is overwritten, it gets a copy.
    written(input, operation.__name__)
    source = input.clone() if input.requires_grad else input
    return input.copy_(operation(source, *args))


def with_batch(operation: str, input: Tensor) -> tuple[Tensor, bool]:
    """Give an image (C, H, W) its batch axis; tell whether it had none."""
    input = as_tensor(input, operation)
    if input.ndim == 4:
        return input, False
    if input.ndim == 3:
        return input.reshape((1, *input.shape)), True
    raise ValueError(f"{operation}: a 4-D (N, C, H, W) or 3-D (C, H, W) input is expected, got shape {input.shape}")


def without_batch(result: Tensor, added: bool) -> Tensor:
    """Take the batch axis away again if `with_batch` added it."""
    return own(result.reshape(result.shape[1:])) if added else result
