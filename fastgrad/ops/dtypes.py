"""The array standard's functions of dtypes: kinds, limits, and what becomes of two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float
from fastgrad._tensor.dtype import as_dtype, bfloat16, dtype
from fastgrad._tensor.typing import DTypeLike, TensorLike
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops._common import operand
from fastgrad.ops._words import speaking_as
from fastgrad.ops.choose import where
from fastgrad.ops.creation import asarray, zeros
from fastgrad.ops.view import broadcast_arrays

# The standard's kinds, as the letters that dtypes have for them.
_KINDS = {
    "bool": "b",
    "signed integer": "i",
    "unsigned integer": "u",
    "integral": "iu",
    "real floating": "f",
    "complex floating": "",
    "numeric": "iuf",
}


def isdtype(dtype: DTypeLike, kind: DTypeLike | tuple[DTypeLike, ...]) -> bool:
    """Whether a dtype is of a kind, or of one of several.

    Parameters
    ----------
    dtype : dtype
        What is asked about.
    kind : str, dtype or tuple of them
        ``"bool"``, ``"signed integer"``, ``"unsigned integer"``, ``"integral"``, ``"real floating"``,
        ``"complex floating"`` (of which there is none), ``"numeric"``; or a dtype, which is a kind of its own.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        If there is no such kind.
    TypeError
        If `dtype` is none of fastgrad's.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.isdtype(fg.float32, "real floating"), fg.isdtype(fg.int8, ("bool", fg.int64))
    (True, False)
    """
    return is_of_kind(as_dtype(dtype), kind, "isdtype")


def is_of_kind(found: dtype, kind: Any, op: str) -> bool:
    """`isdtype` of fastgrad's own dtypes, for a function that says its name."""
    if isinstance(kind, tuple):
        return True in [is_of_kind(found, one, op) for one in kind]  # not any(): each must be a kind
    if not isinstance(kind, str):
        return found is as_dtype(kind)
    if kind not in _KINDS:
        raise TensorValueError(f"{op}: kind must be a dtype or one of {', '.join(map(repr, _KINDS))}, got {kind!r}")
    return found.kind in _KINDS[kind]


def result_type(*arrays_and_dtypes: TensorLike | DTypeLike) -> dtype:
    """The dtype of what tensors, numbers and dtypes give together.

    Parameters
    ----------
    *arrays_and_dtypes : Tensor, dtype, bool, int or float
        At least one. Python's numbers are weak: they take the dtype of the others, if it has numbers of their kind.

    Returns
    -------
    dtype

    Raises
    ------
    TypeError
        If there is none: of uint64 with a signed integer.
    ValueError
        If nothing is given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.result_type(fg.int8, fg.uint8), fg.result_type(fg.ones(2), fg.float64), fg.result_type(fg.int8, 1, 2.5)
    (fastgrad.int16, fastgrad.float64, fastgrad.float32)
    """
    if not arrays_and_dtypes:
        raise TensorValueError("result_type: at least one tensor, number or dtype must be given")
    return _common("result_type", arrays_and_dtypes)


def _common(op: str, given: Sequence[Any]) -> dtype:
    """`result_type`, for a function that says its name."""
    strong = [x for x in given if not isinstance(x, (bool, int, float))]
    weak = [type(x)(0) for x in given if isinstance(x, (bool, int, float))]  # a value may be one that no dtype holds
    if not strong:
        return asarray(weak).dtype
    together = _sample(strong[0], op)
    with speaking_as(op):
        for x in (*[_sample(x, op) for x in strong[1:]], *weak):
            together = where(True, together, x)
    return together.dtype


def _sample(x: Any, op: str) -> Tensor:
    """A tensor of an argument's dtype, with axes if the argument has: without any it may count for less."""
    if isinstance(x, dtype | type | str | np.dtype):
        return zeros(0, dtype=x)
    t = operand(x, op)
    return zeros(0 if t.ndim else (), dtype=t.dtype)


