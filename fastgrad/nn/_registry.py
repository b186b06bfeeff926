"""The dicts in which a module holds its parameters, buffers and modules by name.

Each value is also an attribute of the module, so that ``self.weight`` costs one plain look-up. Programs that write to a
registry itself, ``model._modules["head"] = layer`` (pruning, quantisation, surgery on networks do), mean the attribute,
too: so a registry sets it.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from weakref import ref

NAMES = frozenset({"_parameters", "_buffers", "_modules"})


class Registry(dict[str, Any]):
    """A dict that keeps the attributes of its module the same; written with ``dict``'s own methods, it does not."""

    # Weak, so that a module goes with its last reference, and not at the next garbage collection.
    __slots__ = ("_owner",)

    def __init__(self, owner: Any, entries: Any = ()) -> None:
        super().__init__(entries)
        self._owner = ref(owner)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        owner = self._owner()
        # What its class defines, a method for instance, stays what it is.
        if owner is not None and isinstance(name, str) and not hasattr(type(owner), name):
            owner.__dict__[name] = value

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        owner = self._owner()
        if owner is not None:
            owner.__dict__.pop(name, None)

    def pop(self, name: str, *default: Any) -> Any:
        """Take away and return an entry."""
        if name not in self:
            return super().pop(name, *default)
        value = self[name]
        del self[name]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take away the last entry."""
        if not self:
            raise KeyError("popitem: the registry is empty")
        name = next(reversed(self))
        return name, self.pop(name)

    def __ior__(self, other: Any) -> Registry:  # type: ignore[override,misc]
        self.update(other)
        return self

    # These come down to the methods above.
    clear: Any = MutableMapping.clear
    update: Any = MutableMapping.update
    setdefault: Any = MutableMapping.setdefault

    def __reduce_ex__(self, protocol: Any) -> Any:
        # The copy of a module makes registries of its own.
        return dict, (dict(self),)


def adopt(owner: Any, name: str, entries: Any) -> Registry:
    """Return a registry of these entries for a module, which has them as attributes, too."""
    registry = Registry(owner)
    registry.update(entries)
    owner.__dict__[name] = registry
    return registry
