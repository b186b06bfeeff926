"""Which names of a package are public: each is written once, where it is imported (``import exp as exp``)."""

from __future__ import annotations

from collections.abc import Collection
from types import ModuleType


def public(namespace: dict[str, object], modules: Collection[str] | None = None) -> list[str]:
    """List the names without an underscore, for ``__all__``; of modules only these (None: all)."""
    return sorted(
        name
        for name, value in namespace.items()
        if not name.startswith("_") and (modules is None or name in modules or not isinstance(value, ModuleType))
    )
