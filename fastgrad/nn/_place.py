"""Where in a network an error arose: each module on its way out names the part of itself that it came from."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def say_place(error: Exception, module: Any) -> None:
    """Note on an error that leaves `module` in which part of it that was, and remember for the next one out."""
    with suppress(Exception):  # whatever is odd about the module or the error: the error itself is what matters
        failed = getattr(error, "_module", None)
        if failed is module:
            return
        error._module = module  # type: ignore[attr-defined]
        for name, part in module.named_modules() if failed is not None else ():
            if part is failed:
                _note(error, f"in layer {name} of {type(module).__name__}: {_brief(part)}")
                return


def _brief(module: Any) -> str:
    return f"{module._get_name()}({' '.join(module.extra_repr().split())})"


def _note(error: Exception, note: str) -> None:
    if hasattr(error, "add_note"):
        error.add_note(note)
    elif error.args and isinstance(error.args[0], str) and type(error).__str__ is Exception.__str__:
        error.args = (f"{error.args[0]}\n{note}", *error.args[1:])  # Python 3.10
