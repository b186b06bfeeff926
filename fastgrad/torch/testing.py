"""Comparing tensors in tests."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor

_TOLERANCES = {"float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Any = None,
) -> None:
    """Raise AssertionError unless all elements are close, and shapes and dtypes equal; also of sequences and dicts."""
    if isinstance(expected, dict):
        if expected.keys() != actual.keys():
            raise AssertionError(f"keys differ: {sorted(actual)} and {sorted(expected)}")
        pairs = [(actual[k], expected[k]) for k in expected]
    elif isinstance(expected, (list, tuple)):
        if len(expected) != len(actual):
            raise AssertionError(f"lengths differ: {len(actual)} and {len(expected)}")
        pairs = list(zip(actual, expected, strict=True))
    else:
        pairs = []
    if pairs or isinstance(expected, (dict, list, tuple)):
        for a, b in pairs:
            assert_close(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=check_dtype, msg=msg)
        return
    check_dtype = check_dtype and isinstance(actual, Tensor) and isinstance(expected, Tensor)
    a, b = fg.asarray(actual).detach(), fg.asarray(expected).detach()
    if (rtol is None) != (atol is None):
        raise ValueError("assert_close: rtol and atol must be given both, or neither")
    if rtol is None or atol is None:
        tolerances = [_TOLERANCES.get(t.dtype.name, (0.0, 0.0)) for t in (a, b)]
        rtol, atol = max(t[0] for t in tolerances), max(t[1] for t in tolerances)
    if a.shape != b.shape:
        problem = f"shapes differ: {tuple(a.shape)} and {tuple(b.shape)}"
    elif check_dtype and a.dtype is not b.dtype:
        problem = f"dtypes differ: {a.dtype} and {b.dtype}"
    else:
        from fastgrad.ops.pytorch.compare import isclose

        wide = (a.double(), b.double())
        close = isclose(*wide, rtol, atol, equal_nan)
        if bool(close.all()):
            return
        apart = fg.abs(wide[0] - wide[1])
        problem = f"{int((~close).sum())} of {a.numel()} elements differ, the most by {float(apart.max()):g} (allowed: "
        problem += f"{atol:g} + {rtol:g} * expected)"
    raise AssertionError(msg(problem) if callable(msg) else msg if msg is not None else f"assert_close: {problem}")
