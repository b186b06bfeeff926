"""What distributions share: parameters of one shape and dtype, probabilities and logits, lazy attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float

euler_constant: float = 0.57721566490153286060

_SCALAR = fg.zeros(())


def shape_of(lengths: Any) -> tuple[int, ...]:
    """Return lengths as the type that shapes have: a tuple, or PyTorch's Size while its door is open.

    Examples
    --------
    >>> from fastgrad.distributions.utils import shape_of
    >>> shape_of([2, 3])
    (2, 3)
    """
    if not hasattr(lengths, "__iter__"):
        if not hasattr(lengths, "__index__"):
            raise TypeError(f"a shape must be ints, got {lengths!r}")
        lengths = (lengths.__index__(),)
    kind: type[tuple[int, ...]] = type(_SCALAR.shape)
    return lengths if type(lengths) is kind else kind(lengths)


def is_float(x: Tensor) -> bool:
    """Whether a tensor holds floats.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.is_float(fg.arange(3))
    False
    """
    return x.dtype in (fg.float32, fg.float64, fg.float16, fg.bfloat16)


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Bring parameters, tensors and numbers, to one shape; numbers and integers become floats.

    Parameters
    ----------
    *values : Tensor, array_like or float
        Numbers take the tensors' dtype, or the default one where all are numbers.

    Returns
    -------
    tuple of Tensor

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import fastgrad as fg
    >>> loc, scale = fg.distributions.utils.broadcast_all(fg.zeros(3), 1.0)
    >>> scale.tolist()
    [1.0, 1.0, 1.0]
    """
    arrays = [v if isinstance(v, (Tensor, int, float)) else fg.asarray(v) for v in values]
    dtype = next((a.dtype for a in arrays if isinstance(a, Tensor) and is_float(a)), None) or get_default_float()
    made = [
        fg.full((), a, dtype=dtype) if not isinstance(a, Tensor) else a if is_float(a) else a.astype(dtype)
        for a in arrays
    ]
    first = made[0].shape
    if all(a.shape == first for a in made):
        return tuple(made)
    return fg.broadcast_arrays(*made)


def finfo(x: Tensor) -> Any:
    """Return NumPy's facts of a float dtype.

    Examples
    --------
    >>> import fastgrad as fg
    >>> float(fg.distributions.utils.finfo(fg.zeros(1)).eps)
    1.1920928955078125e-07
    """
    if x.dtype == fg.bfloat16:
        return _BFLOAT16
    return np.finfo(str(x.dtype).rpartition(".")[2])


class _BFLOAT16:
    eps, epsneg, tiny = 2.0**-7, 2.0**-8, 2.0**-126
    max = 2.0**127 * (2 - 2.0**-7)
    min = -max


def clamp_probs(probs: Tensor) -> Tensor:
    """Keep probabilities away from 0 and 1 by the dtype's epsilon, so that their logits are finite.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.clamp_probs(fg.tensor([0.0, 0.5])).tolist()
    [1.1920928955078125e-07, 0.5]
    """
    eps = float(finfo(probs).eps)
    return fg.clip(probs, eps, 1 - eps)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Return the probabilities of logits: the softmax along the last axis, or the sigmoid.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.logits_to_probs(fg.zeros(2)).tolist()
    [0.5, 0.5]
    """
    return fg.sigmoid(logits) if is_binary else fg.softmax(logits, axis=-1)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Return the logits of probabilities: their logarithm, or that of the odds.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.probs_to_logits(fg.tensor([0.5]), is_binary=True).tolist()
    [0.0]
    """
    p = clamp_probs(probs)
    return fg.log(p) - fg.log1p(-p) if is_binary else fg.log(p)


def xlogy(x: Tensor, y: Tensor) -> Tensor:
    """x log(y), and 0 where x is 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.xlogy(fg.tensor([0.0, 1.0]), fg.tensor([0.0, 1.0])).tolist()
    [0.0, 0.0]
    """
    # only where the logarithm is not finite: elsewhere the derivative by x is it
    zero = (x == 0) & ((y <= 0) | (y == fg.inf))
    return fg.where(zero, 0.0, x * fg.log(fg.where(zero, 1.0, y)))


def xlog1py(x: Tensor, y: Tensor) -> Tensor:
    """x log(1 + y), and 0 where x is 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.xlog1py(fg.tensor([0.0]), fg.tensor([-1.0])).tolist()
    [0.0]
    """
    zero = (x == 0) & ((y <= -1) | (y == fg.inf))
    return fg.where(zero, 0.0, x * fg.log1p(fg.where(zero, 0.0, y)))


def lbeta(a: Tensor, b: Tensor) -> Tensor:
    """The logarithm of the beta function, found in float64: its terms cancel.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.lbeta(fg.tensor(1.0), fg.tensor(1.0)).item()
    0.0
    """
    x, y = a.astype(fg.float64), b.astype(fg.float64)
    return (fg.lgamma(x) + fg.lgamma(y) - fg.lgamma(x + y)).astype(a.dtype)


def sum_rightmost(value: Tensor, count: int) -> Tensor:
    """Sum over the last axes, so many of them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.distributions.utils.sum_rightmost(fg.ones(2, 3, 4), 2).tolist()
    [12.0, 12.0]
    """
    return value if count == 0 else fg.sum(value, axis=tuple(range(-count, 0)))


class lazy_property:
    """An attribute computed when it is first asked for, on the graph even where nothing is recorded.

    Examples
    --------
    >>> from fastgrad.distributions.utils import lazy_property
    >>> class Square:
    ...     @lazy_property
    ...     def area(self):
    ...         return 4
    >>> Square().area
    4
    """

    name: str

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Tensor:
        if instance is None:
            return self  # type: ignore[return-value]  # of the class
        with fg.enable_grad():
            value: Tensor = self.function(instance)
        instance.__dict__[self.name] = value
        return value
