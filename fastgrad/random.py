"""Random tensors: counter-based streams, the same for any number of threads.

What is given no generator draws from the default one. There is one for the process, `default_generator`, which the main
thread seeds and draws from. A thread that calls `manual_seed` has one of its own from then on, and what runs within
`fork_rng` has another, so that neither changes what others draw.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from fastgrad import _core
from fastgrad._core import Generator
from fastgrad._tensor import Tensor, dtype as dtypes
from fastgrad._tensor.construct import get_default_float
from fastgrad._tensor.convert import real
from fastgrad.errors import TensorValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Generator",
    "bernoulli",
    "default_generator",
    "fork_rng",
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

# Of a thread that has seeded; of a context within `fork_rng`.
_threads = threading.local()
_forked: ContextVar[Generator | None] = ContextVar("fastgrad.random", default=None)


def _default() -> Generator:
    generator = _forked.get()
    if generator is None:
        generator = getattr(_threads, "generator", None)
    return default_generator if generator is None else generator


def source(operation: str, generator: Any) -> Generator:
    """Return the generator that an operation draws from: the given one, or the default one for None."""
    if generator is None:
        return _default()
    if isinstance(generator, Generator):
        return generator
    raise TypeError(f"{operation}: generator must be a fastgrad.Generator or None, got a {type(generator).__name__}")


def manual_seed(seed: int) -> Generator:
    """Seed the default generator, and return it.

    Parameters
    ----------
    seed : int
        From ``-2**63`` to ``2**64 - 1``; a negative one is taken modulo ``2**64``.

    Returns
    -------
    Generator
        The process's, if the main thread calls; otherwise the calling thread's own, which it has from then on; within
        `fork_rng`, that of the block.

    Raises
    ------
    TypeError
        If the seed is no int.
    OverflowError
        If it is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> _ = fg.manual_seed(0)
    >>> first = fg.rand(3)
    >>> _ = fg.manual_seed(0)
    >>> bool((fg.rand(3) == first).all())
    True
    """
    generator = _default()
    if generator is default_generator and threading.current_thread() is not threading.main_thread():
        generator = _threads.generator = Generator(seed)
        return generator
    return generator.manual_seed(seed)


def get_rng_state() -> tuple[int, int]:
    """The state of the default generator of the calling thread or block; see `manual_seed`."""
    return _default().get_state()


def set_rng_state(state: tuple[int, int]) -> None:
    """Puts the default generator into a state that ``get_rng_state`` gave; as `manual_seed`, in a thread its own."""
    checked = Generator(0)
    checked.set_state(state)
    manual_seed(0).set_state(checked.get_state())


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[Generator]:
    """Give the block a default generator of its own, which begins in the state of the one outside.

    What the block seeds and draws leaves the generator outside as it was, as if its state were restored, and other
    threads and other asynchronous tasks do not see it. So a library seeds without touching what its user draws. Only
    the default generator is forked; those that are passed as ``generator=`` go on.

    Parameters
    ----------
    devices : object, optional
        Accepted as PyTorch's; the CPU's generator is the only one.
    enabled : bool, default True
        False: nothing is forked.

    Yields
    ------
    Generator
        That of the block.

    Examples
    --------
    >>> import fastgrad as fg
    >>> _ = fg.manual_seed(0)
    >>> with fg.random.fork_rng():
    ...     _ = fg.manual_seed(1)
    ...     net = fg.nn.Linear(2, 2)
    >>> fg.get_rng_state()
    (0, 0)
    """
    generator = _default()
    if not enabled:
        yield generator
        return
    inside = Generator(0)
    inside.set_state(generator.get_state())
    outside = enter(inside)
    try:
        yield inside
    finally:
        leave(outside)


def enter(inside: Generator) -> Generator | None:
    """Have a generator be the context's default one; returns what `leave` is to be given."""
    outside = _forked.get()
    _forked.set(inside)
    return outside


def leave(outside: Generator | None) -> None:
    """Have the default generator be what it was before `enter`."""
    _forked.set(outside)


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


