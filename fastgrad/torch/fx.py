"""``torch.fx``: what programs say to its tracer at import; nothing is traced."""

from __future__ import annotations

from typing import TypeVar

from fastgrad.torch._refused import refused

_T = TypeVar("_T")


def wrap(fn_or_name: _T) -> _T:
    """Return what is given: no tracer goes through functions."""
    return fn_or_name


def has_side_effect(fn: _T) -> _T:
    return fn


_UNTRACED = (
    "programs are not traced to graphs of calls; the module itself computes the same, and register_forward_hook sees "
    "its layers' results"
)

symbolic_trace = refused("torch.fx.symbolic_trace", _UNTRACED)
replace_pattern = refused("torch.fx.replace_pattern", _UNTRACED)