def can_cast(from_: TensorLike | DTypeLike, to: DTypeLike, /) -> bool:
    """Whether promotion turns one dtype into another.

    Parameters
    ----------
    from_ : Tensor or dtype
        What would be cast.
    to : dtype
        What it would become.

    Returns
    -------
    bool
        Whether ``result_type(from_, to)`` is `to`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.can_cast(fg.int8, fg.int16), fg.can_cast(fg.float64, fg.float32), fg.can_cast(fg.uint64, fg.int64)
    (True, False, False)
    """
    wanted = as_dtype(to)
    given = _sample(from_, "can_cast").dtype
    try:
        return result_type(given, wanted) is wanted
    except TypeError:  # there is no dtype that holds both
        return False


class FloatLimits(NamedTuple):
    """What ``finfo`` returns: the limits of a floating dtype."""

    bits: int
    eps: float  #: The distance from 1 to the next number.
    max: float
    min: float
    smallest_normal: float  #: The smallest positive number of full precision.
    resolution: float  #: The power of ten that decimal digits are good to.
    dtype: dtype

    @property
    def tiny(self) -> float:
        """NumPy's older name of `smallest_normal`."""
        return self.smallest_normal


class IntegerLimits(NamedTuple):
    """What ``iinfo`` returns: the limits of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: dtype


def finfo(type: TensorLike | DTypeLike, /) -> FloatLimits:
    """Return the limits of a floating dtype.

    Parameters
    ----------
    type : dtype or Tensor
        float16, bfloat16, float32 or float64.

    Returns
    -------
    FloatLimits
        A named tuple of `bits`, `eps`, `max`, `min`, `smallest_normal`, `resolution` and `dtype`.

    Raises
    ------
    TypeError
        If the dtype is not one of floats.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.finfo(fg.float32).eps == 2.0**-23, fg.finfo(fg.ones(3)).bits
    (True, 32)
    """
    of = _sample(type, "finfo").dtype
    if of.kind != "f":
        raise TensorTypeError(f"finfo: type must be a floating dtype, got {of}; iinfo is for integers")
    if of is bfloat16:
        most = (2.0 - 2.0**-7) * 2.0**127
        return FloatLimits(16, 2.0**-7, most, -most, 2.0**-126, 0.01, of)
    limits: Any = np.finfo(of.dtype)
    eps, most, normal = float(limits.eps), float(limits.max), float(limits.smallest_normal)
    return FloatLimits(int(limits.bits), eps, most, -most, normal, float(limits.resolution), of)


def iinfo(type: TensorLike | DTypeLike, /) -> IntegerLimits:
    """Return the limits of an integer dtype.

    Parameters
    ----------
    type : dtype or Tensor
        int8 to int64 or uint8 to uint64.

    Returns
    -------
    IntegerLimits
        A named tuple of `bits`, `max`, `min` and `dtype`.

    Raises
    ------
    TypeError
        If the dtype is not one of integers.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.iinfo(fg.int8).min, fg.iinfo(fg.uint8).max
    (-128, 255)
    """
    of = _sample(type, "iinfo").dtype
    if of.kind not in "iu":
        raise TensorTypeError(f"iinfo: type must be an integer dtype, got {of}; finfo is for floats")
    limits: Any = np.iinfo(of.dtype)
    return IntegerLimits(int(limits.bits), int(limits.max), int(limits.min), of)


def in_one_float_dtype(op: str, x: TensorLike, y: TensorLike) -> tuple[Tensor, Tensor]:
    """Two operands broadcast, in the floating dtype that they have in common: the default one of whole numbers."""
    given: list[Any] = [one if isinstance(one, (bool, int, float)) else operand(one, op) for one in (x, y)]
    common = _common(op, given)
    common = common if common.kind == "f" else get_default_float()
    with speaking_as(op):
        one, other = broadcast_arrays(
            *(x.astype(common, copy=False) if isinstance(x, Tensor) else asarray(x, dtype=common) for x in given)
        )
    return one, other
