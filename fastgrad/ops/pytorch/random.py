"""Random tensors, with PyTorch's names and arguments. The numbers are fastgrad's streams, not PyTorch's."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad import _core
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorOverflowError
from fastgrad.ops.pytorch.common import into, made, place, size_of, tensor_of

# What PyTorch's generators begin with.
_FIRST_SEED = 67280421310721


class Generator(_core.Generator):
    """A source of random numbers, as ``torch.Generator``: it begins with PyTorch's fixed seed.

    Parameters
    ----------
    device : {"cpu"}
        Where it is: there is one device.
    """

    def __init__(self, device: Any = "cpu") -> None:
        place("Generator", device)
        super().__init__(_FIRST_SEED)

    def get_state(self) -> Tensor:  # type: ignore[override]  # PyTorch's are bytes
        return _bytes_of(_core.Generator.get_state(self))

    def set_state(self, new_state: Any) -> Generator:  # type: ignore[override]
        _core.Generator.set_state(self, _state_of(new_state))
        return self

    def clone_state(self) -> Generator:
        """Another generator that goes on as this one."""
        return Generator().set_state(self.get_state())

    def __copy__(self) -> Generator:
        return self.clone_state()

    def __deepcopy__(self, memo: dict[int, Any]) -> Generator:
        return self.clone_state()

    def initial_seed(self) -> int:  # type: ignore[override]  # a method, in PyTorch
        return int(_core.Generator.initial_seed.__get__(self))

    @property
    def device(self) -> Any:
        from fastgrad._tensor.device import CPU

        return CPU


_STATE = 16  # bytes: the seed and how far its stream is


def _bytes_of(state: tuple[int, int]) -> Tensor:
    return fg.tensor(list(b"".join(part.to_bytes(_STATE // 2, "little") for part in state)), dtype=fg.uint8)


def _state_of(given: Any) -> tuple[int, int]:
    """A generator's state, of the bytes that a program has of it, or as fastgrad gives it."""
    if isinstance(given, tuple):
        return given
    if not isinstance(given, Tensor):
        raise TypeError(f"expected a torch.ByteTensor, but got {type(given).__name__}")
    if given.dtype is not fg.uint8:
        raise TypeError("RNG state must be a torch.ByteTensor")
    if given.shape != (_STATE,):
        raise RuntimeError(
            f"Expected a state of {_STATE} bytes, but found the input RNG state size to be {given.numel()}; what "
            "another library's generator was in cannot be gone on with here: seed with torch.manual_seed"
        )
    held = bytes(given.tolist())
    return int.from_bytes(held[: _STATE // 2], "little"), int.from_bytes(held[_STATE // 2 :], "little")


def get_rng_state() -> Tensor:
    """The state of the default generator, as bytes."""
    return _bytes_of(fg.get_rng_state())


def set_rng_state(new_state: Any) -> None:
    """Put the default generator into a state that `get_rng_state` gave."""
    fg.set_rng_state(_state_of(new_state))


def fork_rng(devices: Any = None, enabled: bool = True, device_type: str = "cuda") -> Any:
    """Give a block a default generator of its own; see ``fastgrad.random.fork_rng``. There are no other devices."""
    return fg.random.fork_rng(devices, enabled)


def seed() -> int:
    """Seed the default generator with a number that nobody foresees; return it."""
    return int(fg.random.source("seed", None).seed())


def initial_seed() -> int:
    """The number that the default generator was seeded with."""
    return int(_core.Generator.initial_seed.__get__(fg.random.source("initial_seed", None)))


def _drawn(name: str) -> Any:
    make = getattr(fg, name)

    def function(
        *size: Any,
        generator: Any = None,
        out: Tensor | None = None,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
        **words: Any,
    ) -> Any:
        if device is not None or words:
            place(name, device)
            size = (words.pop("size", size),) if "size" in words else size
            if words:
                raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(words))!r}")
        return into(out, make(size_of(size), generator=generator, dtype=dtype, requires_grad=requires_grad))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"PyTorch's ``{name}``: see ``fastgrad.{name}``."
    return function


