"""Writes the stubs of the compiled modules from what is in them: signatures, annotations, docstrings. And those of the
packages some of whose names are imported when they are first asked for, from their lists of names.

    python tools/stubs.py            writes every fastgrad/**/*.pyi of a Cython module or such a package
    python tools/stubs.py --check    says which are not what would be written

Functions say their types when they run; methods of compiled classes do not, and their ``def`` lines are read. What
neither can say is in `tools/stubs.pyi`, under a line ``# ---- module``: overloads, functions declared with ``cpdef``,
protocols of other libraries. A definition there stands for the generated one; its docstring is taken from the module
all the same. (`_core.pyi` is pybind11's and written by hand.)
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OVERLAY = Path(__file__).with_suffix(".pyi")

# Packages some of whose names are imported when they are first asked for.
PACKAGES = [
    "fastgrad",
    "fastgrad.autograd",
    "fastgrad.nn",
    "fastgrad.nn.functional",
    "fastgrad.nn.utils",
    "fastgrad.optim",
]

# Where the names in annotations come from.
SOURCES = {
    "collections.abc": "Callable Iterator Sequence",
    "types": "ModuleType",
    "typing": "Any ClassVar Literal NamedTuple NoReturn TypeVar overload",
    "typing_extensions": "Self disjoint_base",
    "fastgrad._core": "Generator",
    "fastgrad._tensor": "Backward Node Tensor Tracer",
    "fastgrad._tensor.size": "Size",
    "fastgrad._tensor.typing": "AxisLike DTypeLike IndexLike ShapeLike TensorLike",
    "fastgrad.autograd.hooks": "RemovableHandle",
    "fastgrad.nn.module": "Module",
    "fastgrad.ops.sort": "TopK",
    "fastgrad.ops.vocabulary": "ValuesAndIndices",
    "fastgrad.optim.optimizer": "Optimizer",
}
IMPORTS = {"np": "import numpy as np", "builtins": "import builtins"}
IMPORTS["_dtype_"] = "from fastgrad._tensor.dtype import dtype as _dtype_"
IMPORTS |= {name: f"from {module} import {name}" for module, names in SOURCES.items() for name in names.split()}

# Tensor's operators of two operands, of one, and comparisons, which all have one signature each.
OPERATORS = ["add", "sub", "mul", "truediv", "floordiv", "mod", "and", "or", "xor", "lshift", "rshift"]
UNARY = ["neg", "pos", "abs", "invert"]
COMPARISONS = ["lt", "le", "gt", "ge", "eq", "ne"]

# PyTorch's words for NumPy's.
TORCHS = {"axis": "dim", "keepdims": "keepdim", "ord": "p"}
DIMS = {"axis": "dims"}  # in flip and roll

# A method's def line: its decorators, name, parameters and return annotation.
METHOD = re.compile(r"^    ((?:@\S+\n    )*)def (\w+)\((.*?)\)(?: -> ([^\n]+?))?:(?=\s)", re.MULTILINE | re.DOTALL)
PARAMETER = re.compile(r"(?:(?P<type>\w+) )?(?P<name>\*?\*?\w*)(?: not None)?(?P<rest>.*)$")


# ---- functions -------------------------------------------------------------------------------------------------------


def docstring(member: object, indent: str) -> str:
    """Its docstring as a statement, without the signature that Cython begins it with."""
    doc = inspect.getdoc(member) or ""
    if re.match(r"\w[\w.]*\(", doc):
        doc = doc.partition("\n")[2].strip()
    if not doc:
        return ""
    quotes = 'r"""' if "\\" in doc else '"""'
    lines = (f'{quotes}{doc}\n"""' if "\n" in doc else f'{quotes}{doc}"""').split("\n")
    return "\n".join(indent + line if line else "" for line in lines) + "\n"


def in_tensor(line: str) -> str:
    """A definition whose types are Python's, where methods of Tensor have their names."""
    line = re.sub(r"(?<![\w.])(bool|float|int)(?=[\]\s,|)=:])", r"builtins.\1", line)
    return line.replace("-> dtype:", "-> _dtype_:")


