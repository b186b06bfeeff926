"""What NumPy's own functions do with tensors: ``numpy.exp(x)``, ``numpy.concatenate([x, y])``, ``array * x``.

They mean what the functions of their names in ``fastgrad.numpy`` mean, in every vocabulary but PyTorch's
(`fastgrad.ops.pytorch.ufuncs`). These are imported when the first one is called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from fastgrad._tensor import Tensor

# By these libraries prepare arrays for compiled code, which takes nothing else (SciPy's optimizers their gradients):
# as `numpy.asarray`, they make NumPy's arrays of tensors, unless gradients would be lost.
_PREPARING = {np.atleast_1d, np.atleast_2d, np.atleast_3d}


def __array_ufunc__(self: Tensor, ufunc: Any, method: str, *inputs: Any, **how: Any) -> Any:
    """What NumPy calls for its ufuncs, their methods, and the operators of its arrays beside tensors."""
    ours = _ufuncs().get(ufunc) or _scipys(ufunc)
    if ours is None:
        return _borrowed(ufunc if method == "__call__" else getattr(ufunc, method))(*inputs, **how)
    return ours(*inputs, **how) if method == "__call__" else getattr(ours, method)(*inputs, **how)


def __array_function__(
    self: Tensor, func: Any, types: tuple[type, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """What NumPy calls for its other functions."""
    if func in _PREPARING and not any(isinstance(one, Tensor) and one.requires_grad for one in args):
        return func(*(np.asarray(one) if isinstance(one, Tensor) else one for one in args), **kwargs)
    return _function(func)(*args, **kwargs)


@functools.cache
def _ufuncs() -> dict[Any, Any]:
    from fastgrad.ops.numpy.ufuncs import UFUNCS

    return UFUNCS


def _scipys(ufunc: Any) -> Any:
    from fastgrad.ops.numpy.special import scipys

    return scipys(ufunc)


def _borrowed(function: Any) -> Callable[..., Any]:
    from fastgrad.ops.numpy.common import borrowed

    return functools.partial(borrowed, function)


# Where the functions of NumPy's modules have their counterparts, which stand there by NumPy's names.
_TABLES = {"numpy": "fastgrad.ops.numpy.names", "numpy.linalg": "fastgrad.ops.numpy.linalg"}


@functools.cache
def _function(func: Any) -> Any:
    """The function that stands where NumPy's does; NumPy's own, where there is none."""
    table = _TABLES.get(func.__module__)
    ours = getattr(import_module(table), func.__name__, None) if table else None
    return _borrowed(func) if ours is None else ours
