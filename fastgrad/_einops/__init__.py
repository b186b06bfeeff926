"""einops knows tensors as soon as it is imported: a backend is registered with it, ``einops.layers.fastgrad`` is found.

Until then there is an entry in `sys.meta_path`, which costs an import that is not einops's a comparison.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

BACKENDS = "einops._backends"
LAYERS = "einops.layers.fastgrad"


def register() -> None:
    """Have einops find the backend, which is a subclass of its own."""
    try:
        import_module("fastgrad._einops.backend")
    except (ImportError, AttributeError) as error:  # an einops that is made otherwise must not fail to import
        import warnings

        warnings.warn(f"this version of einops takes no backend for fastgrad's tensors: {error}", stacklevel=2)


class _Loader:
    """A module's own loader, and the registration after it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        register()


class _Finder:
    """Finds einops's backends, to add one, and its layers for fastgrad."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name == BACKENDS:
            from importlib.machinery import PathFinder

            spec = PathFinder.find_spec(name, path)
            if spec is not None and spec.loader is not None:
                spec.loader = cast("Loader", _Loader(spec.loader))
            return spec
        if name == LAYERS:
            from importlib.util import spec_from_file_location

            return spec_from_file_location(name, __file__.replace("__init__", "layers"))
        return None


def watch() -> None:
    """Register with einops, now if it is imported, else when it is."""
    sys.meta_path.insert(0, _Finder)
    if BACKENDS in sys.modules:
        register()
