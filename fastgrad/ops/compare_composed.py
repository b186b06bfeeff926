"""Whether tensors are equal, or as good as equal."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import flag, real
from fastgrad._tensor.dtype import bfloat16, float16, float32, float64
from fastgrad._tensor.typing import TensorLike
from fastgrad.autograd import no_grad
from fastgrad.errors import TensorValueError
from fastgrad.ops._common import operand
from fastgrad.ops._words import speaking_as
from fastgrad.ops.compare import equal, isfinite, isnan, logical_and, logical_or
from fastgrad.ops.creation import asarray
from fastgrad.ops.dtypes import result_type
from fastgrad.ops.math import abs
from fastgrad.ops.reduce import all


def isclose(
    x1: TensorLike, x2: TensorLike, /, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Whether elements differ by at most ``atol + rtol * abs(x2)``; infinities are close to themselves alone.

    Parameters
    ----------
    x1, x2 : Tensor
        Of any dtypes; they broadcast.
    rtol, atol : float
        The bounds, not negative: relative to `x2`, and absolute.
    equal_nan : bool, default False
        Whether NaN is close to NaN.

    Returns
    -------
    Tensor of bool

    Raises
    ------
    ValueError
        If a bound is negative, or the shapes do not broadcast.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.isclose(fg.tensor([1.0, 2.0]), fg.tensor([1.000001, 2.1])).tolist()
    [True, False]
    """
    relative, absolute = real(rtol, "isclose", "rtol"), real(atol, "isclose", "atol")
    if not (relative >= 0 and absolute >= 0):
        raise TensorValueError(f"isclose: rtol and atol must not be negative, got {rtol} and {atol}")
    alike = flag(equal_nan, "isclose", "equal_nan")
    with no_grad():
        x, y = _in_floats(x1, x2)
        with speaking_as("isclose"):
            within = abs(x - y) <= absolute + relative * abs(y)
        found = logical_or(x == y, logical_and(isfinite(y), within))
        return logical_or(found, logical_and(isnan(x), isnan(y))) if alike else found


def _in_floats(x1: TensorLike, x2: TensorLike) -> tuple[Tensor, Tensor]:
    """Both in the floating dtype that they have in common, float32 at least; float64 of integers, exact to 2**53."""
    given: list[Any] = [x if isinstance(x, (bool, int, float)) else operand(x, "isclose") for x in (x1, x2)]
    kinds = {x.dtype.kind for x in given if isinstance(x, Tensor)}
    common = result_type(*given) if kinds <= {"f"} else float64
    common = float32 if common in (float16, bfloat16) else common  # whose differences would be rounded
    x, y = (x.astype(common, copy=False) if isinstance(x, Tensor) else asarray(x, dtype=common) for x in given)
    return x, y


def allclose(
    x1: TensorLike, x2: TensorLike, /, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements are close: see `isclose`.

    Parameters
    ----------
    x1, x2 : Tensor
        Of any dtypes; they broadcast.
    rtol, atol : float
        The bounds, not negative: relative to `x2`, and absolute.
    equal_nan : bool, default False
        Whether NaN is close to NaN.

    Returns
    -------
    bool

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.allclose(fg.tensor([1.0, 2.0]), fg.tensor([1.0, 2.000001]))
    True
    """
    return bool(all(isclose(x1, x2, rtol, atol, equal_nan)))


def array_equal(x1: TensorLike, x2: TensorLike, /, *, equal_nan: bool = False) -> bool:
    """Whether two tensors have one shape and equal elements.

    Parameters
    ----------
    x1, x2 : Tensor
        Of any dtypes.
    equal_nan : bool, default False
        Whether NaN equals NaN.

    Returns
    -------
    bool

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.array_equal([1, 2], fg.tensor([1.0, 2.0])), fg.array_equal([1, 1], 1)
    (True, False)
    """
    x, y = operand(x1, "array_equal"), operand(x2, "array_equal")
    alike = flag(equal_nan, "array_equal", "equal_nan")
    if x.shape != y.shape:
        return False
    same = equal(x, y)
    return bool(all(logical_or(same, logical_and(isnan(x), isnan(y))) if alike else same))
