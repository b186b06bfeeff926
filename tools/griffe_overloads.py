"""What stubs say by overloads alone is a function to griffe, too: the first overload, which has the docstring."""

from __future__ import annotations

import ast
from typing import Any

import griffe


class Overloads(griffe.Extension):
    """Adds a function for the overloads that no definition follows."""

    def on_members(self, *, node: ast.AST, obj: griffe.Object, **kwargs: Any) -> None:
        """Look at a module or class whose members are known."""
        if not isinstance(obj, (griffe.Module, griffe.Class)):
            return
        for name, overloads in obj.overloads.items():
            if name in obj.members or not overloads:
                continue
            first = overloads[0]
            function = griffe.Function(
                name,
                lineno=first.lineno,
                endlineno=overloads[-1].endlineno,
                parameters=first.parameters,
                returns=first.returns,
                docstring=next((f.docstring for f in overloads if f.docstring), None),
                parent=obj,
            )
            function.overloads = overloads if len(overloads) > 1 else None
            obj.set_member(name, function)
