"""A public name is defined in one place and made public in one, and no docstring stands twice."""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import fastgrad as fg
from fastgrad import _load

SOURCES = Path(__file__).resolve().parents[1] / "fastgrad"
PACKAGES = [fg, fg.nn, fg.nn.functional, fg.optim, fg.autograd, fg.data, fg.io, fg.linalg]


def written(pattern: str, folder: Path, but: str = "") -> list[str]:
    """The lines of a folder's sources that match, but for one folder's in it."""
    sources = sorted(p for p in folder.rglob("*.py*") if p.suffix in (".py", ".pyx") and p.parent.name != but)
    return [f"{p.name}: {line}" for p in sources for line in re.findall(pattern, p.read_text(), flags=re.MULTILINE)]


def made_public(name: str) -> list[str]:
    """The lines of `nn`'s packages that import a name as itself, or say where it is until it is asked for."""
    return written(rf'^ *(?:from \S+ import )?{name} as {name}\b.*|^ *"{name}": ".*', SOURCES / "nn")


@pytest.mark.parametrize("name", fg.nn.functional.__all__)
def test_a_function_of_networks_is_defined_once_and_made_public_once(name):
    assert len(written(rf"^def {name}\(.*", SOURCES / "nn")) == 1
    assert len(made_public(name)) == 1


def test_a_layer_is_defined_once_and_made_public_once():
    for name in fg.nn.__all__:
        if isinstance(getattr(fg.nn, name), type):
            assert len(written(rf"^class {name}\b.*", SOURCES / "nn", but="utils")) == 1  # pruning has an Identity, too
            assert len(made_public(name)) == 1


@pytest.mark.parametrize("package", [p for p in PACKAGES if hasattr(p, "_LATER")] + [fg.nn.utils])
def test_types_know_the_names_that_are_imported_when_they_are_asked_for(package):
    stub = ast.parse(Path(package.__file__).with_suffix(".pyi").read_text())
    found = {a.asname for node in stub.body if isinstance(node, ast.ImportFrom) for a in node.names}
    found |= {node.target.id for node in stub.body if isinstance(node, ast.AnnAssign)}
    found |= {node.targets[0].id for node in stub.body if isinstance(node, ast.Assign)}
    assert {name for name in found if not name.startswith("__")} == set(package.__all__)


def test_what_is_public_in_two_places_is_one_object_or_has_a_signature_of_its_own():
    """``fg.relu(x, /)`` is a function of arrays, ``nn.functional.relu(input, inplace=False)`` PyTorch's."""
    found: dict[str, list[Any]] = defaultdict(list)
    for package in PACKAGES:
        for name in package.__all__:
            member = getattr(package, name)
            is_function = callable(member) and not isinstance(member, type)
            if is_function and all(member is not other for other in found[name]):
                found[name].append(member)
    for name, members in found.items():
        assert len({str(inspect.signature(m)) for m in members}) == len(members), name


def text(member: Any) -> str:
    """Its docstring, without the signature that a compiled function's begins with."""
    doc = inspect.getdoc(member) or ""
    return doc.partition("\n")[2].strip() if re.match(r"\w[\w.]*\(", doc) else doc


def test_no_docstring_stands_twice():
    modules = [import_module(name) for name in _load.MODULES]
    modules += [m for p in PACKAGES for m in vars(p).values() if isinstance(m, ModuleType)] + PACKAGES
    places: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for member in vars(module).values():
            home = getattr(member, "__module__", None) or ""
            if home.startswith("fastgrad") and callable(member) and vars(type(member)) and text(member):
                if isinstance(member, type) and not vars(member).get("__doc__"):
                    continue
                places[text(member)].add(f"{home}.{getattr(member, '__qualname__', type(member).__qualname__)}")
    assert {doc: where for doc, where in places.items() if len(where) > 1} == {}
