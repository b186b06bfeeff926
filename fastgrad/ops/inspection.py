"""What the library has, asked by code that is written for any library of the array standard."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor.dtype import ALL, dtype, float32, int64
from fastgrad.errors import TensorValueError
from fastgrad.ops.dtypes import is_of_kind

# The versions of the standard whose functions are here; those of complex numbers and Fourier transforms are in none.
VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")

# The dtypes that the standard has no names for.
_BEYOND = ("float16", "bfloat16")


def check_version(api_version: str) -> None:
    """Refuse a version of the array standard that is not here."""
    if api_version not in VERSIONS:
        raise TensorValueError(f"__array_namespace__: api_version must be one of {VERSIONS}, got {api_version!r}")


def __array_namespace_info__() -> Info:
    """Return what the array standard's namespace can do: its dtypes, devices and capabilities.

    Returns
    -------
    Info

    Examples
    --------
    >>> import fastgrad as fg
    >>> info = fg.__array_namespace_info__()
    >>> info.devices(), info.default_dtypes()["real floating"], info.dtypes(kind="bool")
    (('cpu',), fastgrad.float32, {'bool': fastgrad.bool})
    >>> info.dtypes(kind="complex floating")
    {}
    """
    return Info()


class Info:
    """What ``__array_namespace_info__()`` returns: the array standard's inspection of a namespace."""

    def capabilities(self) -> dict[str, Any]:
        """Masks and results whose shape depends on values are there; tensors have up to 16 axes."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 16}

    def default_device(self) -> str:
        """Where tensors are made: on the CPU."""
        return "cpu"

    def devices(self) -> tuple[str, ...]:
        """Where tensors can be: on the CPU."""
        return ("cpu",)

    def default_dtypes(self, *, device: str | None = None) -> dict[str, dtype]:
        """What is made where no dtype is given. There is none of complex numbers."""
        _check_device("default_dtypes", device)
        return {"real floating": float32, "integral": int64, "indexing": int64}

    def dtypes(self, *, device: str | None = None, kind: str | tuple[str, ...] | None = None) -> dict[str, dtype]:
        """The standard's dtypes that are here, by name: all, or those of a kind that ``isdtype`` knows."""
        _check_device("dtypes", device)
        standard = {d.name: d for d in ALL if d.name not in _BEYOND}
        return standard if kind is None else {name: d for name, d in standard.items() if is_of_kind(d, kind, "dtypes")}


def _check_device(op: str, device: str | None) -> None:
    if device is not None and str(device) != "cpu":
        raise TensorValueError(f"{op}: device must be 'cpu' or None, got {device!r}")
