"""Elementwise functions, reductions, and moving data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from libraries import Library
from workloads import PAIR, Build, Row, Section, Statement

EDGES = {"1 M": 1000, "16 M": 4000}
# Name, statement, bytes of a result's element; the operands are in it.
FUNCTIONS = (
    ("add", "a + b", 4),
    ("mul", "a * b", 4),
    ("relu", "relu(a)", 4),
    ("exp", "exp(a)", 4),
    ("log", "log(a)", 4),
    ("tanh", "tanh(a)", 4),
    ("erfinv", "erfinv(a - 0.1)", 4),
    ("sigmoid", "sigmoid(a)", 4),
    ("sqrt", "sqrt(a)", 4),
    ("pow", "pow(a, b)", 4),
    ("where", "where(c, a, b)", 4),
    ("compare", "a < b", 1),
    ("cast to float64", "a.to(float64)", 8),
)


def function(code: str, edge: int, layout: str) -> Build:
    """On squares: contiguous; the last operand a row; or the last operand transposed."""

    def build(library: Library) -> Statement:
        two = "b" in code
        a = library.positive(edge, edge)
        b = library.positive(*(edge,) if layout == "broadcast" else (edge, edge)) if two else a
        if layout == "transposed":
            a, b = (a, b.T) if two else (a.T, b)
        functions = ("exp", "log", "tanh", "erfinv", "sigmoid", "sqrt", "pow", "where")
        names = {name: getattr(library.lib, name) for name in functions}
        names |= {"relu": library.lib.nn.functional.relu, "float64": library.lib.float64, "a": a, "b": b}
        if "c" in code:
            names["c"] = library.positive(edge, edge) > 0.6
        return code, names

    return build


def elementwise() -> list[Row]:
    rows = []
    for size, edge in EDGES.items():
        for layout in ("contiguous", "broadcast", "transposed"):
            for name, code, result in FUNCTIONS:
                two = "b" in code
                if layout == "broadcast" and not two:
                    continue
                operands = 8 if two and layout != "broadcast" else 4
                touched = float(edge**2) * (operands + result + ("c," in code))
                rows.append(Row(f"{name}, {size}, {layout}", function(code, edge, layout), bytes=touched))
    return rows


def reduction(name: str, axis: int | None, shape: tuple[int, ...]) -> Build:
    def build(library: Library) -> Statement:
        lib = library.lib
        calls: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
            # PyTorch's max along an axis gives indices, too; its amax is what fastgrad's and NumPy's max is.
            "max": (lib.amax if library.name == "torch" else lib.max, {}),
            "var": (lib.var, {"correction": 0}),
            "cumulative sum": (lib.cumsum if library.name == "torch" else lib.cumulative_sum, {}),
        }
        call, options = calls.get(name) or (getattr(lib, name), {})
        arguments = () if axis is None else (axis,)
        return "call(x, *arguments, **options)", {
            "call": call,
            "x": library.randn(*shape),
            "arguments": arguments,
            "options": options,
        }

    return build


def reductions() -> list[Row]:
    rows = []
    for shape in ((1000, 1000), (32, 64, 56, 56)):
        size = 4.0 * float(np.prod(shape))
        for name in ("sum", "mean", "max", "argmax", "var", "softmax", "logsumexp", "cumulative sum"):
            same_shape = name in ("softmax", "cumulative sum")
            axes: list[int | None] = list(range(len(shape)))
            if name in ("sum", "mean", "max", "argmax", "var"):
                axes.append(None)
            for axis in axes:
                where = "all" if axis is None else f"axis {axis}"
                rows.append(
                    Row(
                        f"{name} of {'x'.join(map(str, shape))}, {where}",
                        reduction(name, axis, shape),
                        bytes=size * (2 if same_shape else 1),
                        only_read=not same_shape,
                    )
                )
    return rows


def statement(code: str, *shapes: tuple[int, ...]) -> Build:
    """A statement on ``x``, or on ``x``, ``y`` and ``z``."""

    def build(library: Library) -> Statement:
        lib = library.lib
        join = lib.cat if library.name == "torch" else lib.concat
        names = dict(zip("xyz", (library.randn(*shape) for shape in shapes), strict=False))
        return code, {**names, "concat": join}

    return build


GATHERING = {"fastgrad": ("plain", "take"), "torch": ("plain", "index_select", "embedding")}
TABLE, WIDTH, PICKED = 10000, 256, 20000


def gather(scatter: bool) -> Build:
    """Rows of a table by index; its gradient adds rows of the same indices to a table of zeros."""

    def build(library: Library) -> Statement:
        lib = library.lib
        table, index = library.randn(TABLE, WIDTH, grad=scatter), library.labels(TABLE, PICKED)

        def take() -> Any:
            if library.has("take"):
                return lib.take(table, index, axis=0)
            if library.has("index_select"):
                return lib.index_select(table, 0, index)
            return lib.nn.functional.embedding(index, table) if library.has("embedding") else table[index]

        if not scatter:
            return "take()", {"take": take}
        picked, gradient = take(), library.randn(PICKED, WIDTH)

        def add() -> None:
            table.grad = None
            picked.backward(gradient, retain_graph=True)

        return "add()", {"add": add}

    return build


def moving() -> list[Row]:
    image = (32, 64, 56, 56)
    pixels = 4.0 * float(np.prod(image))
    picked = 4.0 * PICKED * WIDTH
    return [
        Row("transposed copy, 1000x1000", statement("x.T.contiguous()", (1000, 1000)), bytes=8e6),
        Row("transposed copy, 4000x4000", statement("x.T.contiguous()", (4000, 4000)), bytes=1.28e8),
        Row(
            "permuted copy, 32x64x56x56 to channels last",
            statement("x.permute(0, 2, 3, 1).contiguous()", image),
            bytes=2 * pixels,
        ),
        Row(
            "permuted copy, 32x56x56x64 to channels first",
            statement("x.permute(0, 3, 1, 2).contiguous()", (32, 56, 56, 64)),
            bytes=2 * pixels,
        ),
        Row(
            "concatenate 3 x 1000x1000, axis 0", statement("concat((x, y, z))", *[(1000, 1000)] * 3), PAIR, bytes=2.4e7
        ),
        Row(
            "concatenate 3 x 1000x1000, axis 1",
            statement("concat((x, y, z), axis=1)", *[(1000, 1000)] * 3),
            PAIR,
            bytes=2.4e7,
        ),
        Row(f"gather {PICKED} rows of {TABLE}x{WIDTH}", gather(False), GATHERING, bytes=2 * picked),
        Row(f"scatter-add {PICKED} rows into {TABLE}x{WIDTH}", gather(True), GATHERING, bytes=2 * picked),
    ]


def sections() -> list[Section]:
    each = {"torch": 0.95, "torch warm": 0.95}
    return [
        Section("Elementwise functions", elementwise(), {"torch": 1.4}, each, warm=True),
        Section("Reductions", reductions(), {"torch": 1.5}, each, warm=True),
        Section("Moving data", moving(), {"torch": 1.5}, each, warm=True),
    ]
