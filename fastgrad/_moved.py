"""Modules that had other names: pickles from then name them."""

from __future__ import annotations

import sys
from importlib import import_module

_NOW = {
    "fastgrad._dtype": "fastgrad._tensor.dtype",
    "fastgrad._exchange": "fastgrad._tensor.pickling",
    "fastgrad.nn.norm": "fastgrad.nn.normalization",
}


def remember() -> None:
    """Have `import` find each by its old name."""
    for old, now in _NOW.items():
        sys.modules[old] = import_module(now)
