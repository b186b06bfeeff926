"""Elementwise functions that other operations make, or NumPy: their gradients are those of what they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real as real_number
from fastgrad._tensor.dtype import bfloat16, bool_
from fastgrad._tensor.typing import TensorLike
from fastgrad.autograd import Function
from fastgrad.errors import TensorTypeError
from fastgrad.ops._arrays import array_of, tensor_of
from fastgrad.ops._common import operand
from fastgrad.ops.arithmetic import add, negative, subtract
from fastgrad.ops.cast import clone
from fastgrad.ops.choose import where
from fastgrad.ops.compare import isfinite, isnan, logical_and, logical_or
from fastgrad.ops.creation import zeros, zeros_like
from fastgrad.ops.dtypes import finfo, in_one_float_dtype
from fastgrad.ops.join import stack
from fastgrad.ops.math import abs, sigmoid
from fastgrad.ops.reduce import logsumexp


def signbit(x: TensorLike, /) -> Tensor:
    """Whether the sign is minus, elementwise: also that of -0.0 and of NaN.

    Parameters
    ----------
    x : Tensor
        Of any dtype; unsigned integers and bools have no sign.

    Returns
    -------
    Tensor of bool, shape of `x`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.signbit(fg.tensor([-1.5, -0.0, 0.0])).tolist()
    [True, True, False]
    """
    t = operand(x, "signbit")
    if t.dtype.kind == "f":
        return tensor_of(np.signbit(array_of(t)))
    return t < 0 if t.dtype.kind == "i" else zeros(t.shape, dtype=bool_)


def copysign(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """The absolute values of one with the signs of another, elementwise.

    Parameters
    ----------
    x1 : Tensor
        The values. The gradient at 0 is 0.
    x2 : Tensor
        The signs, also of -0.0 and NaN. It broadcasts with `x1`, and gets no gradient.

    Returns
    -------
    Tensor
        Of the floating dtype that both have in common; float32 of integers.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.copysign(fg.tensor([1.0, -2.0]), -0.0).tolist()
    [-1.0, -2.0]
    """
    x, y = in_one_float_dtype("copysign", x1, x2)
    size = abs(x)
    return where(signbit(y), negative(size), size)


def nextafter(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """The dtype's number next to one in the direction of another, elementwise.

    Parameters
    ----------
    x1 : Tensor
        Where it starts.
    x2 : Tensor
        Where it goes; what equals this stays. It broadcasts with `x1`, and gets no gradient.

    Returns
    -------
    Tensor
        Of the floating dtype that both have in common; float32 of integers.

    Raises
    ------
    TypeError
        Of bfloat16, which NumPy has not.

    Examples
    --------
    >>> import fastgrad as fg
    >>> (fg.nextafter(fg.tensor(1.0), 2.0) - 1.0).item() == fg.finfo(fg.float32).eps
    True
    """
    x, y = in_one_float_dtype("nextafter", x1, x2)
    if x.dtype is bfloat16:
        raise TensorTypeError("nextafter: x1 and x2 must be of float16, float32 or float64, got bfloat16")
    found = tensor_of(np.nextafter(array_of(x), array_of(y)))
    start = x.detach()
    # A step beside x, which is exact but from infinities and between zeros of different signs: the slope is 1.
    is_step = logical_and(isfinite(start), logical_or(start != 0, found != 0))
    return where(is_step, add(x, subtract(found, start)), found)


class _LogAddExp(Function):
    """Of two tensors of one shape and dtype."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, y)
        return logsumexp(stack((x, y)), axis=0)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor]:
        x, y = ctx.saved_tensors
        lead = where(x == y, 0.0, subtract(x, y))  # of two equal infinities, too, half each
        return g * sigmoid(lead), g * sigmoid(negative(lead))


def logaddexp(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """``log(exp(x1) + exp(x2))`` elementwise, where no exponential overflows.

    Parameters
    ----------
    x1, x2 : Tensor
        Logarithms; they broadcast.

    Returns
    -------
    Tensor
        Of the floating dtype that both have in common; float32 of integers.

    See Also
    --------
    logsumexp

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.logaddexp(fg.tensor([1000.0, -fg.inf]), fg.tensor([0.0, 2.0])).tolist()
    [1000.0, 2.0]
    """
    return _LogAddExp.apply(*in_one_float_dtype("logaddexp", x1, x2))


def real(x: TensorLike, /) -> Tensor:
    """The real part, which is the tensor itself: there are no complex numbers.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.real(fg.tensor([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    return operand(x, "real")


def imag(x: TensorLike, /) -> Tensor:
    """The imaginary part, which is 0: there are no complex numbers.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.imag(fg.tensor([1.0, 2.0])).tolist()
    [0.0, 0.0]
    """
    return zeros_like(operand(x, "imag"))


def conj(x: TensorLike, /) -> Tensor:
    """The complex conjugate, which is the tensor itself: there are no complex numbers.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.conj(fg.tensor([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    return operand(x, "conj")


def nan_to_num(
    x: TensorLike, /, *, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Numbers in the place of NaN and infinities, to which no gradient flows.

    Parameters
    ----------
    x : Tensor
        Of any dtype; of integers and bools it is a copy.
    nan : float, default 0.0
        What stands for NaN.
    posinf, neginf : float, optional
        What stands for infinity and for minus infinity; None: the dtype's largest number and its negative.

    Returns
    -------
    Tensor, shape and dtype of `x`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nan_to_num(fg.tensor([fg.nan, fg.inf, 1.0]), posinf=9.0).tolist()
    [0.0, 9.0, 1.0]
    """
    t = operand(x, "nan_to_num")
    if t.dtype.kind != "f":
        return clone(t)
    most = finfo(t.dtype).max
    up = most if posinf is None else real_number(posinf, "nan_to_num", "posinf")
    down = -most if neginf is None else real_number(neginf, "nan_to_num", "neginf")
    found = where(isnan(t), real_number(nan, "nan_to_num", "nan"), t)
    return where(t == float("-inf"), down, where(t == float("inf"), up, found))
