"""NumPy's functions of PyTorch's tensors: computed by NumPy, and tensors again; the operators are the tensors' own.

So ``np.sin(x)`` is a tensor without a history, and an error where `x` requires gradients, as in PyTorch, whereas
``array * x`` and ``np.multiply(array, x)`` are on the graph.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad.ops.creation import from_numpy

# The methods that ufuncs of two operands are: of a tensor on the left, and of one on the right.
_OPERATORS = {
    name: (f"__{method}__", f"__r{method}__")
    for name, method in {
        "add": "add",
        "subtract": "sub",
        "multiply": "mul",
        "divide": "truediv",
        "floor_divide": "floordiv",
        "remainder": "mod",
        "power": "pow",
        "matmul": "matmul",
        "bitwise_and": "and",
        "bitwise_or": "or",
        "bitwise_xor": "xor",
        "left_shift": "lshift",
        "right_shift": "rshift",
    }.items()
}
_OPERATORS |= {
    "equal": ("__eq__", "__eq__"),
    "not_equal": ("__ne__", "__ne__"),
    "less": ("__lt__", "__gt__"),
    "less_equal": ("__le__", "__ge__"),
    "greater": ("__gt__", "__lt__"),
    "greater_equal": ("__ge__", "__le__"),
}


def array_ufunc(self: Tensor, ufunc: Any, method: str, *inputs: Any, **how: Any) -> Any:
    """``Tensor.__array_ufunc__``: what NumPy calls for ``np.sin(x)`` and for ``array * x``."""
    if method == "__call__" and not how and ufunc.__name__ in _OPERATORS:
        left, right = inputs
        ours, reflected = _OPERATORS[ufunc.__name__]
        return getattr(left, ours)(right) if isinstance(left, Tensor) else getattr(right, reflected)(left)
    if any(isinstance(one, Tensor) for one in how.get("out", ())):
        raise TypeError(f"np.{ufunc.__name__}: out must be an ndarray, got a Tensor; its numpy() is one")
    result = getattr(ufunc, method)(*(_array(one) for one in inputs), **{key: _array(one) for key, one in how.items()})
    if "out" in how or method in ("at", "outer"):
        return result
    return tuple(map(_tensor, result)) if isinstance(result, tuple) else _tensor(result)


def array_function(self: Tensor, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``Tensor.__array_function__``: NumPy's functions that are no ufuncs do what they do with any array-like."""
    return func._implementation(*args, **kwargs)


def array_wrap(self: Tensor, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
    """``Tensor.__array_wrap__``: what becomes of an array that NumPy has computed from a tensor."""
    return _tensor(array)


def _array(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, Tensor) else value


def _tensor(value: Any) -> Any:
    """The tensor of an array, truth values as uint8, as in PyTorch; another kind of value as it is."""
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind not in "biuf":
        return value
    array = np.asarray(value)
    return from_numpy(array.astype(np.uint8) if array.dtype == np.bool_ else array)
