"""NumPy's own generators with tensors in the place of arrays: a seed gives the numbers that it gives there."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.ops.numpy.common import are_inert, array_of, borrowed, given, will_write


def _shuffle(shuffle: Callable[..., None], x: Any, axis: int = 0) -> None:
    """Shuffle by what a method of NumPy's draws. What gradients flow to is written by the engine, on the graph."""
    if not isinstance(x, Tensor) or x.ndim == 0:
        shuffle(x)
    elif not x.requires_grad:
        will_write(x)
        shuffle(x.numpy(), *([axis] if axis else []))
    elif x.numel():
        axis = normalize_axis_index(axis, x.ndim)
        order = np.arange(x.shape[axis]).reshape((-1,) + (1,) * (x.ndim - 1))  # NumPy draws otherwise for one axis
        shuffle(order)
        x[...] = fg.take(x, fg.asarray(order.ravel()), axis)


def _method(name: str, theirs: Any) -> Callable[..., Any]:
    """A method of the generator behind, for tensors."""
    parameters = list(inspect.signature(theirs).parameters)
    place = parameters.index("out") - 1 if "out" in parameters else None

    @functools.wraps(theirs)
    def call(self: Any, *args: Any, **keywords: Any) -> Any:
        if are_inert(args, keywords):
            return given(theirs(self._numpys, *args, **keywords))
        if place is not None and len(args) > place:  # out is the last of them
            args, keywords["out"] = args[:place], args[place]
        out = keywords.get("out")
        result = borrowed(getattr(self._numpys, name), *args, **keywords)
        return result if out is None else out

    return call


def _for_tensors(ours: type) -> type:
    """Give a class the methods of NumPy's class that it is made of. They are an instance's of that class: NumPy's
    methods call each other, and count on arrays."""
    theirs = ours.__mro__[1]
    for name, method in vars(theirs).items():
        if not name.startswith("_") and callable(method) and name not in vars(ours):
            setattr(ours, name, _method(name, method))
    return ours


@_for_tensors
class Generator(np.random.Generator):
    """NumPy's generator, whose arrays are tensors: ``default_rng`` makes it."""

    def __init__(self, bit_generator: Any) -> None:
        super().__init__(bit_generator)
        self._numpys = np.random.Generator(bit_generator)

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Shuffle a tensor, an array or a list in place, along one axis."""
        if isinstance(x, Tensor):
            _shuffle(self._numpys.shuffle, x, axis)
        else:
            self._numpys.shuffle(x, axis)

    def spawn(self, n_children: int) -> list[Generator]:  # type: ignore[override]
        """Make generators whose numbers are independent of this one's and each other's."""
        return [Generator(one.bit_generator) for one in self._numpys.spawn(n_children)]

    def __reduce__(self) -> Any:
        return type(self), (self.bit_generator,)


@_for_tensors
class RandomState(np.random.RandomState):
    """NumPy's older generator, whose arrays are tensors."""

    def __init__(self, seed: Any = None) -> None:
        self._numpys = np.random.RandomState(array_of(seed))
        super().__init__(self._numpys._bit_generator)

    def shuffle(self, x: Any) -> None:
        """Shuffle a tensor, an array or a list in place, along its first axis."""
        _shuffle(self._numpys.shuffle, x)

    def __reduce__(self) -> Any:
        return type(self), (self._bit_generator,), self._numpys.get_state(legacy=False)

    def __setstate__(self, state: Any) -> None:
        self._numpys.set_state(state)


def default_rng(seed: Any = None) -> Generator:
    """Make a generator of NumPy's numbers from a seed; of a generator, one that draws from the same."""
    return seed if isinstance(seed, Generator) else Generator(np.random.default_rng(array_of(seed)).bit_generator)


def shuffle(x: Any) -> None:
    """Shuffle a tensor, an array or a list in place, along its first axis."""
    _shuffle(np.random.shuffle, x)
