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
    """Print what would stop each program; 1 if anything would."""
    found = 0
    for path in paths:
        for line, message in problems(Path(path).read_text(encoding="utf-8"), path):
            print(f"{path}:{line}: {message}")
            found += 1
    print(f"{found} names that are not there" if found else "every name of torch is there")
    return int(found > 0)


def problems(source: str, name: str = "<program>") -> Iterator[tuple[int, str]]:
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

    def lacks(self, node: Any, path: str, name: str) -> None:
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
