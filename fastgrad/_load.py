"""Loads the Cython modules from the one extension file that holds them all (see ``setup.py``)."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ExtensionFileLoader

from fastgrad import _core

# In this order: each takes C functions from those before it.
MODULES = (
    "fastgrad._convert",
    "fastgrad._size",
    "fastgrad._tensor",
    "fastgrad.ops._common",
    "fastgrad._exchange",
    "fastgrad.ops.view",
    "fastgrad.ops._write",
    "fastgrad.ops.cast",
    "fastgrad.ops.elementwise",
    "fastgrad.ops.compare",
    "fastgrad.ops.choose",
    "fastgrad.ops.math",
    "fastgrad.ops.arithmetic",
    "fastgrad.ops.inplace",
    "fastgrad.ops.activation",
    "fastgrad.ops.reduce",
    "fastgrad.ops.search",
    "fastgrad.ops.creation",
    "fastgrad.ops.linalg",
    "fastgrad.ops.einsum",
    "fastgrad.ops.index",
    "fastgrad.ops.join",
    "fastgrad.ops.pad",
    "fastgrad.ops.sort",
    "fastgrad.ops.softmax",
    "fastgrad.ops.conv",
    "fastgrad.ops.pool",
    "fastgrad.ops.normalization",
    "fastgrad.ops.loss",
    "fastgrad.ops.dropout",
    "fastgrad.autograd._mode",
    "fastgrad.autograd._custom",
    "fastgrad.autograd._engine",
    "fastgrad.ops.vocabulary",
    "fastgrad.nn._sequence",
    "fastgrad.optim._steps",
)


def load_all() -> None:
    path = _core.__file__
    assert path is not None
    for name in MODULES:
        if name in sys.modules:
            continue
        loader = ExtensionFileLoader(name, path)
        spec = importlib.util.spec_from_file_location(name, path, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loader.exec_module(module)
        package, _, leaf = name.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], leaf, module)
