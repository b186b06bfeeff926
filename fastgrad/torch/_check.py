"""Reads programs by their syntax trees and says what of PyTorch they name that is not here. Nothing of them is run."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.ops.pytorch.methods import METHODS
from fastgrad.torch import _door

# Methods of torch.Tensor that Tensor has not: told of any object, since a syntax tree knows no types.
_NOT_METHODS = """
    angle as_subclass eig istft map_
    renorm stft symeig to_mkldnn
"""


def check(paths: list[str]) -> int:
    """Print what would stop each program; 1 if anything would.

    A path is a file, a folder, with all that is below it, or the name of a package that is installed. Of several files
    a summary follows: which names, how often, in how many files.
    """
    found = 0
    places: dict[str, list[str]] = {}
    try:
        sources = [source for path in paths for source in _sources(path)]
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    for source in sources:
        try:
            told = list(problems(source.read_bytes(), str(source)))
        except (SyntaxError, ValueError) as error:
            told = [(getattr(error, "lineno", None) or 1, f"this is no Python {sys.version_info[0]}: {error}")]
        for line, message in told:
            print(f"{source}:{line}: {message}")
            places.setdefault(message, []).append(str(source))
            found += 1
    if len(sources) > 1 and found:
        print(f"\n{len(places)} different, by how often they stand in {len(sources)} files:")
        for message, files in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
            print(f"{len(files):5} in {len(set(files))}: {message}")
    whole = f"{found} names that are not there" if found else "every name of torch is there"
    print(whole if len(sources) == 1 else f"{whole}, of {len(sources)} files")
    return int(found > 0)


def _sources(path: str) -> list[Path]:
    """The files of a path, or of a package by its name; nothing is imported."""
    place = Path(path)
    if place.is_dir():
        return _below(place)
    if place.exists() or place.suffix == ".py":
        return [place]
    from importlib.util import find_spec

    top, *rest = path.split(".")
    spec = find_spec(top) if top.isidentifier() else None
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        inner = Path(folder, *rest)
        if inner.is_dir():
            return _below(inner)
        if inner.with_suffix(".py").exists():
            return [inner.with_suffix(".py")]
    if spec is not None and spec.origin is not None and spec.origin.endswith(".py") and not rest:
        return [Path(spec.origin)]
    raise FileNotFoundError(f"--check: a file, a folder or an installed package's name is wanted, got {path!r}")


def _below(folder: Path) -> list[Path]:
    """All Python files below a folder but those below hidden ones."""
    found = sorted(folder.rglob("*.py"))
    return [file for file in found if not any(part.startswith(".") for part in file.relative_to(folder).parts)]


def problems(source: str | bytes, name: str = "<program>") -> Iterator[tuple[int, str]]:
    """Find the lines that name what is not there."""
    walker = _Walker()
    walker.visit(ast.parse(source, name))
    yield from sorted(set(walker.found))


def _module(path: str) -> Any:
    """The module of a path below torch; None where there is none."""
    try:
        return importlib.import_module(f"fastgrad.torch.{path}" if path else "fastgrad.torch")
    except ImportError:
        return None


class _Walker(ast.NodeVisitor):
    """Follows what the program calls torch and its modules."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self.modules: dict[str, str] = {}  # a name in the program -> a path below torch
        self.prepared = 0  # how many blocks around this place expect that names are missing

    def visit_Try(self, node: ast.Try) -> None:
        """What is missing in a block whose error is caught stops nothing."""
        types = [handler.type or ast.Name("Exception") for handler in node.handlers]
        caught = {name.id for kind in types for name in ast.walk(kind) if isinstance(name, ast.Name)}
        expects = not caught.isdisjoint({"ImportError", "ModuleNotFoundError", "AttributeError", "Exception"})
        self.prepared += expects
        for part in node.body:
            self.visit(part)
        self.prepared -= expects
        for other in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(other)

    def visit_If(self, node: ast.If) -> None:
        """Nor does what only type checkers read."""
        name = node.test.attr if isinstance(node.test, ast.Attribute) else getattr(node.test, "id", "")
        self.prepared += name == "TYPE_CHECKING"
        for part in node.body:
            self.visit(part)
        self.prepared -= name == "TYPE_CHECKING"
        for other in (node.test, *node.orelse):
            self.visit(other)

    def lacks(self, node: Any, path: str, name: str) -> None:
        if self.prepared:
            return
        whole = f"{path}.{name}" if path else name
        told = _door.sentence(path, name)
        if _door.source_of(whole) is not None:  # it is there, but lacks something itself
            try:
                importlib.import_module(f"fastgrad.torch.{whole}")
            except ImportError as error:
                told = str(error)
        self.found.append((node.lineno, told))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name != "torch" and not alias.name.startswith("torch."):
                continue
            path = alias.name[len("torch.") :]
            self.modules[alias.asname or "torch"] = path if alias.asname else ""
            self._exists(node, path)

    def _exists(self, node: Any, path: str) -> bool:
        parts = path.split(".") if path else []
        for n in range(len(parts)):
            if _module(".".join(parts[: n + 1])) is None:
                self.lacks(node, ".".join(parts[:n]), parts[n])
                return False
        return True

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level or node.module is None or (node.module != "torch" and not node.module.startswith("torch.")):
            return
        path = node.module[len("torch.") :]
        if not self._exists(node, path):
            return
        for alias in node.names:
            if alias.name == "*":
                continue
            below = f"{path}.{alias.name}" if path else alias.name
            if _door.source_of(below) is not None and _module(below) is not None:
                self.modules[alias.asname or alias.name] = below
            elif not hasattr(_module(path), alias.name):
                self.lacks(node, path, alias.name)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain = [node.attr]
        value = node.value
        while isinstance(value, ast.Attribute):
            chain.append(value.attr)
            value = value.value
        if isinstance(value, ast.Name) and value.id in self.modules:
            self._follow(node, self.modules[value.id], chain[::-1])
            return
        if node.attr in _NOT_METHODS.split() and not hasattr(Tensor, node.attr) and node.attr not in METHODS:
            self.found.append((node.lineno, f"if this is a tensor: Tensor.{node.attr} is not there"))
        self.generic_visit(node)

    def _follow(self, node: Any, path: str, names: list[str]) -> None:
        for name in names:
            module = _module(path)
            below = f"{path}.{name}" if path else name
            if not hasattr(module, name):
                self.lacks(node, path, name)
                return
            if sys.modules.get(f"fastgrad.torch.{below}") is None or _module(below) is None:
                return
            path = below
