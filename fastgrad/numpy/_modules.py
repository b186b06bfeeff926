"""NumPy's modules that are borrowed whole, below the door's name: ``import fastgrad.numpy.fft``."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from fastgrad.ops.numpy.common import numpys_own

BORROWED = (
    "char",
    "ctypeslib",
    "dtypes",
    "exceptions",
    "fft",
    "lib",
    "lib.format",
    "lib.scimath",
    "lib.stride_tricks",
    "ma",
    "polynomial",
    "polynomial.chebyshev",
    "polynomial.hermite",
    "polynomial.hermite_e",
    "polynomial.laguerre",
    "polynomial.legendre",
    "polynomial.polynomial",
    "rec",
    "strings",
    "testing",
    "typing",
)


class BorrowedModule(ModuleType):
    """A module of NumPy's, imported when it is first asked for something; its functions take and give tensors."""

    def _theirs(self) -> ModuleType:
        return import_module(self.__name__.removeprefix("fastgrad."))

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return self._theirs().__all__
        found = vars(self)[name] = numpys_own(self._theirs(), name)
        return found

    def __dir__(self) -> list[str]:
        return dir(self._theirs())


def borrow() -> None:
    """Have imports find them."""
    for name in BORROWED:
        name = f"fastgrad.numpy.{name}"
        sys.modules[name] = BorrowedModule(name)