def signatures(function: Callable[..., Any], in_class: bool) -> Iterator[inspect.Signature]:
    """A function's signature; and where it takes PyTorch's words for NumPy's, in ``**torchs``, those with these."""
    given = inspect.signature(function)
    if given.return_annotation is given.empty:
        given = given.replace(return_annotation="Any")
    own = []
    for place, p in enumerate(given.parameters.values()):
        if p.kind is p.VAR_KEYWORD:
            continue  # takes the words that others use, to answer them
        if p.annotation is p.empty:
            p = p.replace(annotation="Tensor" if p.name == "self" else "Any")
        if place == 0 and in_class:
            p = p.replace(annotation=p.empty)
        own.append(p)
    yield given.replace(parameters=own)
    if "torchs" not in given.parameters:
        return
    if "keepdims" in given.parameters:  # x.sum(1, keepdim=True)
        keepdim = inspect.Parameter("keepdim", inspect.Parameter.KEYWORD_ONLY, annotation="bool")
        yield given.replace(parameters=[*(p for p in own if p.name != "keepdims"), keepdim])
    words = TORCHS | (DIMS if function.__name__ in ("flip", "roll") else {})
    first = min(place for place, p in enumerate(own) if p.name in words)
    named = [p.replace(name=words.get(p.name, p.name), kind=p.KEYWORD_ONLY) for p in own[first:]]
    yield given.replace(parameters=[*own[:first], *named])


def _shown(given: inspect.Signature) -> str:
    """A signature whose annotations are strings, without their quotes."""
    shown = str(given)
    for annotation in (*(p.annotation for p in given.parameters.values()), given.return_annotation):
        if isinstance(annotation, str):
            shown = shown.replace(repr(annotation), annotation, 1)
    return shown.replace("Ellipsis", "...")


def define(name: str, function: Any, in_class: bool = False) -> str:
    """The stub of a function, or of a method or property."""
    indent, decorator = ("    ", "    @property\n") if in_class else ("", "@property\n")
    if isinstance(function, property):
        return decorator + define(name, function.fget, in_class)
    shown = [f"{indent}def {name}{_shown(given)}: " for given in signatures(function, in_class)]
    if in_class:
        shown = [in_tensor(line) for line in shown]
    if len(shown) > 1:
        shown = [f"{indent}@overload\n{line}" for line in shown]
    doc = docstring(function, indent + "    ")
    return shown[0] + (f"\n{doc}" if doc else "...\n") + "".join(f"{line}...\n" for line in shown[1:])


def functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What a module defines: functions, but for private ones that say no types."""
    for name, value in sorted(vars(module).items()):
        if type(value).__name__ != "cython_function_or_method" or value.__module__ != module.__name__:
            continue
        if not name.startswith("_") or inspect.signature(value).return_annotation is not inspect.Signature.empty:
            yield name, value


# ---- classes ---------------------------------------------------------------------------------------------------------


def parameters(text: str, is_slot: bool) -> str:
    """A def line's parameters: C types left out, and those of a slot by position only."""
    shown = []
    for part in re.split(r",\s*(?![^\[]*\])", text):
        match = PARAMETER.match(part)
        assert match, part
        rest = match["rest"]
        if match["type"] and not rest.startswith(":"):
            rest = f": {match['type']}{rest}"
        shown.append(match["name"] + rest)
    return ", ".join([*shown, "/"] if is_slot and len(shown) > 1 else shown)


def methods(cls: type, source: str) -> Iterator[tuple[str, str]]:
    """What a compiled class defines with types, from its source: names and stubs."""
    for decorators, name, given, returned in METHOD.findall(source):
        if not returned:
            continue
        member = getattr(cls, name)
        is_slot = isinstance(member, types.WrapperDescriptorType) and name not in ("__init__", "__call__")
        line = f"    {decorators}def {name}({parameters(given, is_slot)}) -> {returned}:"
        told = "" if name.startswith("__") or "." in decorators else docstring(member, " " * 8)
        yield name, line + ("\n" + told if told else " ...\n")


