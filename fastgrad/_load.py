"""Loads the Cython modules from the one extension file that holds them all (see ``setup.py``)."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ExtensionFileLoader

from fastgrad import _core

# Each after those that it needs to load.
MODULES: tuple[str, ...] = _core.CYTHON_MODULES


def load_all() -> None:
    path = _core.__file__
    assert path is not None
    for name in MODULES:
        if name in sys.modules:
            continue
        loader = ExtensionFileLoader(name, path)
        spec = importlib.util.spec_from_file_location(name, path, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loader.exec_module(module)
        package, _, leaf = name.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], leaf, module)
