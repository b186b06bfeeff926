"""Modules that had other names: pickles from then name them."""

from __future__ import annotations

import sys
from importlib import import_module

_NOW = {
    "fastgrad": {"_dtype": "_tensor.dtype", "_exchange": "_tensor.pickling"},
    "fastgrad.nn": {"norm": "normalization"},
}


def remember(package: str) -> None:
    """Have `import` find what a package had by its old name."""
    for old, now in _NOW[package].items():
        sys.modules[f"{package}.{old}"] = import_module(f"{package}.{now}")