def operators() -> Iterator[tuple[str, str]]:
    """Tensor's operators."""

    def line(name: str, operand: str = "TensorLike", more: str = "", ignored: str = "") -> tuple[str, str]:
        comment = f"  # type: ignore[{ignored}]" if ignored else ""
        return f"__{name}__", f"    def __{name}__(self, value: {operand}, {more}/) -> Tensor: ...{comment}\n"

    for prefix in ("", "r", "i"):
        yield from (line(prefix + name) for name in OPERATORS)
    yield from (line(name) for name in ("matmul", "rmatmul", "imatmul"))
    for name in ("divmod", "rdivmod"):
        yield f"__{name}__", f"    def __{name}__(self, value: TensorLike, /) -> tuple[Tensor, Tensor]: ...\n"
    yield from (line(name, more="mod: None = None, ") for name in ("pow", "rpow"))
    yield line("ipow", ignored="misc")
    for name in UNARY:
        yield f"__{name}__", f"    def __{name}__(self) -> Tensor: ...\n"
    for name in COMPARISONS:
        is_equality = name in ("eq", "ne")
        yield line(name, operand="object" if is_equality else "TensorLike", ignored="override" if is_equality else "")


def table() -> Iterator[tuple[str, str]]:
    """The methods and properties that the table gives to Tensor."""
    from fastgrad.ops.methods import LATER, METHODS
    from fastgrad.ops.pytorch.methods import METHODS as MORE

    for name, member in sorted({**METHODS, **{name: MORE[name] for name in LATER.split()}}.items()):
        if name != "__array__":  # the overlay says why
            yield name, define(name, member, in_class=True)


def is_disjoint(cls: type) -> bool:
    """Whether its instances are laid out as no other class's (PEP 800)."""
    base = cls.__base__
    assert base is not None
    return "__slots__" not in vars(cls) and cls.__basicsize__ != base.__basicsize__


def classes(module: ModuleType, more: dict[str, dict[str, str]]) -> Iterator[str]:
    """The classes that a module defines, but for private ones that say no types; with more members of each."""
    source = ROOT.joinpath(*module.__name__.split(".")).with_suffix(".pyx").read_text()
    for name, body in re.findall(r"^(?:cdef )?class (\w+)[^\n]*:\n((?:    [^\n]*\n|\n)+)", source, flags=re.MULTILINE):
        cls = getattr(module, name, None)
        if not isinstance(cls, type):
            continue
        base = cls.__base__
        assert base is not None
        if issubclass(cls, tuple):
            found = [(f, f"    {f}: {ast.literal_eval(t.__forward_arg__)}\n") for f, t in cls.__annotations__.items()]
        else:
            found = [(n, in_tensor(m) if name == "Tensor" else m) for n, m in methods(cls, body)]
        if name == "Tensor":
            found += [*operators(), *table()]
        if name.startswith("_") and not found:
            continue
        own = more.get(name, {})
        lines = [m for n, m in found if n not in own] + list(own.values())
        bases = "(NamedTuple)" if base is tuple else "" if base is object else f"({base.__name__})"
        marked = "@disjoint_base\n" if is_disjoint(cls) else ""
        yield f"{marked}class {name}{bases}:\n{''.join([docstring(cls, '    '), *lines]) or '    ...'}\n"


# ---- the overlay -----------------------------------------------------------------------------------------------------


def spelled(body: list[ast.stmt], text: str, holder: object, indent: str = "") -> dict[str, str]:
    """The overlay's definitions by name, with the docstring of what they are of; an overloaded one's first has it.

    ``min = max`` says that min is defined as max is.
    """
    lines, found = text.split("\n"), dict[str, str]()
    for node in body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
            found[node.name] = found.get(node.name, "") + "\n".join(lines[first : node.end_lineno]) + "\n"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            (target,) = node.targets
            assert isinstance(target, ast.Name)
            found[target.id] = found[node.value.id].replace(f"def {node.value.id}(", f"def {target.id}(")
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            found[ast.unparse(node).split(":")[0].split(" ")[0]] = (
                "\n".join(lines[node.lineno - 1 : node.end_lineno]) + "\n"
            )
    for name, definition in found.items():
        doc = "" if name.startswith("_") else docstring(getattr(holder, name, None), indent + "    ")
        if doc and "..." in definition and "def " in definition:
            head, tail = re.split(r" \.\.\.(?=\n|  #)", definition, maxsplit=1)
            comment, _, rest = tail.partition("\n")
            found[name] = f"{head}{comment}\n{doc}{rest}"
    return found