def _cpu(operation: str, device: Any) -> None:
    if device is not None and str(device) != "cpu":
        raise TensorValueError(f"{operation}: fastgrad computes on the CPU; device {device!r} is not known")


def _float(dtype: Any) -> dtypes.dtype:
    return get_default_float() if dtype is None else dtypes.as_dtype(dtype)


def _finish(t: Tensor, requires_grad: bool) -> Tensor:
    return t.requires_grad_(True) if requires_grad else t


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform numbers of [0, 1), of this shape; float32 unless dtype says float64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.rand(2, 3).shape
    (2, 3)
    """
    _cpu("rand", device)
    drawn = _core.rand(source("rand", generator), _shape("rand", size), _float(dtype))
    return _finish(drawn, requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normal numbers of mean 0 and standard deviation 1, of this shape; float32 unless dtype says float64."""
    _cpu("randn", device)
    drawn = _core.randn(source("randn", generator), _shape("randn", size), _float(dtype))
    return _finish(drawn, requires_grad)


def uniform(
    low: float = 0.0, high: float = 1.0, size: Any = (), *, generator: Generator | None = None, dtype: Any = None
) -> Tensor:
    """Uniform numbers of [low, high). ValueError if low is above high."""
    shape = _shape("uniform", (size,))
    bounds = real(low, "uniform", "low"), real(high, "uniform", "high")
    return _core.uniform(source("uniform", generator), shape, _float(dtype), *bounds)


def normal(
    mean: float = 0.0,
    std: float = 1.0,
    size: Any = (),
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: str | None = None,
) -> Tensor:
    """Normal numbers of this mean and standard deviation. ValueError if std is negative."""
    _cpu("normal", device)
    shape = _shape("normal", (size,))
    moments = real(mean, "normal", "mean"), real(std, "normal", "std")
    return _core.normal(source("normal", generator), shape, _float(dtype), *moments)


def randint(
    low: int,
    high: int | None = None,
    size: Any = (),
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: str | None = None,
) -> Tensor:
    """Integers of [low, high), or of [0, low) without high; int64 unless dtype is given.

    Raises ValueError if the range is empty.
    """
    _cpu("randint", device)
    if high is None:
        low, high = 0, low
    wanted = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    return _core.randint(source("randint", generator), low, high, _shape("randint", (size,)), wanted)


def randperm(n: int, *, generator: Generator | None = None, device: str | None = None) -> Tensor:
    """The integers 0 to n - 1 in random order, int64."""
    _cpu("randperm", device)
    return _core.randperm(source("randperm", generator), n)


def bernoulli(p: Any, size: Any = None, *, generator: Generator | None = None, dtype: Any = None) -> Tensor:
    """1 with probability p, else 0: for each element of an array p, or of a shape for a number p.

    Nothing is differentiated: a draw has no derivative.
    """
    import fastgrad as fg

    chosen = source("bernoulli", generator)
    if isinstance(p, (Tensor, list, tuple)) or getattr(p, "ndim", 0) > 0:
        if size is not None:
            raise TypeError("bernoulli: a tensor of probabilities has its own shape; size must be left out")
        drawn: Tensor = _core.bernoulli_of(chosen, (p if isinstance(p, Tensor) else fg.asarray(p)).detach())
        return drawn if dtype is None else drawn.astype(dtype)
    shape = _shape("bernoulli", () if size is None else (size,))
    return _core.bernoulli(chosen, real(p, "bernoulli", "p"), shape, _float(dtype))


def multinomial(
    input: Any, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Indices drawn in proportion to weights, int64.

    Parameters
    ----------
    input : Tensor or array_like, shape (n,) or (rows, n)
        Weights; they need no sum of 1.
    num_samples : int
        For each row.
    replacement : bool
        Whether an index can be drawn twice.
    """
    import fastgrad as fg

    weights = (input if isinstance(input, Tensor) else fg.asarray(input)).detach()
    return _core.multinomial(source("multinomial", generator), weights, num_samples, bool(replacement))
