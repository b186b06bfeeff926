"""What `assert_type` of the claims is where they run: the value is of the type, elements included."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin


def assert_type(value: Any, kind: Any) -> Any:
    assert holds(value, kind), f"{kind} is claimed, and {type(value)} came: {value!r}"
    return value


def holds(value: Any, kind: Any) -> bool:
    """Whether a value is of a type, elements included."""
    if kind is Any:
        return True
    if kind is None:
        return value is None
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return any(holds(value, argument) for argument in arguments)
    if origin is tuple and arguments[-1] is not Ellipsis:
        return (
            type(value) is tuple
            and len(value) == len(arguments)
            and all(holds(item, argument) for item, argument in zip(value, arguments, strict=True))
        )
    if origin in (list, tuple):
        return type(value) is origin and all(holds(item, arguments[0]) for item in value)
    if origin is dict:
        return type(value) is dict and all(holds(k, arguments[0]) and holds(v, arguments[1]) for k, v in value.items())
    if kind in (bool, int, float):
        return type(value) is kind
    return isinstance(value, origin or kind)