def overlay(module: ModuleType) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """What the overlay has of a module: its functions and names, and more members of its classes."""
    pieces = re.split(r"^# ---- (fastgrad\.[\w.]+)$", OVERLAY.read_text(), flags=re.MULTILINE)
    text = dict(zip(pieces[1::2], pieces[2::2], strict=True)).get(module.__name__, "")
    body = ast.parse(text).body
    members = {
        n.name: spelled(n.body, text, getattr(module, n.name), "    ") for n in body if isinstance(n, ast.ClassDef)
    }
    return spelled(body, text, module), members


# ---- modules ---------------------------------------------------------------------------------------------------------


def stub(name: str) -> str:
    """The stub of a compiled module."""
    module = import_module(name)
    own, members = overlay(module)
    written = [*own.values(), *classes(module, members), *(define(n, f) for n, f in functions(module) if n not in own)]
    text = "\n".join(written)
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    imports = sorted(line for word, line in IMPORTS.items() if word in used - defined)
    return "# Written by tools/stubs.py.\n" + ("\n".join([*imports, "", text]).rstrip() + "\n")


def package_stub(name: str) -> str:
    """The stub of a package: the names that it imports, those that it would import (`_LATER`), and its constants."""
    lines = []
    for node in ast.parse(source_of(name).read_text()).body:
        if isinstance(node, ast.ImportFrom):
            public = [a.name for a in node.names if a.asname == a.name and not a.name.startswith("_")]
            lines += [f"from {node.module} import {n} as {n}" for n in public]
        elif isinstance(node, ast.AnnAssign):
            lines.append(f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}")
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            lines.append(ast.unparse(node))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            kind = "None" if node.value.value is None else type(node.value.value).__name__
            lines.append(f"{ast.unparse(node.targets[0])}: {kind}")
    for n, place in import_module(name)._LATER.items():
        lines.append(f"from {name if n == place else f'{name}.{place}'} import {n} as {n}")
    lines.sort(key=lambda line: not line.startswith("from"))
    return "# Written by tools/stubs.py.\n" + "\n".join(lines) + "\n"


def same(a: str, b: str) -> bool:
    """Whether two stubs differ at most in their layout."""

    def plain(text: str) -> str:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = inspect.cleandoc(node.value)
        imports = sorted(
            f"{getattr(n, 'module', '')}.{a.name}"
            for n in ast.walk(tree)
            if isinstance(n, ast.Import | ast.ImportFrom)
            for a in n.names
        )
        tree.body = [n for n in tree.body if not isinstance(n, ast.Import | ast.ImportFrom)]
        return "\n".join((*imports, ast.dump(tree)))

    return plain(a) == plain(b)


def source_of(name: str) -> Path:
    """Where a package is defined, or a compiled module's Python would be."""
    path = ROOT.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def stubs() -> Iterator[tuple[Path, Callable[[str], str], str]]:
    """Every stub that is written: its file, what writes it, and of which module."""
    from fastgrad._load import MODULES

    for name in MODULES:
        yield source_of(name).with_suffix(".pyi"), stub, name
    for name in PACKAGES:
        yield source_of(name).with_suffix(".pyi"), package_stub, name


def stale() -> list[str]:
    """The modules whose committed stub is not what would be written."""
    return [n for path, write, n in stubs() if not path.exists() or not same(write(n), path.read_text())]


def main() -> None:
    if "--check" in sys.argv:
        if old := stale():
            sys.exit(f"stubs that tools/stubs.py would write otherwise: {', '.join(old)}")
        return
    paths = []
    for path, write, name in stubs():
        path.write_text(write(name))
        paths.append(path)
    for command in (["check", "--select", "I", "--fix", "-q"], ["format", "-q"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *map(str, paths)], check=True)


if __name__ == "__main__":
    main()