rand = _drawn("rand")
randn = _drawn("randn")


def _drawn_like(make: Any, name: str) -> Any:
    def function(
        input: Any,
        *,
        generator: Any = None,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        memory_format: Any = None,
    ) -> Any:
        place(name, device)
        wanted = tensor_of(name, input).dtype if dtype is None else dtype
        return make(tuple(input.shape), generator=generator, dtype=wanted, requires_grad=requires_grad)

    function.__name__ = function.__qualname__ = name
    return function


rand_like = _drawn_like(rand, "rand_like")
randn_like = _drawn_like(randn, "randn_like")


def randint(
    *args: Any,
    generator: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    **words: Any,
) -> Any:
    """Integers of [low, high), or of [0, high), of a size."""
    place("randint", device)
    given = list(args)
    size = words.pop("size", None)
    if size is None:
        if not given or not isinstance(given[-1], (tuple, list)):
            raise TypeError("randint: (high, size) or (low, high, size) are wanted, the size as a tuple")
        size = given.pop()
    low, high = words.pop("low", None), words.pop("high", None)
    if high is None:
        high = given.pop() if given else None
    if low is None:
        low = given.pop(0) if given else 0
    if words or given or high is None:
        raise TypeError("randint: (high, size) or (low, high, size) are wanted")
    wanted = fg.int64 if dtype is None else dtype
    _held("randint", int(low), int(high), wanted)
    drawn = fg.randint(int(low), int(high), size_of((size,)), generator=generator)
    return made(into(out, drawn if wanted is fg.int64 else drawn.astype(wanted)), requires_grad)


def _held(operation: str, low: int, high: int, dtype: Any) -> None:
    """Raise where a dtype of integers does not hold all that would be drawn."""
    if dtype.kind not in "iu":
        return
    import numpy as np

    limits = np.iinfo(dtype.dtype)
    for name, least in (("low", low), ("high - 1", high - 1)):
        if not limits.min <= least <= limits.max:
            raise TensorOverflowError(f"{operation}: {name} must be in the range of {dtype}, got {least}")


def randint_like(input: Any, *args: Any, dtype: Any = None, **words: Any) -> Any:
    return randint(*args, tuple(input.shape), dtype=input.dtype if dtype is None else dtype, **words)


