"""What a module says of a name that it has not: what it is called here, where others have it. And names that are
imported when they are first asked for.

The names are in `fastgrad._neighbours`, which is imported when the first one is missed. Tensor answers nothing of the
kind: a ``__getattr__`` of its own would make every access to an attribute slower.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def explain(module: str) -> None:
    """Have a module name what others call otherwise, by a ``__getattr__`` as PEP 562 has it.

    First it imports what is in the module's ``_LATER``, a dict of names to the submodules that they are in, or are.

    It is set, not defined there: type checkers would take a module that defines one to have every name.
    """

    def __getattr__(name: str) -> Any:
        namespace = vars(sys.modules[module])
        if name in namespace.get("_LATER", ()):
            place = namespace["_LATER"][name]
            found = import_module(f"{module}.{place}")
            namespace[name] = found if place == name else getattr(found, name)
            return namespace[name]
        message = f"module {module!r} has no attribute {name!r}"
        if not name.startswith("_"):
            from fastgrad._neighbours import hint

            told = hint(module, name)
            if told is not None:
                raise AttributeError(f"{message}; {told}")
        # With these two Python adds "Did you mean".
        raise AttributeError(message, name=name, obj=sys.modules[module])

    sys.modules[module].__getattr__ = __getattr__  # type: ignore[method-assign]
    if "_LATER" in vars(sys.modules[module]):
        sys.modules[module].__dir__ = lambda: sorted(  # type: ignore[method-assign]
            {*vars(sys.modules[module]), *vars(sys.modules[module])["_LATER"]}
        )
