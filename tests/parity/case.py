"""What is compared: the members of a family, and a configuration of one as it is drawn."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

EXACT = 1e-9  # what differs in float64, of its scale
SEEDS = range(int(os.environ.get("FASTGRAD_PARITY_SEEDS", "2")))


@dataclass(frozen=True)
class Constant:
    """A floating array whose gradient is not asked for: a loss's target, a mask that is added."""

    array: np.ndarray


@dataclass(frozen=True)
class Each:
    """An argument that each library makes for itself: ``Each(lambda lib: lib.nn.Linear(3, 4))``, ``lib.float64``.

    Arrays are made tensors by `tensors`, which the function may be given as a second argument.
    """

    make: Callable[..., Any]


@dataclass(frozen=True)
class Given:
    """A configuration: what the function, or the layer once it is made, is called with, and how the layer is made.

    Floating arrays become tensors that require gradients, in a layout that is drawn; others become tensors. They may
    stand in tuples, lists and dicts, and among what a layer is made with, where they have no gradients.
    """

    inputs: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def on(self, *inputs: Any, **options: Any) -> Given:
        """The layer, called with these."""
        return replace(self, inputs=inputs, options=options)


def layer(*args: Any, **kwargs: Any) -> Given:
    """A layer made with these arguments: ``layer(4, 8, bias=False).on(x)``."""
    return Given(args=args, kwargs=kwargs)


def call(*inputs: Any, **options: Any) -> Given:
    """A function called with these arguments. Those that are given by position may be given by name instead."""
    return Given(inputs=inputs, options=options)


def of_layer(draw: Callable[[Draw], Given]) -> Callable[[Draw], Given]:
    """The call of the function that a layer without parameters is: on the layer's inputs, with what it is made with."""

    def drawn(d: Draw) -> Given:
        given = draw(d)
        kwargs = {key: Constant(v) if isinstance(v, np.ndarray) else v for key, v in given.kwargs.items()}
        return Given((*given.inputs, *given.args), {**given.options, **kwargs})

    return drawn


@dataclass(frozen=True)
class Case:
    """A member of a family.

    Parameters
    ----------
    name : str
        Below both libraries: "nn.Conv2d", "nn.functional.conv2d".
    draw : function of Draw
        Gives a configuration. What PyTorch refuses is expected to be refused.
    second : str or bool
        Whether second derivatives are compared; a sentence says why not.
    layouts : bool
        Whether inputs come in other layouts than C order.
    perturb : bool
        Whether parameters and buffers are moved from their initial values.
    modes : sequence of bool
        Which values of ``training`` a layer is called with, one after the other.
    invoke : function of (library, member, inputs, options), optional
        How the member is called, where it is not ``member(*inputs, **options)``.
    float32 : float
        How many times the error that sums of the inputs' size may have in float32 is allowed.
    make : function of (library, arguments...), optional
        How a layer is made, where it is not ``member(arguments...)``; of one that PyTorch lacks, a module in its words.
    exact : float
        How many times the difference of 1e-9 is allowed in float64: more where PyTorch rounds to float32 there.
    named : bool
        Whether arguments that are given by position are also given by name.
    """

    name: str
    draw: Callable[[Draw], Given]
    second: str | bool = True
    layouts: bool = True
    perturb: bool = True
    modes: Sequence[bool] = (True, False)
    invoke: Callable[[Any, Any, tuple[Any, ...], dict[str, Any]], Any] | None = None
    make: Callable[..., Any] | None = None
    float32: float = 1.0
    exact: float = 1.0
    named: bool = True

    @property
    def is_layer(self) -> bool:
        """Whether it is a class, or makes a module."""
        return self.make is not None or self.name.rpartition(".")[2][0].isupper()


@dataclass(frozen=True)
class Stepping:
    """An optimizer, "optim.Adam", or a scheduler, "optim.lr_scheduler.StepLR".

    Parameters
    ----------
    name : str
    draw : function of Draw
        Gives the arguments by name, of an optimizer without the parameters, of a scheduler without the optimizer.
    closure : bool
        Whether `step` is given a closure that computes the loss and its gradients.
    step : function of (scheduler, number of the step), optional
        How a scheduler is stepped, where it is not ``scheduler.step()``.
    optimizer : function of (library, parameters), optional
        Gives a scheduler's optimizer, where it is not SGD with two groups.
    shapes : sequence of shapes
        Of the parameters.
    exact : float
        The part of their scale by which results may differ in float64.
    narrow : bool
        Whether float32 is compared, too.
    """

    name: str
    draw: Callable[[Draw], dict[str, Any]]
    closure: bool = False
    step: Callable[[Any, int], Any] | None = None
    optimizer: Callable[[Any, list[Any]], Any] | None = None
    shapes: tuple[tuple[int, ...], ...] = ((4, 3), (5,), ())
    exact: float = EXACT
    narrow: bool = True

    @property
    def is_scheduler(self) -> bool:
        """Whether it steps a learning rate."""
        return "lr_scheduler" in self.name or "SWALR" in self.name