def randperm(
    n: int,
    *,
    generator: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Any:
    """The integers 0 to n - 1 in random order."""
    place("randperm", device)
    order = fg.randperm(n, generator=generator)
    return into(out, order if dtype is None else order.astype(dtype))


def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Normal numbers: of a size, or one for each of the means or the standard deviations."""
    place("normal", device)
    if bool((std < 0).any()) if isinstance(std, Tensor) else std < 0:
        raise RuntimeError(f"normal: every standard deviation must be at least 0, got {std}: normal expects std >= 0.0")
    if size is None:
        shape = fg.broadcast_shapes(*[tuple(t.shape) for t in (mean, std) if isinstance(t, Tensor)])
        wanted = next((t.dtype for t in (mean, std) if isinstance(t, Tensor)), dtype)
        return into(out, fg.randn(shape, generator=generator, dtype=wanted) * std + mean)
    drawn = fg.randn(size_of((size,)), generator=generator, dtype=dtype) * std + mean
    return made(into(out, drawn), requires_grad)


def bernoulli(input: Any, p: Any = None, *, generator: Any = None, out: Tensor | None = None) -> Any:
    """1 with the probability that each element says, else 0."""
    x = tensor_of("bernoulli", input).detach()
    if p is not None:
        x = fg.full_like(x, p)
    return into(out, fg.bernoulli(x, generator=generator))


def multinomial(
    input: Any, num_samples: int, replacement: bool = False, *, generator: Any = None, out: Tensor | None = None
) -> Any:
    """Indices drawn in proportion to weights."""
    if not tensor_of("multinomial", input).is_floating_point():
        raise RuntimeError(f"multinomial: the weights must be floats, got {input.dtype}; write x.float()")
    if num_samples < 1:
        raise RuntimeError(f"multinomial: num_samples must be at least 1, got {num_samples}")
    return into(out, fg.multinomial(input, num_samples, replacement, generator=generator))


def poisson(input: Any, generator: Any = None) -> Any:
    """Poisson numbers of these rates."""
    return _core.poisson(fg.random.source("poisson", generator), tensor_of("poisson", input).detach())


def binomial(count: Any, prob: Any, generator: Any = None) -> Any:
    """How many of so many trials succeed, of these probabilities."""
    count, prob = fg.broadcast_arrays(tensor_of("binomial", count).detach(), tensor_of("binomial", prob).detach())
    return _core.binomial(fg.random.source("binomial", generator), count.astype(prob.dtype), prob)


# ---- methods that write ----------------------------------------------------------------------------------------------


def uniform_(self: Tensor, *args: float, generator: Any = None, **words: float) -> Tensor:
    """Writes uniform numbers of [from, to), by default of [0, 1)."""
    low, high = (*args, *(0.0, 1.0)[len(args) :])
    low, high = words.pop("from", low), words.pop("to", high)
    if words:
        raise TypeError(f"uniform_() got an unexpected keyword argument {next(iter(words))!r}")
    return self.copy_(fg.uniform(low, high, tuple(self.shape), generator=generator, dtype=_wide(self)))


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Tensor:
    """Writes normal numbers."""
    return self.copy_(fg.normal(mean, std, tuple(self.shape), generator=generator, dtype=_wide(self)))


def _wide(x: Tensor) -> Any:
    """The dtype in which to draw what is written to x."""
    return fg.float64 if x.dtype is fg.float64 else fg.float32


def _uniform(x: Tensor, generator: Any) -> Any:
    """Of (0, 1], so that it has a logarithm."""
    return 1 - fg.rand(tuple(x.shape), generator=generator, dtype=_wide(x))


def _positive(operation: str, argument: str, value: Any) -> None:
    if not value > 0:
        raise RuntimeError(f"{operation}: {argument} must be greater than 0, got {value}")


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Any = None) -> Tensor:
    _positive("exponential_", "lambd", lambd)
    return self.copy_(-fg.log(_uniform(self, generator)) / lambd)


def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Any = None) -> Tensor:
    return self.copy_(fg.exp(fg.normal(mean, std, tuple(self.shape), generator=generator, dtype=_wide(self))))


def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Any = None) -> Tensor:
    _positive("cauchy_", "sigma", sigma)
    return self.copy_(median + sigma * fg.tan(math.pi * (_uniform(self, generator) - 0.5)))


def geometric_(self: Tensor, p: float, *, generator: Any = None) -> Tensor:
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_: p must be between 0 and 1, got {p}")
    drawn = fg.maximum(fg.ceil(fg.log(_uniform(self, generator)) / math.log1p(-p)), 1)
    return self.copy_(drawn if self.is_floating_point() else drawn.astype(self.dtype))


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Any = None) -> Tensor:
    chances = p.detach().expand(self.shape) if isinstance(p, Tensor) else fg.full(tuple(self.shape), float(p))
    return self.copy_(fg.bernoulli(chances, generator=generator).astype(self.dtype))


def random_(self: Tensor, *args: int, generator: Any = None, **words: Any) -> Tensor:
    """Writes integers of [from, to); by default all that the dtype holds exactly."""
    low, high = words.pop("from", None), words.pop("to", None)
    if args:
        low, high = (0, args[0]) if len(args) == 1 else args[:2]
    bits = {"float32": 24, "float64": 53, "float16": 11, "bfloat16": 8, "bool": 1}.get(self.dtype.name)
    if high is None:
        low, high = low or 0, 2**bits + 1 if bits else 2 ** (8 * self.element_size() - 1)
    drawn = fg.randint(int(low or 0), int(high), tuple(self.shape), generator=generator)
    return self.copy_(drawn.astype(self.dtype))
