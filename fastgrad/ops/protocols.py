"""What NumPy's own functions do with tensors: ``numpy.exp(x)``, ``numpy.concatenate([x, y])``, ``array * x``.

They mean what the functions of their names in ``fastgrad.numpy`` mean, in every vocabulary but PyTorch's
(`fastgrad.ops.pytorch.ufuncs`). These are imported when the first one is called.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

import fastgrad
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


@functools.cache
def _function(func: Any) -> Any:
    """The function of the door's that stands where NumPy's does; NumPy's own, where there is none."""
    with _names_of_the_door() as found:
        for name in (*func.__module__.split(".")[1:], func.__name__):
            found = getattr(found, name, None)
    return _borrowed(func) if found is None or found is func else found


@contextmanager
def _names_of_the_door() -> Iterator[Any]:
    """``fastgrad.numpy``, to look for names in. It is not there afterwards if it was not before: a program that imports
    it says that tensors are to speak NumPy, which is done at its import."""
    from fastgrad.ops import numpy as operations

    was_imported = "fastgrad.numpy" in sys.modules
    if not was_imported:
        operations.import_opens_door = False
    try:
        yield import_module("fastgrad.numpy")
    finally:
        operations.import_opens_door = True
        if not was_imported:
            sys.modules.pop("fastgrad.numpy", None)
            vars(fastgrad).pop("numpy", None)
