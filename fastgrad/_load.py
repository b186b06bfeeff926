"""Loads the Cython modules from the one extension file that holds them all (see ``setup.py``)."""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ExtensionFileLoader

try:
    from fastgrad import _core
except ImportError:
    if importlib.util.find_spec("fastgrad._core") is not None:
        raise
    raise ImportError(
        f"fastgrad: no compiled part for this Python in {os.path.dirname(__file__)}. If these are its sources, start "
        "Python in another folder, where an installed fastgrad is found, or build them in place: pip install -e ."
    ) from None

# What Cython's code in all modules shares; then the modules, each after those that it needs to load.
_SHARED: str = _core.CYTHON_MODULES[0]
MODULES: tuple[str, ...] = _core.CYTHON_MODULES[1:]


def load(package: str) -> None:
    """Load the Cython modules of a package and of those below it, with what they need."""
    path = _core.__file__
    assert path is not None
    last = max(place for place, name in enumerate(MODULES) if name.startswith(package + "."))
    for name in (_SHARED, *MODULES[: last + 1]):
        if name in sys.modules:
            continue
        loader = ExtensionFileLoader(name, path)
        spec = importlib.util.spec_from_file_location(name, path, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loader.exec_module(module)
        parent, _, leaf = name.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], leaf, module)