def find(root: Any, name: str) -> Any:
    """What a name below a library means."""
    for part in name.split("."):
        if not hasattr(root, part) and isinstance(root, ModuleType):
            import_module(f"{root.__name__}.{part}")
        root = getattr(root, part)
    return root


class Draw:
    """Draws what configurations consist of."""

    def __init__(self, seed: int, name: str) -> None:
        self.rng = np.random.default_rng([seed, *name.encode()])

    def integer(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def flag(self, probability: float = 0.5) -> bool:
        """True with that probability."""
        return bool(self.rng.random() < probability)

    def one_of(self, *choices: Any) -> Any:
        """One of several things."""
        return choices[self.integer(0, len(choices) - 1)]

    def real(self, low: float, high: float) -> float:
        """A number that float32 has, too."""
        return float(np.float32(self.rng.uniform(low, high)))

    def sizes(self, count: int, low: int, high: int) -> tuple[int, ...]:
        """Several integers."""
        return tuple(self.integer(low, high) for _ in range(count))

    def size_or_sizes(self, count: int, low: int, high: int) -> Any:
        """An integer, or a tuple of so many."""
        return self.integer(low, high) if self.flag() else self.sizes(count, low, high)

    def shape(self, most: int = 4, low: int = 1, high: int = 5, least: int = 0) -> tuple[int, ...]:
        """Any shape."""
        return self.sizes(self.integer(least, most), low, high)

    def batch(self, unbatched: bool = True, empty: float = 0.05) -> tuple[int, ...]:
        """The first axis: nothing (unbatched), seldom 0, or a size."""
        if unbatched and self.flag(0.2):
            return ()
        return (0,) if self.flag(empty) else (self.integer(1, 4),)

    def normal(self, *shape: Any, scale: float = 1.0) -> np.ndarray:
        """Numbers that float32 has, too."""
        return _exact(scale * self.rng.normal(size=_flat(shape)))

    def uniform(self, *shape: Any, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        """Numbers that float32 has, too."""
        return _exact(self.rng.uniform(low, high, size=_flat(shape)))

    def distinct(self, *shape: Any) -> np.ndarray:
        """Numbers no two of which are near each other: of them, the largest is so in every precision."""
        shape = _flat(shape)
        count = int(np.prod(shape))
        return _exact((self.rng.permutation(count) - count / 2).reshape(shape) / max(1, count) * 4 + 0.01)

    def away(self, *shape: Any, points: Sequence[float] = (0.0,)) -> np.ndarray:
        """Numbers that are not near any of the points, where a function has a corner or a step."""
        x = 2.0 * self.rng.normal(size=_flat(shape))
        for point in points:
            x = np.where(np.abs(x - point) < 0.05, x + 0.11, x)
        return _exact(x)

    def integers(self, *shape: Any, low: int = 0, high: int) -> np.ndarray:
        """Integers from low to high - 1."""
        return np.asarray(self.rng.integers(low, max(high, low + 1), size=_flat(shape)))

    def flags(self, *shape: Any, probability: float = 0.5) -> np.ndarray:
        """Truth values."""
        return np.asarray(self.rng.random(_flat(shape)) < probability)

    def options(self, probability: float = 0.5, **choices: Any) -> dict[str, Any]:
        """Some of these keyword arguments; of a list one element, what can be called is called."""
        drawn = {}
        for name, value in choices.items():
            if self.flag(probability):
                value = self.one_of(*value) if isinstance(value, list) else value
                drawn[name] = value() if callable(value) and not isinstance(value, Each) else value
        return drawn


def _flat(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes, and tuples of them, in one."""
    flat: list[int] = []
    for part in shape:
        flat.extend(part if isinstance(part, tuple) else (part,))
    return tuple(flat)


def _exact(x: np.ndarray) -> np.ndarray:
    return np.asarray(x, dtype=np.float32).astype(np.float64)
