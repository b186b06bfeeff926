"""``torch.fx``: what programs say to its tracer at import; nothing is traced."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

_T = TypeVar("_T")


def wrap(fn_or_name: _T) -> _T:
    """Return what is given: no tracer goes through functions."""
    return fn_or_name


def has_side_effect(fn: _T) -> _T:
    return fn


def _refused(name: str) -> Any:
    def function(*args: Any, **words: Any) -> NoReturn:
        raise RuntimeError(
            f"torch.fx.{name}: programs are not traced to graphs of calls; the module itself computes the same, and "
            "register_forward_hook sees its layers' results"
        )

    function.__name__ = function.__qualname__ = name
    return function


symbolic_trace = _refused("symbolic_trace")
replace_pattern = _refused("replace_pattern")
