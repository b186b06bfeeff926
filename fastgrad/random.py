"""Random tensors: counter-based streams, the same for any number of threads."""

from __future__ import annotations

from typing import Any

from fastgrad import _core, _dtype
from fastgrad._core import Generator
from fastgrad._tensor import Tensor

__all__ = [
    "Generator",
    "bernoulli",
    "default_generator",
    "get_rng_state",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "randint",
    "randn",
    "randperm",
    "set_rng_state",
    "uniform",
]

default_generator: Generator = Generator(None)


def manual_seed(seed: int) -> Generator:
    """Seeds the global generator, and returns it."""
    default_generator.manual_seed(seed)
    return default_generator


def get_rng_state() -> tuple[int, int]:
    """The state of the global generator."""
    return default_generator.get_state()


def set_rng_state(state: tuple[int, int]) -> None:
    """Puts the global generator into a state that ``get_rng_state`` gave."""
    default_generator.set_state(state)


def _shape(operation: str, args: tuple[Any, ...]) -> tuple[int, ...]:
    """rand(2, 3) and rand((2, 3)) mean the same."""
    if len(args) == 1 and not hasattr(args[0], "__index__"):
        try:
            args = tuple(args[0])
        except TypeError:
            raise TypeError(f"{operation}: a shape must be ints, got {args[0]!r}") from None
    for n in args:
        if not hasattr(n, "__index__"):
            raise TypeError(f"{operation}: a length must be an int, got {n!r}")
    return tuple(n.__index__() for n in args)


def _float(dtype: Any) -> _dtype.dtype:
    return _dtype.float32 if dtype is None else _dtype.as_dtype(dtype)


def _finish(t: Tensor, requires_grad: bool) -> Tensor:
    return t.requires_grad_(True) if requires_grad else t


def rand(*size: Any, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Uniform numbers of [0, 1), of this shape; float32 unless dtype says float64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.rand(2, 3).shape
    (2, 3)
    """
    return _finish(_core.rand(generator or default_generator, _shape("rand", size), _float(dtype)), requires_grad)


def randn(*size: Any, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Normal numbers of mean 0 and standard deviation 1, of this shape; float32 unless dtype says float64."""
    return _finish(_core.randn(generator or default_generator, _shape("randn", size), _float(dtype)), requires_grad)


def uniform(
    low: float = 0.0, high: float = 1.0, size: Any = (), *, generator: Generator | None = None, dtype: Any = None
) -> Tensor:
    """Uniform numbers of [low, high). ValueError if low is above high."""
    shape = _shape("uniform", (size,))
    return _core.uniform(generator or default_generator, shape, _float(dtype), float(low), float(high))


def normal(
    mean: float = 0.0, std: float = 1.0, size: Any = (), *, generator: Generator | None = None, dtype: Any = None
) -> Tensor:
    """Normal numbers of this mean and standard deviation. ValueError if std is negative."""
    shape = _shape("normal", (size,))
    return _core.normal(generator or default_generator, shape, _float(dtype), float(mean), float(std))


def randint(
    low: int, high: int | None = None, size: Any = (), *, generator: Generator | None = None, dtype: Any = None
) -> Tensor:
    """Integers of [low, high), or of [0, low) without high; int64 unless dtype is given.

    Raises ValueError if the range is empty.
    """
    if high is None:
        low, high = 0, low
    wanted = _dtype.int64 if dtype is None else _dtype.as_dtype(dtype)
    return _core.randint(generator or default_generator, low, high, _shape("randint", (size,)), wanted)


def randperm(n: int, *, generator: Generator | None = None) -> Tensor:
    """The integers 0 to n - 1 in random order, int64."""
    return _core.randperm(generator or default_generator, n)


def bernoulli(p: Tensor | float, size: Any = None, *, generator: Generator | None = None, dtype: Any = None) -> Tensor:
    """1 with probability p, else 0: for each element of a tensor p, or of a shape for a number p."""
    source = generator or default_generator
    if isinstance(p, Tensor):
        if size is not None:
            raise TypeError("bernoulli: a tensor of probabilities has its own shape; size must be left out")
        drawn: Tensor = _core.bernoulli_of(source, p.detach())
        return drawn if dtype is None else drawn.astype(dtype)
    return _core.bernoulli(source, float(p), _shape("bernoulli", () if size is None else (size,)), _float(dtype))


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Indices drawn in proportion to weights, int64.

    Parameters
    ----------
    input : Tensor, shape (n,) or (rows, n)
        Weights; they need no sum of 1.
    num_samples : int
        For each row.
    replacement : bool
        Whether an index can be drawn twice.
    """
    return _core.multinomial(generator or default_generator, input.detach(), num_samples, replacement)
