"""PyTorch's public names are here, with its arguments; what is not stands in `absent.py` with its reason."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import fastgrad

from . import absent

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

MODULES = (
    "nn",
    "nn.functional",
    "nn.init",
    "nn.parameter",
    "nn.utils",
    "nn.utils.parametrizations",
    "nn.utils.parametrize",
    "nn.utils.prune",
    "nn.utils.rnn",
    "nn.utils.stateless",
    "optim",
    "optim.lr_scheduler",
    "optim.swa_utils",
    "autograd",
    "autograd.functional",
    "autograd.graph",
    "utils.checkpoint",
)
CLASSES = (
    "nn.Module",
    "nn.ModuleDict",
    "nn.ModuleList",
    "nn.ParameterDict",
    "nn.ParameterList",
    "nn.Sequential",
    "nn.Parameter",
    "optim.Optimizer",
    "optim.lr_scheduler.LRScheduler",
    "autograd.Function",
)


def member(root: Any, path: str) -> Any:
    """What a path below a library means; None if there is no such thing."""
    for name in path.split("."):
        found = vars(root).get(name) if isinstance(root, ModuleType) else getattr(root, name, None)
        if found is None and name in getattr(root, "__all__", ()):  # imported when it is asked for
            found = getattr(root, name, None)
        if found is None and isinstance(root, ModuleType):
            try:
                found = import_module(f"{root.__name__}.{name}")
            except ImportError:
                return None
        root = found
    return root


for _path in MODULES:
    member(torch, _path)  # so that the modules that hold them have these, whatever is imported first


def theirs(path: str) -> list[str]:
    """The public names of one of PyTorch's namespaces."""
    space = member(torch, path)
    if isinstance(space, type):
        inherited = set(dir(torch.nn.Module)) if path != "nn.Module" and issubclass(space, torch.nn.Module) else set()
        inherited |= set(dir(torch.Tensor)) if issubclass(space, torch.Tensor) else set()
        return [name for name in dir(space) if not name.startswith("_") and name not in inherited]
    names = [name for name in dir(space) if not name.startswith("_")]
    said = getattr(space, "__all__", None)
    if said is not None:
        names = sorted({*said, *(n for n in names if isinstance(getattr(space, n), ModuleType))})
    return [name for name in names if is_public(space, getattr(space, name, None))]


def is_public(space: ModuleType, value: Any) -> bool:
    """Whether what a module holds is its own, and not an import from elsewhere or a text."""
    if isinstance(value, ModuleType):
        return value.__name__.startswith(f"{space.__name__}.")
    home = getattr(value, "__module__", None)
    return callable(value) and (inspect.isbuiltin(value) or home is None or home.startswith("torch"))


def has(space: Any, name: str) -> bool:
    """Whether fastgrad's namespace has the name."""
    if isinstance(space, type):
        return hasattr(space, name)
    public = vars(space).get("__all__")
    if name in (public or ()):
        return True
    if name in vars(space) and (public is None or name in public or isinstance(vars(space)[name], ModuleType)):
        return True
    return isinstance(member(space, name), ModuleType)


def spaces() -> list[str]:
    """The namespaces that both have."""
    return [path for path in (*MODULES, *CLASSES) if member(fastgrad, path) is not None]


@pytest.mark.parametrize("path", [*MODULES, *CLASSES])
def test_public_names_are_here_or_stand_in_the_table(path):
    ours, listed = member(fastgrad, path), absent.absent(path)
    if ours is None:
        parent, _, name = path.rpartition(".")
        while parent and member(fastgrad, parent) is None:
            parent, _, name = parent.rpartition(".")
        assert not listed
        if parent:
            assert name in absent.absent(parent)
        return
    names = theirs(path)
    unknown = [name for name in listed if name not in names]
    assert " ".join(unknown) == "", "listed, but PyTorch has no such names"
    come = [name for name in listed if has(ours, name)]
    assert " ".join(come) == "", "here, though the table says that they are not"
    missing = [name for name in names if name not in listed and not has(ours, name)]
    assert " ".join(missing) == "", "neither here nor listed"


def test_the_table_is_of_these_namespaces():
    assert {*absent.ABSENT} <= {*MODULES, *CLASSES}


# ---- signatures ------------------------------------------------------------------------------------------------------

# Arguments that only choose how PyTorch computes, or were deprecated before fastgrad began, or are ours alone.
IGNORED = {"size_average", "reduce", "foreach", "_stacklevel", "generator", "_freeze"}


def compared() -> list[str]:
    """All functions and classes that both have, and the methods of `CLASSES`."""
    return [
        f"{path}.{name}"
        for path in spaces()
        for name in theirs(path)
        if name not in absent.absent(path) and callable(member(torch, f"{path}.{name}"))
    ]


def parameters(function: Any) -> dict[str, Any] | None:
    """Names and defaults of parameters; None where they are not known."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return documented(function)
    kinds = {p.kind for p in signature.parameters.values()}
    if kinds <= {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        return documented(function)
    return {
        name: p.default
        for name, p in signature.parameters.items()
        if name not in IGNORED and p.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    }


def documented(function: Any) -> dict[str, Any] | None:
    """The same from a docstring's first line: ``conv2d(input, weight, bias=None) -> Tensor``."""
    text = (inspect.getdoc(function) or "").strip().partition("->")[0].replace("\n", " ")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(tree, ast.Call):
        return None
    found = {a.id: inspect.Parameter.empty for a in tree.args if isinstance(a, ast.Name)}
    for keyword in tree.keywords:
        if keyword.arg is not None:
            found[keyword.arg] = eval(compile(ast.Expression(keyword.value), "a default", "eval"), {})
    return {name: default for name, default in found.items() if name not in IGNORED}


@pytest.mark.parametrize("path", compared())
def test_arguments_have_pytorchs_names_order_and_defaults(path):
    ours, expected = parameters(member(fastgrad, path)), parameters(member(torch, path))
    if ours is None or expected is None:
        return
    ours = {name: default for name, default in ours.items() if name not in ("device", "dtype") or name in expected}
    same = list(ours) == list(expected) and all(equal(ours[name], expected[name]) for name in expected)
    if path in absent.SIGNATURES:
        assert not same, f"the signature of {path} is PyTorch's; it needs no excuse"
        return
    assert list(ours) == list(expected)
    assert {n: v for n, v in ours.items() if not equal(v, expected[n])} == {}


def equal(found: Any, expected: Any) -> bool:
    """Whether defaults are the same, of functions and dtypes by their names."""
    if callable(found) and callable(expected):
        return getattr(found, "__name__", found) == getattr(expected, "__name__", expected)
    return bool(found == expected) or str(found) == str(expected).replace("torch.", "")
