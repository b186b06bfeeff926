"""``torch.serialization``: what files of checkpoints may name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastgrad.torch._io import load as load, save as save

_allowed: dict[tuple[str, str], Any] = {}


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Let `load` look up these classes and functions; each a global, or a pair of it and the name that files have."""
    _allowed.update({_key(given): given[0] if isinstance(given, tuple) else given for given in safe_globals})


def get_safe_globals() -> list[Any]:
    """Those that were added."""
    return list(_allowed.values())


def clear_safe_globals() -> None:
    """Forget them."""
    _allowed.clear()


@contextmanager
def safe_globals(safe_globals: list[Any]) -> Iterator[None]:
    """Let `load` look up these within the block."""
    before = dict(_allowed)
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _allowed.clear()
        _allowed.update(before)


def _key(given: Any) -> tuple[str, str]:
    if isinstance(given, tuple):
        module, _, name = given[1].rpartition(".")
        return module, name
    return given.__module__, given.__qualname__


def allowed() -> dict[tuple[str, str], Any]:
    """Those that were added, by their modules and their names there."""
    return dict(_allowed)


def default_restore_location(storage: Any, location: Any) -> Any:
    """Return what is given: everything is on the CPU."""
    return storage


def finder(trusted: bool) -> Callable[[str, str], Any]:
    """Return what looks up a class or a function that a file names: among those allowed; or, if the file is trusted,
    in modules that the program has imported. Nothing is imported, and of the standard library nothing is found."""
    from fastgrad.io.reader import Named

    def find(module: str, name: str) -> Any:
        known = _allowed.get((module, name))
        if known is not None:
            return known
        if not trusted:
            raise Named(
                f"Weights only load failed: it names {module}.{name}, which is no plain value; if you trust the file, "
                "torch.load(f, weights_only=False) looks for that in the modules that are imported, or allow it with "
                f"torch.serialization.add_safe_globals([{name}])"
            )
        found: Any = sys.modules.get(module)
        if found is None:
            raise Named(f"it names {module}.{name}; import {module} before the file is read: nothing is imported here")
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is None:
            raise Named(f"it names {module}.{name}, and {module} has no {name}")
        if module.partition(".")[0] in sys.stdlib_module_names - {"__main__"} or hasattr(found, "__del__"):
            raise Named(
                f"it names {module}.{name}, which is not looked up; allow it with "
                f"torch.serialization.add_safe_globals([{name}])"
            )
        if getattr(found, "__module__", None) != module or getattr(found, "__qualname__", None) != name:
            raise Named(f"it names {module}.{name}, which is no class and no function of that module")
        return found

    return find
