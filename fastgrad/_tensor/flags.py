"""Which argument a tensor is whose truth value is asked for: what an error is to name. Looked up when there is one."""

from __future__ import annotations

import sys
from typing import Any


def as_argument(value: Any) -> str | None:
    """Return what was called and what the value is called there, if fastgrad's code asks; None if the program does.

    The functions that are running are looked through from the innermost one: an argument of theirs that is the very
    object, or an attribute of the layer that they belong to.
    """
    frame = sys._getframe(1)
    found = None
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "fastgrad":
        code, held = frame.f_code, frame.f_locals
        arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        owner = held.get(arguments[0]) if arguments[:1] == ("self",) else None
        attributes = [] if owner is None or owner is value else getattr(owner, "__dict__", {})
        names = [n for n in arguments if held.get(n) is value] + [n for n in attributes if attributes[n] is value]
        if names and names[0] != "self":
            layer = code.co_name if owner is None or owner is value else type(owner).__name__
            found = f"{layer}: {names[0]}"
        frame = frame.f_back  # type: ignore[assignment]
    return found
