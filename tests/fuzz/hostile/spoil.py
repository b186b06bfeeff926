"""Values made bad, by what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...parity.case import Constant, Draw, Each

NAN, INF = float("nan"), float("inf")


@dataclass(frozen=True)
class Raw:
    """What is given as it is; made when it is given, so that no call sees what another has written."""

    text: str  # of Python, in which np is NumPy and fg fastgrad (or torch)


# What stands in the place of anything.
ANYTHING = (
    "None",
    "'three'",
    "[]",
    "{}",
    "object()",
    "1j",
    "fg.nn.Linear",
    "b'1'",
    "float('nan')",
    "-1",
    "0",
    "(1, 2)",
)
INTEGERS = ("0", "-1", "-7", "1.5", "True", "'2'", "None", "2**63", "-(2**63)", "10**30", "[2]", "(1, 2, 3, 4, 5)")
NUMBERS = ("0.0", "-1.0", "-1e-300", "float('nan')", "float('inf')", "-float('inf')", "1.0", "2.5", "'0.1'", "None")
NUMBERS += ("1j", "[0.1]", "10**400", "fg.ones(2)", "fg.ones((), requires_grad=True)", "True")
FLAGS = ("None", "'yes'", "2", "[]")
WORDS = ("'nonsense'", "''", "None", "3", "'MEAN'", "b'mean'", "['mean']")


def spoiled(d: Draw, value: Any) -> tuple[Any, str] | None:
    """Something bad in the value's place, and what it is; None where there is nothing to spoil."""
    if d.flag(0.12):
        text = d.one_of(*ANYTHING)
        return Raw(text), text
    if isinstance(value, (np.ndarray, Constant)):
        found = _array(d, value.array if isinstance(value, Constant) else value)
        if found is not None and isinstance(value, Constant) and isinstance(found[0], np.ndarray):
            return Constant(found[0]), found[1]
        return found
    if isinstance(value, Each) or callable(value):
        text = d.one_of(*ANYTHING)
        return Raw(text), text
    if isinstance(value, bool) or value is None:
        text = d.one_of(*FLAGS, *(() if value is not None else (*INTEGERS, *NUMBERS)))
    elif isinstance(value, int):
        text = d.one_of(*INTEGERS)
    elif isinstance(value, float):
        text = d.one_of(*NUMBERS)
    elif isinstance(value, str):
        text = d.one_of(*WORDS)
    elif isinstance(value, (tuple, list)):
        return _sequence(d, value)
    elif isinstance(value, dict):
        return _mapping(d, value)
    else:
        text = d.one_of(*ANYTHING)
    return Raw(text), text


def _sequence(d: Draw, value: Any) -> tuple[Any, str]:
    kind = d.integer(0, 9)
    if kind == 0 or not value:
        return type(value)(), "empty"
    if kind == 1:
        return type(value)([*value, value[-1]]), "one more"
    if kind == 2:
        return type(value)(value[:-1]), "one less"
    i = d.integer(0, len(value) - 1)
    part, what = spoiled(d, value[i]) or (Raw("None"), "None")
    return type(value)([*value[:i], part, *value[i + 1 :]]), f"[{i}] {what}"


def _mapping(d: Draw, value: dict[str, Any]) -> tuple[Any, str]:
    if not value or d.flag(0.2):
        return {**value, "nobody": 1}, "another key"
    key = d.one_of(*value)
    if d.flag(0.2):
        return {k: v for k, v in value.items() if k != key}, f"without {key}"
    part, what = spoiled(d, value[key]) or (Raw("None"), "None")
    return {**value, key: part}, f"[{key!r}] {what}"


def _array(d: Draw, a: np.ndarray) -> tuple[Any, str] | None:
    changes = [_one_axis_more, _one_axis_less, _another_length, _no_length, _another_dtype, _a_list, _a_number]
    changes += [_edge_values] * 3
    return d.one_of(*changes)(d, a)


def _one_axis_more(d: Draw, a: np.ndarray) -> tuple[Any, str]:
    axis = d.integer(0, a.ndim)
    return np.expand_dims(a, axis), f"one axis more, at {axis}"


def _one_axis_less(d: Draw, a: np.ndarray) -> tuple[Any, str]:
    if a.ndim == 0 or a.size == 0:
        return a.reshape(1, *a.shape), "one axis more"
    axis = d.integer(0, a.ndim - 1)
    return np.ascontiguousarray(a.take(0, axis)), f"without axis {axis}"


def _another_length(d: Draw, a: np.ndarray) -> tuple[Any, str]:
    if a.ndim == 0 or a.size == 0:
        return np.zeros((3, 2), a.dtype), "shape (3, 2)"
    axis = d.integer(0, a.ndim - 1)
    if a.shape[axis] > 1 and d.flag():
        return np.delete(a, 0, axis), f"axis {axis} shorter"
    return np.concatenate([a, a.take([0], axis)], axis), f"axis {axis} longer"


def _no_length(d: Draw, a: np.ndarray) -> tuple[Any, str]:
    if a.ndim == 0:
        return np.zeros(0, a.dtype), "no elements"
    axis = d.integer(0, a.ndim - 1)
    return a.take(range(0), axis), f"axis {axis} of length 0"


def _another_dtype(d: Draw, a: np.ndarray) -> tuple[Any, str]:
    dtype = d.one_of("float64", "float16", "int64", "int32", "uint8", "bool", "complex64", "U1", "O")
    if dtype in ("complex64", "U1", "O"):
        return Raw(f"np.zeros({a.shape}, '{dtype}')"), f"a NumPy array of {dtype}"
    with np.errstate(all="ignore"):
        return Raw(f"fg.asarray(np.asarray({np.nan_to_num(a).tolist()}).astype('{dtype}').reshape({a.shape}))"), dtype


def _a_list(d: Draw, a: np.ndarray) -> tuple[Any, str]:
    text = repr(np.nan_to_num(a.astype(np.float32)).tolist()) if a.dtype.kind == "f" else repr(a.tolist())
    return Raw(d.one_of(text, f"np.asarray({text})", f"({text}, {text})", f"[{text}, None]")), "lists"


def _a_number(d: Draw, a: np.ndarray) -> tuple[Any, str]:
    text = d.one_of("1", "1.5", "None", "'x'", "fg.ones(())", "fg.nn.Parameter(fg.ones(1))", "object()")
    return Raw(text), text


def _edge_values(d: Draw, a: np.ndarray) -> tuple[Any, str] | None:
    if a.size == 0:
        return _a_number(d, a)
    a = a.copy()
    if a.dtype.kind == "f":
        values = (NAN, INF, -INF, -1.0, 2.0, 0.0, 1e30, -1e30, 1e-40)
    elif a.dtype.kind == "b":
        a[...] = d.flag()
        return a, f"all {a.flat[0]}"
    else:
        values = (-1, -100, -(2**62), 2**62, int(a.max()) + 1, 10_000, 0)
    value = d.one_of(*values)
    if d.flag(0.3):
        a[...] = value
        return a, f"all {value}"
    a.flat[d.integer(0, a.size - 1)] = value
    return a, f"an element {value}"
