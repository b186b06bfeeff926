"""``torch.return_types``: the types of what functions with several results return."""

from typing import Any

from fastgrad.ops.pytorch.results import FIELDS as _FIELDS, TYPES as _TYPES

_NO_OUT = ("histogramdd",)
__all__ = sorted({*_FIELDS, *(f"{name}_out" for name in _FIELDS if name not in _NO_OUT)})


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"torch.return_types: there is no type {name}")
    return _TYPES[name]


def __dir__() -> list[str]:
    return __all__
