"""Functions of elements that are no ufuncs: rounding, limits, parts of numbers, special functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorTypeError
from fastgrad.ops.numpy import ufuncs
from fastgrad.ops.numpy.common import NO_VALUE, borrowed, for_arrays, into, number, or_numpys, tensor_of
from fastgrad.ops.pytorch import arithmetic, special


def clip(
    a: Any,
    a_min: Any = NO_VALUE,
    a_max: Any = NO_VALUE,
    out: Any = None,
    *,
    min: Any = NO_VALUE,
    max: Any = NO_VALUE,
    **how: Any,
) -> Any:
    """The elements limited to a range. The gradient passes where they are in it, or at a bound."""
    low, high = _bound("min", a_min, min), _bound("max", a_max, max)
    if isinstance(a, Tensor) and out is None and not how:
        return number(fg.clip(a, low, high))
    return _clip(a, low, high, out, **how)


@for_arrays(np.clip)
def _clip(a: Any, low: Any, high: Any, out: Any, **how: Any) -> Any:
    return ufuncs.positive(fg.clip(*ufuncs.apart([tensor_of(a), low, high], (out,))), out=out, **how)


def _bound(name: str, old: Any, new: Any) -> Any:
    if old is not NO_VALUE and new is not NO_VALUE:
        raise TensorTypeError(f"{name} must be given once, got a_{name}, too")
    bound = new if old is NO_VALUE else old
    return None if bound is NO_VALUE else bound


def round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """To the nearest number of so many decimals, half to even. The gradient is 0."""
    if isinstance(a, Tensor) and out is None and decimals == 0:
        return number(fg.round(a))
    return _round(a, decimals, out)


@for_arrays(np.round)
def _round(a: Any, decimals: int, out: Any) -> Any:
    x = tensor_of(a)
    if x.dtype.kind != "f" and decimals < 0:
        return into(out, tensor_of(borrowed(np.round, x, decimals)))
    if x.dtype.kind != "f" or decimals == 0:
        return into(out, fg.round(x))
    scale = 10.0 ** abs(decimals)
    return into(out, fg.round(x * scale) / scale if decimals > 0 else fg.round(x / scale) * scale)


def fix(x: Any, out: Any = None) -> Any:
    """To the nearest whole number towards 0. The gradient is 0."""
    return ufuncs.trunc(x, out=out)


@for_arrays(np.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Numbers in the place of NaN and infinities, to which no gradient flows; in its own place if not a copy."""
    found = fg.nan_to_num(tensor_of(x), nan=nan, posinf=posinf, neginf=neginf)
    return number(found) if copy or not isinstance(x, (Tensor, np.ndarray)) else into(x, found)


@for_arrays(np.sinc)
def sinc(x: Any) -> Any:
    """``sin(pi x) / (pi x)``, and 1 at 0, where its gradient is 0."""
    return number(arithmetic.sinc(_floats(x)))


@or_numpys(np.i0)
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 0."""
    return special.i0(_floats(x))


def _floats(x: Any) -> Any:
    x = tensor_of(x)
    return x if x.dtype.kind == "f" else x.astype(fg.float64)


# ---- of complex numbers, which tensors are not -----------------------------------------------------------------------


@for_arrays(np.real)
def real(val: Any) -> Any:
    """The real part: a tensor itself."""
    return tensor_of(val)


@for_arrays(np.imag)
def imag(val: Any) -> Any:
    """The imaginary part: of a tensor 0."""
    return fg.zeros_like(tensor_of(val))


@for_arrays(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """The angle in the complex plane: of positive numbers 0, of negative ones pi. The gradient is 0."""
    x = _floats(z)
    turned = fg.atan2(fg.zeros_like(x), x)
    return number(turned * (180 / math.pi) if deg else turned)


@for_arrays(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi) -> Any:
    """Whole periods added along an axis, until neighbours are less than half a period apart."""
    x = tensor_of(p)
    if x.dtype.kind != "f":
        return borrowed(np.unwrap, x, discont, axis, period=period)
    start = x.detach()
    return x + (borrowed(np.unwrap, start, discont, axis, period=period) - start)
