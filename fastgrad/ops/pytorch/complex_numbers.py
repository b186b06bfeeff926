"""PyTorch's functions of complex numbers, of real ones: there are no others."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float
from fastgrad.ops.pytorch.common import into, tensor_of


def real(input: Any) -> Any:
    """The tensor itself."""
    return tensor_of("real", input)


def imag(input: Any) -> NoReturn:
    """An error: real numbers have no imaginary part that is stored."""
    dtype = tensor_of("imag", input).dtype
    raise RuntimeError(f"imag is not implemented for tensors with non-complex dtypes, got {dtype}")


def conj(input: Any) -> Any:
    """The tensor itself: real numbers are their own conjugates."""
    return tensor_of("conj", input)


def conj_physical(input: Any, *, out: Tensor | None = None) -> Any:
    """The tensor itself, or a copy in `out`."""
    return into(out, tensor_of("conj_physical", input))


def resolve_conj(input: Any) -> Any:
    """The tensor itself: nothing waits to be conjugated."""
    return tensor_of("resolve_conj", input)


def resolve_neg(input: Any) -> Any:
    """The tensor itself: nothing waits to be negated."""
    return tensor_of("resolve_neg", input)


def angle(input: Any, *, out: Tensor | None = None) -> Any:
    """0 for numbers from 0 on and pi for those below; NaN of NaN. Its gradient is 0."""
    x = tensor_of("angle", input)
    x = x if x.is_floating_point() else x.astype(get_default_float())
    half_turn = fg.full((), math.pi, dtype=x.dtype)
    return into(out, fg.where(fg.isnan(x), x, fg.where(x < 0, half_turn, 0.0)))
