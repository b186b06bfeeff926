"""NumPy's random numbers: its generators and its streams, as tensors."""

from __future__ import annotations

from typing import Any

from numpy import random as _random

from fastgrad.ops.numpy.common import numpys_own
from fastgrad.ops.numpy.random import (
    Generator as Generator,
    RandomState as RandomState,
    default_rng as default_rng,
    shuffle as shuffle,
)

__all__ = _random.__all__


def __getattr__(name: str) -> Any:
    """What is NumPy's own."""
    found = globals()[name] = numpys_own(_random, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_random)})
