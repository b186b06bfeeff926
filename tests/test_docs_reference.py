"""The API reference says something of every parameter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import fastgrad as fg

SECTIONS = ("Parameters", "Other Parameters", "Attributes")
ELSEWHERE = ("ops", "torch")  # the names of the first are fastgrad's; the second is a door of its own, which would open


def public_modules() -> list[ModuleType]:
    """List the package, and the modules that it makes public."""
    found, waiting = {"fastgrad": fg}, [fg]
    while waiting:
        for module in members(waiting.pop()).values():
            if inspect.ismodule(module) and re.match(r"fastgrad(\.[a-z]\w*)+$", module.__name__):
                if module.__name__ not in found:
                    waiting.append(module)
                found[module.__name__] = module
    return list(found.values())


def members(module: ModuleType) -> dict[str, Any]:
    """Give the public names of a module, and what they are."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [n for n, v in vars(module).items() if getattr(v, "__module__", None) == module.__name__]
    return {n: getattr(module, n) for n in names if not n.startswith("_") and n not in ELSEWHERE}


def documented() -> Iterator[tuple[str, str]]:
    """Give name and docstring of each public function and class, and of its methods and properties."""
    for module in public_modules():
        for name, member in members(module).items():
            if inspect.ismodule(member) or not callable(member):
                continue
            yield f"{module.__name__}.{name}", inspect.getdoc(member) or ""
            for inner, method in vars(member).items() if isinstance(member, type) else ():
                if not inner.startswith("_") and (callable(method) or isinstance(method, (property, staticmethod))):
                    yield f"{module.__name__}.{name}.{inner}", inspect.getdoc(method) or ""


def without_description(doc: str) -> list[str]:
    """List the entries of parameters and attributes below which nothing stands."""
    lines = [*doc.splitlines(), ""]
    found, section = [], ""
    for i, line in enumerate(lines[:-1]):
        if re.fullmatch(r"-{3,}", lines[i + 1]):
            section = line
        elif section in SECTIONS and re.match(r"[^\s-]", line) and not lines[i + 1].startswith("    "):
            found.append(line)
    return found


def test_an_entry_without_a_description_is_found():
    doc = "Add.\n\nParameters\n----------\nx : Tensor\ny : Tensor\n    The other.\n\nReturns\n-------\nTensor"
    assert without_description(doc) == ["x : Tensor"]


def test_every_parameter_and_attribute_of_the_reference_has_a_description():
    pages = dict(documented())
    assert len(pages) > 1500
    assert {name: found for name, doc in pages.items() if (found := without_description(doc))} == {}
